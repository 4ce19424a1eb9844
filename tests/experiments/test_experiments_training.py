import datetime

import keras
import numpy as np
import pytest
from experiments_helpers import contents, read_json, train_tiny

from keras_lifelong_vae.experiments import Results, sequences
from keras_lifelong_vae.experiments import run as experiments_run
from keras_lifelong_vae.experiments.run_directory import RunDirectory


@pytest.fixture(scope="module")
def naive_run(tmp_path_factory):
    return train_tiny(tmp_path_factory.mktemp("naive"), strategy="naive")


def test_results_json_says_what_was_done_and_measured(lifelong_run):
    out, results = lifelong_run
    read = read_json(out)
    computed = {"versions": None, "measurements": None, "history": None}
    assert read["parameters"] > 2 * 8 * 8 * 500  # the teacher's are counted, too
    assert {**read, **computed} == {
        "sequence": "digits-split",
        "strategy": "lifelong",
        "seed": 0,
        "epochs": 1,
        "tasks": ["0", "1", "2"],
        "stages": ["0", "1", "2"],
        "test_sizes": [36, 36, 36],
        "config": results.config,
        "keeps": "one model",
        "importance_weighted": None,
        "learned_prior": None,
        "accuracy": None,
        "negative_elbo": results.negative_elbo,
        "mean_negative_elbo": results.mean_negative_elbo,
        "training_images": 3 * 2 * 64,
        "train_seconds": results.train_seconds,
        "images_per_second": 3 * 2 * 64 / results.train_seconds,
        "peak_rss_mb": results.peak_rss_mb,
        "parameters": results.parameters,
        **computed,
        "finished": True,
        "date": datetime.date.today().isoformat(),
    }
    assert read["versions"]["keras"] == keras.__version__
    assert 100 < results.peak_rss_mb < 100_000
    assert Results.read(out / "results.json") == results


def test_the_matrix_is_square_and_its_mean_weighs_images_alike(lifelong_run):
    matrix = np.array(lifelong_run[1].negative_elbo)
    assert matrix.shape == (3, 3)
    assert ((matrix > 5) & (matrix < 200)).all()
    assert lifelong_run[1].mean_negative_elbo == pytest.approx(matrix[2].mean())


def test_training_on_a_task_improves_it(lifelong_run):
    matrix = lifelong_run[1].negative_elbo
    assert matrix[1][1] < matrix[0][1]
    assert matrix[2][2] < matrix[1][2]


def test_config_holds_every_option_used(lifelong_run):
    config = lifelong_run[1].config
    given = {"epochs": 1, "batch_size": 64, "latent_dim": 3, "seed": 0}
    defaults = {"learning_rate": 1e-3, "network": "dense"}
    assert {**config, **given, **defaults} == config
    assert config["replay"]["codes"] == "aggregate_posterior"
    assert config["likelihood"] == {"class_name": "Bernoulli"}
    assert config["jit_compile"] in (True, False)


def test_what_z_d_means_and_how_learning_went_is_measured_too(lifelong_run):
    results = lifelong_run[1]
    first, second, third = results.measurements
    assert first["purity"] == 1.0  # of one class
    assert first["mutual_information"] == pytest.approx(0.0, abs=1e-6)
    assert first["agreement"] is None
    assert 0 <= second["agreement"] <= 1
    assert 1 / 3 <= third["purity"] <= 1
    assert third["frechet_distance"] is None  # there is no classifier to measure it with
    assert third["generated_from"] == "aggregate_posterior"
    assert [epoch["images"] for epoch in results.history] == [128, 256, 384]
    assert all(5 < epoch["negative_elbo"] < 200 for epoch in results.history)


def test_the_saved_model_generates_and_scores_as_the_results_say(lifelong_run):
    out, results = lifelong_run
    model = keras.models.load_model(out / "model.keras")
    assert int(model.finished_tasks) == 3
    assert model.generate(5, seed=0).shape == (5, 8, 8, 1)
    task = sequences.get("digits-split").load(64)[1]
    scores = [float(model.negative_elbo(task.test, seed=seed).mean()) for seed in range(20)]
    noise = float(np.std(scores))
    assert results.negative_elbo[2][1] == pytest.approx(np.mean(scores), abs=6 * noise)


def test_pictures_are_drawn_after_every_task(lifelong_run):
    names = {path.name for path in lifelong_run[0].glob("[!.]*")}
    grids = {f"{kind}-0{i}.png" for kind in ("samples", "reconstructions") for i in (1, 2, 3)}
    assert names == {"results.json", "model.keras", "negative-elbo.png", *grids}


def test_the_same_seed_gives_the_same_run_and_another_one_another(lifelong_run, tmp_path):
    again = train_tiny(tmp_path / "again")
    other = train_tiny(tmp_path / "other", seed=1, num_tasks=1)
    assert again.negative_elbo == lifelong_run[1].negative_elbo
    assert other.negative_elbo[0][0] != again.negative_elbo[0][0]


