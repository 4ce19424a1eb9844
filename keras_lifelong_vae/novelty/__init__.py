"""How unlike all that was learned an image is."""

from keras_lifelong_vae.novelty.rollover import summarize_all
from keras_lifelong_vae.novelty.statistics import image_statistics, num_statistics
from keras_lifelong_vae.novelty.typical_sets import TypicalSets

__all__ = ["TypicalSets", "image_statistics", "num_statistics", "summarize_all"]
