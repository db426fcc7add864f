"""From cells to numbers: only the training rows decide, and any later row fits."""

import json

import numpy as np
import pytest

from dnnctl.data.encoding import Encoding, fit_encoding
from dnnctl.datasets.columns import Cells, Column, TableInfo
from dnnctl.errors import RunError

NAN = np.nan
COLUMNS = (
    Column("n", "number"),
    Column("b", "boolean", ("no", "yes")),
    Column("k", "category", ("red", "green", "blue")),
)
TRAIN = np.array([[1, 1, 0], [2, 1, 0], [9, 0, 1], [NAN, NAN, 1], [4, 1, 2]], np.float32)


def fitted(min_count: int = 2, train: np.ndarray = TRAIN) -> Encoding:
    return fit_encoding(TableInfo(COLUMNS, (Column("y", "number"),), "impute", (), min_count), train)


def test_numbers_booleans_and_categories() -> None:
    encoding = fitted()
    encoded = encoding.apply(Cells(COLUMNS, TRAIN))

    assert encoding.names == ("n", "b", "k=green", "k=red", "k=(unknown)")
    assert encoding.scaled.tolist() == [True, False, False, False, False]
    # The median of 1, 2, 4, 9 is 3; yes is more frequent; blue occurs once only.
    expected = [[1, 1, 0, 1, 0], [2, 1, 0, 1, 0], [9, 0, 1, 0, 0], [3, 1, 1, 0, 0], [4, 1, 0, 0, 1]]
    np.testing.assert_array_equal(encoded, expected)


def test_an_unknown_category_goes_to_the_bucket_whatever_its_code() -> None:
    other = (*COLUMNS[:2], Column("k", "category", ("violet", "red")))
    encoded = fitted().apply(Cells(other, np.array([[0, 0, 0], [0, 0, 1]], np.float32)))

    np.testing.assert_array_equal(encoded[:, 2:], [[0, 0, 1], [0, 1, 0]])


def test_where_no_row_taught_the_bucket_an_unknown_category_is_the_mean_row() -> None:
    other = (*COLUMNS[:2], Column("k", "category", ("violet",)))
    encoding = fitted(min_count=1)
    encoded = encoding.apply(Cells(other, np.zeros((1, 3), np.float32)))

    assert encoding.names[2:] == ("k=blue", "k=green", "k=red", "k=(unknown)")
    np.testing.assert_allclose(encoded[0, 2:], [0.2, 0.4, 0.4, 0])


def test_empty_categories_are_one_of_their_own_if_there_are_enough() -> None:
    train = TRAIN.copy()
    train[2:4, 2] = NAN
    encoding = fitted(train=train)
    encoded = encoding.apply(Cells(COLUMNS, train))

    assert encoding.names[2:] == ("k=(missing)", "k=red", "k=(unknown)")
    np.testing.assert_array_equal(encoded[:, 2], [0, 0, 1, 1, 0])


def test_it_survives_json() -> None:
    encoding = fitted()

    assert Encoding.from_json(json.loads(json.dumps(encoding.to_json()))) == encoding


@pytest.mark.parametrize(
    "change",
    [
        {"columns": [{"name": "n", "kind": "number", "fill": float("inf")}]},
        {"columns": [{"name": "n", "kind": "picture"}]},
        {"columns": [{"name": "k", "kind": "category", "words": ["a"], "shares": [1.0]}]},
        {"columns": [{"name": "n", "colour": 1}]},
        {"columns": 3},
    ],
)
def test_a_stored_encoding_that_is_none_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(RunError, match=r"preprocessing\.json"):
        Encoding.from_json({**fitted().to_json(), **change})


def test_numbers_alone_are_not_copied() -> None:
    values = np.ones((3, 1), np.float32)
    encoding = fit_encoding(TableInfo(COLUMNS[:1], (), "error"), values)

    assert encoding.apply(Cells(COLUMNS[:1], values)) is values
