"""Bad data and options: one clear error each, before any step is taken."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import EVENT_SHAPE, digits, joint_latent, small_model

from keras_lifelong_vae import LifelongVAE, TeacherRollover, likelihoods, tasks

GOOD = digits(0, 20)


def with_value(value):
    images = GOOD.copy()
    images[-1, 0, 0, 0] = value
    return images


BAD = [
    (with_value(np.nan), ValueError, "`x` must be finite, received NaN or infinite"),
    (with_value(np.inf), ValueError, "`x` must be finite"),
    (with_value(-0.1), ValueError, r"`x` must lie in \[0, 1\].*received values from -0\.1 to 1"),
    (GOOD * 255, ValueError, r"`x` must lie in \[0, 1\].*Divide 0-255 images by 255"),
    ((GOOD * 255).astype("uint8"), TypeError, "`x` must hold floating-point.*received dtype uint8"),
    (
        GOOD[..., 0],
        ValueError,
        r"`x` must have shape \(batch_size, 8, 8, 1\), received \(20, 8, 8\)",
    ),
    (GOOD[:, :4], ValueError, r"received \(20, 4, 8, 1\)"),
    (GOOD[:0], ValueError, "`x` must hold at least one image"),
]


@pytest.mark.parametrize("as_dataset", [False, True])
@pytest.mark.parametrize(("images", "error", "match"), BAD)
def test_bad_images_are_refused_before_training(images, error, match, as_dataset):
    model = small_model()
    data = images
    if as_dataset:
        if error is TypeError:
            match = "`x` must yield batches of floating-point images"
        if len(images) == 0:
            match = "`x` must yield at least one batch"
        data = tf.data.Dataset.from_tensor_slices(images).batch(20, drop_remainder=len(images) > 0)
    for method in (model.fit, model.evaluate):
        with pytest.raises(error, match=match):
            method(data, verbose=0)
    assert int(model.training_steps) == 0


def test_bad_validation_data_is_refused_before_training():
    model = small_model()
    with pytest.raises(ValueError, match=r"`validation_data\[0\]` must be finite"):
        model.fit(GOOD, validation_data=(with_value(np.nan), None), verbose=0)
    assert int(model.training_steps) == 0


def test_a_sequence_of_another_event_shape_is_refused():
    model = small_model()
    model.fit(GOOD, verbose=0, callbacks=[TeacherRollover()])
    other = tasks.from_arrays({"larger": np.zeros((20, 9, 9, 1), "float32")}, batch_size=4)
    with pytest.raises(ValueError, match=r"must have shape \(batch_size, 8, 8, 1\)"):
        model.fit(other[0].train, verbose=0)
    assert int(model.finished_tasks) == 1


@pytest.mark.parametrize("name", ["loss", "loss_weights", "metrics", "weighted_metrics"])
@pytest.mark.parametrize("value", ["mse", ["mse"]], ids=str)
def test_losses_and_metrics_are_refused_by_name(name, value):
    model = small_model(compiled=False)
    with pytest.raises(ValueError, match=f"`{name}` must be None: `terms` of LifelongVAE are"):
        model.compile("adam", **{name: value})
    assert not model.compiled


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("y", np.arange(20)),
        ("y", GOOD),
        ("sample_weight", np.ones(20)),
        ("class_weight", {0: 1.0}),
    ],
)
def test_labels_and_weights_are_refused_by_name(name, value):
    model = small_model()
    methods = [model.fit] if name == "class_weight" else [model.fit, model.evaluate]
    for method in methods:
        with pytest.raises(ValueError, match=f"`{name}` must be None: images are learned alone"):
            method(GOOD, verbose=0, **{name: value})
    assert int(model.training_steps) == 0


def test_sample_weights_of_a_dataset_are_refused():
    weights = np.ones(20, "float32")
    dataset = tf.data.Dataset.from_tensor_slices((GOOD, np.arange(20), weights)).batch(10)
    model = small_model()
    for method in (model.fit, model.evaluate, model.negative_elbo):
        with pytest.raises(ValueError, match="`sample_weight` must be None: the replay decides"):
            method(dataset)
    assert int(model.training_steps) == 0


def test_labels_of_a_dataset_are_ignored():
    model, other = small_model(), small_model()
    labelled = tf.data.Dataset.from_tensor_slices((GOOD, np.arange(20))).batch(10)
    model.fit(labelled, verbose=0)
    other.fit(labelled.map(lambda images, labels: images), verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


def test_the_support_of_the_likelihood_decides_which_values_are_accepted():
    images = np.random.default_rng(0).normal(0, 3, (20, 8, 8, 1)).astype("float32")
    model = small_model(likelihood=likelihoods.Gaussian(support="real"))
    model.fit(images, verbose=0)
    assert np.isfinite(model.negative_elbo(images, seed=0)).all()
    with pytest.raises(ValueError, match="`x` must be finite"):
        model.fit(np.full((4, 8, 8, 1), np.inf), verbose=0)
    with pytest.raises(ValueError, match=r"the support of Bernoulli, received .*Choose a likeli"):
        small_model().fit(images, verbose=0)


def test_a_task_smaller_than_a_batch_trains():
    model = small_model()
    task = tasks.from_arrays({"tiny": GOOD[:3]}, batch_size=128, validation_share=0.0)[0]
    model.fit(task.train, epochs=2, verbose=0, callbacks=[TeacherRollover()])
    assert (int(model.training_steps), int(model.finished_tasks)) == (2, 1)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"event_shape": (8, 0, 1)}, ValueError, "`event_shape` must be an integer of at least 1"),
        ({"event_shape": 784}, ValueError, "`event_shape` must be a sequence of integers"),
        ({"latent_dim": 0}, ValueError, "`latent_dim`"),
        ({"categories_per_task": 1.5}, ValueError, "`categories_per_task`"),
        (
            {"latent": joint_latent(), "latent_dim": 4},
            ValueError,
            "`latent_dim` must be None: `lat",
        ),
        (
            {"latent": joint_latent(), "categories_per_task": 1},
            ValueError,
            "`categories_per_task` must be None: `latent` brings its own; received 1",
        ),
        ({"latent": "joint"}, TypeError, r"`latent` must be a klv\.latents\.Latent or None"),
        ({"network": "transformer"}, ValueError, "`network` must be one of"),
        ({"likelihood": "cauchy"}, ValueError, "`likelihood` must be one of"),
        ({"replay": "in_batch"}, TypeError, "`replay` must be a Replay or None, received 'in_b"),
        ({"replay": True}, TypeError, "`replay` must be a Replay or None, received True"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_bad_options_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        LifelongVAE(**{"event_shape": EVENT_SHAPE, **options})


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"task_capacity": 0}, ValueError, "`task_capacity` must be an integer of at least 1"),
        ({"task_capacity": -1}, ValueError, "`task_capacity`"),
        ({"temperature": 0.0}, ValueError, "`temperature` must be greater than 0"),
        ({"temperature": "hot"}, TypeError, "`temperature` must be a number, a schedule"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_bad_options_of_the_latent_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        joint_latent(**options)


def test_keras_sees_a_floating_scalar_for_every_log():
    history = small_model().fit(GOOD, validation_data=(GOOD,), verbose=0).history
    assert {"loss", "val_loss", "val_negative_elbo"} <= set(history)
    assert all(isinstance(value, float) for values in history.values() for value in values)


def test_early_stopping_and_checkpoints_work_by_their_defaults(tmp_path):
    model = small_model()
    callbacks = [
        keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True),
        keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", save_best_only=True),
        TeacherRollover(),
    ]
    model.fit(GOOD, validation_data=(GOOD,), epochs=3, verbose=0, callbacks=callbacks)
    assert int(keras.models.load_model(tmp_path / "best.keras").training_steps) > 0
    assert int(model.finished_tasks) == 1
