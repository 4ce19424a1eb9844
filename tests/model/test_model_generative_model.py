"""What a trained model answers, against an independent numpy twin."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import EVENT_SHAPE, GaussianOnly, digits, small_model
from scipy.special import expit, logsumexp

from keras_lifelong_vae import Replay, TeacherRollover, terms


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = small_model(mode="graph", learning_rate=3e-3)
    for label in (0, 1):
        model.fit(digits(label), epochs=20, verbose=0, callbacks=[TeacherRollover()])
    return model


def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


class NumpyTwin:
    """The same network written out in float64, from the weights alone."""

    def __init__(self, model):
        student = model.student
        self.encoder = [w.astype("float64") for w in student.encoder.get_weights()]
        self.decoder = [w.astype("float64") for w in student.decoder.get_weights()]
        projection = student.latent.blocks["gaussian"].projection
        self.gaussian = [w.numpy().astype("float64") for w in (projection.kernel, projection.bias)]
        categorical = student.latent.categorical
        self.categorical = [
            w.numpy().astype("float64")[..., :2]
            for w in (categorical.projection.kernel, categorical.projection.bias)
        ]
        continuous, discrete = student.read_in.continuous, student.read_in.discrete
        self.read_in = [continuous.kernel, discrete.kernel, continuous.bias]
        self.read_in = [w.numpy().astype("float64") for w in self.read_in]

    def posterior(self, images):
        w1, b1, w2, b2 = self.encoder
        h = elu(elu(images.reshape(len(images), -1) @ w1 + b1) @ w2 + b2)
        loc, log_var = np.split(h @ self.gaussian[0] + self.gaussian[1], 2, axis=1)
        logits = h @ self.categorical[0] + self.categorical[1]
        return loc, log_var, logits - logsumexp(logits, axis=1, keepdims=True)

    def logits(self, z_c, z_d):
        w1, b1, w2, b2 = self.decoder
        w_c, w_d, b = self.read_in
        h = elu(elu(z_c @ w_c + z_d @ w_d[:2] + b) @ w1 + b1)
        return h @ w2 + b2


def test_encode_is_the_numpy_twin(model):
    images = digits(0, 20)
    loc, log_var, log_probs = NumpyTwin(model).posterior(images)
    encoding = model.encode(images, batch_size=7)
    np.testing.assert_allclose(encoding.loc, loc, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(encoding.scale, np.exp(log_var / 2), rtol=1e-4)
    np.testing.assert_allclose(encoding.category_probs, np.exp(log_probs), rtol=1e-3, atol=1e-5)
    np.testing.assert_array_equal(encoding.category, np.argmax(log_probs, axis=1))
    assert encoding.category_probs.shape == (20, 2)


def test_decode_and_reconstruct_are_the_numpy_twin(model):
    twin, images = NumpyTwin(model), digits(1, 12)
    loc, _, log_probs = twin.posterior(images)
    z_d = np.eye(2)[np.argmax(log_probs, axis=1)]
    expected = expit(twin.logits(loc, z_d)).reshape(-1, *EVENT_SHAPE)
    encoding = model.encode(images)
    for result in (
        model.reconstruct(images, batch_size=5),
        model.predict(images, verbose=0),
        model.decode(encoding.loc, encoding.category, batch_size=5),
        model.decode(encoding.loc, category_probs=z_d),
    ):
        np.testing.assert_allclose(result, expected, atol=1e-4)


def test_negative_elbo_is_the_bound_of_the_numpy_twin(model):
    """Mean of many single-sample figures = the twin's expectation over z ~ q(z | x)."""
    twin, images = NumpyTwin(model), digits(0, 3)
    flat = images.reshape(3, -1).astype("float64")
    loc, log_var, log_probs = twin.posterior(images)
    probs = np.exp(log_probs)
    kl = 0.5 * np.sum(np.exp(log_var) + loc**2 - 1 - log_var, axis=1)
    kl += np.sum(probs * (log_probs + np.log(2.0)), axis=1)
    rng, draws = np.random.default_rng(0), []
    for _ in range(2000):
        z_c = loc + np.exp(log_var / 2) * rng.normal(size=loc.shape)
        logits = np.stack([twin.logits(z_c, np.eye(2)[[k] * 3]) for k in (0, 1)])
        log_likelihood = np.sum(flat * logits - np.logaddexp(0, logits), axis=-1)
        draws.append(kl - np.sum(probs.T * log_likelihood, axis=0))
    repeated = np.repeat(images, 4000, axis=0)
    figures = model.negative_elbo(repeated, seed=0).reshape(3, 4000)
    error = np.hypot(np.std(figures, axis=1) / 4000**0.5, np.std(draws, axis=0) / 2000**0.5)
    assert np.all(error < 0.15)
    assert np.all(np.abs(figures.mean(axis=1) - np.mean(draws, axis=0)) < 4 * error)


