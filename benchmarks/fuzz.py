"""Coverage-guided fuzzing of what reads files, configs and answers from outside.

    pip install -e ".[fuzz,serving]"
    python benchmarks/fuzz.py results --runs 1000000

Begins with the inputs in tests/corpus/TARGET. Ends at the first input that is neither read nor
refused as it should be, and leaves it in the present directory; fix it and add it to the corpus.
"""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

import atheris

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
WORDS = Path(__file__).with_name("fuzz.dict")
MODULES = [
    "keras_lifelong_vae.checkpoints",
    "keras_lifelong_vae.data.formats",
    "keras_lifelong_vae.experiments",
    "keras_lifelong_vae.generative_model",
    "keras_lifelong_vae.lifelong_vae",
    "client",
]

with atheris.instrument_imports(include=MODULES):
    import fuzz_targets


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """Another input: bytes changed at random or, of JSON, every second time a value or a key."""
    rng = random.Random(seed)
    try:
        content = json.loads(data) if rng.random() < 0.5 else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, (dict, list)):
        return atheris.Mutate(data, most)
    fuzz_targets.change(content, rng.randbytes(3 * rng.randint(1, 4)))
    return json.dumps(content).encode()[:most]


def main() -> None:
    targets = fuzz_targets.TARGETS
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("target", choices=targets)
    parser.add_argument("--runs", type=int, default=20_000, metavar="N", help="default: 20000")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as found:  # inputs that reach new code
        command = [sys.argv[0], found, str(CORPUS / options.target), f"-dict={WORDS}"]
        flags = [f"-runs={options.runs}", f"-seed={options.seed}", "-max_len=4096", "-timeout=60"]
        atheris.Setup(
            [*command, *flags, "-rss_limit_mb=4096"],
            targets[options.target],
            custom_mutator=mutated,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
