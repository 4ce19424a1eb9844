"""FashionMNIST, one class after another: what a lifelong VAE remembers and a naive one forgets.

    python examples/demo.py [--epochs N] [--out DIR]

Trains both through the ten classes, prints -ELBO on all test images and draws what each of them
generates at the end. Where FashionMNIST can't be had it says so and learns scikit-learn's digits.
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is loaded

import keras

from keras_lifelong_vae import data, plots
from keras_lifelong_vae.experiments import compare, train_sequence

EPOCHS = {"fashion-split": 4, "digits-split": 40}  # both runs within 6 minutes on 2 cores
NUM_IMAGES = 100

NO_FASHION = """
######################################################################
#  FashionMNIST could not be had. THIS IS NOT THE DEMO'S MAIN JOB:   #
#  it goes on with scikit-learn's 1,797 digits of 8x8 pixels.        #
######################################################################
{reason}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, help="per class")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="default: demo")
    arguments = parser.parse_args()
    start = time.perf_counter()
    sequence = available_sequence()
    epochs = arguments.epochs or EPOCHS[sequence]
    runs, images = [], {}
    for strategy in ("lifelong", "naive"):
        print(f"\n== {sequence}, {strategy}: {epochs} epochs a class ==", flush=True)
        directory = arguments.out / strategy
        runs.append(
            train_sequence(sequence, directory, strategy, epochs=epochs, overwrite=True, verbose=0)
        )
        model = keras.models.load_model(directory / "model.keras")
        where = model.default_prior.replace("_", " ")
        images[f"{strategy}: z from the {where}"] = model.generate(NUM_IMAGES, seed=0)
    title = f"Generated after learning {len(runs[0].tasks)} classes one by one ({sequence})"
    picture = arguments.out / "lifelong-and-naive.png"
    plots.save(plots.comparison_grid(images, title, columns=10), picture)
    print(f"\n{compare(runs)}\n")
    print(f"{time.perf_counter() - start:.0f} s in all. The picture to look at first: {picture}")
    print(f"More of each run in {arguments.out}/lifelong and {arguments.out}/naive.")


def available_sequence() -> str:
    """FashionMNIST's sequence, or that of the digits where FashionMNIST can't be had."""
    print("Looking for FashionMNIST; if need be, apt-get fetches a package (allow_packages=True).")
    try:
        print(f"FashionMNIST: {data.load('fashion_mnist', allow_packages=True).source}")
    except data.DataUnavailableError as error:
        print(NO_FASHION.format(reason=error))
        return "digits-split"
    return "fashion-split"


if __name__ == "__main__":
    main()
