"""The code of the README and of `docs/` runs, on small data in the place of the reader's."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import keras_lifelong_vae as klv

ROOT = Path(__file__).resolve().parent.parent
# Larger data and more epochs than a test has time for.
SMALLER = {
    "epochs=10": "epochs=1",
    "epochs=40": "epochs=1",
    "epochs=80": "epochs=1",
    "generate(400": "generate(8",
    "(0, 2, 4, 6, 8)": "(0, 2)",
    "(0.3, 1.0, 3.0)": "(0.3,)",
    '"fashion_mnist"': '"digits"',
    '"mnist"': '"digits"',
}
ELSEWHERE = {"SlurmClusterResolver": "needs a cluster"}


def blocks(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return [code for code in found if not any(word in code for word in ELSEWHERE)]


def draw_pictures(rng):
    for kind in ("cats", "dogs"):
        directory, shard = Path("pets") / kind, f"shards/{kind}-0"
        directory.mkdir(parents=True)
        Path("shards").mkdir(exist_ok=True)
        with tf.io.TFRecordWriter(shard) as records:
            for number in range(12):
                pixels = rng.integers(0, 256, (64, 64, 3), "uint8")
                Image.fromarray(pixels).save(directory / f"{number}.png")
                records.write(tf.io.encode_png(pixels).numpy())


def write_readings(rng):
    rows = [f"{t:.1f},{p:.2f},{c:.3f},press" for t, p, c in rng.normal(20.0, 5.0, (12, 3))]
    text = "\n".join(["temperature,pressure,current,machine", *rows])
    Path("machines.csv").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def eagerly():
    """Tracing takes longer than few steps."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def tasks():
    return klv.tasks.split_by_class("digits", batch_size=64, classes=[0, 1])


@pytest.fixture(scope="module")
def saved(eagerly, tasks, tmp_path_factory):
    """A model of one task, in a file: each page changes its own."""
    model = klv.LifelongVAE(tasks.event_shape, latent_dim=2, seed=0)
    model.compile("adam")
    model.fit(tasks[0].train, callbacks=[klv.TeacherRollover()], verbose=0)
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(path)
    return path


@pytest.fixture
def names(saved, tasks, tmp_path, monkeypatch):
    """What the pages speak of without making it."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    draw_pictures(rng)
    Path("runs/digits").mkdir(parents=True)
    shutil.copy(saved, "runs/digits/model.keras")
    write_readings(rng)
    images = rng.random((40, 8, 8, 1)).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices(images).batch(10)
    return {
        "keras": keras,
        "klv": klv,
        "np": np,
        "tf": tf,
        "model": keras.models.load_model(saved),
        "tasks": tasks,
        "event_shape": tasks.event_shape,
        "images": images,
        "labels": np.arange(40) % 2,
        "test_images": images,
        "test_labels": np.arange(40) % 2,
        **dict.fromkeys(("cats", "dogs", "more_dogs"), images),
        **dict.fromkeys(("cat_dataset", "dog_dataset"), dataset),
        "results": SimpleNamespace(negative_elbo=[[30.0, 40.0], [31.0, 35.0]]),
        "stream": tf.data.Dataset.from_tensor_slices(np.tile(images, (9, 1, 1, 1))).batch(32),
    }


DOCS = sorted(page for where in ("*.md", "howto/*.md") for page in (ROOT / "docs").glob(where))
PAGES = ["README.md", *(str(page.relative_to(ROOT)) for page in DOCS)]


def saved_tasks():
    return int(keras.models.load_model("model.keras").finished_tasks)


# What holds after the last block of a page, of the names that it has given.
HOLDS = {
    "README.md": lambda given: given["images"].shape == (64, 8, 8, 1) and saved_tasks() == 10,
    "docs/faq.md": lambda given: given["model"].student.dtype_policy.name == "mixed_bfloat16",
    "docs/guide.md": lambda given: given["category"].shape == (None, 10),
    "docs/howto/command-line.md": lambda given: Path("runs/mine/results.json").exists(),
    "docs/howto/images.md": lambda given: given["tasks"].names == ("cats", "dogs"),
    "docs/howto/labels.md": lambda given: given["model"].active_categories == 4,
    "docs/howto/long-sequences.md": lambda given: given["model"].student.latent.capacity == 256,
    "docs/howto/network.md": lambda given: given["model"].generate(2, sample=True).min() >= 0,
    "docs/howto/prior.md": lambda given: given["generated"].shape == (64, 8, 8, 1),
    "docs/howto/rows.md": lambda given: given["tasks"].event_shape == (3,),
    "docs/howto/serve.md": lambda given: given["codes"]["loc"].shape == (40, 2),
    "docs/howto/term.md": lambda given: len(given["history"].history["short_codes"]) == 1,
    "docs/howto/tuning.md": lambda given: given["gamma"] == 0.3,
    "docs/index.md": lambda given: Path("samples.png").exists() and saved_tasks() == 10,
    "docs/novelty.md": lambda given: given["images"].shape == (360, 8, 8, 1),
    "docs/reliability.md": lambda given: list(Path("checkpoints").iterdir()),
    "docs/scaling.md": lambda given: given["model"].active_categories == 2,
    "docs/streams.md": lambda given: int(given["model"].training_steps) > 40,
}


def test_every_page_with_code_is_held_to_something():
    assert set(HOLDS) == {page for page in PAGES if blocks(page)}


@pytest.mark.parametrize("page", HOLDS)
def test_it_runs_and_does_what_it_says(page, names):
    for code in blocks(page):
        given = dict(names)  # each block is a story of its own
        for large, small in SMALLER.items():
            code = code.replace(large, small)
        exec(compile(code, page, "exec"), given)
    assert HOLDS[page](given)