def test_naive_is_a_plain_vae_of_the_same_make(lifelong_run, naive_run):
    lifelong = lifelong_run[1]
    assert lifelong.config["replay"]
    assert not naive_run.config["replay"]
    others = {name for name in lifelong.config if lifelong.config[name] != naive_run.config[name]}
    assert others <= {"replay", "terms"}
    assert naive_run.negative_elbo[0] == lifelong.negative_elbo[0]
    assert naive_run.negative_elbo[1] != lifelong.negative_elbo[1]


class Kill(keras.callbacks.Callback):
    """A kill in the n-th training step."""

    def __init__(self, step):
        super().__init__()
        self.left = [step]

    def on_train_batch_end(self, batch, logs=None):
        self.left[0] -= 1
        if self.left[0] == 0:
            raise ConnectionError("killed")


def test_a_killed_run_goes_on_by_itself_as_if_nothing_happened(lifelong_run, tmp_path):
    with pytest.raises(ConnectionError):
        train_tiny(tmp_path, callbacks=[Kill(3)])
    part = read_json(tmp_path)
    assert part["finished"] is False
    assert part["mean_negative_elbo"] is None
    assert part["negative_elbo"] == lifelong_run[1].negative_elbo[:1]
    went_on = train_tiny(tmp_path)
    assert went_on.negative_elbo == lifelong_run[1].negative_elbo
    assert went_on.training_images == lifelong_run[1].training_images
    assert went_on.finished
    assert {*contents(tmp_path)} == {*contents(lifelong_run[0])}


@pytest.mark.parametrize("name", ["draw_pictures", "_line"])
@pytest.mark.slow
def test_a_kill_after_training_costs_no_training(lifelong_run, tmp_path, monkeypatch, name):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(experiments_run, name, killed)
        with pytest.raises(KeyboardInterrupt):
            train_tiny(tmp_path)
    went_on = train_tiny(tmp_path, callbacks=[Kill(5)])
    assert went_on.negative_elbo == lifelong_run[1].negative_elbo
    assert {*contents(tmp_path)} == {*contents(lifelong_run[0])}


@pytest.mark.parametrize("step", [1, 3])  # in the first task and in the second
def test_an_unfinished_run_with_other_options_is_refused_and_named(tmp_path, step):
    with pytest.raises(ConnectionError):
        train_tiny(tmp_path, callbacks=[Kill(step)])
    before = contents(tmp_path)
    with pytest.raises(ValueError, match=r"of seed \(was 0, now 1\), latent_dim \(was 3, now 4\)"):
        train_tiny(tmp_path, seed=1, latent_dim=4)
    assert contents(tmp_path) == before


def test_a_second_run_in_one_directory_is_refused(tmp_path):
    with RunDirectory(tmp_path).locked(), pytest.raises(ValueError, match="`out` must be used by"):
        train_tiny(tmp_path, num_tasks=1)
    train_tiny(tmp_path, num_tasks=1)  # nobody is there any more


def test_a_finished_run_is_refused_before_anything_is_loaded(lifelong_run, monkeypatch):
    out, _ = lifelong_run
    before = contents(out)
    monkeypatch.setattr(sequences.data, "load", lambda *_: pytest.fail("data were loaded"))
    with pytest.raises(FileExistsError, match=r"must hold no finished run yet.*results\.json"):
        train_tiny(out)
    assert contents(out) == before


def test_overwriting_removes_what_the_earlier_run_left_and_nothing_else(tmp_path):
    for name in ("results.json", "model.keras", "samples-09.png", "notes.txt"):
        (tmp_path / name).write_text("old")
    run = train_tiny(tmp_path, overwrite=True, num_tasks=1)
    assert not (tmp_path / "samples-09.png").exists()
    assert (tmp_path / "notes.txt").read_text() == "old"
    assert Results.read(tmp_path / "results.json") == run


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strategy": "gem"}, "`strategy` must be one of naive, ewc"),
        ({"standin": True}, "`standin` must be False for digits"),
        ({"num_tasks": 11}, "`num_tasks` must be at most 10, received 11"),
        ({"epochs": 0}, "`epochs`"),
        ({"learning_rate": -1.0}, "`learning_rate`"),
        ({"learning_rate_decay": "linear"}, "`learning_rate_decay` must be one of none, cosine"),
        ({"jit_compile": "yes"}, "`jit_compile`"),
        ({"network": "huge"}, "`network`"),
        ({"strategy": "naive", "replay.share": 0.5}, "`replay` has no options without replay"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_written(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        train_tiny(tmp_path / "out", **changes)
    assert not (tmp_path / "out").exists()
