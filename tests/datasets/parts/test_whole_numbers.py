"""Whole numbers of a target: names of classes, or amounts, and whether that is in doubt."""

import numpy as np
import pytest

from dnnctl.datasets.parts.whole_numbers import reading_of

LETTERS = [i for i in range(25) if i != 9]
SURE, TOLD = (True, False), (True, True)


@pytest.mark.parametrize(
    ("values", "each", "rarest", "name", "pictures", "classes", "told"),
    [
        pytest.param([0, 1], 50, 50, "y", False, *SURE, id="two"),
        pytest.param(range(3, 9), 100, 5, "quality", False, *TOLD, id="wine"),
        pytest.param(range(3), 50, 50, "target", False, *SURE, id="iris"),
        pytest.param(range(10), 100, 90, "digit", False, *SURE, id="digits"),
        pytest.param(range(10), 2, 2, "label", False, *TOLD, id="few rows of each label"),
        pytest.param(range(10), 2, 1, "label", False, False, False, id="a label in one row"),
        pytest.param(LETTERS, 40, 30, "label", False, *SURE, id="sign letters"),
        pytest.param(LETTERS, 40, 30, "y", True, True, False, id="pictures of sign letters"),
        pytest.param(range(1, 27), 300, 290, "y", False, *TOLD, id="letters in an array"),
        pytest.param(range(1, 117), 200, 1, "y", True, False, False, id="ages of faces"),
        pytest.param(range(18, 91), 8, 1, "age", False, False, True, id="ages"),
        pytest.param(range(31), 30, 20, "rentals", False, False, True, id="counts"),
        pytest.param(range(1950, 2021), 6, 2, "year", False, False, True, id="years"),
        pytest.param(range(100_000, 500_000, 1000), 1.1, 1, "price", False, False, False, id="prices"),
        pytest.param([84713010 + 7 * i for i in range(40)], 10, 4, "hs_code", False, *TOLD, id="codes"),
        pytest.param(range(30), 20, 20, "라벨", False, *SURE, id="in Korean"),
        pytest.param(range(30), 20, 20, "label_id", False, *SURE, id="numbers of labels"),
        pytest.param(range(30), 20, 20, "class_size", False, False, True, id="of a class, but no class"),
        pytest.param(range(25, 347), 2, 1, "target", False, False, False, id="the progress of diabetes"),
    ],
)
def test_what_whole_numbers_are_taken_for(
    values: list[int], each: float, rarest: int, name: str, pictures: bool, classes: bool, told: bool
) -> None:
    read = reading_of(np.array(list(values)), int(each * len(list(values))), rarest, name, pictures=pictures)

    assert (read.classes, read.told) == (classes, told)
