"""Which networks and likelihoods learn colours, and which stay grey.

    python benchmarks/colour.py --out colour.json

A VAE of one task, 20,000 SynthDigits 32x32x3 or images of `--data`, two passes, batch 64, Adam
1e-3, z_c of 64 numbers. Of the reconstructions of 1,000 test images: correlation of each image's
mean red - green and blue - green with the original's, and PSNR in dB. The whole set-up is that of
the first task of a lifelong model. One thread.
"""

import argparse
import time
from functools import partial
from itertools import product
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from kept_results import keep

import keras_lifelong_vae as klv

NETWORKS = ("convolutional", "residual")
LIKELIHOODS = ("bernoulli", "gaussian", "discretized_logistic")
TRAIN, TEST, BATCH, EPOCHS, LATENT_DIM = 20_000, 1000, 64, 2, 64


def hues(images: np.ndarray) -> list[np.ndarray]:
    """Of each image the mean of red - green, and of blue - green."""
    return [(images[..., channel] - images[..., 1]).mean(axis=(1, 2)) for channel in (0, 2)]


def measured(data_set: str, network: str, likelihood: str, seed: int) -> dict[str, float]:
    data = klv.data.load(data_set)
    train = (data.train_images[:TRAIN] / 255).astype("float32")
    test = (data.test_images[:TEST] / 255).astype("float32")
    keras.utils.set_random_seed(seed)
    model = klv.LifelongVAE(
        train.shape[1:], LATENT_DIM, network=network, likelihood=likelihood, seed=seed
    )
    model.compile(keras.optimizers.Adam(1e-3))
    begun = time.perf_counter()
    model.fit(train, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    seconds = time.perf_counter() - begun
    answers = model.reconstruct(test)
    found = {}
    if test.shape[-1] == 3:
        pairs = zip(hues(test), hues(answers), strict=True)
        red, blue = (float(np.corrcoef(*pair)[0, 1]) for pair in pairs)
        found = {"red - green": red, "blue - green": blue}
    error = np.square(test - answers).mean(axis=(1, 2, 3))
    psnr = float(np.mean(-10 * np.log10(error)))
    return {**found, "PSNR, dB": psnr, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="synth_digits", help="name of a data set")
    parser.add_argument("--networks", nargs="+", default=NETWORKS)
    parser.add_argument("--likelihoods", nargs="+", default=LIKELIHOODS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--out", type=Path, default=Path("colour.json"))
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    choices = product(options.networks, options.likelihoods, options.seeds)
    cases = (
        (
            f"{options.data}, {network}, {likelihood}, seed {seed}",
            partial(measured, options.data, network, likelihood, seed),
        )
        for network, likelihood, seed in choices
    )
    keep(options.out, cases)


if __name__ == "__main__":
    main()
