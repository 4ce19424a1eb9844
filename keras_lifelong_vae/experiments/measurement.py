"""What is measured on test images after each stage, besides -ELBO."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from keras_lifelong_vae.experiments.classifier import Classifier
from keras_lifelong_vae.experiments.labelled_images import LabelledImages
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.metrics import (
    agreement,
    class_shares,
    frechet_distance,
    mutual_information,
    purity,
)

NUM_SAMPLES = 10_000
SAMPLES_PER_CATEGORY = 100


@dataclass(frozen=True)
class Measurement:
    """Figures after one stage, on the test images of the tasks seen so far.

    Args:
        frechet_distance: Of generated to test images, on the classifier's features; `None`
            without a classifier or with too few test images.
        frechet_distance_prior: The same with z from p(z), whatever the default is.
        generated_from: Where z comes from by default: "aggregate_posterior" or "prior".
        task_shares: Share of each of all tasks among generated images, by the classifier.
        category_task_shares: For each active category, the share of its own task among images
            generated with it, by the classifier; `None` if categories don't belong to tasks.
        purity: Of argmax z_d against the classes; like the next two `None` without categories.
        mutual_information: Of argmax z_d and the classes, nats.
        agreement: Share of test images of earlier tasks whose argmax z_d is the teacher's;
            `None` after the first stage.
    """

    purity: float | None = None
    mutual_information: float | None = None
    agreement: float | None = None
    frechet_distance: float | None = None
    frechet_distance_prior: float | None = None
    generated_from: str | None = None
    task_shares: list[float] | None = None
    category_task_shares: list[float] | None = None


@dataclass(frozen=True)
class Judge:
    """Measures a model against test images, with a classifier if there is one.

    Args:
        test: Test images of all tasks.
        classifier: Trained on the training images of all tasks, or `None`.
        seed: Of what is generated.
    """

    test: LabelledImages
    classifier: Classifier | None
    seed: int

    def categories(self, model: LifelongVAE, seen: int) -> np.ndarray | None:
        """argmax z_d of the test images of the first `seen` tasks; `None` without categories."""
        return model.encode(self.test.of_tasks(seen).images).category

    def measure(
        self, model: LifelongVAE, seen: int, teachers: np.ndarray | None = None
    ) -> Measurement:
        """The figures of `model`, which has seen `seen` tasks.

        Args:
            model: What is measured.
            seen: How many tasks it has learned.
            teachers: `categories` of the teacher for the tasks it knew, `None` if it knew none.
        """
        categories = self.categories(model, seen)
        figures: dict[str, Any] = {}
        if categories is not None:
            classes = self.test.of_tasks(seen).classes
            figures["purity"] = purity(categories, classes)
            figures["mutual_information"] = mutual_information(categories, classes)
            if teachers is not None:
                figures["agreement"] = agreement(teachers, categories[: len(teachers)])
        return Measurement(**figures, **self._generated(model, seen))

    def _generated(self, model: LifelongVAE, seen: int) -> dict[str, Any]:
        if self.classifier is None:
            return {}
        samples = model.generate(NUM_SAMPLES, seed=self.seed)
        distance = from_prior = self._frechet_distance(samples, seen)
        if model.default_prior != "prior":
            prior_samples = model.generate(NUM_SAMPLES, seed=self.seed, prior="prior")
            from_prior = self._frechet_distance(prior_samples, seen)
        return {
            "frechet_distance": distance,
            "frechet_distance_prior": from_prior,
            "generated_from": model.default_prior,
            "task_shares": class_shares(self._tasks_of(samples), self.test.num_tasks).tolist(),
            "category_task_shares": self._category_task_shares(model, seen),
        }

    def _frechet_distance(self, samples: np.ndarray, seen: int) -> float | None:
        """`None` where a task has too few test images for a covariance, as the 8x8 digits do."""
        assert self.classifier is not None
        real = self._test_features[: len(self.test.of_tasks(seen).images)]
        if len(real) <= real.shape[1]:
            return None
        return frechet_distance(self.classifier.features(samples), real)

    def _category_task_shares(self, model: LifelongVAE, seen: int) -> list[float] | None:
        if not model.has_categories:
            return None
        per_task = model.categories_per_task
        if model.active_categories != seen * per_task:
            return None  # categories became active otherwise than task by task
        shares = []
        for category in range(model.active_categories):
            images = model.generate(SAMPLES_PER_CATEGORY, seed=self.seed, category=category)
            shares.append(float(np.mean(self._tasks_of(images) == category // per_task)))
        return shares

    def _tasks_of(self, images: np.ndarray) -> np.ndarray:
        assert self.classifier is not None
        return self.test.task_of_class[self.classifier.classes(images)]

    @cached_property
    def _test_features(self) -> np.ndarray:
        assert self.classifier is not None
        return self.classifier.features(self.test.images)
