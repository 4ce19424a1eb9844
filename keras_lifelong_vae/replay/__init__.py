"""Replay: what a student sees of the tasks its teacher knows."""

from keras_lifelong_vae.replay.aggregate_posterior import AggregatePosterior
from keras_lifelong_vae.replay.learned_prior import fit_learned_prior, log_learned_prior
from keras_lifelong_vae.replay.recent_codes import Codes, RecentCodes
from keras_lifelong_vae.replay.replay import MixedBatch, Replay, mix, real_only
from keras_lifelong_vae.replay.ring import Ring
from keras_lifelong_vae.replay.task_summaries import summarize_tasks

__all__ = [
    "AggregatePosterior",
    "Codes",
    "MixedBatch",
    "RecentCodes",
    "Replay",
    "Ring",
    "fit_learned_prior",
    "log_learned_prior",
    "mix",
    "real_only",
    "summarize_tasks",
]
