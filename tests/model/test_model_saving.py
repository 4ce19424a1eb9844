"""A saved model is the whole model: it goes on where it was."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from model_helpers import (
    EVENT_SHAPE,
    GaussianOnly,
    arrays_equal,
    digits,
    joint_latent,
    small_model,
    small_network,
)

from keras_lifelong_vae import (
    ExponentialTemperature,
    LifelongVAE,
    Replay,
    TeacherRollover,
    latents,
    likelihoods,
    schedules,
    terms,
)

REPLAYS = {
    "in batch": Replay(
        mode="in_batch",
        codes="prior",
        components_per_task=3,
        max_components=7,
        share=0.4,
        pixels="sample",
        reconstruction="own",
    ),
    "on top": Replay(ratio=3),
    "none": None,
}
TERMS = [
    terms.KL(0.9, category_prior="uniform"),
    terms.Consistency(0.8, "agreement", parts=("gaussian",), direction="student_to_teacher"),
    terms.CategoryTarget(0.2),
    terms.Information(0.1, estimator="minibatch"),
    terms.EWC(3.0, images=10),
]


@pytest.mark.parametrize("replay", REPLAYS.values(), ids=REPLAYS)
def test_every_option_is_in_the_config_and_comes_back(replay):
    temperature = ExponentialTemperature(0.9, 1e-3, 0.4)
    model = LifelongVAE(
        EVENT_SHAPE,
        latent=latents.JointLatent(3, 2, task_capacity=5, temperature=temperature, seed=3),
        network="convolutional",
        likelihood=likelihoods.Gaussian(0.2),
        replay=replay,
        terms=TERMS,
        seed=7,
    )
    config = model.get_config()
    json.dumps(config)
    copy = LifelongVAE.from_config(config)
    assert copy.get_config() == config
    assert copy.replay == replay
    assert isinstance(copy.likelihood, likelihoods.Gaussian)
    latent = copy.student.latent
    assert (latent.latent_dim, latent.categories_per_task, latent.task_capacity) == (3, 2, 5)
    assert latent.temperature.get_config() == temperature.get_config()
    own = {term.name: (type(term), term.get_config()) for term in model.terms}
    assert {term.name: (type(term), term.get_config()) for term in copy.terms} == own
    assert {term.name for term in TERMS} < set(own)
    assert own["agreement"][1]["direction"] == "student_to_teacher"


@pytest.mark.parametrize("network", ["dense", "pair"])
def test_a_loaded_model_goes_on_exactly_like_the_saved_one(tmp_path, network):
    model = small_model(network=small_network() if network == "pair" else network)
    model.fit(digits(0), verbose=0, callbacks=[TeacherRollover()])
    model.fit(digits(1), verbose=0, shuffle=False)  # in the middle of the second task
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert arrays_equal(model.get_weights(), loaded.get_weights())
    assert (int(loaded.finished_tasks), loaded.active_categories) == (1, 2)
    np.testing.assert_array_equal(loaded.generate(4, seed=0), model.generate(4, seed=0))
    for label in (1, 2):
        for one in (model, loaded):
            one.fit(digits(label), verbose=0, shuffle=False, callbacks=[TeacherRollover()])
            one.evaluate(digits(0), verbose=0)
    assert arrays_equal(model.get_weights(), loaded.get_weights())
    variables = [[v.numpy() for v in one.optimizer.variables] for one in (model, loaded)]
    assert arrays_equal(*variables)
    # No seed given: the noise goes on where it was, too.
    np.testing.assert_array_equal(loaded.generate(4), model.generate(4))


def test_a_loaded_model_knows_how_many_steps_its_task_has_had(tmp_path):
    model = small_model()
    model.fit(digits(0, 32), verbose=0, callbacks=[TeacherRollover()])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="received a model with 1 finished tasks and none since"):
        loaded.rollover_teacher()


FRESH_PROCESS = """
import sys
import keras
import keras_lifelong_vae
import numpy as np

model = keras.models.load_model(sys.argv[1])
np.save(sys.argv[2], model.generate(4, seed=0))
moved, before = [], model.student.get_weights()
for _ in range(2):  # of ten steps each; the schedule ends after six
    model.fit(np.load(sys.argv[3]), batch_size=2, verbose=0)
    after = model.student.get_weights()
    moved.append(sum(float(np.abs(a - b).sum()) for a, b in zip(after, before, strict=True)))
    before = after
print(model.optimizer.get_config()["learning_rate"]["class_name"], *moved)
"""


def test_a_fresh_process_loads_it_with_its_schedule_and_it_still_learns(tmp_path):
    model = small_model(compiled=False)
    rate = schedules.Cooldown(1e-3, steps=6, share=0.5)
    model.compile(keras.optimizers.Adam(rate), run_eagerly=True)
    model.fit(digits(0), verbose=0, callbacks=[TeacherRollover()])
    model.fit(digits(1, 20), batch_size=2, verbose=0)  # beyond the end of the schedule
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "data.npy", digits(1, 20))
    names = ("model.keras", "images.npy", "data.npy")
    arguments = [str(tmp_path / name) for name in names]
    command = [sys.executable, "-c", FRESH_PROCESS, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    schedule, *moved = done.stdout.split()
    assert schedule == "Cooldown"
    assert min(map(float, moved)) > 0.1
    images = np.load(tmp_path / "images.npy")
    np.testing.assert_allclose(images, model.generate(4, seed=0), atol=1e-6)


def test_weights_alone_travel_too(tmp_path):
    model = small_model()
    model.fit(digits(0), verbose=0)
    model.save_weights(tmp_path / "model.weights.h5")
    other = small_model(seed=1)
    other.load_weights(tmp_path / "model.weights.h5")
    assert arrays_equal(model.get_weights(), other.get_weights())


def test_an_uncompiled_model_survives(tmp_path):
    model = small_model(compiled=False)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert not loaded.compiled
    assert arrays_equal(model.get_weights(), loaded.get_weights())


@pytest.mark.parametrize(
    "latent",
    [
        lambda: joint_latent(latent_dim=latents.MixturePriorLatent(3, 2)),
        GaussianOnly,
    ],
    ids=["mixture prior", "no categories"],
)
def test_another_latent_travels(latent, tmp_path):
    model = small_model(latent=latent())
    model.fit(digits(0, 32), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.has_categories == model.has_categories
    assert arrays_equal(model.get_weights(), loaded.get_weights())
    np.testing.assert_array_equal(loaded.generate(3, seed=0), model.generate(3, seed=0))


def test_summary_names_student_and_teacher(capsys):
    small_model().summary()
    text = capsys.readouterr().out
    assert "student (Autoencoder)" in text
    assert "teacher (Autoencoder)" in text
