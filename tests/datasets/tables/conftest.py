"""Tables written out, for the tests of how they are read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.user.csv import Options, load


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Dataset]:
    """Read a table with the contents given, of which column `c` is the target if nothing else is said."""

    def _read(contents: bytes | str, **options: object) -> Dataset:
        path = tmp_path / "t.csv"
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        return load(Options.model_validate({"path": str(path), "target": "c", **options}), Places())

    return _read
