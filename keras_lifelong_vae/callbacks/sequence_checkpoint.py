"""Training over a sequence of tasks that a kill can't undo."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import keras

from keras_lifelong_vae.checkpoints import (
    CheckpointStore,
    DataPosition,
    Stored,
    callback_state,
    model_state,
    restore_callback,
    restore_model,
)
from keras_lifelong_vae.checks import check_natural, check_positive_int
from keras_lifelong_vae.files import locked
from keras_lifelong_vae.replicas import is_chief

SAVE_FREQ = 1000  # a checkpoint takes as long as some ten steps
SIGNALS = (signal.SIGTERM, signal.SIGINT)
ARGUMENTS = ("epochs", "initial_epoch", "steps_per_epoch")
CONFIGURED = ("event_shape", "replay", "terms")


class Terminated(SystemExit):
    """SIGTERM; a script that does not catch it ends with exit code 143."""

    def __init__(self) -> None:
        super().__init__(128 + signal.SIGTERM)


class _Segments(keras.callbacks.CallbackList):
    """The callbacks of a training that Keras sees as two: the rest of an epoch, and the others."""

    begins = ends = True

    def on_train_begin(self, logs: Any = None) -> None:
        if self.begins:
            super().on_train_begin(logs)

    def on_train_end(self, logs: Any = None) -> None:
        if self.ends:
            super().on_train_end(logs)


class SequenceCheckpoint(keras.callbacks.Callback):
    """Keeps the whole state of training on disk: started again, a script goes on where it was.

    In a loop of `fit` calls over tasks, give one to every `fit`. When the script is killed and
    started again, the calls that had finished return at once with their history, and the one that
    had not goes on after its last checkpoint, with the batches that were not seen yet. What stands
    between two calls is run again, with the model as it was when it was killed.

    A checkpoint holds student, teacher, optimizer, summaries, codes, seeds, counters, history, the
    position in the data and what other callbacks remember in numbers. It is written, flushed to
    disk, read back and checked against its checksum, then renamed; the last two are kept. SIGTERM
    and SIGINT end `fit` after one more: with exit code 143, and with `KeyboardInterrupt`.

    With the same data the figures are those of training that was not disturbed, bit for bit on a
    CPU: tasks of a `TaskSequence`, arrays, and data sets that are shuffled by a seed.

    Several workers (`tf.distribute`) are started again together and all read what the first of them
    has written: `directory` must be one that they share.

    Args:
        directory: Where the checkpoints are kept, of this sequence alone. Remove it to start anew.
        save_freq: Training steps between two checkpoints, or "epoch".
        first_fit: Number of the first `fit` call, if earlier ones belong to another script.
        verbose: Whether to say on stderr what is kept when a signal ends `fit`.

    Raises:
        ValueError: If an argument is out of range. In `fit`: if the checkpoint is damaged, of
            another model or of other arguments, or another process uses the directory.
        TypeError: In `fit`, if the data can't go on in the middle.

    Example:

    ```python
    for task in tasks:
        model.fit(
            task.train,
            epochs=10,
            callbacks=[klv.TeacherRollover(), klv.SequenceCheckpoint("checkpoints")],
        )
    ```
    """

    def __init__(
        self,
        directory: Any,
        save_freq: int | str = SAVE_FREQ,
        first_fit: int = 0,
        verbose: int = 1,
    ) -> None:
        super().__init__()
        self.save_freq = check_save_freq(save_freq)
        self.first_fit = check_natural(first_fit, "first_fit")
        self.verbose = verbose
        self._store = CheckpointStore(Path(directory))
        self._signal: int | None = None
        self._seconds = 0.0
        self._since = 0.0

    @property
    def seconds(self) -> float:
        """Spent in the last `fit`, in all processes that had a part in it."""
        return self._seconds + time.perf_counter() - self._since if self._since else self._seconds

    def fit(
        self, model: Any, fit: Callable[..., keras.callbacks.History], x: Any, arguments: Any
    ) -> keras.callbacks.History:
        """Calls `fit` of `model` from where it was; for the model to use.

        Args:
            model: What is trained.
            fit: Keras's own.
            x: Training data.
            arguments: Of `fit`, all that are given by name; `callbacks` ends with this one.
        """
        self._seconds, self._since = 0.0, time.perf_counter()
        with ExitStack() as stack:
            if is_chief(model.distribute_strategy):
                stack.enter_context(locked(self._store.directory, "directory"))
            stack.enter_context(self._signals())
            self._begin(model, arguments)
            if self._stored is None or not self._is_over(self._stored):
                self._train(fit, x, arguments)
        self._seconds, self._since = self.seconds, 0.0
        model.checkpointed_fits += 1
        return self._past()

    def _begin(self, model: Any, arguments: dict[str, Any]) -> None:
        self.set_model(model)
        self._fit = self.first_fit + model.checkpointed_fits
        self._arguments = {name: arguments.get(name) for name in ARGUMENTS}
        self._first_epoch = arguments.get("initial_epoch") or 0
        self._histories: dict[str, Any] = {}
        self._others = arguments["callbacks"][:-1]
        self._stored = self._store.load()
        if self._stored is None:
            return
        position = self._stored.position
        self._check(position)
        self._histories = position["histories"]
        if position["fit"] < self._fit:
            self._stored = None  # this call is a new one
        else:
            restore_model(model, self._stored.arrays, position["task_capacity"])
            self._seconds = position["seconds"] if position["fit"] == self._fit else 0.0

    def _is_over(self, stored: Stored) -> bool:
        position = stored.position
        return bool(position["fit"] > self._fit or position["finished"])

    def _check(self, position: dict[str, Any]) -> None:
        wanted, found = self._configuration(), position["model"]
        differing = [name for name in wanted if wanted[name] != found.get(name)]
        if not differing and position["fit"] == self._fit and not position["finished"]:
            wanted, found = self._arguments, position["arguments"]
            differing = [name for name in wanted if wanted[name] != found[name]]
        if differing:
            name = differing[0]
            raise ValueError(
                f"`directory` must hold checkpoints of this very training, received "
                f"{self._store.directory} of one with {name} {found.get(name)!r} in the place of "
                f"{wanted[name]!r}. Choose another directory, or remove that one to start anew."
            )

    def _configuration(self) -> dict[str, Any]:
        config = keras.saving.serialize_keras_object(self.model)["config"]
        config = {name: repr(config.get(name)) for name in CONFIGURED}
        names = {"class": self.model, "likelihood": self.model.likelihood}
        return {**{name: type(one).__name__ for name, one in names.items()}, **config}

    def _train(self, fit: Callable[..., Any], x: Any, arguments: dict[str, Any]) -> None:
        position = {} if self._stored is None else self._stored.position
        self._epoch = position.get("epoch", self._first_epoch)
        self._step = position.get("step", 0)
        self._kept = 0
        data = DataPosition(x, arguments, seed=self._fit)
        callbacks = _Segments(
            arguments.pop("callbacks"),
            add_history=True,
            add_progbar=arguments.get("verbose") != 0,
            model=self.model,
            verbose=arguments.get("verbose", "auto"),
            epochs=arguments.get("epochs", 1),
            steps=data.steps_per_epoch,
        )
        data.begin(self._epoch - self._first_epoch, self._step)
        arguments |= {"callbacks": callbacks, "shuffle": False}
        if self._step:
            callbacks.ends = False
            images, steps = data.rest_of_epoch()
            rest = {**arguments, "initial_epoch": self._epoch, "epochs": self._epoch + 1}
            fit(images, **{**rest, "steps_per_epoch": steps})
            callbacks.begins, callbacks.ends = False, True
            if self.model.stop_training or self._epoch == arguments.get("epochs", 1):
                callbacks.on_train_end()
                return
        fit(data.epochs(), **{**arguments, "initial_epoch": self._epoch})

    def _past(self) -> keras.callbacks.History:
        history = keras.callbacks.History()
        history.set_model(self.model)
        history.set_params(self.params)
        past = self._histories.get(str(self._fit), {})
        history.epoch, history.history = list(past.get("epoch", [])), dict(past.get("history", {}))
        self.model.history = history
        return history

    def on_train_begin(self, logs: Any = None) -> None:
        if self._stored is not None:
            for callback, state in zip(
                self._others, self._stored.position["callbacks"], strict=False
            ):
                restore_callback(callback, state, self._stored.arrays)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self._stored is not None:  # the means of this epoch, which Keras has just reset
            position = self._stored.position
            restore_model(self.model, self._stored.arrays, position["task_capacity"])
            self._stored = None

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        steps = self.model.steps_per_execution
        self._step += steps
        self._kept += steps
        due = self.save_freq != "epoch" and self._kept >= int(self.save_freq)
        if due or self._signal:
            self._save()
            self._stop_if_told()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._epoch, self._step = epoch + 1, 0
        past = self._histories.setdefault(str(self._fit), {"epoch": [], "history": {}})
        past["epoch"].append(epoch)
        for name, value in (logs or {}).items():
            past["history"].setdefault(name, []).append(float(value))
        if self.save_freq == "epoch" or self._signal:
            self._save()
            self._stop_if_told()

    def on_train_end(self, logs: Any = None) -> None:
        self._save(finished=True)
        self._stop_if_told()

    def _save(self, finished: bool = False) -> None:
        self.model.check_steps()
        arrays = model_state(self.model)
        states = [callback_state(callback, arrays) for callback in self._others]
        position = {
            "model": self._configuration(),
            "arguments": self._arguments,
            "task_capacity": self.model.student.latent.task_capacity,
            "fit": self._fit,
            "finished": finished,
            "epoch": self._epoch,
            "step": self._step,
            "seconds": self.seconds,
            "histories": self._histories,
            "callbacks": states,
        }
        if is_chief(self.model.distribute_strategy):
            self._store.save(arrays, position)
        self._kept = 0

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Lets signals wait for the end of the step; a second one does not wait."""
        if threading.current_thread() is not threading.main_thread():
            yield  # signals are none of its business
            return
        before = {number: signal.getsignal(number) for number in SIGNALS}

        def note(number: int, frame: Any) -> None:
            self._signal = number
            restore()

        def restore() -> None:
            for number, handler in before.items():
                signal.signal(number, handler)

        for number in SIGNALS:
            signal.signal(number, note)
        try:
            yield
            self._stop_if_told()
        finally:
            restore()
            self._signal = None

    def _stop_if_told(self) -> None:
        if self._signal is None:
            return
        if self.verbose:
            place = f"fit {self._fit}, epoch {self._epoch}, step {self._step}"
            print(f"\nStopped: {place} is kept in {self._store.directory}.", file=sys.stderr)
        if self._signal == signal.SIGINT:
            raise KeyboardInterrupt
        raise Terminated


def check_save_freq(save_freq: int | str) -> int | str:
    """Returns `save_freq` if it is a number of steps or "epoch", raises `ValueError` otherwise."""
    return save_freq if save_freq == "epoch" else check_positive_int(save_freq, "save_freq")