def test_evaluate_reports_the_same_bound_whatever_the_weights_in_training(model):
    images = np.repeat(digits(0), 40, axis=0)  # z is drawn anew for each of them
    report = model.evaluate(images, batch_size=512, verbose=0, return_dict=True)
    assert set(report) == {
        "loss",
        "negative_elbo",
        "reconstruction",
        "kl_gaussian",
        "kl_categorical",
    }
    parts = report["reconstruction"] + report["kl_gaussian"] + report["kl_categorical"]
    assert report["negative_elbo"] == pytest.approx(parts, rel=1e-5)
    assert report["loss"] == report["negative_elbo"]
    assert report["negative_elbo"] == pytest.approx(model.negative_elbo(images).mean(), rel=0.01)
    other = small_model(terms=[terms.KL(0.0), terms.Consistency(), terms.CategoryTarget()])
    other.set_weights(model.get_weights())
    other_report = other.evaluate(images, batch_size=512, verbose=0, return_dict=True)
    assert other_report["negative_elbo"] == pytest.approx(report["negative_elbo"], rel=0.01)


def test_evaluate_weighs_images_not_batches(model):
    images = np.concatenate([digits(0, 64), digits(5, 8)])
    report = model.evaluate(images, batch_size=64, verbose=0, return_dict=True)
    assert report["kl_gaussian"] == pytest.approx(kl_gaussian(model, images), rel=1e-4)


def kl_gaussian(model, images):
    encoding = model.encode(images)
    variance = encoding.scale**2
    return np.mean(0.5 * np.sum(variance + encoding.loc**2 - 1 - np.log(variance), axis=1))


@pytest.mark.parametrize("prior", ["aggregate_posterior", "prior"])
def test_generate_is_decided_by_its_seed(model, prior):
    images = model.generate(20, seed=3, prior=prior)
    assert images.shape == (20, *EVENT_SHAPE)
    assert images.min() >= 0
    assert images.max() <= 1
    np.testing.assert_allclose(
        model.generate(20, seed=3, prior=prior, batch_size=6), images, atol=1e-5
    )
    assert not np.allclose(model.generate(20, seed=4, prior=prior), images)
    assert not np.allclose(model.generate(20, prior=prior), model.generate(20, prior=prior))


def test_an_image_does_not_depend_on_how_many_are_asked_for(model):
    """The first of many are the many of few: each has a seed of its own."""
    np.testing.assert_allclose(model.generate(3, seed=3), model.generate(20, seed=3)[:3], atol=1e-6)


def test_z_comes_from_where_codes_lie_unless_the_prior_is_asked_for(model):
    assert model.default_prior == "aggregate_posterior"
    default = model.generate(20, seed=3)
    np.testing.assert_array_equal(model.generate(20, seed=3, prior="aggregate_posterior"), default)
    assert not np.allclose(model.generate(20, seed=3, prior="prior"), default)


def test_images_from_the_prior_are_decoded_draws_of_it(model):
    seeds = np.random.default_rng(3).integers(-(2**63), 2**63, 20, dtype="int64")
    code = model.student.latent.sample_prior(20, tf.constant(seeds))
    shown = model.generate(20, seed=3, prior="prior")
    expected = model.decode(code.continuous, category_probs=code.discrete[:, :2])
    np.testing.assert_allclose(shown, expected, atol=1e-6)


@pytest.mark.parametrize("prior", ["aggregate_posterior", "prior"])
def test_values_are_drawn_around_their_means(model, prior):
    means = model.generate(40, seed=3, prior=prior)
    drawn = model.generate(40, seed=3, prior=prior, sample=True)
    assert set(np.unique(drawn)) == {0.0, 1.0}  # Bernoulli
    spread = np.sqrt((means * (1 - means)).sum())
    assert abs((drawn - means).sum()) < 4 * spread
    few = model.generate(3, seed=3, prior=prior, sample=True, batch_size=2)
    np.testing.assert_array_equal(few, drawn[:3])
    assert not np.array_equal(drawn, model.generate(40, seed=4, prior=prior, sample=True))


