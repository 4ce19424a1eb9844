"""What Keras's `fit` gets to see."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tasks_helpers import SCALE, epoch, three_tasks


class Recorder(keras.Model):
    """Notes the numbers of the images of every training step."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def train_step(self, data):
        tf.py_function(self.note, [data], [])
        return {"loss": tf.reduce_mean(data)}

    def note(self, images):
        self.seen.append(np.rint(images.numpy()[:, 0, 0, 0] * SCALE).astype(int).tolist())


@pytest.fixture
def recorder():
    model = Recorder()
    model.compile()
    return model


def test_fit_sees_the_stream(recorder):
    sequence = three_tasks()
    recorder.fit(sequence.stream([2, 1, 3]), shuffle=False, verbose=0)
    expected = []
    for task, count in zip(sequence, [2, 1, 3], strict=True):
        train = task.train
        for _ in range(count):
            expected += epoch(train)
    assert recorder.seen == expected


def test_fit_sees_each_task_in_the_order_of_the_stream(recorder):
    task = three_tasks()[0]
    recorder.fit(task.train, epochs=3, shuffle=False, verbose=0)
    assert recorder.seen == epoch(three_tasks()[:1].stream(3))
