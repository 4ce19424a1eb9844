"""How unlike all that was learned an image is."""

from keras_lifelong_vae.novelty.statistics import image_statistics, num_statistics
from keras_lifelong_vae.novelty.typical_sets import TypicalSets
from keras_lifelong_vae.novelty.typical_shifts import TypicalShifts

__all__ = ["TypicalSets", "TypicalShifts", "image_statistics", "num_statistics"]
