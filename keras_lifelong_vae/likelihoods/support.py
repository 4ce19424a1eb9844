"""Which values a likelihood gives a probability to."""

from dataclasses import dataclass

from keras_lifelong_vae.checks import check_choice


@dataclass(frozen=True)
class Support:
    """The values in [low, high]."""

    low: float
    high: float

    @property
    def is_unit(self) -> bool:
        """Whether they are those of images."""
        return (self.low, self.high) == (0.0, 1.0)

    def __str__(self) -> str:
        return f"[{self.low:g}, {self.high:g}]" if self.is_unit else "real numbers"


UNIT_INTERVAL = Support(0.0, 1.0)
REAL = Support(float("-inf"), float("inf"))
BY_NAME = {"unit_interval": UNIT_INTERVAL, "real": REAL}


def get(name: str) -> Support:
    """The support called `name`; raises `ValueError` if there is none."""
    return BY_NAME[check_choice(name, "support", tuple(BY_NAME))]
