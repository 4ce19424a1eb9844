"""A rollover of two hundred tasks is short, however many threads the machine lends."""

import os
import subprocess
import sys

import pytest
from model_helpers import slow

BOUND = 1.0  # seconds, of which half is spare
TASKS, CODES, LATENT_DIM, EVENT_SHAPE = 200, 4096, 14, (28, 28, 1)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
THREADS += ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
PROGRAM = f"""
import time
import keras
import numpy as np
import keras_lifelong_vae as klv
from keras_lifelong_vae.novelty import num_statistics, summarize_all
from keras_lifelong_vae.replay import Codes

keras.utils.set_random_seed(0)
network = klv.networks.dense({EVENT_SHAPE}, units=(512, 512), seed=0)
latent = klv.latents.JointLatent({LATENT_DIM}, task_capacity={TASKS})
model = klv.LifelongVAE({EVENT_SHAPE}, latent=latent, network=network, seed=0)
rng = np.random.default_rng(0)
summaries = model.aggregate_posterior
weights = np.zeros(({TASKS}, 5))
weights[:-1, :2] = 0.5
summaries.mixture_weights.assign(weights.ravel())
summaries.locs.assign(rng.normal(size=(5 * {TASKS}, {LATENT_DIM})))
summaries.scale_trils.assign(np.tile(0.5 * np.eye({LATENT_DIM}), (5 * {TASKS}, 1, 1)))
summaries.category_probs.assign(np.repeat(np.eye({TASKS}), 5, axis=0))
for vae in (model.student, model.teacher):
    vae.latent.categorical.active_categories.assign({TASKS})


def remember_a_task():
    codes = rng.normal(rng.normal(size={LATENT_DIM}), 1.0, ({CODES}, {LATENT_DIM}))
    probs = np.tile(np.eye({TASKS}, dtype="float32")[-1], ({CODES}, 1))
    statistics = rng.normal(size=({CODES}, num_statistics({LATENT_DIM}))).astype("float32")
    real = np.ones({CODES}, bool)
    model.recent_codes.remember(Codes(codes.astype("float32"), probs, statistics, real))


def times(work):
    wall, own = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - wall, time.thread_time() - own


def roll_over():
    summarize_all(
        model.aggregate_posterior,
        model.typical_sets,
        model.recent_codes,
        model.student,
        model.teacher,
        {TASKS} - 1,
        2,
        True,
    )


def count():
    sum(i for i in range(5_000_000))


# A machine that does other things makes all slower, also what uses one thread: the best of three.
seconds = []
for _ in range(3):
    remember_a_task()
    waits = [times(count)]
    rollover, _ = times(roll_over)
    wall, own = np.sum([*waits, times(count)], axis=0)
    seconds.append(rollover * own / wall)
print(min(seconds))
"""


@pytest.mark.parametrize("threads", [slow(None), "1"], ids=["threads unset", "one thread"])
def test_two_hundred_tasks_are_summarised_in_half_a_second(threads):
    environment = {name: value for name, value in os.environ.items() if name not in THREADS}
    if threads is not None:
        environment["OMP_NUM_THREADS"] = threads
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < BOUND, done.stdout
