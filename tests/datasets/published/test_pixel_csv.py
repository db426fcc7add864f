"""Pictures in CSV rows: what is no ASCII digit is a fault that names its place, not a number and not a crash."""

import io

import pytest

from dnnctl.datasets.published.pixel_csv import read
from dnnctl.errors import DataError


@pytest.mark.parametrize("sign", ["\U0010ffff", "\U000e796a", "\u0663", "\u00b2", "\u3000", "\ufffd"])
def test_a_sign_outside_ascii_is_no_number(sign: str) -> None:
    with pytest.raises(DataError, match=r"t\.csv:3: pixel2: expected a whole number 0 to 255"):
        read(lambda: io.StringIO(f"label,pixel1,pixel2\n1,2,3\n1,0,{sign}\n"), "t.csv", 2, range(4))
