"""Columns that are the pixels of a picture, told by their names."""

import pytest

from dnnctl.datasets.parts.pixel_columns import find_pixels


@pytest.mark.parametrize(
    ("names", "size"),
    [
        ([f"pixel{i}" for i in range(784)], (28, 28)),
        ([f"pixel{i + 1}" for i in range(784)], (28, 28)),
        ([f"Pixel_{i:03}" for i in range(64)], (8, 8)),
        ([f"px {i}" for i in range(16)], (4, 4)),
        ([f"{i + 1}x{j + 1}" for i in range(28) for j in range(28)], (28, 28)),
        ([f"pixel_{i}_{j}" for i in range(8) for j in range(8)], (8, 8)),
        ([f"{i}x{j}" for i in range(4) for j in range(6)], (4, 6)),
    ],
)
def test_names_of_pixels_are_found_among_others_and_in_their_order(names: list[str], size: tuple[int, int]) -> None:
    found = find_pixels(["label", *reversed(names), "id"])
    assert found is not None
    assert (found.height, found.width) == size
    assert found.positions == tuple(range(len(names), 0, -1))


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["weight", "height"],
        [f"pixel{i}" for i in range(4)],
        [f"pixel{i}" for i in range(783)],
        [f"pixel{i + 2}" for i in range(784)],
        [f"pixel{i}" for i in range(785) if i != 300],
        [f"{i}" for i in range(784)],
        [f"x{i}" for i in range(784)],
        [f"{i}x{j}" for i in range(4) for j in range(4) if i + j],
    ],
)
def test_other_names_are_none(names: list[str]) -> None:
    assert find_pixels(names) is None
