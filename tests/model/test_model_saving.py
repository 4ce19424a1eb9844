"""A saved model is the whole model: it goes on where it was."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from models_helpers import EVENT_SHAPE, arrays_equal, digits, small_model, small_network

from keras_lifelong_vae import ExponentialTemperature, LifelongVAE, TeacherRollover, likelihoods

OPTIONS = {
    "latent_dim": 3,
    "categories_per_task": 2,
    "category_capacity": 5,
    "category_prior": "uniform",
    "network": "convolutional",
    "likelihood": likelihoods.Gaussian(0.2),
    "replay": "in_batch",
    "replay_ratio": 2,
    "replay_codes": "prior",
    "components_per_task": 3,
    "max_components": 7,
    "replay_share": 0.4,
    "replay_pixels": "sample",
    "kl_weight": 0.9,
    "consistency_weight": 0.8,
    "consistency_parts": ("gaussian",),
    "consistency_direction": "student_to_teacher",
    "replay_reconstruction": "own",
    "category_target_weight": 0.2,
    "information_weight": 0.1,
    "information_estimator": "minibatch",
    "temperature": ExponentialTemperature(0.9, 1e-3, 0.4),
    "seed": 7,
}


def test_every_option_is_in_the_config_and_comes_back():
    model = LifelongVAE(EVENT_SHAPE, **OPTIONS)
    config = model.get_config()
    assert set(OPTIONS) <= set(config)
    json.dumps(config)
    copy = LifelongVAE.from_config(config)
    assert copy.get_config() == config
    assert isinstance(copy.student.likelihood, likelihoods.Gaussian)
    assert copy.temperature.get_config() == OPTIONS["temperature"].get_config()


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


def test_a_fresh_process_loads_it(tmp_path):
    model = small_model()
    model.fit(digits(0), verbose=0, callbacks=[TeacherRollover()])
    model.save(tmp_path / "model.keras")
    code = (
        "import sys, keras, keras_lifelong_vae, numpy as np\n"
        "model = keras.models.load_model(sys.argv[1])\n"
        "np.save(sys.argv[2], model.generate(4, seed=0))\n"
    )
    arguments = [str(tmp_path / "model.keras"), str(tmp_path / "images.npy")]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, timeout=120)
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


def test_summary_names_student_and_teacher(capsys):
    small_model().summary()
    text = capsys.readouterr().out
    assert "student (Autoencoder)" in text
    assert "teacher (Autoencoder)" in text
