"""Fashion-MNIST: 70,000 pictures of clothes, shoes and bags of 28x28 pixels."""

from dnnctl.datasets.base import DatasetInfo, DatasetOptions
from dnnctl.datasets.published import image_set

SET = image_set.ImageSet(
    name="fashion_mnist",
    info=DatasetInfo(
        title="Fashion-MNIST: 28x28 pictures of clothes, shoes and bags",
        task="multiclass",
        input_shape=(28, 28),
        class_names=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        target="article",
        input_range=(0.0, 255.0),
        rows=(60000, 10000),
        folder="fashion-mnist",
        drawing=True,
        framing="box",
        licence="MIT, Zalando SE",
        source="Xiao, Rasul and Vollgraf, Fashion-MNIST, 2017, arXiv:1708.07747",
    ),
    digests={
        "train-images": "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
        "train-labels": "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
        "test-images": "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
        "test-labels": "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
    },
    mirrors=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    keras="fashion-mnist",
)


class Options(DatasetOptions):
    """60,000 pictures to train on and 10,000 to test on, as published. It has no options."""


describe, find, load = image_set.functions(SET)
