"""What is measured and kept of models that generate from elsewhere or have no categories."""

from dataclasses import dataclass

import numpy as np

from keras_lifelong_vae import tasks
from keras_lifelong_vae.experiments.album import write_specimens
from keras_lifelong_vae.experiments.labelled_images import LabelledImages
from keras_lifelong_vae.experiments.measurement import Judge


@dataclass
class Model:
    """Generates dark images by default and lighter ones from the prior."""

    default_prior: str = "aggregate_posterior"
    has_categories: bool = False
    event_shape: tuple = (2, 2, 1)

    def generate(self, num_images, seed, prior=None):
        light = 1.0 if (prior or self.default_prior) == "prior" else 0.3
        return light * np.random.default_rng(seed).uniform(size=(num_images, 2, 2, 1))


class Classifier:
    def features(self, images):
        return images.reshape(len(images), -1)

    def classes(self, images):
        return (images.mean(axis=(1, 2, 3)) > 0.3).astype(int)


TASKS = tasks.from_arrays({"a": np.zeros((2, 2, 2, 1))})


def judge(classifier=None, labelled=True):
    images = 0.3 * np.random.default_rng(1).uniform(size=(200, 2, 2, 1))
    tasks = np.repeat([0, 1], 100)
    return Judge(LabelledImages(images, tasks, tasks, np.arange(2), labelled), classifier, seed=0)


def test_without_categories_what_they_say_is_left_out():
    assert judge().categories(Model(), 2) is None
    measured = judge(Classifier()).measure(Model(), 2, None)
    assert (measured.purity, measured.mutual_information, measured.agreement) == (None,) * 3
    assert measured.category_task_shares is None
    assert sum(measured.task_shares) == 1.0


def test_both_sources_of_z_are_measured():
    measured = judge(Classifier()).measure(Model(), 2)
    assert measured.generated_from == "aggregate_posterior"
    assert measured.frechet_distance < 0.01 < measured.frechet_distance_prior
    assert measured.task_shares == [1.0, 0.0]


def test_the_prior_is_not_measured_twice():
    measured = judge(Classifier()).measure(Model("prior"), 2)
    assert measured.generated_from == "prior"
    assert measured.frechet_distance == measured.frechet_distance_prior > 0.01


def test_specimens_are_kept_of_both_sources_and_of_categories_if_there_are_any(tmp_path):
    write_specimens(tmp_path / "both.npz", Model(), TASKS, seed=0)
    write_specimens(tmp_path / "prior.npz", Model("prior"), TASKS, seed=0)
    write_specimens(tmp_path / "vectors.npz", Model(event_shape=(4,)), TASKS, seed=0)
    both, prior = np.load(tmp_path / "both.npz"), np.load(tmp_path / "prior.npz")
    assert (sorted(both), sorted(prior)) == (["samples", "samples_prior"], ["samples"])
    np.testing.assert_array_equal(both["samples_prior"], prior["samples"])
    assert both["samples"].max() < prior["samples"].max()
    assert not (tmp_path / "vectors.npz").exists()
