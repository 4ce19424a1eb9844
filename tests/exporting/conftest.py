from types import SimpleNamespace

import pytest
import tensorflow as tf
from exporting_helpers import golden_inputs, small_model

import keras_lifelong_vae as klv


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """A model of three tasks, the directory of its export, and that loaded again."""
    model = small_model(3)
    directory = klv.export_saved_model(model, tmp_path_factory.mktemp("served"), "digits")
    loaded = tf.saved_model.load(directory)
    return SimpleNamespace(
        model=model, directory=directory, loaded=loaded, inputs=golden_inputs(model)
    )
