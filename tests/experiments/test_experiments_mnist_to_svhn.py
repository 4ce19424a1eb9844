"""MNIST, then SVHN's stand-in, from the command to the report, on few images of the real shapes."""

import json
from functools import partial

import numpy as np
import pytest
from matplotlib.text import Text

from keras_lifelong_vae import cli, data
from keras_lifelong_vae.data.digits import load_digits
from keras_lifelong_vae.experiments import grid, measurement, sequences
from keras_lifelong_vae.experiments.report.contents import read_contents
from keras_lifelong_vae.experiments.report.figures import PLANS

STANDIN = "SynthDigits, a stand-in for SVHN"
NAMES = ["naive", "lifelong"]


def enlarged(images, size):
    """8x8 digits as `size` x `size` pixels, with a margin of zeros."""
    large = images.repeat(size // 8, axis=1).repeat(size // 8, axis=2)
    margin = size - large.shape[1]
    low, high = margin // 2, margin - margin // 2
    return np.pad(large, ((0, 0), (low, high), (low, high), (0, 0)))


def coloured(images):
    """The digits as light paint on dark blue walls."""
    wall, paint = np.array([20, 40, 110]), np.array([240, 220, 150])
    share = enlarged(images, 32) / 255
    return np.round(wall + share * (paint - wall)).astype("uint8")


def small_data(name, data_dir=None, source_dir=None):
    """The digits in the shape of the data set asked for."""
    digits = load_digits()
    shape = {"mnist": partial(enlarged, size=28), "synth_digits": coloured}[name]
    train, test = shape(digits.train_images[:360]), shape(digits.test_images)
    labels = digits.train_labels[:360], digits.test_labels
    return data.ImageData(name, train, labels[0], test, labels[1], digits.class_names, "a test")


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A comparison of two strategies with its report, made by the commands."""
    out = tmp_path_factory.mktemp("mnist-to-svhn")
    compare = ["compare", "mnist-to-svhn", "--standin", "--strategies", *NAMES, "--seeds", "0"]
    options = ["--epochs", "4", "--batch-size", "24", "--no-jit-compile", "--latent-dim", "4"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequences.data, "load", small_data)
        patch.setattr(grid, "train_classifier", partial(grid.train_classifier, steps=120))
        patch.setattr(measurement, "NUM_SAMPLES", 300)
        assert cli.main([*compare, *options, "--out", str(out)]) == 0
    assert cli.main(["report", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def runs(finished):
    return {run.strategy: run for run in grid.Grid(finished).results()}


def test_a_convolutional_network_learns_both_domains_in_colour(runs):
    assert list(runs) == NAMES
    for run in runs.values():
        assert run.tasks == ["MNIST", "SynthDigits (stand-in for SVHN)"]
        assert run.config["network"] == "convolutional"
        assert run.config["event_shape"] == [32, 32, 3]
        assert run.test_sizes == [360, 360]
        (before, untrained), (_, learned) = run.negative_elbo
        assert before < untrained
        assert learned < untrained


def test_naive_forgets_the_first_domain_and_lifelong_keeps_it(runs):
    before = runs["naive"].negative_elbo[0][0]
    assert runs["lifelong"].negative_elbo[0][0] == pytest.approx(before, rel=0.02)
    forgot = {name: run.negative_elbo[1][0] - run.negative_elbo[0][0] for name, run in runs.items()}
    assert forgot["naive"] > 3 * abs(forgot["lifelong"]) + 50  # nats


def test_generated_images_are_judged_after_both(runs):
    for run in runs.values():
        assert [one["frechet_distance"] > 0 for one in run.measurements] == [True, True]
    shares = {name: run.measurements[-1]["task_shares"] for name, run in runs.items()}
    assert shares["lifelong"][0] > shares["naive"][0] + 0.1


def test_every_table_of_figures_names_the_stand_in(finished):
    lines = (finished / "report.md").read_text().splitlines()
    tables = [i for i, line in enumerate(lines) if line.startswith("| strategy |")]
    captions = [lines[i - 2] for i in tables]
    described = [line for line in captions if line.startswith("Strategies, and what each keeps")]
    assert len(described) == 1  # no figures in it
    assert len(captions) == 7
    assert all(STANDIN in line for line in captions if line not in described)
    assert STANDIN in lines[0]
    assert "--standin" in "\n".join(lines)


def test_every_picture_names_the_stand_in(finished):
    contents = read_contents(finished)
    report = (finished / "report.md").read_text()
    for plan in PLANS:
        written = [text.get_text() for text in plan.draw(contents).findobj(Text)]
        assert any(STANDIN in text for text in written), plan.file
        assert f"{plan.title} ({STANDIN})]({plan.file})" in report
        assert (finished / plan.file).exists()


def test_the_directory_says_that_it_is_of_the_stand_in(finished):
    settings = json.loads((finished / "grid.json").read_text())
    assert (settings["sequence"], settings["standin"]) == ("mnist-to-svhn", True)
