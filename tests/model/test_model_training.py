"""What one training step does, and what it leaves alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import (
    EVENT_SHAPE,
    GaussianOnly,
    arrays_equal,
    digits,
    joint_latent,
    replay_batch,
    small_model,
    step_of,
)

from keras_lifelong_vae import LifelongVAE, Replay, TeacherRollover, latents
from keras_lifelong_vae.terms import (
    EWC,
    KL,
    CategoryTarget,
    Consistency,
    Distillation,
    InfoGAN,
    Information,
)

ARTICLE = {"mode": "in_batch", "codes": "prior", "reconstruction": "own"}
TARGET = CategoryTarget()
OPTIONS = {
    "default": {},
    "in batch": {"replay": Replay(mode="in_batch", pixels="sample"), "categories_per_task": 3},
    "prior": {
        "replay": Replay(codes="prior"),
        "terms": [KL(category_prior="uniform"), Consistency(), TARGET],
        "categories_per_task": 3,
    },
    "share": {
        "replay": Replay(share=0.5),
        "terms": [Consistency(parts=("categorical",)), TARGET],
        "latent": joint_latent(temperature=0.3),
    },
    "no replay": {"replay": None, "network": "dense"},
    "reverse": {"terms": [Consistency(direction="student_to_teacher"), Information(0.1), TARGET]},
    "own": {"replay": Replay(reconstruction="own"), "terms": [Consistency(), CategoryTarget(0.5)]},
    "article": {"replay": Replay(**ARTICLE)},
    "minibatch": {
        "terms": [Consistency(), TARGET, Information(0.1, estimator="minibatch")],
        "likelihood": "gaussian",
    },
    "posterior match": {
        "terms": [KL(0.5), Consistency(), TARGET, Information(0.1, estimator="posterior_match")]
    },
    "convolutional": {
        "network": "convolutional",
        "likelihood": "discretized_logistic",
        "terms": [Consistency(0.0), TARGET],
    },
    "InfoGAN": {"terms": [Consistency(), InfoGAN(0.1)], "categories_per_task": 2},
    "EWC": {"replay": None, "terms": [EWC(10.0, images=32)]},
    "all defences": {"terms": [Consistency(), EWC(1.0, images=8), Distillation(0.1)]},
    "no categories": {"latent": GaussianOnly()},
    "mixture prior": {"latent": joint_latent(latent_dim=latents.MixturePriorLatent(4, 3, seed=0))},
}

COMPILED = ("default", "in batch", "all defences", "no categories")


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_trains_two_tasks_and_loss_is_the_sum_of_its_terms(name):
    mode = "graph" if name in COMPILED else "eager"
    model = small_model(mode=mode, **OPTIONS[name])
    for label in (0, 1):
        history = model.fit(
            digits(label, 64), epochs=3, batch_size=32, verbose=0, callbacks=[TeacherRollover()]
        ).history
        logs = {name: np.array(values) for name, values in history.items()}
        weighed = [term.weight * logs[part] for term in model.terms for part in term.names(model)]
        np.testing.assert_allclose(sum(weighed), logs["loss"], rtol=1e-5)
        assert logs["loss"][-1] < logs["loss"][0]
    assert int(model.finished_tasks) == 2
    weights = {term.name: term.weight for term in model.terms}
    if "consistency" in weights:
        assert (logs["consistency"].min() > 0) == (weights["consistency"] > 0)
    for name in {"information", "ewc", "distillation", "info_gan"} & set(weights):
        assert logs[name].any()
    assert ("cross_reconstruction" in weights) == (
        model.replay is not None and model.replay.is_crossed
    )


def test_the_teacher_is_frozen_and_no_gradient_reaches_it():
    model = small_model(terms=[Consistency()])
    model.fit(digits(0), epochs=1, verbose=0, callbacks=[TeacherRollover()])
    frozen = [weight.numpy() for weight in model.teacher.weights]
    model.fit(digits(1), epochs=1, verbose=0)
    # Without the code that was replayed: crosswise, the teacher's decoder is part of the loss.
    batch = replay_batch(model, digits(1, 16))._replace(code=None)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([weight.value for weight in model.teacher.weights if weight.dtype == "float32"])
        loss, logs = model.batch_loss(step_of(model, batch))
    to_teacher = [
        tape.gradient(loss, weight.value)
        for weight in model.teacher.weights
        if weight.dtype == "float32"
    ]
    assert float(logs["consistency"]) > 0
    assert to_teacher == [None] * len(to_teacher)
    assert None not in tape.gradient(loss, [w.value for w in model.student.trainable_weights])
    model.fit(digits(1), epochs=2, verbose=0)
    assert arrays_equal(frozen, [weight.numpy() for weight in model.teacher.weights])
    assert len(model.trainable_weights) == len(model.student.trainable_weights)


def test_the_temperature_follows_its_schedule_and_the_step_counts_all_tasks():
    schedule = keras.optimizers.schedules.ExponentialDecay(1.0, 10, 0.5)
    model = small_model(latent=joint_latent(temperature=schedule))
    images = digits(0, 64)
    for expected_steps in (6, 12):
        model.fit(images, epochs=3, batch_size=32, verbose=0, callbacks=[TeacherRollover()])
        assert int(model.training_steps) == expected_steps
        temperature = float(model.student.latent.categorical.temperature)
        assert temperature == pytest.approx(0.5 ** ((expected_steps - 1) / 10), rel=1e-5)


def test_training_is_reproducible_and_validation_changes_nothing():
    def weights(seed, **fit):
        model = small_model(seed=seed)
        model.fit(digits(0), epochs=2, verbose=0, shuffle=False, **fit)
        return model.student.get_weights()

    reference = weights(0)
    assert arrays_equal(reference, weights(0))
    assert arrays_equal(reference, weights(0, validation_data=(digits(1),)))
    assert not arrays_equal(reference, weights(1))


def test_without_a_seed_the_global_one_decides():
    def weights():
        keras.utils.set_random_seed(5)
        model = LifelongVAE(EVENT_SHAPE, latent_dim=2)
        model.compile("adam", jit_compile=False)
        model.fit(digits(0, 64), verbose=0, shuffle=False)
        return model.student.get_weights()

    assert arrays_equal(weights(), weights())


def test_xla_and_the_plain_graph_take_the_same_step():
    """But for the noise, of which XLA draws its own: its scale is made to vanish."""
    weights = []
    for mode in ("eager", "graph", "xla"):
        model = small_model(mode=mode)
        bias = model.student.latent.blocks["gaussian"].projection.bias
        bias.assign(np.repeat([0.0, -40.0], 4))
        model.fit(digits(0, 32), batch_size=32, epochs=3, verbose=0, shuffle=False)
        weights.append(model.student.get_weights())
    for eager, plain, compiled in zip(*weights, strict=True):
        np.testing.assert_allclose(plain, eager, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(compiled, plain, rtol=1e-4, atol=1e-5)


def test_mixed_precision_trains():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = small_model(network="dense")
        for label in (0, 1):
            history = model.fit(
                digits(label), epochs=3, verbose=0, callbacks=[TeacherRollover()]
            ).history["loss"]
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.student.encoder.compute_dtype == "float16"
    assert np.all(np.isfinite(history))
    assert history[-1] < history[0]


def test_a_regularizer_in_the_users_network_counts():
    inputs = keras.Input(EVENT_SHAPE)
    hidden = keras.layers.Dense(4, kernel_regularizer=keras.regularizers.L2(1000.0))
    encoder = keras.Model(inputs, hidden(keras.layers.Flatten()(inputs)))
    decoder = small_model(compiled=False).student.decoder
    model = small_model(network=(encoder, decoder))
    history = model.fit(digits(0), verbose=0).history
    assert history["loss"][0] > 500 + history["reconstruction"][0]