def test_before_the_first_task_has_ended_there_is_only_the_prior():
    model = small_model()
    assert (model.default_prior, model.summaries) == ("prior", None)
    np.testing.assert_array_equal(model.generate(3, seed=0), model.generate(3, 0, prior="prior"))
    with pytest.raises(ValueError, match=r"`prior` must be .prior. .* 'aggregate_posterior'"):
        model.generate(3, prior="aggregate_posterior")
    model.fit(digits(0, 32), verbose=0, callbacks=[TeacherRollover()])
    assert model.default_prior == "aggregate_posterior"


@pytest.mark.parametrize("replay", [None, Replay(codes="prior")], ids=["none", "prior"])
def test_without_summaries_the_prior_is_the_default(replay):
    model = small_model(replay=replay)
    model.fit(digits(0, 32), verbose=0, callbacks=[TeacherRollover()])
    assert model.default_prior == "prior"
    np.testing.assert_array_equal(model.generate(3, seed=0), model.generate(3, 0, prior="prior"))
    with pytest.raises(ValueError, match=r"`prior` must be .prior."):
        model.generate(3, prior="aggregate_posterior")


@pytest.mark.parametrize("prior", ["aggregate_posterior", "prior"])
def test_generate_knows_categories(model, prior):
    ones = model.generate(5, seed=0, category=1, prior=prior)
    np.testing.assert_array_equal(ones, model.generate(5, seed=0, category=[1] * 5, prior=prior))
    assert not np.allclose(ones, model.generate(5, seed=0, category=0, prior=prior))


def test_a_category_is_shown_with_a_continuous_part_that_goes_with_it():
    """q(z_c | z_d), not q(z_c) with another z_d: two tasks whose categories are known apart."""
    model = small_model(mode="graph", latent_dim=2)
    rng = np.random.default_rng(0)
    for task in (0, 1):
        model.fit(digits(task, 32), verbose=0, callbacks=[TeacherRollover()])
    for task in (0, 1):
        codes = rng.normal(8.0 * task - 4.0, 0.5, (500, 2)).astype("float32")
        probs = np.tile(np.eye(model.student.latent.capacity, dtype="float32")[task], (500, 1))
        model.aggregate_posterior.summarize(task, codes, probs)
    seeds = np.random.default_rng(5).integers(-(2**63), 2**63, 300, dtype="int64")
    for category in (0, 1):
        wanted = tf.fill((300,), np.int64(category))
        codes = model.aggregate_posterior.sample(300, tf.constant(seeds), category=wanted)
        assert np.all(np.sign(codes.continuous) == 2 * category - 1)
        np.testing.assert_allclose(
            model.generate(300, seed=5, category=category),
            model.decode(codes.continuous, category),
            atol=1e-6,
        )


def test_a_dataset_is_answered_like_its_array(model):
    images = digits(0, 30)
    dataset = tf.data.Dataset.from_tensor_slices((images, np.zeros(30))).batch(8)
    np.testing.assert_allclose(model.reconstruct(dataset), model.reconstruct(images), atol=1e-5)
    np.testing.assert_allclose(
        model.negative_elbo(dataset, seed=1),
        model.negative_elbo(images, seed=1, batch_size=8),
        rtol=1e-5,
    )


def test_an_answer_does_not_depend_on_the_batch_it_is_in(model):
    images = digits(0, 30)
    for ask in (
        lambda size: model.negative_elbo(images, seed=1, batch_size=size),
        lambda size: model.reconstruct(images, batch_size=size),
        lambda size: model.encode(images, batch_size=size).loc,
        lambda size: model.generate(30, seed=1, batch_size=size),
    ):
        np.testing.assert_allclose(ask(7), ask(30), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        model.negative_elbo(images[:5], seed=1), model.negative_elbo(images, seed=1)[:5], rtol=1e-5
    )


def test_generate_shows_a_task_from_where_its_codes_lie():
    model = small_model(mode="graph", latent_dim=2, learning_rate=1e-2)
    for label in (0, 1):
        model.fit(digits(label), epochs=10, verbose=0, callbacks=[TeacherRollover()])
    means = [digits(label).mean(axis=0) for label in (0, 1)]
    for task in (0, 1):
        shown = model.generate(200, seed=0, task=task).mean(axis=0)
        distances = [np.square(shown - mean).mean() for mean in means]
        assert distances[task] < 0.1 * distances[1 - task]
    np.testing.assert_array_equal(
        model.generate(3, seed=1, task=0), model.generate(3, seed=1, task=np.int64(0))
    )


