"""-log p(x | z), at the student's own z or crosswise with its teacher's."""

from keras_lifelong_vae.registration import register
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.terms.term import Term, zeros
from keras_lifelong_vae.types import Tensor


@register
class Reconstruction(Term):
    """-log p(x | z), z ~ q(z | x); for a replayed image at z_teacher if replay is "crossed".

    Part of every loss, whether it is in the list of terms or not.
    """

    def value(self, step: Step) -> Tensor:
        return -step.log_prob


@register
class CrossReconstruction(Term):
    """-log p_teacher(x | z) at the student's own z of a replayed x, 0 if x is real.

    Part of the loss where replay is "crossed", whether it is in the list of terms or not.
    """

    def value(self, step: Step) -> Tensor:
        if not step.crossed:
            return zeros(step)
        parameters = step.teacher.parameters(step.maybe_replayed(step.code))
        images = step.maybe_replayed(step.images)
        return step.where_replayed(-step.teacher.likelihood.log_prob(images, parameters))
