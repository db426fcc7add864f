"""Sign Language MNIST: hands that sign the letters of the American manual alphabet, 28x28 pixels."""

from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Places
from dnnctl.datasets.published import sign_language

INFO = DatasetInfo(
    title="Sign Language MNIST: 28x28 pictures of hands that sign a letter",
    task="multiclass",
    input_shape=(28, 28),
    # J and Z are signed with a movement, which a still picture cannot show.
    class_names=tuple("ABCDEFGHIKLMNOPQRSTUVWXY"),
    target="letter",
    input_range=(0.0, 255.0),
    rows=(27455, 7172),
    folder="sign-language-mnist",
    licence="CC0 1.0 (public domain)",
    source="tecperson, Sign Language MNIST, Kaggle, 2017: " + sign_language.PAGE,
)


class Options(DatasetOptions):
    """27,455 hands to train on and 7,172 to test on, as published. It has no options."""


def describe(options: Options) -> DatasetInfo:  # noqa: ARG001
    """Return what is known about Sign Language MNIST."""
    return INFO


def find(options: Options, places: Places) -> str | None:  # noqa: ARG001
    """Return the folder or zip file that holds it, or None."""
    return sign_language.find(INFO, places)


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Read both CSV files; they cannot be downloaded without an account at Kaggle.

    Raises:
        DataError: If they are nowhere, or a row of them is wrong.
    """
    return sign_language.load("sign_language_mnist", INFO, places)
