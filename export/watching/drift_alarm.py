"""When too many of the last images are novel."""

from collections import deque
from collections.abc import Iterable

from scipy.stats import binom


class DriftAlarm:
    """A one-sided binomial test on a sliding window, looked at as often as images come.

        p = P(K >= k),    K ~ Binomial(n, usual_share)

    where k of the last n images are novel. Each look is another chance of a false alarm. So after m
    more images p must be below m / images_per_false_alarm: at most one false alarm in
    `images_per_false_alarm` images is to be expected, however they are cut into looks (the union
    bound, which holds for windows that overlap).

    Args:
        usual_share: Share of novel images that is no drift, in (0, 1).
        window: How many of the last images are counted.
        images_per_false_alarm: At most one false alarm in so many images, as long as each is novel
            with probability `usual_share` at most, independently of the others.
    """

    def __init__(
        self, usual_share: float = 0.03, window: int = 500, images_per_false_alarm: float = 100_000
    ) -> None:
        if not 0 < usual_share < 1:
            raise ValueError(f"`usual_share` must be in (0, 1), received {usual_share!r}")
        if window < 1:
            raise ValueError(f"`window` must be at least 1, received {window!r}")
        if not images_per_false_alarm > 0:
            raise ValueError(
                "`images_per_false_alarm` must be greater than 0, "
                f"received {images_per_false_alarm!r}"
            )
        self.usual_share = usual_share
        self.images_per_false_alarm = images_per_false_alarm
        self._last: deque[bool] = deque(maxlen=window)

    @property
    def novel(self) -> int:
        """How many images of the window are novel."""
        return sum(self._last)

    @property
    def share(self) -> float:
        """Share of novel images in the window, NaN before the first."""
        return self.novel / len(self._last) if self._last else float("nan")

    @property
    def p_value(self) -> float:
        """Of as many novel images as there are, or more."""
        return float(binom.sf(self.novel - 1, len(self._last), self.usual_share))

    def look(self, novel: Iterable[bool]) -> bool:
        """Whether there is an alarm after these images, each novel or not."""
        more = [bool(one) for one in novel]
        self._last.extend(more)
        return self.p_value < len(more) / self.images_per_false_alarm

    def reset(self) -> None:
        """Begins with an empty window."""
        self._last.clear()
