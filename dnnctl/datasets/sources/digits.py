"""Handwritten digits of 8x8 pixels, out of scikit-learn's own data file: real images without a download."""

from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Places, Samples
from dnnctl.datasets.parts.damage import DamagedError, verify
from dnnctl.datasets.published import sklearn_digits
from dnnctl.errors import DataError

PACKAGE = "scikit-learn"
DIGESTS = {
    "images": "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3",
    "labels": "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0",
}


class Options(DatasetOptions):
    """1,797 digits of 8x8 pixels; it has no options. Who is in the test set is `data.test_split`'s."""


def describe(options: Options) -> DatasetInfo:  # noqa: ARG001
    """Return what is known about the digits."""
    return DatasetInfo(
        title="Digits: 8x8 pictures of handwritten digits",
        task="multiclass",
        input_shape=(8, 8),
        class_names=tuple("0123456789"),
        target="digit",
        input_range=(0.0, 16.0),
        drawing=True,
        rows=(1797, 0),
        licence="CC BY 4.0",
        source="Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998 (its test part, "
        "as scikit-learn carries it)",
    )


def find(options: Options, places: Places) -> str | None:  # noqa: ARG001
    """Return `scikit-learn`, whose data file it is, or None if that is not installed."""
    return PACKAGE if sklearn_digits.data_file() else None


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Read the digits: x uint8 (1797, 8, 8) in 0..16, y int64 (1797,); no test rows are set apart.

    Raises:
        DataError: If scikit-learn is not installed or its data file is damaged.
    """
    file = sklearn_digits.data_file()
    if file is None:
        raise DataError(
            "digits: scikit-learn's data file sklearn/datasets/data/digits.csv.gz is not here; "
            "expected scikit-learn to be installed; run 'pip install scikit-learn'"
        )
    try:
        images, labels = sklearn_digits.read(file)
        digests = {name: verify(array, DIGESTS[name], name) for name, array in (("images", images), ("labels", labels))}
    except DamagedError as fault:
        raise DataError(f"{file}: {fault}; run 'pip install --force-reinstall scikit-learn'") from None
    train = Samples(images, labels.astype("int64"))
    return Dataset("digits", describe(options), train, None, PACKAGE, digests)
