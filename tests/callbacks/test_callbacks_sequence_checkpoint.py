"""A training that was killed goes on where it was, to the bit."""

import os
import signal
import subprocess
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import assert_same, digits, joint_latent, slow, small_model

import keras_lifelong_vae as klv
from keras_lifelong_vae.checkpoints import model_state

IMAGES = [digits(label, 60) for label in range(3)]
TASKS = klv.tasks.from_arrays(
    {str(i): {"train": images, "validation": images[:10]} for i, images in enumerate(IMAGES)},
    batch_size=10,
    validation_share=0.0,
)
EPOCHS = 2
STEPS = 6  # an epoch


class Kill(keras.callbacks.Callback):
    """Raises in the n-th training step of this process, or sends a signal."""

    def __init__(self, step, number=None):
        super().__init__()
        self.left, self.number = [step], number  # no number, which the checkpoint would restore

    def on_train_batch_end(self, batch, logs=None):
        self.left[0] -= 1
        if self.left[0] == 0:
            if self.number is None:
                raise ConnectionError("killed")
            signal.raise_signal(self.number)


def script(directory, kill=None, save_freq=5, data=lambda task: task.train, **options):
    """What a user writes: a model, and a loop over the tasks."""
    model = small_model(mode="graph", **options)
    histories = []
    for task in TASKS:
        checkpoint = klv.SequenceCheckpoint(directory, save_freq, verbose=0)
        others = [kill] if kill else []
        history = model.fit(
            data(task),
            validation_data=task.validation,
            epochs=EPOCHS,
            verbose=0,
            callbacks=[checkpoint, *others, klv.TeacherRollover()],
        )
        histories.append((history.epoch, history.history))
    return model, histories


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return script(tmp_path_factory.mktemp("undisturbed"))


@pytest.mark.parametrize("step", [3, slow(12), slow(29)])
def test_a_killed_script_goes_on_with_the_same_figures(undisturbed, tmp_path, step):
    with pytest.raises(ConnectionError):
        script(tmp_path, Kill(step))
    lost = Kill(1000)
    model, histories = script(tmp_path, lost)
    assert_same(model_state(model), model_state(undisturbed[0]))
    assert histories == undisturbed[1]
    trained = 1000 - lost.left[0]
    assert 3 * EPOCHS * STEPS - step <= trained <= 3 * EPOCHS * STEPS - step + 5


def test_checkpoints_change_nothing(undisturbed):
    model = small_model(mode="graph")
    for task in TASKS:
        model.fit(
            task.train,
            validation_data=task.validation,
            epochs=EPOCHS,
            verbose=0,
            callbacks=[klv.TeacherRollover()],
        )
    assert_same(model.get_weights(), undisturbed[0].get_weights())


def test_fit_tells_what_it_does_as_without_a_checkpoint(tmp_path, capsys):
    for callbacks in ([], [klv.SequenceCheckpoint(tmp_path)]):
        model = small_model(mode="graph")
        history = model.fit(TASKS[0].train, epochs=2, verbose=2, callbacks=callbacks)
        assert history.params == {"verbose": 2, "epochs": 2, "steps": STEPS}
        assert history is model.history
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(" - ")[0] for line in lines] == [
            *("Epoch 1/2", "6/6", "Epoch 2/2", "6/6")
        ]


def test_a_finished_script_trains_nothing_and_returns_the_same(undisturbed, tmp_path):
    script(tmp_path)
    idle = Kill(1)
    model, histories = script(tmp_path, idle)
    assert idle.left == [1]
    assert histories == undisturbed[1]
    assert_same(model_state(model), model_state(undisturbed[0]))


@pytest.mark.parametrize(
    ("number", "error", "code"),
    [(signal.SIGTERM, SystemExit, 143), (signal.SIGINT, KeyboardInterrupt, None)],
)
def test_a_signal_ends_fit_after_a_checkpoint(undisturbed, tmp_path, number, error, code, capsys):
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with pytest.raises(error) as raised:
        script(tmp_path, Kill(16, number), save_freq=1000)
    assert getattr(raised.value, "code", None) == code
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    kill = Kill(1000)
    model, histories = script(tmp_path, kill, save_freq=1000)
    assert 1000 - kill.left[0] == 3 * EPOCHS * STEPS - 16  # not one step was lost
    assert_same(model_state(model), model_state(undisturbed[0]))
    assert histories == undisturbed[1]


class Disturb(keras.callbacks.Callback):
    """Calls what disturbs a process, before each training step."""

    def __init__(self, disturb):
        super().__init__()
        self.disturb = disturb

    def on_train_batch_begin(self, batch, logs=None):
        self.disturb()