@pytest.mark.parametrize("options", [{}, {"replay": Replay(codes="prior")}], ids=["own", "prior"])
def test_only_a_summarised_task_can_be_shown(options):
    model = small_model(**options)
    model.fit(digits(0, 32), verbose=0, callbacks=[TeacherRollover()])
    for task in (1, -1, 0.0, True):
        with pytest.raises(ValueError, match=f"`task` must be .* received {task!r}"):
            model.generate(1, task=task)
    with pytest.raises(ValueError, match='`prior` not "prior"'):
        model.generate(1, task=0, prior="prior")


def test_a_category_given_with_a_task_takes_the_place_of_its_own():
    model = small_model(categories_per_task=2)
    model.fit(digits(0, 32), verbose=0, callbacks=[TeacherRollover()])
    shown = model.generate(4, seed=0, task=0, category=1)
    seeds = tf.constant(np.random.default_rng(0).integers(-(2**63), 2**63, 4, dtype="int64"))
    codes = model.aggregate_posterior.sample(4, seeds, 0, tf.ones(4, tf.int64)).continuous
    np.testing.assert_allclose(shown, model.decode(codes, 1), atol=1e-6)


def test_a_latent_without_categories_answers_without_them():
    model = small_model(latent=GaussianOnly())
    model.fit(digits(0, 32), verbose=0, callbacks=[TeacherRollover()])
    encoding = model.encode(digits(0, 5))
    assert encoding.category_probs is encoding.category is None
    np.testing.assert_allclose(
        model.decode(encoding.loc), model.reconstruct(digits(0, 5)), atol=1e-6
    )
    for options in ({}, {"task": 0}, {"prior": "prior"}):
        assert np.isfinite(model.generate(3, seed=0, **options)).all()
    assert set(model.evaluate(digits(0), verbose=0, return_dict=True)) == {
        "loss",
        "negative_elbo",
        "reconstruction",
        "kl_gaussian",
    }
    with pytest.raises(ValueError, match="needs neither of `category` and `category_probs`"):
        model.decode(encoding.loc, 0)
    with pytest.raises(ValueError, match="needs a latent with a categorical part z_d"):
        model.generate(1, category=0)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda m: m.generate(0), "`num_images` must be an integer of at least 1, received 0"),
        (
            lambda m: m.generate(2, category=2),
            r"`category` must be active, one of 0 ... 1, received 2",
        ),
        (lambda m: m.generate(2, category=-1), "`category` must be active"),
        (lambda m: m.generate(2, category=0.5), "`category` must be an integer"),
        (
            lambda m: m.generate(2, category=[0, 1, 0]),
            r"`category` must be .* received int64 of shape",
        ),
        (lambda m: m.generate(2, prior="posterior"), "`prior` must be one of aggregate_posterior"),
        (lambda m: m.generate(2, seed=-1), "`seed` must be an integer of at least 0, received -1"),
        (lambda m: m.generate(2, seed=0.5), "`seed` must be an integer"),
        (lambda m: m.decode(np.zeros((2, 3)), 0), r"`z_continuous` must have shape \(n, 4\)"),
        (lambda m: m.decode(np.zeros((2, 4))), "needs one of `category` and `category_probs`"),
        (lambda m: m.decode(np.zeros((2, 4)), 0, np.eye(2)), "needs one of `category`"),
        (lambda m: m.decode(np.zeros((2, 4)), 2), "`category` must be active"),
        (
            lambda m: m.decode(np.zeros((2, 4)), category_probs=np.eye(3)[:2]),
            r"`category_probs` must have shape \(2, 2\)",
        ),
        (
            lambda m: m.decode(np.zeros((2, 4)), category_probs=-np.eye(2)),
            r"`category_probs` must lie in \[0, 1\]",
        ),
        (
            lambda m: m.encode(np.zeros((2, 8, 8))),
            r"`images` must have shape \(batch_size, 8, 8, 1\)",
        ),
        (lambda m: m.reconstruct(np.full((1, 8, 8, 1), 2.0)), r"`images` must lie in \[0, 1\]"),
        (lambda m: m.reconstruct(digits(0), batch_size=0), "`batch_size` must be an integer"),
    ],
)
def test_bad_input_is_refused(model, call, match):
    with pytest.raises(ValueError, match=match):
        call(model)
