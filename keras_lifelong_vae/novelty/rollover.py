"""What is known of every finished task when one more ends: its codes, and what is typical of it."""

from keras_lifelong_vae.autoencoder import Autoencoder
from keras_lifelong_vae.novelty.typical_sets import TypicalSets
from keras_lifelong_vae.novelty.typical_shifts import TypicalShifts
from keras_lifelong_vae.replay import AggregatePosterior, RecentCodes, summarize_tasks

SHOWN_WHOLE = 100  # Gaussians, from which typical sets follow by all their images


def summarize_all(
    summaries: AggregatePosterior,
    typical_sets: TypicalSets,
    recent_codes: RecentCodes,
    student: Autoencoder,
    teacher: Autoencoder,
    finished_tasks: int,
    num_components: int,
    is_new: bool,
) -> None:
    """As `summarize_tasks`, and typical sets follow by the same images.

    Args:
        summaries, recent_codes, student, teacher, finished_tasks, num_components, is_new: As there.
        typical_sets: Of the `finished_tasks` earlier tasks; one is added.
    """
    codes = recent_codes.collect()
    # At least one image of each Gaussian, of which there are `latent_dim + 1`.
    stride = min(1 + len(summaries.rows_in_use()) // SHOWN_WHOLE, typical_sets.latent_dim)
    shifts = TypicalShifts(student, teacher, stride)
    models = (student, teacher, finished_tasks, num_components)
    summarize_tasks(summaries, recent_codes, *models, shifts.watch, is_new)
    shifts.apply(typical_sets)
    if is_new:
        typical_sets.summarize(finished_tasks, codes.continuous, codes.statistics)
