"""SynthDigits: a stand-in for SVHN, drawn by this package where SVHN can't be had."""

from keras_lifelong_vae.data.synth_digits.dataset import (
    SYNTH_DIGITS,
    draw_synth_digits,
    load_synth_digits,
    location,
)

__all__ = ["SYNTH_DIGITS", "draw_synth_digits", "load_synth_digits", "location"]
