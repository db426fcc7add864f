"""Classes that differ have names that differ, and numbers come in the order of numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnnctl.datasets.parts.class_names import in_order, label_of, names_of


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (np.array([84713010, 84713011, 84713012]), ("84713010", "84713011", "84713012")),
        (np.array([2**63 - 2, 2**63 - 1]), ("9223372036854775806", "9223372036854775807")),
        (np.array([2**64 - 1], np.uint64), ("18446744073709551615",)),
        (np.array([-1.0, -0.0, 3.0, 1001992.0]), ("-1", "0", "3", "1001992")),
        (np.array([0.1, 0.30000000000000004, 1e22]), ("0.1", "0.30000000000000004", "10000000000000000000000")),
        (np.array([0.1, 2.5], np.float32), ("0.1", "2.5")),
        (np.array([False, True]), ("0", "1")),
    ],
)
def test_numbers_are_called_what_they_are(values: np.ndarray, names: tuple[str, ...]) -> None:
    assert names_of(values) == names


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=9))
def test_no_two_numbers_have_one_name(values: list[float]) -> None:
    different = np.unique(np.array(values))
    assert len(set(names_of(different))) == len(different)


@pytest.mark.parametrize(
    ("names", "ordered"),
    [
        (["10", "1", "2", "12"], ["1", "2", "10", "12"]),
        (["K", "10", "A", "2"], ["2", "10", "A", "K"]),
        (["1.5", "-3", "+2", "01", "1"], ["-3", "01", "1", "1.5", "+2"]),
        (["item2", "item10", "b", "B"], ["B", "b", "item10", "item2"]),
        (["9007199254740993", "9007199254740992"], ["9007199254740992", "9007199254740993"]),
    ],
)
def test_numbers_in_text_come_in_the_order_of_numbers(names: list[str], ordered: list[str]) -> None:
    assert in_order(names) == ordered


def test_a_class_of_an_older_run_is_found_by_its_seven_digits() -> None:
    labels = {"1.001991e+07": 0, "1.201900e+07": 1, "1.2019e+07": 1, "3": 2}

    assert [label_of(name, labels) for name in ("10019912", "12019000", "3", "4")] == [0, 1, 2, None]
