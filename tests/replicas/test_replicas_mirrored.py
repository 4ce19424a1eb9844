"""Two replicas learn as one device with the same batch does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

PROGRAM = Path(__file__).with_name("mirrored_program.py")


@pytest.fixture(scope="module")
def found():
    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.split("FOUND ")[1])


def test_losses_are_those_of_the_whole_batch_on_one_device(found):
    assert len(found["losses"]["plain"]) == 6
    np.testing.assert_allclose(found["losses"]["replicas"], found["losses"]["plain"], rtol=1e-5)


def test_weights_steps_and_codes_are_too(found):
    assert found["apart"] < 1e-5
    assert found["codes_apart"] < 1e-4
    assert found["steps"] == [6, 6]


def test_a_single_replica_is_one_device(found):
    assert found["single_apart"] < 1e-6


def test_noise_differs_by_replica(found):
    assert found["noise_apart"] > 0.1


def test_all_replicas_hold_the_same_also_when_room_for_tasks_has_grown(found):
    assert found["capacity"] == 4
    assert found["finite"]
    assert 10 < found["bound"] < 100  # of one image, which only one replica has
    assert found["differ"] == []


def test_a_bad_image_on_one_replica_changes_nothing_on_any(found):
    assert found["unchanged"]
    assert "received nan" in found["error"]
    assert "in row 3 of the batch" in found["error"]


def test_predict_looks_at_the_images_of_all_replicas(found):
    assert "received nan in a later batch" in found["unpredicted"]
    assert found["predicted"] == [3, 8, 8, 1]


def test_what_xla_can_not_do_is_refused(found):
    assert "`jit_compile` must be False" in found["refused"]


def test_terms_that_observe_what_one_replica_sees_are_refused(found):
    assert "`terms` must not observe" in found["observing"]
    assert "received ewc" in found["observing"]
