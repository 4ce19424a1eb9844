"""The loop that watches what comes in, tried against a server that loads what is learned."""

import json
import re
import subprocess
import sys
import time
from urllib.request import urlopen

import keras
import numpy as np
import pytest
from PIL import Image
from serving_helpers import EVENT_SHAPE, EXPORT, NAME
from serving_servers import SERVERS, free_port

from keras_lifelong_vae import LifelongVAE, TeacherRollover, data, export_saved_model, networks

sys.path.insert(0, str(EXPORT))
from client.connection import AVAILABLE, NoAnswerError, ServingError, Target
from rest_client import RestConnection
from watching.arrivals import show
from watching.drift_alarm import DriftAlarm
from watching.learner import Learner, LearningError
from watching.watch import Watch

sys.path.remove(str(EXPORT))

KNOWN, NEW = (0, 1, 2), (4,)
SECONDS = 60


def digits(labels, part):
    """Real digits of some classes in random order, bytes."""
    arrays = data.load("digits")
    images, own = getattr(arrays, f"{part}_images"), getattr(arrays, f"{part}_labels")
    return np.random.default_rng(0).permutation(images[np.isin(own, labels)])


def test_p_is_of_the_last_images_and_may_be_the_smaller_the_fewer_are_new():
    alarm = DriftAlarm(usual_share=0.1, window=4, images_per_false_alarm=1000)
    assert np.isnan(alarm.share)
    assert not alarm.look([True, True, False, False, True])
    assert (alarm.novel, alarm.share) == (2, 0.5)  # the first has left the window
    assert alarm.p_value == pytest.approx(1 - 0.9**4 - 4 * 0.1 * 0.9**3)
    assert not alarm.look([True, True])
    assert alarm.p_value == pytest.approx(4 * 0.1**3 * 0.9 + 0.1**4)  # 0.0037 > 2 / 1000
    assert alarm.look([True])  # 0.0001 < 1 / 1000
    alarm.reset()
    assert alarm.p_value == 1
    assert not alarm.look([])


