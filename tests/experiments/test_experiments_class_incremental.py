"""Class-incremental classification by a model whose categories are classes."""

import numpy as np
import pytest
from model_helpers import digits, small_model

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments.class_incremental import (
    by_generated,
    by_likelihood,
    class_incremental_accuracy,
)


@pytest.fixture(scope="module")
def learned():
    """Zeros, then ones."""
    model = small_model(learning_rate=3e-3)
    for digit in (0, 1):
        data = digits(digit, 100)
        model.fit(data, batch_size=20, epochs=10, callbacks=[klv.TeacherRollover()], verbose=0)
    images = np.concatenate([digits(digit) for digit in (0, 1)])
    return model, images, np.repeat([0, 1], [len(digits(digit)) for digit in (0, 1)])


def test_zeros_and_ones_are_told_apart_in_each_way(learned):
    accuracy = class_incremental_accuracy(*learned)
    assert set(accuracy) == {"category", "likelihood", "generated"}
    assert all(share > 0.9 for share in accuracy.values())


def test_by_likelihood_by_hand(learned):
    model, images, _ = learned
    some = images[::40]
    loc = model.encode(some).loc
    means = np.stack([model.decode(loc, k) for k in (0, 1)]).clip(1e-6, 1 - 1e-6)
    log_probs = some * np.log(means) + (1 - some) * np.log1p(-means)
    expected = log_probs.sum(axis=(2, 3, 4)).argmax(axis=0)
    np.testing.assert_array_equal(by_likelihood(model, some), expected)


def test_the_classifier_of_generated_images_depends_on_the_seed_alone(learned):
    model, images, _ = learned
    first, again = (by_generated(model, images[:20], seed=3, samples=50) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_a_class_without_a_category_is_refused(learned):
    model, images, classes = learned
    with pytest.raises(ValueError, match=r"`classes` must be .* 0 \.\.\. 1, received 0 \.\.\. 7"):
        class_incremental_accuracy(model, images, 7 * classes)
