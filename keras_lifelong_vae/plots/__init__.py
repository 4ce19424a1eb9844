"""Pictures of what a model generates, reconstructs, encodes and remembers; matplotlib figures."""

from keras_lifelong_vae.plots.curves import elbo_curves
from keras_lifelong_vae.plots.grids import (
    comparison_grid,
    mosaic,
    reconstruction_grid,
    sample_grid,
    save,
)
from keras_lifelong_vae.plots.latent_map import latent_map
from keras_lifelong_vae.plots.reconstructions import reconstructions
from keras_lifelong_vae.plots.samples import generated_in_place, samples

__all__ = [
    "comparison_grid",
    "elbo_curves",
    "generated_in_place",
    "latent_map",
    "mosaic",
    "reconstruction_grid",
    "reconstructions",
    "sample_grid",
    "samples",
    "save",
]
