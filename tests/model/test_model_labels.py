"""Labels of the present task, where a term asks for them."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import digits, small_model, step_of, term_of

import keras_lifelong_vae as klv
from keras_lifelong_vae.replay import real_only
from keras_lifelong_vae.terms import CategoryTarget, Consistency


def labelled_model(**options):
    terms = [Consistency(), CategoryTarget(labelled=True)]
    return small_model(categories_per_task=2, terms=terms, **options)


def pair(first, second, limit=60):
    images = [digits(label, limit) for label in (first, second)]
    order = np.random.default_rng(0).permutation(sum(map(len, images)))
    return np.concatenate(images)[order], np.repeat([0, 1], list(map(len, images)))[order]


def test_the_one_category_of_the_label_is_asked_for_or_any_without_one():
    model = labelled_model()
    model.student.latent.categorical.active_categories.assign(4)
    step = step_of(model, real_only(tf.constant(digits(0, 5))))
    step.labels = tf.constant([0, 1, -1, 1])  # the fifth row is none of the real batch
    logits = model.student.posterior(step.images).logits.numpy()[:, :4].astype("float64")
    probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = -np.log([probs[0, 2], probs[1, 3], *probs[[2], 2:].sum(1), probs[3, 3], 0])
    found = term_of(model, CategoryTarget).value(step)
    np.testing.assert_allclose(found[:4], expected[:4], rtol=1e-5)
    np.testing.assert_allclose(found[4], -np.log(probs[4, 2:].sum()), rtol=1e-5)


def test_categories_classify_all_that_was_learned():
    model = labelled_model(mode="graph", learning_rate=5e-3)
    for task in ((0, 1), (2, 3)):
        images, labels = pair(*task, limit=150)
        data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(50)
        model.fit(data, epochs=20, verbose=0, callbacks=[klv.TeacherRollover()])
    right = [np.mean(model.encode(digits(k)).category == k) for k in range(4)]
    assert np.mean(right) > 0.9  # by chance 0.25, and 0.5 if only the task is known


def test_arrays_and_data_sets_of_labels_are_learned_alike():
    images, labels = pair(0, 1)
    weights = []
    for data in (
        (images, labels),
        (tf.data.Dataset.from_tensor_slices((images, labels)).batch(32),),
    ):
        model = labelled_model()
        model.fit(*data, shuffle=False, verbose=0)
        weights.append(model.student.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("labels", "error", "received"),
    [
        (None, ValueError, "None"),
        (np.zeros(120), TypeError, "float64"),
        ([0] * 120, TypeError, "list"),
        (np.zeros((120, 1), int), ValueError, r"the shape \(120, 1\)"),
        (np.zeros(119, int), ValueError, "119 for 120 images"),
        (np.repeat([-2, 1], 60), ValueError, "values from -2 to 1"),
        (np.repeat([0, 2], 60), ValueError, "values from 0 to 2"),
    ],
)
def test_labels_are_checked_before_training(labels, error, received):
    model = labelled_model()
    with pytest.raises(error, match=f"`y` must be one integer of 0 to 1 .*, received {received}"):
        model.fit(pair(0, 1)[0], labels, verbose=0)
    assert not int(model.training_steps)


def test_a_data_set_must_have_labels_of_its_own():
    images, labels = pair(0, 1)
    with pytest.raises(ValueError, match=r"`y` must be one integer .*, received None"):
        labelled_model().fit(tf.data.Dataset.from_tensor_slices(images).batch(10), verbose=0)
    data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(10)
    with pytest.raises(ValueError, match="`y` must be None for a data set"):
        labelled_model().fit(data, labels, verbose=0)


def test_a_label_of_no_category_ends_training_before_it_is_learned():
    images, labels = pair(0, 1)
    labels[25] = 2
    model = labelled_model()
    data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(10)
    with pytest.raises(ValueError, match=r"`category_target` must be finite, .* in row 5 of the"):
        model.fit(data, verbose=0)
    assert int(model.training_steps) == 2


def test_what_labels_do_not_go_with_is_refused(tmp_path):
    images, labels = pair(0, 1)
    with pytest.raises(ValueError, match="no TransitionDetector if a term asks for labels"):
        labelled_model().fit(images, labels, callbacks=[klv.TransitionDetector()])
    with pytest.raises(ValueError, match=r"`x` must be a data set .* with a SequenceCheckpoint"):
        labelled_model().fit(images, labels, callbacks=[klv.SequenceCheckpoint(tmp_path / "c")])
    with pytest.raises(ValueError, match="`y` must be None: images are learned alone"):
        small_model().fit(images, labels)


def test_it_is_saved(tmp_path):
    model = labelled_model()
    model.fit(*pair(0, 1), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.needs_labels
    assert term_of(loaded, CategoryTarget).get_config()["labelled"]


def test_one_batch_at_a_time():
    images, labels = pair(0, 1)
    model = labelled_model()
    model.train_on_batch(images, labels)
    with pytest.raises(ValueError, match="received None"):
        model.train_on_batch(images)
    assert int(model.training_steps) == 1
