"""MNIST: 70,000 handwritten digits of 28x28 pixels."""

from dnnctl.datasets.base import DatasetInfo, DatasetOptions
from dnnctl.datasets.published import image_set

SET = image_set.ImageSet(
    name="mnist",
    info=DatasetInfo(
        title="MNIST: 28x28 pictures of handwritten digits",
        task="multiclass",
        input_shape=(28, 28),
        class_names=tuple("0123456789"),
        target="digit",
        input_range=(0.0, 255.0),
        drawing=True,
        framing="mass",
        rows=(60000, 10000),
        folder="mnist",
        licence="CC BY-SA 3.0, as it is commonly given",
        source="LeCun, Cortes and Burges, The MNIST database of handwritten digits, 1998",
    ),
    digests={
        "train-images": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        "train-labels": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
        "test-images": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        "test-labels": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
    },
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    archives=("https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",),
    keras="mnist.npz",
)


class Options(DatasetOptions):
    """60,000 digits to train on and 10,000 to test on, as published. It has no options."""


describe, find, load = image_set.functions(SET)
