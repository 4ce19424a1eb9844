"""Kills a training at random moments until it is through; its figures must be as if undisturbed.

    python benchmarks/crash.py --kills 40 --out crash.json
    python benchmarks/crash.py --overhead

Every kill is SIGKILL, SIGTERM or SIGINT at a moment drawn uniformly from the time that an
undisturbed run takes, so it hits steps, ends of epochs, rollovers, checkpoints, models and
pictures; the same command is then started again. The data are the 8x8 digits, three tasks.
"""

import argparse
import json
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

SAVE_FREQ = 7
COMMAND = "train digits-split --tasks 3 --epochs 40 --batch-size 16 --latent-dim 3 --verbose 0"
SIGNALS = [signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]
EXIT_CODES = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}


def train(out: Path, log: Path) -> int:
    """The command, which also notes the number of every step it has done."""
    import keras

    from keras_lifelong_vae import cli
    from keras_lifelong_vae.cli import train_command

    class Note(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            with log.open("a") as file:
                file.write(f"{int(self.model.training_steps)}\n")

    train_command.train_sequence = partial(train_command.train_sequence, callbacks=[Note()])
    return cli.main([*COMMAND.split(), "--save-freq", str(SAVE_FREQ), "--out", str(out)])


def start(out: Path, log: Path) -> subprocess.Popen:
    arguments = [sys.executable, __file__, "--child", str(out), str(log)]
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def steps(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def is_finished(out: Path) -> bool:
    results = out / "results.json"
    return results.exists() and json.loads(results.read_text())["finished"]


def outcome(out: Path) -> tuple[dict, list[np.ndarray], set[str]]:
    """Figures, weights and names of files that a finished run has left."""
    import keras

    results = json.loads((out / "results.json").read_text())
    names = ("negative_elbo", "mean_negative_elbo", "history", "measurements", "training_images")
    model = keras.models.load_model(out / "model.keras")
    figures = {name: results[name] for name in (*names, "finished")}
    return figures, model.get_weights(), {path.name for path in out.iterdir()}


def same(one: tuple, other: tuple) -> bool:
    equal = all(np.array_equal(a, b) for a, b in zip(one[1], other[1], strict=True))
    return one[0] == other[0] and equal and one[2] == other[2]


def crash(kills: int, seed: int) -> dict:
    import keras_lifelong_vae  # noqa: F401 (so that models can be loaded)

    draw, done, runs, lost, wrong = random.Random(seed), [], 0, [], []
    with tempfile.TemporaryDirectory() as folder:
        out, log = Path(folder) / "reference", Path(folder) / "steps"
        begun = time.perf_counter()
        assert start(out, log).wait() == 0
        duration, expected = time.perf_counter() - begun, outcome(out)
        while len(done) < kills:
            runs += 1
            out, before = Path(folder) / f"run-{runs}", []
            while True:
                log.unlink(missing_ok=True)
                process, number = start(out, log), draw.choice(SIGNALS)
                killed = False
                try:
                    process.wait(draw.uniform(0, duration) if len(done) < kills else None)
                except subprocess.TimeoutExpired:
                    process.send_signal(number)
                    killed = True
                    done.append(number.name)
                code, own = process.wait(), steps(log)
                if before and own:
                    lost.append(before[-1] + 1 - own[0])
                before = own or before
                if code not in ((EXIT_CODES[number], -number, 0) if killed else (0,)):
                    wrong.append(f"{number.name if killed else 'no kill'}: exit code {code}")
                    break
                if is_finished(out):  # some are killed after that
                    break
                print(f"kill {len(done)} of {kills}, {number.name}, step {before[-1:]}", flush=True)
            if not same(outcome(out), expected):
                wrong.append(f"run {runs} differs")
    return {
        "kills": {name: done.count(name) for name in sorted(set(done))},
        "runs": runs,
        "checkpoint_every": SAVE_FREQ,
        "most_steps_lost": max(lost),
        "wrong": wrong,
    }


def overhead(epochs: int = 8, repeats: int = 2) -> dict:
    """Seconds of `fit` with checkpoints at the default interval over those without."""
    import keras

    import keras_lifelong_vae as klv

    images = np.random.default_rng(0).random((64 * 250, 28, 28, 1), "float32")
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(repeats):
        for checkpointed in (True, False):
            model = klv.LifelongVAE((28, 28, 1), seed=0)
            model.compile(keras.optimizers.Adam(1e-3), jit_compile=False)
            with tempfile.TemporaryDirectory() as folder:
                kept = [klv.SequenceCheckpoint(folder)] if checkpointed else []
                model.fit(  # compiles
                    images[:640], batch_size=64, verbose=0, callbacks=[klv.TeacherRollover(), *kept]
                )
                begun = time.perf_counter()
                model.fit(images, batch_size=64, epochs=epochs, verbose=0, callbacks=kept)
                seconds[checkpointed].append(time.perf_counter() - begun)
    ratios = [a / b for a, b in zip(seconds[True], seconds[False], strict=True)]
    return {"steps": 250 * epochs, "seconds": seconds, "ratio": statistics.median(ratios)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--overhead", action="store_true", help="time of checkpoints in its place")
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        sys.exit(train(*options.child))
    found = overhead() if options.overhead else crash(options.kills, options.seed)
    text = json.dumps(found, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")
    sys.exit(bool(found.get("wrong")))


if __name__ == "__main__":
    main()
