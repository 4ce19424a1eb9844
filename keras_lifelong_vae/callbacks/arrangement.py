"""What `fit` is given as callbacks, checked and put in order."""

from typing import Any, NamedTuple

import keras

from keras_lifelong_vae.callbacks.guard_watch import GuardWatch
from keras_lifelong_vae.callbacks.sequence_checkpoint import SequenceCheckpoint
from keras_lifelong_vae.callbacks.teacher_rollover import TeacherRollover
from keras_lifelong_vae.callbacks.transition_detector import TransitionDetector


class Arrangement(NamedTuple):
    """All callbacks of a `fit`, and those that it has to know by name.

    Attributes:
        callbacks: For Keras: a list, or the `CallbackList` that was given.
        checkpoint: The last of them, which sees what the others did, or `None`.
        detector: What looks at each batch before it is learned, or `None`.
    """

    callbacks: Any
    checkpoint: SequenceCheckpoint | None
    detector: TransitionDetector | None


def arrange(given: Any) -> Arrangement:
    """The callbacks given and the guard's.

    Raises:
        ValueError: If two of them would do the same, or one can't do its work here.
    """
    is_list = isinstance(given, keras.callbacks.CallbackList)
    single = isinstance(given, keras.callbacks.Callback)
    callbacks = given.callbacks if is_list else [given] if single else list(given or ())
    if any(isinstance(one, keras.callbacks.BackupAndRestore) for one in callbacks):
        raise ValueError(
            "`callbacks` must hold a SequenceCheckpoint in the place of BackupAndRestore, "
            "which knows one `fit` and not which task it belongs to."
        )
    checkpoints = [one for one in callbacks if isinstance(one, SequenceCheckpoint)]
    if len(checkpoints) > 1 or (checkpoints and is_list):
        raise ValueError(
            "`callbacks` must be a list with at most one SequenceCheckpoint, received "
            f"{len(checkpoints)} in a {type(given).__name__}."
        )
    detectors = [one for one in callbacks if isinstance(one, TransitionDetector)]
    rollovers = [one for one in callbacks if isinstance(one, TeacherRollover)]
    if detectors and len(detectors + rollovers) > 1:
        raise ValueError(
            "`callbacks` must hold one TransitionDetector and no TeacherRollover beside it: only "
            f"one of them says where tasks end, received {len(detectors)} and {len(rollovers)}."
        )
    if is_list:
        given.append(GuardWatch())
    else:
        others = [one for one in callbacks if one not in checkpoints]
        given = [GuardWatch(), *others, *checkpoints]
    return Arrangement(given, *(one[0] if one else None for one in (checkpoints, detectors)))
