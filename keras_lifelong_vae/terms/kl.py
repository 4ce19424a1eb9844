"""KL(q(z | x) || p(z))."""

from typing import Any

from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.terms.term import Term
from keras_lifelong_vae.types import Tensor

CATEGORY_PRIORS = ("task", "uniform")


@register
class KL(Term):
    """KL(q(z | x) || p(z)), logged by head of the latent: `kl_gaussian`, `kl_categorical`.

    Part of every loss, whether it is in the list of terms or not.

    Args:
        weight: Of it, in training only: evaluation never scales a KL.
        name: See `Term`.
        category_prior: "task": real images know which task they belong to, so that p(z_d) is
            uniform over its categories; or, as in the article, "uniform" over all active ones.
            "task" with replay and "uniform" without if `None`: a model that is shown one task
            alone would forget even more. In evaluation it is always uniform.
    """

    def __init__(
        self, weight: float = 1.0, name: str | None = None, category_prior: str | None = None
    ) -> None:
        super().__init__(weight, name)
        if category_prior is not None:
            check_choice(category_prior, "category_prior", CATEGORY_PRIORS)
        self.category_prior = category_prior
        self._knows_task = category_prior == "task"

    def build(self, model: Any) -> None:
        if self.category_prior is None:
            self._knows_task = model.replay is not None

    def names(self, model: Any) -> list[str]:
        return [f"{self.name}_{head}" for head in model.student.latent.heads]

    def value(self, step: Step) -> dict[str, Tensor]:
        of_present_task = step.is_real if self._knows_task else None
        kls = step.student.latent.kl_to_prior(step.posterior, step.code, of_present_task)
        return {f"{self.name}_{head}": kl for head, kl in kls.items()}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "category_prior": self.category_prior}
