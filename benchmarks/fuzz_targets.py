"""What is fuzzed: each target reads an input, or refuses it by the one error that it may raise."""

import itertools
import sys
import tempfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import keras

import keras_lifelong_vae as klv
from keras_lifelong_vae.checkpoints import checkpoint_store
from keras_lifelong_vae.data.formats import read_idx
from keras_lifelong_vae.experiments.grid import Grid
from keras_lifelong_vae.experiments.report import summary
from keras_lifelong_vae.experiments.results import Results

sys.path.insert(0, str(Path(__file__).parents[1] / "export"))
from client.connection import ServingError
from client.rest_answer import outputs_of, parse, versions_of

SCRATCH = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
QUANTITIES = [one for one in vars(summary).values() if isinstance(one, summary.Quantity)]
ENCODING = ("loc", "scale", "category_probs", "category")
VALUES: list[Any] = [
    *(None, True, False, -1, 0, 1, 2, 7, 2**63, -0.5, 0.5, 1e308, float("nan"), float("inf")),
    *("", "gaussian", "\x1b[2J", [], [1], [[]], {}, {"class_name": "Dense"}, {"config": {}}),
    {"module": "os", "class_name": "system", "config": {"command": "true"}},
    {"class_name": "function", "config": "x", "registered_name": "function"},
]


def idx(data: bytes) -> None:
    """`read_idx`: the number of axes, then the file."""
    path = SCRATCH / "idx"
    path.write_bytes(data[1:])
    try:
        read_idx(path, data[0] % 4 if data else 1)
    except ValueError:
        return


def results(data: bytes) -> None:
    """`Results.read`, and the figures of what it takes for a run."""
    path = SCRATCH / "results.json"
    path.write_bytes(data)
    try:
        run = Results.read(path)
    except ValueError:
        return
    assert run.seen_tasks <= len(run.tasks)
    try:
        run.check_finite(path)
    except ValueError:  # a report leaves it out
        return
    if run.finished:
        for quantity in QUANTITIES:
            quantity.value(run, {"naive": run, "full-batch": run})
        summary.progress(run)
        summary.same_tasks(run)


def grid(data: bytes) -> None:
    """`Grid.settings`."""
    (SCRATCH / "grid.json").write_bytes(data)
    try:
        assert isinstance(Grid(SCRATCH).settings["sequence"], str)
    except ValueError:
        return


def checkpoint(data: bytes) -> None:
    """`checkpoint_store.read` of what has the right checksum, but for every fourth input."""
    path = SCRATCH / "checkpoint"
    begin = b"" if data[:1] < b"\x40" else sha256(data[1:]).digest()
    path.write_bytes(begin + data[1:])
    try:
        stored = checkpoint_store.read(path)
    except ValueError:
        return
    assert isinstance(stored.position, dict)


def rest(data: bytes) -> None:
    """The REST client's reader of answers."""
    for read in (versions_of, _encoding, _images):
        try:
            read(parse(data))
        except ServingError:
            continue


def _encoding(answer: dict[str, Any]) -> None:
    outputs_of(answer, ENCODING, 2)


def _images(answer: dict[str, Any]) -> None:
    outputs_of(answer, ("images",), 2)


def config(data: bytes) -> None:
    """`LifelongVAE.from_config` of a config that is changed in some places, as `data` says."""
    changed = _copy(_config())
    change(changed, data[:12])
    try:
        klv.LifelongVAE.from_config(changed)
    except (TypeError, ValueError):
        return
    finally:
        if next(_COUNT) % 200 == 0:  # seldom, as it takes longer than all the rest
            keras.backend.clear_session()


def _config() -> dict[str, Any]:
    if not _CONFIGS:
        network = klv.networks.dense((2, 2, 1), (4,), seed=0)
        replay = klv.Replay(components_per_task=2)
        model = klv.LifelongVAE((2, 2, 1), latent_dim=2, network=network, replay=replay, seed=0)
        _CONFIGS.append(model.get_config())
    return _CONFIGS[0]


_CONFIGS: list[dict[str, Any]] = []
_COUNT = itertools.count(1)


def change(content: Any, how: bytes) -> None:
    """Changes `content`, of dictionaries and lists, in a place for each three bytes of `how`."""
    numbers = iter(how)
    for place, value, kind in zip(numbers, numbers, numbers, strict=False):
        places = list(_places(content))
        if not places:
            return
        part, key = places[place * len(places) // 256]
        other, name = places[value * len(places) // 256]
        if kind % 8 == 0:
            del part[key]
        elif kind % 8 == 1 and isinstance(part, dict):
            part[f"{key}_"] = part.pop(key)
        elif kind % 8 == 2:
            part[key] = _copy(other[name])
        else:
            part[key] = _copy(VALUES[value % len(VALUES)])


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return [_copy(part) for part in value] if isinstance(value, (list, tuple)) else value


def _places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Each place below `part`, as what holds it and its key there."""
    for key in list(part) if isinstance(part, dict) else list(range(len(part))):
        yield part, key
        if isinstance(part[key], (dict, list)):
            yield from _places(part[key])


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (idx, results, grid, checkpoint, rest, config)
}
