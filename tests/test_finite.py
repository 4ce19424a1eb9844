"""Every layer and every objective is finite, value and gradient, on all that a dtype can say."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from model_helpers import SEED

from keras_lifelong_vae import finite, likelihoods
from keras_lifelong_vae.latents import GaussianLatent, JointLatent, MixturePriorLatent
from keras_lifelong_vae.latents.divergences import categorical_kl, gaussian_kl
from keras_lifelong_vae.terms import information
from keras_lifelong_vae.terms.category_target import _surprise
from keras_lifelong_vae.terms.consistency import DIRECTIONS, consistency_kl
from keras_lifelong_vae.terms.info_gan import negative_bound
from keras_lifelong_vae.types import GaussianParameters, Posterior

DTYPES = ("float16", "bfloat16", "float32", "float64")
LATENT_DIM, CAPACITY = 3, 4
LIMITS = {"float32": 14.556, "float64": 34.657}  # -log(4 eps)
numbers = st.sampled_from([-1e4, -60.0, -10.0, 0.0, 10.0, 60.0, 1e4]) | st.floats(-1e4, 1e4)
values = arrays("float64", (2, LATENT_DIM), elements=numbers)
logits = arrays("float64", (2, CAPACITY), elements=numbers)
few = settings(deadline=None, max_examples=12, derandomize=True)


def assert_finite(function, *inputs):
    """`function` gives tensors by name; each is finite, and the gradient of each."""
    variables = [tf.Variable(one) for one in inputs]
    with tf.GradientTape(persistent=True) as tape:
        found = function(*variables)
    for name, value in found.items():
        gradients = tape.gradient(value, variables, unconnected_gradients="zero")
        for one in (value, *gradients):
            assert np.isfinite(tf.cast(one, tf.float64)).all(), (name, value, gradients)


def joint(dtype, active, temperature=1.0):
    head = MixturePriorLatent(LATENT_DIM, num_components=2, dtype=dtype)
    layer = JointLatent(head, 1, task_capacity=CAPACITY, temperature=temperature, dtype=dtype)
    layer.build((None, 5))
    layer.categorical.active_categories.assign(active)
    return layer


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_made_of_gaussians_is_finite(dtype):
    head = GaussianLatent(LATENT_DIM, dtype=dtype)

    @few
    @given(values, values, values, values, values)
    def check(loc, log_var, other_loc, other_log_var, z):
        def everything(loc, log_var, other_loc, other_log_var, z):
            own = GaussianParameters(loc, log_var)
            other = GaussianParameters(other_loc, other_log_var)
            return {
                **{name: made(own, other, z) for name, made in information.ESTIMATORS.items()},
                "sample": head.sample(own, SEED),
                "log_prior": head.log_prior(z),
                "log_posterior": head.log_posterior(z, own),
            }

        inputs = (loc, log_var, other_loc, other_log_var, z)
        assert_finite(everything, *(tf.cast(one, dtype) for one in inputs))

    check()


@pytest.mark.parametrize("active", [1, 3])
@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_made_of_a_joint_latent_is_finite(dtype, active):
    layer = joint(dtype, active)
    head, categorical = layer.blocks["gaussian"], layer.categorical
    own_task = categorical.is_of_present_task(1)
    prior = [head.prior_logits, head.prior_locs, head.prior_log_vars]

    @few
    @given(values, values, logits, values, logits, st.floats(0.05, 10.0))
    def check(loc, log_var, first, z, second, temperature):
        categorical.temperature.assign(temperature)
        for weight in prior[1:]:
            weight.assign(tf.cast(z, dtype))
        prior[0].assign(tf.cast(second[0, :2], dtype))

        def everything(loc, log_var, first, z, second):
            own = Posterior(GaussianParameters(loc, log_var), categorical.mask(first))
            other = Posterior(GaussianParameters(z, log_var[::-1]), categorical.mask(second))
            code = layer.sample(own, SEED)
            relaxed = layer.sample(own, SEED, training=True)
            bound = negative_bound(own.logits, code.discrete, categorical.prior_logits())
            return {
                **{one: consistency_kl(layer, other, own, one) for one in DIRECTIONS},
                **layer.kl_to_prior(own, relaxed, tf.constant([True, False])),
                "log_ratio": layer.log_ratio(code, own),
                "relaxed": relaxed.discrete,
                "drawn": layer.sample_prior(3, SEED).continuous,
                "bound": bound,
                "surprise": _surprise(own.logits, own_task),
            }

        inputs = [tf.cast(one, dtype) for one in (loc, log_var, first, z, second)]
        assert_finite(everything, *inputs)
        with tf.GradientTape() as tape:
            log_prior = head.log_prior(inputs[3])
        for gradient in tape.gradient(log_prior, [weight.value for weight in prior]):
            assert np.isfinite(tf.cast(gradient, tf.float64)).all()

    check()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Bernoulli", {}),
        ("Gaussian", {}),
        ("Gaussian", {"support": "real", "normalization": [[0.5] * 3, [20.0] * 3]}),
        ("DiscretizedLogistic", {}),
    ],
)
def test_likelihoods_are_finite_at_any_learned_scale(name, options, dtype):
    likelihood = getattr(likelihoods, name)(dtype=dtype, **options)
    likelihood.build((2, LATENT_DIM))
    weights = [weight.value for weight in likelihood.trainable_weights]

    @few
    @given(values, st.sampled_from([0.0, 1.0]), arrays("float64", LATENT_DIM, elements=numbers))
    def check(parameters, colour, log_scale):
        for weight in weights:
            weight.assign(tf.cast(log_scale, dtype))
        images = tf.fill(parameters.shape, tf.cast(colour, dtype))

        def everything(parameters):
            return {
                "log_prob": likelihood.log_prob(images, parameters),
                "mean": likelihood.mean(parameters),
                "sample": likelihood.sample(tf.stop_gradient(parameters), SEED),
            }

        parameters = tf.cast(parameters, dtype)
        assert_finite(everything, parameters)
        with tf.GradientTape() as tape:
            log_prob = likelihood.log_prob(images, parameters)
        for gradient in tape.gradient(log_prob, weights):
            assert np.isfinite(tf.cast(gradient, tf.float64)).all()

    check()


@pytest.mark.parametrize("dtype", LIMITS)
def test_within_its_bounds_nothing_is_changed_by_a_bit(dtype):
    rng = np.random.default_rng(0)
    inputs = [tf.Variable(rng.uniform(-10, 10, (50, LATENT_DIM)), dtype=dtype) for _ in range(3)]
    with tf.GradientTape(persistent=True) as tape:
        loc, log_var, log_scale = inputs
        found = finite.location(loc) * finite.scale(0.5 * log_var) + finite.scale(log_scale)
        plain = loc * tf.exp(0.5 * log_var) + tf.exp(log_scale)
    np.testing.assert_array_equal(found, plain)
    for one, other in zip(tape.gradient(found, inputs), tape.gradient(plain, inputs), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", LIMITS)
def test_a_scale_ends_where_its_dtype_does(dtype):
    lowest = 4 * np.finfo(dtype).eps
    ends = finite.scale(tf.constant([-1e4, -LIMITS[dtype], LIMITS[dtype], 1e4], dtype))
    np.testing.assert_allclose(ends, [lowest, lowest, 1 / lowest, 1 / lowest], rtol=1e-3)


@pytest.mark.parametrize("value", [-1e30, -3.0, 1.0, 3.0, 1e30])
def test_beyond_a_bound_the_gradient_is_the_one_at_the_bound(value):
    variable = tf.Variable(value)
    with tf.GradientTape() as tape:
        squared = finite.bounded(variable, 2.0) ** 2
    held = np.clip(value, -2, 2)
    assert (float(squared), float(tape.gradient(squared, variable))) == (held**2, 2 * held)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_cast_saturates_there_and_back(dtype):
    largest = float(tf.as_dtype(dtype).max)
    there = finite.cast(tf.constant([1.0, 1e300, -1e300], tf.float64), dtype)
    np.testing.assert_array_equal(tf.cast(there, tf.float64), [1.0, largest, -largest])
    variable = tf.Variable([1.0, 1.0, 1.0], dtype=dtype)
    with tf.GradientTape() as tape:
        wide = finite.cast(variable, tf.float64)
    back = tape.gradient(wide, variable, tf.constant([1.0, 1e300, -1e300], tf.float64))
    np.testing.assert_array_equal(tf.cast(back, tf.float64), [1.0, largest, -largest])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_nats_of_few_bits_are_those_of_float32(dtype):
    rng = np.random.default_rng(0)
    few_bits = [tf.cast(rng.uniform(-20, 20, (4, LATENT_DIM)), dtype) for _ in range(4)]
    float32 = [tf.cast(one, tf.float32) for one in few_bits]

    def nats(a, b, c, d):
        return gaussian_kl(GaussianParameters(a, b), GaussianParameters(c, d)), categorical_kl(a, b)

    np.testing.assert_array_equal(nats(*few_bits), nats(*float32))
