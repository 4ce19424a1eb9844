"""What keeps one bad batch from spoiling what was learned, inside the compiled step."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf

from keras_lifelong_vae.autoencoder.validity import in_support
from keras_lifelong_vae.likelihoods import Likelihood
from keras_lifelong_vae.types import Tensor
from keras_lifelong_vae.variables import number_in

IMAGES, GRADIENTS = "images", "gradients"
WHOLE_BATCH = -1


class Finding(NamedTuple):
    """Of each part of a step's loss: whether it is finite, and where it is not.

    Attributes:
        finite: bool `(num_parts,)`.
        row: Of the first value that is not, `WHOLE_BATCH` of a part without rows, `(num_parts,)`.
        value: That value, `(num_parts,)`.
    """

    finite: Tensor
    row: Tensor
    value: Tensor


class Verdict(NamedTuple):
    """Of a step or of its images: whether they are good, else what the first fault is.

    Attributes:
        good: bool `()`.
        reason: Index of it in `StepGuard.reasons`, `()`.
        row: Where it is, or `WHOLE_BATCH`, `()`.
        value: The value that is not good, `()`.
    """

    good: Tensor
    reason: Tensor
    row: Tensor
    value: Tensor


class StepGuard:
    """Says of a step whether it may change the model, and remembers the first one that may not.

    All of it is part of the graph, so that nothing waits for the host; `check` raises later. After
    a bad step no other is admitted until then: the model stays as the last good step left it.

    Args:
        skips: Whether bad steps are only left out and counted, not raised for.
    """

    def __init__(self, skips: bool = False) -> None:
        self.skips = skips
        self.reasons: tuple[str, ...] = (IMAGES,)
        self._bad_steps = tf.Variable(0, trainable=False)
        self._found = tf.Variable([0, 0], trainable=False)  # index of the reason, row
        self._value = tf.Variable(0.0, trainable=False)

    @property
    def bad_batches(self) -> Tensor:
        """How many there were since `reset`."""
        return tf.convert_to_tensor(self._bad_steps)

    @property
    def is_closed(self) -> Tensor:
        """Whether a step was bad before and is still to be raised for, bool `()`."""
        return (tf.convert_to_tensor(self._bad_steps) > 0) & (not self.skips)

    def reset(self) -> None:
        """Begins anew."""
        self._bad_steps.assign(0)

    def admits(self, images: Tensor, likelihood: Likelihood) -> Tensor:
        """Whether all images lie in the support, bool `()`, and no step was bad before."""
        verdict = self.examine(images, likelihood)
        closed = self.is_closed
        self.note(verdict, unless=closed)
        return verdict.good & ~closed

    def passes(self, finding: Finding, gradients: Sequence[Tensor]) -> Tensor:
        """Whether a step may be applied, bool `()`; for the arguments see `judge`."""
        verdict = self.judge(finding, gradients)
        self.note(verdict, unless=tf.constant(False))
        return verdict.good

    def examine(self, images: Tensor, likelihood: Likelihood) -> Verdict:
        """Whether all images lie in the support."""
        images = tf.cast(images, tf.float32)
        usable = in_support(images, likelihood.support)
        good = tf.reduce_all(usable)

        def fault() -> tuple[Tensor, Tensor]:
            row = _first_false(usable)
            values = tf.reshape(tf.gather(images, row), (-1, 1))
            value = tf.gather(values, _first_false(in_support(values, likelihood.support)))
            return row, value[0]

        return Verdict(good, tf.constant(0), *tf.cond(good, _no_fault, fault))

    def look_at(self, parts: Mapping[str, Tensor]) -> Finding:
        """Whether each part of the loss, nats of each row or of all by name, is finite."""
        self.reasons = (IMAGES, *parts, GRADIENTS)
        wide = [tf.cast(part, tf.float32) for part in parts.values()]
        rows = [tf.pad(tf.reshape(part, (-1,)), [[0, 1]]) for part in wide]  # if there is none
        places = [_first_false(tf.math.is_finite(part)) for part in rows]
        pairs = list(zip(wide, rows, places, strict=True))
        return Finding(
            tf.stack([tf.reduce_all(tf.math.is_finite(part)) for part in rows]),
            tf.stack([place if part.shape.rank else WHOLE_BATCH for part, _, place in pairs]),
            tf.stack([tf.gather(row, place) for _, row, place in pairs]),
        )

    def judge(self, finding: Finding, gradients: Sequence[Tensor]) -> Verdict:
        """Whether a step's loss and gradients are finite.

        Args:
            finding: About its loss.
            gradients: Whose squares must have a finite sum, too: optimizers keep squares.
        """
        squares = [tf.nn.l2_loss(tf.cast(one, tf.float32)) for one in gradients]
        finite = tf.concat([finding.finite, [tf.math.is_finite(tf.add_n(squares))]], 0)
        good = tf.reduce_all(finite)
        first = _first_false(finite)

        def fault() -> tuple[Tensor, Tensor]:
            norm = tf.cast(tf.linalg.global_norm(gradients), tf.float32)
            row = tf.gather(tf.concat([finding.row, [WHOLE_BATCH]], 0), first)
            return row, tf.gather(tf.concat([finding.value, [norm]], 0), first)

        return Verdict(good, first + 1, *tf.cond(good, _no_fault, fault))

    def note(self, verdict: Verdict, unless: Tensor) -> None:
        """Remembers a step that is not good."""
        _, reason, row, value = verdict
        first = self._bad_steps == 0

        def remember() -> Tensor:
            self._found.assign(tf.where(first, tf.stack([reason, row]), self._found))
            self._value.assign(tf.where(first, value, self._value))
            self._bad_steps.assign_add(1)
            return no_step()

        tf.cond(verdict.good | unless, no_step, remember)

    def check(self, likelihood: Likelihood, name: str, when: str) -> None:
        """Raises `ValueError` if a step was bad and is not to be left out, and begins anew.

        Args:
            likelihood: Whose support the images must lie in.
            name: How the caller calls the images.
            when: The step and the task, for the message.
        """
        if self.skips or not number_in(self._bad_steps):
            return
        self.reset()
        (reason, row), value = self._found.numpy(), float(self._value.numpy())
        where = when if row == WHOLE_BATCH else f"{when} in row {row} of the batch"
        if self.reasons[reason] == IMAGES:
            raise ValueError(
                f"`{name}` must hold finite values in {likelihood.support}, the support of "
                f"{type(likelihood).__name__}, received {value:g} {where}. Nothing was learned "
                "from that batch or after it."
            )
        raise ValueError(
            f"`{self.reasons[reason]}` must be finite, received {value:g} {where}. Nothing was "
            "learned from that batch or after it. A lower learning rate may help; "
            "`restore_from_teacher()` goes back to the end of the last task."
        )


def no_step() -> Tensor:
    """What a branch that changes nothing returns."""
    return tf.constant(0)


def _no_fault() -> tuple[Tensor, Tensor]:
    return tf.constant(WHOLE_BATCH), tf.constant(0.0)


def _first_false(values: Tensor) -> Tensor:
    return tf.argmin(tf.cast(values, tf.int32), output_type=tf.int32)
