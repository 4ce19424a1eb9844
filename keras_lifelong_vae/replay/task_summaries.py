"""What is known of every finished task when one more ends."""

import tensorflow as tf

from keras_lifelong_vae import noise
from keras_lifelong_vae.autoencoder import Autoencoder
from keras_lifelong_vae.replay.aggregate_posterior import AggregatePosterior
from keras_lifelong_vae.replay.recent_codes import RecentCodes

REFRESHED_CODES = 2048  # of an earlier task, whose Gaussians change little


def summarize_tasks(
    summaries: AggregatePosterior,
    recent_codes: RecentCodes,
    student: Autoencoder,
    teacher: Autoencoder,
    finished_tasks: int,
    num_components: int,
) -> None:
    """Refreshes the summaries of the earlier tasks and makes that of the one that ends.

    The student may encode an earlier task otherwise than its teacher did, so what the teacher
    shows of it is encoded anew. The codes of the task that ends are dropped once summarised.

    Args:
        summaries: Of the `finished_tasks` earlier tasks; one is added.
        recent_codes: Of the task that ends.
        student: What has just been trained.
        teacher: What it was before.
        finished_tasks: Number of earlier tasks.
        num_components: Gaussians for each of all these tasks.
    """
    for task in range(finished_tasks):
        seeds = noise.split(tf.constant([finished_tasks, task]), 2)
        shown = teacher.mean(summaries.sample(REFRESHED_CODES, seeds[0], tf.constant(task)))
        posterior = student.posterior(shown)
        continuous = student.latent.sample(posterior, seeds[1]).continuous
        probs = tf.nn.softmax(posterior.logits).numpy()
        summaries.summarize(task, continuous.numpy(), probs, num_components)
    summaries.summarize(finished_tasks, *recent_codes.collect(), num_components)
    recent_codes.forget()
