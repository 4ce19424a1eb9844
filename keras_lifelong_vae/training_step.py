"""One training step: look at a batch, judge what was seen, and learn from it if it is good."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from keras_lifelong_vae import noise, replicas
from keras_lifelong_vae.novelty import image_statistics
from keras_lifelong_vae.replay import Codes, MixedBatch, real_only
from keras_lifelong_vae.step_guard import Finding, Verdict, no_step
from keras_lifelong_vae.terms import Step
from keras_lifelong_vae.types import Tensor


class Outcome(NamedTuple):
    """What a batch says, before anything is learned from it.

    Attributes:
        gradients: Of the (scaled) loss, one for each trainable variable.
        loss: Nats per image, `()`.
        logs: Each term by its name, `()`.
        finding: Whether they are finite.
        codes: Of the real batch; none if no summary is made.
    """

    gradients: list[Tensor]
    loss: Tensor
    logs: dict[str, Tensor]
    finding: Finding
    codes: Codes | tuple[()]


def learn(model: Any, images: Tensor, labels: Any = None) -> None:
    """Changes the model along the gradients of the batch's loss, if all of it is finite."""
    if replicas.synchronize():
        return _learn_selecting(model, images)
    # What changes the model depends on the batch: Keras also runs a step past the end of data.
    admitted = model.guard.admits(images, model.likelihood)
    tf.cond(admitted, lambda: _learn_branching(model, images, labels), no_step)
    return None


def _learn_selecting(model: Any, images: Tensor) -> None:
    """All is changed, and changed back if it is not good: replicas can't agree in a branch."""
    changing = _changed_by_looking(model) + _changed_by_applying(model)
    before = [tf.identity(variable) for variable in changing]
    seed = noise.next_seed(model.seed_generator)
    number = tf.shape(images)[0]
    images = replicas.at_least_one(images)
    outcome = replicas.of_all(look(model, images, replicas.own_seed(seed)), number)
    examined = model.guard.examine(images, model.likelihood)
    judged = model.guard.judge(outcome.finding, _checked_gradients(model, outcome))
    pairs = zip(judged, examined, strict=True)
    own = Verdict(*(tf.where(examined.good, *pair) for pair in pairs))
    verdict = replicas.common(own, number)
    closed = model.guard.is_closed
    model.guard.note(verdict, unless=closed)
    apply(model, outcome)
    good = verdict.good & ~closed
    for variable, value in zip(changing, before, strict=True):
        variable.assign(tf.where(good, tf.convert_to_tensor(variable), value))


def _learn_branching(model: Any, images: Tensor, labels: Any) -> Tensor:
    looking = _changed_by_looking(model)
    before = [tf.identity(variable) for variable in looking]
    looked = _compiled(partial(look, model), model.jit_compile)
    outcome = looked(images, noise.next_seed(model.seed_generator), labels)

    def undo() -> Tensor:
        for variable, value in zip(looking, before, strict=True):
            variable.assign(value)
        return no_step()

    good = model.guard.passes(outcome.finding, _checked_gradients(model, outcome))
    applied = _compiled(partial(apply, model), model.jit_compiles_updates)
    return tf.cond(good, lambda: applied(outcome), undo)


def _compiled(part: Callable[..., Any], by_xla: bool) -> Callable[..., Any]:
    """A part of the step; XLA never compiles all of it, for it copies what a branch updates."""
    if not by_xla:
        return part
    return tf.function(part, jit_compile=True, reduce_retracing=True, autograph=False)


def _changed_by_looking(model: Any) -> list[Any]:
    observing = [layer for term in model.terms if term.observes for layer in term.state]
    return [
        *model.student.non_trainable_variables,
        *(variable for layer in observing for variable in layer.non_trainable_variables),
        model.seed_generator.state,
    ]


def _changed_by_applying(model: Any) -> list[Any]:
    codes = [] if model.recent_codes is None else model.recent_codes.variables
    metrics = [variable for metric in model.metrics for variable in metric.variables]
    own = [*model.trainable_variables, *model.optimizer.variables, model.training_steps]
    return [*own, *codes, *metrics]


def _checked_gradients(model: Any, outcome: Outcome) -> list[Tensor]:
    # An optimizer that scales the loss leaves out by itself what overflows.
    scales = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    return [tf.constant(0.0)] if scales else outcome.gradients


def look(model: Any, images: Tensor, seed: Tensor, labels: Any = None) -> Outcome:
    """What the batch says; of the model only schedules and what terms observe go on."""
    replay_seed, noise_seed = tf.unstack(tf.random.split(seed, 2))
    counters = (model.present_task, model.finished_tasks, model.training_steps)
    present, finished, steps = map(tf.convert_to_tensor, counters)
    model.student.latent.begin_step(present, finished, steps)
    number = tf.shape(images)[0]

    def first_task() -> Outcome:
        step = Step(real_only(images), model.student, noise_seed, labels=labels)
        return _outcome(model, step, number)

    def later_task() -> Outcome:
        batch, crossed = _mixed_batch(model, images, replay_seed)
        step = Step(batch, model.student, noise_seed, model.teacher, crossed, labels)
        return _outcome(model, step, number)

    if model.replay is None and not any(term.needs_teacher for term in model.terms):
        return first_task()
    return tf.cond(finished > 0, later_task, first_task)


def _mixed_batch(model: Any, images: Tensor, seed: Tensor) -> tuple[MixedBatch, bool]:
    if model.replay is None:
        return real_only(images), False
    summaries, finished = model.aggregate_posterior, model.finished_tasks
    batch = model.replay.batch(images, model.teacher, summaries, finished, seed)
    return batch, model.replay.is_crossed


def _outcome(model: Any, step: Step, number: Tensor) -> Outcome:
    """Of a step whose first `number` images are the real batch, or are in its place."""
    weights = model.trainable_variables
    with tf.GradientTape() as tape:
        loss, logs = model.batch_loss(step)
        scaled_loss = model.optimizer.scale_loss(loss)
    gradients = tape.gradient(scaled_loss, weights, unconnected_gradients="zero")
    codes = () if model.recent_codes is None else _codes(step, number)
    for term in model.terms:
        term.observe(step)
    finding = model.guard.look_at({**step.values, "loss": loss})
    dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
    return Outcome(dense, loss, logs, finding, codes)


def _codes(step: Step, number: Tensor) -> Codes:
    real = (step.images, step.posterior, step.log_prob, step.code.continuous, step.is_real)
    images, posterior, log_prob, continuous, is_real = tf.nest.map_structure(
        lambda one: one[:number], real
    )
    statistics = image_statistics(step.student.likelihood, images, posterior, log_prob)
    return Codes(continuous, tf.nn.softmax(posterior.logits), statistics, is_real)


def apply(model: Any, outcome: Outcome) -> Tensor:
    """Learns from the batch."""
    model.optimizer.apply(outcome.gradients, model.trainable_variables)
    model.training_steps.assign_add(1)
    if outcome.codes:
        model.recent_codes.remember(outcome.codes)
    model.update_trackers({"loss": outcome.loss, **outcome.logs})
    return no_step()