@pytest.mark.slow
def test_a_clock_that_jumps_changes_nothing(undisturbed, tmp_path, monkeypatch):
    years = iter(range(1000))

    def jump():
        now = (-1) ** next(years) * 3e9
        monkeypatch.setattr(time, "time", lambda: now)

    model, histories = script(tmp_path, Disturb(jump))
    assert next(years) == 3 * EPOCHS * STEPS
    assert_same(model_state(model), model_state(undisturbed[0]))
    assert histories == undisturbed[1]


def test_a_process_that_is_stopped_for_a_while_goes_on(undisturbed, tmp_path):
    stops = []

    def stop():
        if len(stops) < 2:
            command = f"kill -STOP {os.getpid()}; sleep 0.3; kill -CONT {os.getpid()}"
            stops.append(subprocess.Popen(["sh", "-c", command]))

    begun = time.monotonic()
    model, histories = script(tmp_path, Disturb(stop))
    assert [stop.wait() for stop in stops] == [0, 0]
    assert time.monotonic() - begun > 0.3
    assert_same(model_state(model), model_state(undisturbed[0]))
    assert histories == undisturbed[1]


@pytest.fixture
def read_only(tmp_path):
    """A directory that only root could write into, seen by somebody else."""
    for parent in tmp_path.parents:
        if parent.name.startswith(("pytest", "popen")):
            parent.chmod(0o755)
    tmp_path.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield tmp_path
    os.seteuid(user)
    tmp_path.chmod(0o755)


def test_a_directory_that_takes_nothing_is_named_before_training(read_only):
    model = small_model(mode="graph")
    directory = read_only / "checkpoints"
    with pytest.raises(PermissionError, match=f"Permission denied: '{directory}'"):
        model.fit(TASKS[0].train, verbose=0, callbacks=[klv.SequenceCheckpoint(directory)])
    assert int(model.training_steps) == 0
    path = read_only / "model.keras"
    with pytest.raises(PermissionError, match=f"Permission denied: '{path}'"):
        model.save(path)
    assert list(read_only.iterdir()) == []


def shuffled(task):
    return task.train.unbatch().shuffle(60, seed=3).batch(10)


def array(task):
    return IMAGES[int(task.name)]


@pytest.mark.parametrize(("data", "kills"), [slow(shuffled, (9, 14)), (array, (3, 4))])
def test_other_data_go_on_in_their_order(tmp_path, data, kills):
    expected, _ = script(tmp_path / "whole", data=data)
    for step in kills:
        with pytest.raises(ConnectionError):
            script(tmp_path / "killed", Kill(step), data=data, save_freq=1)
    model, _ = script(tmp_path / "killed", data=data, save_freq=1)
    assert_same(model_state(model), model_state(expected))


def streaming(directory, kill=None, save_freq=4):
    """One data set for all tasks, whose boundaries are told."""
    model = small_model(mode="graph")
    rollover = klv.TeacherRollover(TASKS.boundaries(EPOCHS))
    callbacks = [rollover, *([kill] if kill else []), klv.SequenceCheckpoint(directory, save_freq)]
    model.fit(TASKS.stream(EPOCHS), verbose=0, callbacks=callbacks)
    return model


def test_a_stream_goes_on_in_the_middle(tmp_path):
    expected = streaming(tmp_path / "whole")
    for step in (11, 9):
        with pytest.raises(ConnectionError):
            streaming(tmp_path / "killed", Kill(step))
    model = streaming(tmp_path / "killed")
    assert int(model.finished_tasks) == 3
    assert_same(model_state(model), model_state(expected))


def endless(directory, kill=None):
    model = small_model(mode="graph")
    callbacks = [*([kill] if kill else []), klv.SequenceCheckpoint(directory, 1)]
    data = TASKS[0].train.repeat()
    model.fit(data, epochs=4, steps_per_epoch=5, verbose=0, callbacks=callbacks)
    return model


@pytest.mark.slow
def test_an_endless_stream_goes_on_in_the_middle_of_an_epoch(tmp_path):
    expected = endless(tmp_path / "whole")
    for step in (13, 3):
        with pytest.raises(ConnectionError):
            endless(tmp_path / "killed", Kill(step))
    kill = Kill(1000)
    assert_same(model_state(endless(tmp_path / "killed", kill)), model_state(expected))
    assert 1000 - kill.left[0] == 20 - 12 - 2


