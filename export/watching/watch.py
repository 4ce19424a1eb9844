"""The loop: score, alarm, learn, wait for the new version."""

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from client.asking import NOVELTY, score
from client.connection import AVAILABLE, Connection, NoAnswerError, ServingError

from watching.drift_alarm import DriftAlarm
from watching.figures import Figures
from watching.learner import LearningError

SECONDS_BETWEEN_LOOKS = 0.5  # at the versions served


class Learns(Protocol):
    """Something like `Learner`."""

    def learn(self, images: np.ndarray) -> int:
        """Learns images and publishes the model; the number of the version."""


class Seen(NamedTuple):
    """What became of some images.

    Args:
        novel: Whether each is novel, bool `(n,)`.
        alarm: Whether they raised an alarm.
        learned: Number of the version that has learned the novel ones, if they were learned now.
    """

    novel: np.ndarray
    alarm: bool = False
    learned: int | None = None


class Watch:
    """Looks at images as they come in.

    An image is novel if its `novelty_quantile` is above 1 - false_alarms. After an alarm the novel
    images are collected, from those in its window on. Enough of them are learned as one task,
    whatever kinds they are of. When the new version is served, all begins again; so it does when
    somebody else publishes one.

    Args:
        connection: To the served model.
        alarm: Says when there are too many novel images.
        learner: Learns them; nothing is learned if `None`.
        false_alarms: Share of learned images that count as novel, in (0, 1).
        enough: How many novel images make a task.
        patience: Seconds that a new version may take until it is served.
        say: Called with a line of text when something happens.
    """

    def __init__(
        self,
        connection: Connection,
        alarm: DriftAlarm,
        learner: Learns | None = None,
        false_alarms: float = 0.01,
        enough: int = 200,
        patience: float = 300.0,
        say: Callable[[str], object] = print,
    ) -> None:
        if not 0 < false_alarms <= alarm.usual_share:
            raise ValueError(
                "`false_alarms` must be greater than 0 and at most `usual_share`, "
                f"{alarm.usual_share:g}, received {false_alarms!r}"
            )
        if enough < 1:
            raise ValueError(f"`enough` must be at least 1, received {enough!r}")
        self.connection = connection
        self.alarm = alarm
        self.learner = learner
        self.false_alarms = false_alarms
        self.enough = enough
        self.patience = patience
        self.say = say
        self.figures = Figures()
        self.is_alarmed = False
        self.collected: list[np.ndarray] = []
        self._version: int | None = None

    def see(self, images: np.ndarray) -> Seen:
        """Scores images `(n, ...)`, n >= 1, and does what follows from it.

        Raises:
            ServingError: If the server does not answer or refuses them.
            LearningError: If novel images were to be learned and were not.
        """
        self._follow_version()
        novel, broken = self._scored(images)
        if self.learner is not None:
            self.collected += list(images[novel])
        alarm = not self.is_alarmed and self.alarm.look(novel[~broken])
        if alarm:
            self._raise_alarm()
        if not self.is_alarmed:  # only the window's are kept
            del self.collected[: len(self.collected) - self.alarm.novel]
        self.figures.share.set(self.alarm.share)
        return Seen(novel, alarm, self._learn_if_enough())

    def _scored(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whether each image is novel, and whether it is none."""
        answer = score(self.connection, images, NOVELTY)
        broken = answer["outside_support"] == 1
        quantile, novelty = answer["novelty_quantile"], answer["novelty"]
        if np.isnan(quantile).any():
            raise ServingError(
                "`novelty_quantile` must be a number, received NaN: the served model keeps no "
                "summaries of finished tasks"
            )
        novel = (quantile > 1 - self.false_alarms) & ~broken
        self.figures.images.inc(len(images))
        self.figures.novel.inc(int(novel.sum()))
        self.figures.broken.inc(int(broken.sum()))
        for nats in novelty[~broken]:
            self.figures.novelty.observe(float(nats))
        return novel, broken

    def _raise_alarm(self) -> None:
        self.is_alarmed = True
        self.figures.alarms.inc()
        self.say(
            f"drift: {self.alarm.share:.1%} of the last images are novel, usual are "
            f"{self.alarm.usual_share:.1%} (p = {self.alarm.p_value:.1g})"
        )

    def _learn_if_enough(self) -> int | None:
        if self.learner is None or not self.is_alarmed or len(self.collected) < self.enough:
            return None
        self.say(f"learning {len(self.collected)} novel images")
        version = self.learner.learn(_stacked(self.collected))
        self._wait_for(version)
        self.figures.learned.inc()
        self._follow_version()
        return version

    def _follow_version(self) -> None:
        """Begins again with another version: what is novel to it is not known yet."""
        try:
            states = self.connection.versions()
        except ServingError as error:  # as of a model that is not there yet
            raise NoAnswerError(str(error)) from error
        served = [version for version, state in states.items() if state == AVAILABLE]
        if not served:
            raise NoAnswerError(f"a version must be {AVAILABLE}, received {states}")
        if max(served) == self._version:
            return
        self._version = max(served)
        self.figures.version.set(self._version)
        self.say(f"version {self._version} is served")
        self.is_alarmed = False
        self.collected.clear()
        self.alarm.reset()

    def _wait_for(self, version: int) -> None:
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            try:
                if self.connection.versions().get(version) == AVAILABLE:
                    return
            except ServingError:
                pass  # it may be starting again
            time.sleep(SECONDS_BETWEEN_LOOKS)
        raise LearningError(
            f"version {version} was learned, but not served {self.patience:g} s later"
        )


def _stacked(images: list[np.ndarray]) -> np.ndarray:
    """One array; bytes become floats where both have come."""
    if len({image.dtype for image in images}) > 1:
        images = [image / np.float32(255) if image.dtype == np.uint8 else image for image in images]
    return np.stack(images)
