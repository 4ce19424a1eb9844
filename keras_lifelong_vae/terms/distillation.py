"""Learning without forgetting, carried over to a VAE: the teacher answers on the new data."""

import tensorflow as tf

from keras_lifelong_vae.registration import register
from keras_lifelong_vae.terms.consistency import consistency_kl
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.terms.term import Term, zeros
from keras_lifelong_vae.types import Tensor


@register
class Distillation(Term):
    """The student goes on answering as its teacher does, asked about new data.

        KL(q_T(z | x) || q(z | x)) - E_{z ~ q_T(z | x)} log p(x_T(z) | z)

    Learning without Forgetting keeps a classifier's old outputs on the new task's inputs. Two
    things were carried over: the encoder's output is the posterior, so the old answer is q_T(z | x)
    and the distance a KL; the decoder's input is z, so it is asked at the teacher's own
    z ~ q_T(z | x) and answers with x_T(z), the teacher's mean. It sees no image of an earlier
    task, real or generated: what the new data do not resemble is not protected.

    Reference: Li and Hoiem, "Learning without Forgetting", 2016.
    """

    needs_teacher = True

    def value(self, step: Step) -> Tensor:
        if step.teacher is None:
            return zeros(step)
        answer = step.teacher.posterior(step.images)  # q_T(z | x)
        code = step.teacher.latent.sample(answer, step.seed)  # z ~ q_T(z | x)
        images = step.teacher.mean(code)  # x_T(z)
        parameters = step.student.parameters(code, training=True)
        encoder = consistency_kl(step.student.latent, answer, step.posterior)
        decoder = -step.student.likelihood.log_prob(images, parameters)
        return tf.where(step.is_real, encoder + decoder, 0.0)
