"""Rows of numbers in their own units, from end to end: as in docs/howto/rows.md."""

import keras
import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_wine

import keras_lifelong_vae as klv


@pytest.fixture(scope="module")
def generated():
    """Real rows of cell nuclei, learned by diagnosis, and as many generated ones."""
    keras.utils.set_random_seed(0)
    data = load_breast_cancer()
    rows, labels = data.data, data.target_names[data.target]
    tasks = klv.tasks.split_by_class((rows, labels), batch_size=32)
    normalization = keras.layers.Normalization()
    normalization.adapt(rows)
    likelihood = klv.likelihoods.Gaussian(0.5, support="real", normalization=normalization)
    model = klv.LifelongVAE(tasks.event_shape, likelihood=likelihood, latent_dim=8, seed=0)
    model.compile(keras.optimizers.Adam(2e-3))
    for task in tasks:
        model.fit(task.train, epochs=40, verbose=0, callbacks=[klv.TeacherRollover()])
    return rows, labels, tasks, model


def test_tasks_are_called_by_their_labels(generated):
    rows, labels, tasks, _ = generated
    assert tasks.names == ("benign", "malignant")
    for task in tasks:
        assert task.num_train + task.num_validation == (labels == task.name).sum()
    assert tasks.event_shape == rows.shape[1:]


def test_drawn_values_scatter_as_the_data_do(generated):
    """Drawn by task, and compared with the rows of each, column by column in their own units."""
    rows, labels, tasks, model = generated
    for i, name in enumerate(tasks.names):
        own = rows[labels == name]
        drawn = model.generate(1000, seed=0, task=i, sample=True)
        means = model.generate(1000, seed=0, task=i)
        ratio = drawn.std(axis=0) / own.std(axis=0)
        smooth = means.std(axis=0) / own.std(axis=0)
        shift = np.abs(drawn.mean(axis=0) - own.mean(axis=0)) / rows.std(axis=0)
        assert 0.85 < np.median(ratio) < 1.15
        assert (ratio > smooth).all()
        assert shift.max() < 0.5


def test_columns_of_very_unlike_units():
    data = load_wine(as_frame=False)
    tasks = klv.tasks.split_by_class((data.data, data.target_names[data.target]))
    assert tasks.names == ("class_0", "class_1", "class_2")
    assert tasks[0].train_split.value_range[1] > 1000