@pytest.mark.parametrize("size", [2, 7, 64])
def test_false_alarms_are_no_more_than_promised_however_often_it_looks(size):
    images, promised = 50_000, 500
    novel = np.random.default_rng(0).random(images) < 0.1
    alarm = DriftAlarm(0.1, 100, promised)
    false = 0
    for begin in range(0, images, size):
        if alarm.look(novel[begin : begin + size]):
            false += 1
            alarm.reset()
    assert 0 < false <= images / promised


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A saved model that has learned the digits 0, 1 and 2, one by one."""
    keras.utils.set_random_seed(0)
    network = networks.dense(EVENT_SHAPE, units=(64, 64), seed=0)
    model = LifelongVAE(EVENT_SHAPE, latent_dim=4, network=network, seed=0)
    model.compile(keras.optimizers.Adam(3e-3), jit_compile=False)
    for label in KNOWN:
        images = (digits([label], "train") / 255).astype("float32")
        model.fit(images, batch_size=32, epochs=30, callbacks=[TeacherRollover()], verbose=0)
    path = tmp_path_factory.mktemp("model") / "digits.keras"
    model.save(path)
    return path


@pytest.fixture(scope="module", params=SERVERS)
def journey(request, model, tmp_path_factory):
    """What a watch saw and said: learned digits, a new one, and both when it was learned."""
    directory = tmp_path_factory.mktemp("journey")
    export_saved_model(keras.models.load_model(model), directory / "served")
    said, seen = [], {}
    options = ["--epochs=30", "--batch-size=32", "--verbose=0", "--limit=3"]
    learner = Learner(model, directory / "served", directory / "watched", options)
    with SERVERS[request.param](directory / "served") as server:
        connection = RestConnection(Target(server.rest, NAME, None, SECONDS))
        watch = Watch(connection, DriftAlarm(), learner, enough=60, say=said.append)
        port = free_port()
        watch.figures.serve(port)

        def look(images):
            return [watch.see(images[begin : begin + 20]) for begin in range(0, len(images), 20)]

        known = (digits(KNOWN, "test") / 255).astype("float32")
        known[0, 0, 0] = np.nan
        seen["known"] = look(known)
        seen["new"] = look(digits(NEW, "train"))
        seen["after"] = look(digits((*KNOWN, *NEW), "test"))
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=SECONDS) as answer:
            figures = answer.read().decode()
    return seen, said, figures, learner


def test_learned_digits_raise_no_alarm(journey):
    assert not any(one.alarm for one in journey[0]["known"])


def test_a_new_digit_raises_one_and_is_learned(journey):
    new = journey[0]["new"]
    assert [one.alarm for one in new].count(True) == 1
    assert new[0].alarm
    assert [one.learned for one in new if one.learned] == [2]


def test_what_was_learned_raises_no_alarm_any_more(journey):
    after = journey[0]["after"]
    assert not any(one.alarm for one in after)
    assert np.concatenate([one.novel for one in after]).mean() < 0.1


def test_it_says_what_happens(journey):
    first, drift, learning, second = journey[1]
    assert (first, second) == ("version 1 is served", "version 2 is served")
    assert re.fullmatch(r"drift: .*% of the last images are novel, .* \(p = \de-\d+\)", drift)
    assert re.fullmatch(r"learning \d\d novel images", learning)


def test_figures_are_of_all_images(journey):
    seen, _, text, _ = journey
    figures = dict(re.findall(r"^(lifelong_vae_\S+) (\S+)$", text, re.MULTILINE))
    parts = [one for part in seen.values() for one in part]
    total = sum(len(one.novel) for one in parts)
    assert float(figures["lifelong_vae_images_total"]) == total
    novel = sum(one.novel.sum() for one in parts)
    assert float(figures["lifelong_vae_novel_images_total"]) == novel
    assert float(figures["lifelong_vae_broken_images_total"]) == 1
    assert float(figures["lifelong_vae_novelty_nats_count"]) == total - 1
    within = float(figures['lifelong_vae_novelty_nats_bucket{le="4.6052"}'])
    assert within == total - 1 - novel  # -log 0.01
    for name, value in (("drift_alarms", 1), ("learned_tasks", 1)):
        assert float(figures[f"lifelong_vae_{name}_total"]) == value
    assert float(figures["lifelong_vae_served_version"]) == 2


def test_the_model_is_kept_and_learned_on_from(journey, model):
    learner = journey[-1]
    (place,) = learner.keep.iterdir()
    assert learner.newest() == place / "model"
    told = json.loads((place / "model" / "learned.json").read_text())
    assert told["tasks"] == ["task 1", "task 2", "task 3", place.name]
    images = np.load(place / "images.npy")
    assert images.shape == (len(images), *EVENT_SHAPE)
    assert 0 <= images.min() < images.max() <= 1  # some came as bytes, some as floats
    assert Learner(model, learner.export_to, learner.keep / "other").newest() == model


def test_what_was_not_published_is_an_error_and_not_learned_on_from(model, tmp_path):
    learner = Learner(model, tmp_path / "served", tmp_path / "kept", ["--limit=-1"])
    with pytest.raises(LearningError, match=r"new-\d+-\d+ was not learned or not published"):
        learner.learn(digits(NEW, "test"))
    assert learner.newest() == model
    assert not (tmp_path / "served").exists()


class Answers:
    """A connection to a server that says how novel the images are in their first value."""

    def __init__(self, versions=None):
        self.states = versions or {1: AVAILABLE}

    def versions(self):
        if isinstance(self.states, Exception):
            raise self.states
        return self.states

    def predict(self, signature, inputs, outputs):
        images = inputs["images"].reshape(len(inputs["images"]), -1)
        if images.shape[1] != 4:
            raise ServingError("another shape")
        quantile = images[:, 0].astype("float32")
        broken = np.isinf(quantile)
        return {
            "novelty": -np.log1p(-np.minimum(quantile, 1 - 1e-7)),
            "novelty_quantile": np.where(broken, 1, quantile),
            "outside_support": broken.astype("int64"),
        }


class Learns:
    def __init__(self, answers):
        self.answers = answers
        self.learned = []

    def learn(self, images):
        self.learned.append(images)
        self.answers.states = {1: AVAILABLE, 1 + len(self.learned): AVAILABLE}
        return 1 + len(self.learned)


def rows(*quantiles):
    return np.repeat(np.array(quantiles, "float32"), 4).reshape(-1, 2, 2, 1)


@pytest.fixture
def watch():
    answers = Answers()
    alarm = DriftAlarm(0.03, 10, 1000)
    return Watch(answers, alarm, Learns(answers), enough=6, say=lambda line: None)


def test_broken_rows_are_neither_drift_nor_learned(watch):
    for _ in range(20):
        assert not watch.see(rows(np.inf, 0.1)).alarm
    assert watch.collected == []


def test_only_novel_images_of_the_window_and_after_the_alarm_are_learned(watch):
    watch.see(rows(0.995))  # leaves the window before the alarm
    watch.see(rows(*[0.5] * 9))
    alarms = [watch.see(rows(quantile, 0.5)).alarm for quantile in (0.991, 0.992, 0.993, 0.994)]
    assert alarms == [False, False, False, True]
    assert watch.see(rows(0.5, 0.996)).learned is None
    assert watch.see(rows(0.997, 0.998)).learned == 2
    (images,) = watch.learner.learned
    np.testing.assert_allclose(
        images[:, 0, 0, 0], [0.991, 0.992, 0.993, 0.994, 0.996, 0.997, 0.998]
    )
    assert (watch.is_alarmed, watch.collected) == (False, [])


def test_another_version_begins_again(watch):
    assert watch.see(rows(*[1.0] * 5)).alarm
    watch.connection.states = {2: "LOADING", 1: AVAILABLE}
    watch.see(rows(0.5))
    assert watch.is_alarmed
    watch.connection.states = {2: AVAILABLE, 1: AVAILABLE}
    watch.see(rows(0.5))
    assert (watch.is_alarmed, watch.alarm.novel, watch.collected) == (False, 0, [])


def test_bytes_and_floats_are_learned_together(watch):
    watch.false_alarms = watch.alarm.usual_share = 0.5
    watch.alarm.images_per_false_alarm = 1.0
    watch.see(np.full((3, 2, 2, 1), 255, "uint8"))
    watch.see(rows(*[1.0] * 3))
    (images,) = watch.learner.learned
    np.testing.assert_array_equal(images, np.ones((6, 2, 2, 1), "float32"))


def test_without_learning_only_the_alarm_is_raised(watch):
    watch.learner = None
    assert watch.see(rows(*[1.0] * 10)).alarm
    assert not watch.see(rows(*[1.0] * 10)).alarm  # it stands until another version is served
    assert watch.collected == []


def test_a_model_without_summaries_is_one_clear_error(watch):
    with pytest.raises(ServingError, match="`novelty_quantile` must be a number, received NaN"):
        watch.see(rows(np.nan))


def test_a_version_that_is_not_served_in_time_is_an_error(watch):
    watch.patience = 0.0
    with pytest.raises(LearningError, match="version 2 was learned, but not served 0 s later"):
        watch.see(rows(*[1.0] * 10))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"usual_share": 1.0}, r"`usual_share` must be in \(0, 1\), received 1.0"),
        ({"window": 0}, "`window` must be at least 1, received 0"),
        ({"images_per_false_alarm": 0}, "`images_per_false_alarm` must be greater than 0"),
    ],
)
def test_what_no_alarm_can_be_made_of_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        DriftAlarm(**arguments)


def test_what_no_watch_can_be_made_of_is_refused():
    with pytest.raises(ValueError, match=r"`false_alarms` must be .* at most `usual_share`, 0.03"):
        Watch(Answers(), DriftAlarm(), false_alarms=0.05)
    with pytest.raises(ValueError, match="`enough` must be at least 1, received 0"):
        Watch(Answers(), DriftAlarm(), enough=0)


def names(directory):
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def test_files_go_to_where_they_belong(watch, tmp_path, capsys):
    np.save(tmp_path / "a.npy", rows(0.5, 0.5))
    np.save(tmp_path / "b.npy", np.zeros((1, 3, 3, 1), "float32"))
    (tmp_path / "c.png").write_bytes(b"no picture")
    Image.fromarray(np.zeros((2, 2), "uint8")).save(tmp_path / "d.png")
    show(watch, sorted(tmp_path.iterdir()))
    assert names(tmp_path) == {"seen/a.npy", "refused/b.npy", "refused/c.png", "seen/d.png"}
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [["refused", "b.npy"], ["refused", "c.png"]]
    assert watch.figures.images._value.get() == 3


@pytest.mark.parametrize("state", [{1: "LOADING"}, ServingError("not found")])
def test_files_wait_until_a_version_is_served(watch, tmp_path, state):
    np.save(tmp_path / "a.npy", rows(0.5))
    watch.connection.states = state
    with pytest.raises(NoAnswerError):
        show(watch, [tmp_path / "a.npy"])
    assert names(tmp_path) == {"a.npy"}


def test_the_program_scores_what_arrives(server, tmp_path):
    port = free_port()
    command = [sys.executable, EXPORT / "watch.py", tmp_path, "--server", server.rest]
    with subprocess.Popen([*command, f"--port={port}"], stdout=subprocess.PIPE, text=True) as watch:
        try:
            assert watch.stdout is not None
            np.save(tmp_path / ".whole.npy", digits([0], "test"))
            (tmp_path / ".whole.npy").rename(tmp_path / "zeros.npy")
            end = time.monotonic() + SECONDS
            while names(tmp_path) != {"seen/zeros.npy"}:
                assert time.monotonic() < end
                time.sleep(0.1)
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=SECONDS) as answer:
                assert "lifelong_vae_served_version 2.0" in answer.read().decode()
        finally:
            watch.terminate()
        assert watch.stdout.readline() == "version 2 is served\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "INCOMING must be a directory, received nowhere"),
        (["."], "--export-to must be given with --learn"),
    ],
)
def test_errors_of_the_program_say_what_is_wrong(tmp_path, arguments, message):
    learn = ["--learn", "run"] if arguments == ["."] else []
    command = [sys.executable, EXPORT / "watch.py", *arguments, *learn, f"--port={free_port()}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: {message}")
