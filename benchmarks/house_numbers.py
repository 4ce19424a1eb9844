"""What runs of mnist-to-svhn or svhn-to-mnist know of digits and of house numbers, in colour.

    python benchmarks/house_numbers.py runs/colour --picture house-numbers.png

Reads the grid that `lifelong-vae compare` has written, after its last task. Of each run, over all
test images: correlation of the mean red - green and blue - green of reconstructed house numbers
with the original's; PSNR in dB of both domains; the share of reconstructions that the grid's
classifier takes for the class it sees in the original. Of 2,000 generated images: colourfulness,
the mean of max - min over channels, over that of real house numbers; and the share that the
classifier takes for house numbers. Of 4,000 test codes: accuracy of a linear and of a 10-nearest-
neighbour classifier of z_c that was fitted to 4,000 others.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
from colour import hues
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.classifier import load_classifier
from keras_lifelong_vae.experiments.labelled_images import collect

GENERATED, SHOWN, CODES = 2000, 12, 4000


def colourfulness(images: np.ndarray) -> np.ndarray:
    return (images.max(axis=-1) - images.min(axis=-1)).mean(axis=(1, 2))


def measured(model: klv.LifelongVAE, test: Any, house: int, classifier: Any) -> dict[str, float]:
    answers = model.reconstruct(test.images)
    psnr = -10 * np.log10(np.square(test.images - answers).mean(axis=(1, 2, 3)))
    of_house = test.tasks == house
    pairs = zip(hues(test.images[of_house]), hues(answers[of_house]), strict=True)
    red, blue = (float(np.corrcoef(*pair)[0, 1]) for pair in pairs)
    same = classifier.classes(answers) == classifier.classes(test.images)
    drawn = model.generate(GENERATED, seed=0)
    is_house = test.task_of_class[classifier.classes(drawn)] == house
    spread = colourfulness(drawn[is_house]).mean() / colourfulness(test.images[of_house]).mean()
    return {
        "red - green": red,
        "blue - green": blue,
        "PSNR of digits": psnr[~of_house].mean(),
        "PSNR of house numbers": psnr[of_house].mean(),
        "recognised": same.mean(),
        "colourfulness": spread,
        "house numbers drawn": is_house.mean(),
        **probes(model, test),
    }


def probes(model: klv.LifelongVAE, test: Any) -> dict[str, float]:
    rows = np.random.default_rng(0).permutation(len(test.images))[: 2 * CODES]
    codes, classes = model.encode(test.images[rows]).loc, test.classes[rows]
    fitted = {"linear": LogisticRegression(max_iter=500), "10-NN": KNeighborsClassifier(10)}
    return {
        name: probe.fit(codes[:CODES], classes[:CODES]).score(codes[CODES:], classes[CODES:])
        for name, probe in fitted.items()
    }


def picture(models: dict[str, klv.LifelongVAE], test: Any, house: int) -> np.ndarray:
    """Originals and reconstructions of each domain, then what each model generates."""
    rows = []
    for task in (1 - house, house):
        shown = test.images[test.tasks == task][:SHOWN]
        rows += [shown, *(model.reconstruct(shown) for model in models.values())]
    rows += [model.generate(SHOWN, seed=1) for model in models.values()]
    return np.concatenate([np.concatenate(list(row), axis=1) for row in rows]).clip(0, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("grid", type=Path, help="directory of lifelong-vae compare")
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    models, found = {}, {}
    for cell in sorted((options.grid / "cells").iterdir()):
        path = cell / "model.keras"
        if not path.exists():
            continue
        _, _, seed = cell.name.rpartition("-")
        models[cell.name] = keras.models.load_model(path)
        sequence = json.loads((cell / "results.json").read_text())["sequence"]
        tasks = sequences.get(sequence).load(batch_size=500, standin=True)
        test, house = collect(tasks, "test"), int(sequence == "mnist-to-svhn")
        classifier = load_classifier(options.grid / f"classifier-{seed}")
        found[cell.name] = measured(models[cell.name], test, house, classifier)
        print(cell.name, {name: round(float(v), 3) for name, v in found[cell.name].items()})
    if options.picture:
        pixels = (255 * picture(models, test, house)).round().astype("uint8")
        image = Image.fromarray(pixels.repeat(2, 0).repeat(2, 1))
        image.quantize(256).save(options.picture, optimize=True)


if __name__ == "__main__":
    main()