def stopping(directory, kill=None):
    """Early stopping, which remembers figures and the best weights; here it wants a worse model."""
    model = small_model(mode="graph", learning_rate=0.05)
    early = keras.callbacks.EarlyStopping(
        "val_negative_elbo", patience=2, mode="max", restore_best_weights=True
    )
    callbacks = [early, *([kill] if kill else []), klv.SequenceCheckpoint(directory, 4)]
    history = model.fit(
        TASKS[0].train,
        validation_data=TASKS[0].validation,
        epochs=30,
        verbose=0,
        callbacks=callbacks,
    )
    return model, len(history.epoch)


def test_other_callbacks_go_on_too(tmp_path):
    expected, epochs = stopping(tmp_path / "whole")
    assert epochs == 3
    with pytest.raises(ConnectionError):
        stopping(tmp_path / "killed", Kill(6 * epochs - 1))
    model, other = stopping(tmp_path / "killed")
    assert other == epochs
    assert_same(model.get_weights(), expected.get_weights())


def test_growth_beyond_the_capacity_is_restored(tmp_path):
    expected, _ = script(tmp_path / "whole", latent=joint_latent(task_capacity=2))
    with pytest.raises(ConnectionError):
        script(tmp_path / "killed", Kill(33), latent=joint_latent(task_capacity=2))
    model, _ = script(tmp_path / "killed", latent=joint_latent(task_capacity=2))
    assert model.student.latent.task_capacity == 4
    assert_same(model_state(model), model_state(expected))


def test_a_bad_batch_costs_only_the_steps_since_the_checkpoint(tmp_path):
    model = small_model(mode="graph")
    images = IMAGES[0].copy()
    images[35] = np.nan
    callbacks = [klv.SequenceCheckpoint(tmp_path, 2), klv.TeacherRollover()]
    data = tf.data.Dataset.from_tensor_slices(images).batch(10)
    with pytest.raises(ValueError, match="received nan after 3 training steps"):
        model.fit(data, verbose=0, callbacks=callbacks)
    repaired = tf.data.Dataset.from_tensor_slices(IMAGES[0]).batch(10)
    model.fit(repaired, verbose=0, callbacks=callbacks)
    reference = small_model(mode="graph")
    reference.fit(repaired, verbose=0, callbacks=[klv.TeacherRollover()])
    assert_same(model.get_weights(), reference.get_weights())


def test_the_newest_good_checkpoint_counts(undisturbed, tmp_path, caplog):
    with pytest.raises(ConnectionError):
        script(tmp_path, Kill(23))
    older, newest = sorted(tmp_path.glob("*.checkpoint"))
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    model, _ = script(tmp_path)
    assert f"{newest} is damaged" in caplog.text
    assert str(older) in caplog.text
    assert_same(model_state(model), model_state(undisturbed[0]))


def test_damage_to_all_checkpoints_is_named(tmp_path):
    with pytest.raises(ConnectionError):
        script(tmp_path, Kill(23))
    for path in tmp_path.glob("*.checkpoint"):
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"is damaged: .* No good copy is left in"):
        script(tmp_path)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"replay": klv.Replay(ratio=1)}, "of one with replay"),
        ({"terms": [klv.terms.Consistency(0.5)]}, "of one with terms"),
        ({"latent_dim": 5}, "variables of other shapes"),
    ],
)
def test_checkpoints_of_another_model_are_refused(tmp_path, changes, match):
    with pytest.raises(ConnectionError):
        script(tmp_path, Kill(8))
    with pytest.raises(ValueError, match=match):
        script(tmp_path, **changes)


def test_what_can_not_go_on_is_refused_before_training(tmp_path):
    model = small_model()
    checkpoint = klv.SequenceCheckpoint(tmp_path)
    with pytest.raises(ValueError, match="SequenceCheckpoint in the place of BackupAndRestore"):
        model.fit(IMAGES[0], callbacks=[keras.callbacks.BackupAndRestore(tmp_path / "backup")])
    with pytest.raises(TypeError, match=r"`x` must be a tf\.data\.Dataset or an array with Seq"):
        model.fit(iter([IMAGES[0]]), callbacks=[checkpoint])
    with pytest.raises(ValueError, match="`validation_split` must be 0 with SequenceCheckpoint"):
        model.fit(IMAGES[0], validation_split=0.5, callbacks=[checkpoint])
    with pytest.raises(ValueError, match="at most one SequenceCheckpoint, received 2"):
        model.fit(IMAGES[0], callbacks=[checkpoint, klv.SequenceCheckpoint(tmp_path)])
    assert int(model.training_steps) == 0


@pytest.mark.parametrize("save_freq", [0, "batch", 1.5])
def test_save_freq_is_checked(tmp_path, save_freq):
    with pytest.raises(ValueError, match="`save_freq` must be an integer of at least 1"):
        klv.SequenceCheckpoint(tmp_path, save_freq)
