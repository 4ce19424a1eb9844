"""What is measured on test images after each stage, besides -ELBO."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from keras_lifelong_vae import metrics
from keras_lifelong_vae.experiments.classifier import Classifier
from keras_lifelong_vae.experiments.labelled_images import LabelledImages
from keras_lifelong_vae.lifelong_vae import LifelongVAE

NUM_SAMPLES = 10_000
SAMPLES_PER_CATEGORY = 100


@dataclass(frozen=True)
class Measurement:
    """Figures after one stage, on the test images of the tasks seen so far; `None` without labels,
    categories or a classifier to measure one with.
    """

    purity: float | None = None  # of argmax z_d against the classes
    mutual_information: float | None = None  # of argmax z_d and the classes, nats
    # Share of test images of earlier tasks whose argmax z_d is the teacher's; from stage 2 on.
    agreement: float | None = None
    generated_from: str | None = None  # z of generated images: "aggregate_posterior" or "prior"
    # Of generated to test images, on the classifier's features, if there are enough test images.
    frechet_distance: float | None = None
    frechet_distance_prior: float | None = None  # the same with z from the prior, N(0, I)
    # Share of each of all tasks among generated images, by the classifier.
    task_shares: list[float] | None = None
    # For each active category, the share of its own task among images generated with it, by the
    # classifier, if categories belong to tasks.
    category_task_shares: list[float] | None = None


@dataclass(frozen=True)
class Judge:
    """Measures a model against test images, with a classifier if there is one."""

    test: LabelledImages  # of all tasks
    classifier: Classifier | None  # trained on the training images of all tasks
    seed: int  # of what is generated

    def categories(self, model: LifelongVAE, seen: int) -> np.ndarray | None:
        """argmax z_d of the test images of the first `seen` tasks, `None` without a z_d."""
        if not model.has_categories:
            return None
        return model.encode(self.test.of_tasks(seen).images).category

    def measure(
        self, model: LifelongVAE, seen: int, teachers: np.ndarray | None = None
    ) -> Measurement:
        """The figures of `model`, which has seen `seen` tasks; `teachers` is what `categories` of
        the teacher were for the tasks it knew, `None` if it knew none.
        """
        figures: dict[str, Any] = {"generated_from": model.default_prior}
        categories = self.categories(model, seen)
        if categories is not None and self.test.labelled:
            classes = self.test.of_tasks(seen).classes
            figures["purity"] = metrics.purity(categories, classes)
            figures["mutual_information"] = metrics.mutual_information(categories, classes)
        if categories is not None and teachers is not None:
            figures["agreement"] = metrics.agreement(teachers, categories[: len(teachers)])
        if self.classifier is not None:
            figures |= self._of_generated(model, seen)
        return Measurement(**figures)

    def _of_generated(self, model: LifelongVAE, seen: int) -> dict[str, Any]:
        found = self.generated(model.generate(NUM_SAMPLES, seed=self.seed), seen)
        from_prior = found["frechet_distance"]
        if from_prior is not None and model.default_prior != "prior":
            drawn = model.generate(NUM_SAMPLES, seed=self.seed, prior="prior")
            from_prior = self._distance(drawn, seen)
        return {
            **found,
            "frechet_distance_prior": from_prior,
            "category_task_shares": self._category_task_shares(model, seen),
        }

    def generated(self, images: np.ndarray, seen: int) -> dict[str, Any]:
        """Fréchet distance and tasks' shares of generated images; none without a classifier."""
        if self.classifier is None:
            return {}
        shares = metrics.class_shares(self._tasks_of(images), self.test.num_tasks)
        return {"frechet_distance": self._distance(images, seen), "task_shares": shares.tolist()}

    def _distance(self, images: np.ndarray, seen: int) -> float | None:
        """`None` where there are too few test images for a covariance, as of 8x8 digits."""
        assert self.classifier is not None
        real = self._test_features[: len(self.test.of_tasks(seen).images)]
        enough = len(real) > real.shape[1]
        return metrics.frechet_distance(self.classifier.features(images), real) if enough else None

    def _category_task_shares(self, model: LifelongVAE, seen: int) -> list[float] | None:
        if not model.has_categories or model.active_categories != seen * model.categories_per_task:
            return None  # categories became active otherwise than task by task
        shares = []
        for category in range(model.active_categories):
            images = model.generate(SAMPLES_PER_CATEGORY, seed=self.seed, category=category)
            own = self._tasks_of(images) == category // model.categories_per_task
            shares.append(float(np.mean(own)))
        return shares

    def _tasks_of(self, images: np.ndarray) -> np.ndarray:
        assert self.classifier is not None
        return self.test.task_of_class[self.classifier.classes(images)]

    @cached_property
    def _test_features(self) -> np.ndarray:
        assert self.classifier is not None
        return self.classifier.features(self.test.images)
