"""The figures of the README: trains every cell of the table and prints it.

    python benchmarks/figures.py --out runs/figures

A cell that is finished is not run again, and one that was killed goes on after its last task.
"""

import argparse
import datetime
import platform
import statistics
from pathlib import Path

from keras_lifelong_vae.experiments import Results, train_sequence

SEEDS = (0, 1, 2)

# name: (what it is, what the mean -ELBO should reach, arguments of `train_sequence`)
CELLS = {
    "fashion-lifelong": ("fashion-split, lifelong", 255, {"sequence": "fashion-split"}),
    "fashion-naive": (
        "fashion-split, naive",
        None,
        {"sequence": "fashion-split", "strategy": "naive"},
    ),
    "mnist": (
        "MNIST whole, one task, 30 epochs",
        101,
        {"sequence": "mnist-permuted", "num_tasks": 1, "epochs": 30, "latent_dim": 20},
    ),
    "permuted-lifelong": (
        "mnist-permuted, lifelong without the category target",
        140,
        {"sequence": "mnist-permuted", "category_target_weight": 0.0},
    ),
    "permuted-naive": (
        "mnist-permuted, naive",
        None,
        {"sequence": "mnist-permuted", "strategy": "naive"},
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/figures"))
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--cells", nargs="+", choices=tuple(CELLS), default=tuple(CELLS))
    parser.add_argument("--data-dir")
    arguments = parser.parse_args()
    runs = {
        name: [run(name, seed, arguments.out, arguments.data_dir) for seed in arguments.seeds]
        for name in arguments.cells
    }
    print(table(runs))


def run(name: str, seed: int, out: Path, data_dir: str | None) -> Results:
    options = CELLS[name][2]
    directory = out / f"{name}-{seed}"
    return train_sequence(
        out=directory, seed=seed, data_dir=data_dir, resume=True, verbose=0, **options
    )


def table(runs: dict[str, list[Results]]) -> str:
    lines = [
        f"{datetime.date.today()}, Python {platform.python_version()}, "
        "nats per test image, lower is better",
        "",
        "| run | seeds | mean -ELBO ± s.d. | target | training images per second |",
        "|---|---|---|---|---|",
    ]
    for name, results in runs.items():
        title, target, _ = CELLS[name]
        bounds = [result.mean_negative_elbo for result in results]
        spread = f" ± {statistics.stdev(bounds):.2f}" if len(bounds) > 1 else ""
        speed = statistics.mean(result.images_per_second for result in results)
        seeds = ", ".join(str(result.seed) for result in results)
        wanted = "" if target is None else f"≤ {target}"
        mean = statistics.mean(bounds)
        lines.append(f"| {title} | {seeds} | {mean:.2f}{spread} | {wanted} | {speed:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
