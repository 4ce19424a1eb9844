"""The command line of both clients: status, encode, generate, score."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from client.asking import BOUND, NOVELTY, ask, score, signature_for
from client.connection import AVAILABLE, Connection, ServingError, Target
from client.image_files import read_images, write_images
from client.printable import printable

ENCODING = ("loc", "scale", "category_probs", "category")
SCORE = (*BOUND, *NOVELTY)
BAD_ROW = "not an image: a value is NaN or outside [0, 1]"
DIMENSIONS_SHOWN = 6


def run(
    connect: Callable[[Target], Connection],
    description: str,
    address: str,
    arguments: Sequence[str] | None = None,
) -> int:
    """Parses, asks, prints; returns the exit status.

    Args:
        connect: Makes the connection.
        description: For `--help`.
        address: Of the server, if the command line doesn't say.
        arguments: The command line; that of the process if `None`.
    """
    options = _parser(description, address).parse_args(arguments)
    target = Target(options.server, options.model, options.version, options.timeout)
    try:
        return options.command(connect(target), options)
    except (ServingError, ValueError, OSError) as error:
        print(f"error: {printable(error)}", file=sys.stderr)
        return 1


def _parser(description: str, address: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--server", default=address, metavar="HOST:PORT", help=f"default: {address}"
    )
    parser.add_argument(
        "--model", default="lifelong_vae", metavar="NAME", help="default: lifelong_vae"
    )
    parser.add_argument("--version", type=int, metavar="N", help="default: the newest one served")
    parser.add_argument(
        "--timeout", type=float, default=10.0, metavar="SECONDS", help="default: 10"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    status = commands.add_parser("status", help="which versions are served, and in what state")
    status.set_defaults(command=_status)
    encode = commands.add_parser("encode", help="the latent code of images")
    encode.set_defaults(command=_encode)
    generate = commands.add_parser("generate", help="new images, as a picture")
    generate.set_defaults(command=_generate)
    _add_generate_options(generate)
    score = commands.add_parser("score", help="-ELBO and novelty of images, in nats")
    score.set_defaults(command=_score)
    score.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    for command in (encode, score):
        _add_image_options(command)
    return parser


def _add_image_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "images",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="an array (.npy) of floats in [0, 1] or of uint8, or pictures",
    )
    parser.add_argument("--out", type=Path, metavar="FILE.npz", help="write all outputs here")


def _add_generate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=int, default=16, metavar="N", help="default: 16")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the first image; then N + 1, ..."
    )
    parser.add_argument(
        "--category", type=int, default=-1, metavar="K", help="-1, the default: any"
    )
    parser.add_argument(
        "--task", type=int, default=-1, metavar="T", help="number from 0; -1, the default: any"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("generated.png"),
        metavar="FILE",
        help="a picture, or an array if it ends in .npy (default: generated.png)",
    )


def _status(connection: Connection, options: argparse.Namespace) -> int:
    versions = connection.versions()
    for version, state in sorted(versions.items(), reverse=True):
        print(printable(f"{options.model} version {version}: {state}"))
    return 0 if AVAILABLE in versions.values() else 1


def _encode(connection: Connection, options: argparse.Namespace) -> int:
    images = read_images(options.images)
    code = ask(connection, signature_for("encode", images), {"images": images}, ENCODING)
    known = code["category_probs"].shape[1]
    if code["category"].max() >= known:
        raise ServingError(
            f"the answer must have a `category` below {known}, received {code['category'].max()}"
        )
    print(" row  category  probability  loc of the Gaussian latent")
    for row, category in enumerate(code["category"]):
        if category < 0:
            print(f"{row:4}  {BAD_ROW}")
            continue
        loc = " ".join(f"{value:6.2f}" for value in code["loc"][row][:DIMENSIONS_SHOWN])
        more = " ..." if code["loc"].shape[1] > DIMENSIONS_SHOWN else ""
        print(f"{row:4}  {category:8}  {code['category_probs'][row, category]:11.3f}  {loc}{more}")
    return _write(code, options.out)


def _generate(connection: Connection, options: argparse.Namespace) -> int:
    if options.count < 1:
        raise ValueError(f"--count must be at least 1, received {options.count}")
    seeds = np.arange(options.seed, options.seed + options.count, dtype="int64")
    wanted = {"category": options.category, "task": options.task}
    inputs = {"seed": seeds, **{name: np.full_like(seeds, one) for name, one in wanted.items()}}
    images = ask(connection, "generate", inputs, ("images",))["images"]
    if np.isnan(images).any():
        asked = " or ".join(f"{name} {number}" for name, number in wanted.items() if number != -1)
        raise ServingError(f"{asked} is not known to this model")
    write_images(images, options.out)
    print(printable(f"{len(images)} images: {options.out}"))
    return 0


def _score(connection: Connection, options: argparse.Namespace) -> int:
    images = read_images(options.images)
    scores = score(connection, images, SCORE, options.seed)
    print(" row    -ELBO = reconstruction + KL Gaussian + KL categorical   novelty, nats")
    for row, values in enumerate(zip(*(scores[name] for name in SCORE), strict=True)):
        if np.isnan(values[0]):
            print(f"{row:4}  {BAD_ROW}")
        else:
            bound, reconstruction, gaussian, categorical, novelty = values[:5]
            parts = f"{reconstruction:14.2f}{gaussian:14.2f}{categorical:17.2f}"
            print(f"{row:4} {bound:8.2f}   {parts}   {novelty:7.2f}")
    return _write(scores, options.out)


def _write(arrays: dict[str, np.ndarray], path: Path | None) -> int:
    if path is not None:
        with path.open("wb") as file:  # a file, so that its name stays as given
            np.savez(file, **arrays)  # type: ignore[arg-type]
        print(printable(f"written: {path}"))
    return 0
