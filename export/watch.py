"""Watches what comes in: novelty, a drift alarm, and learning what is new.

python export/watch.py incoming
python export/watch.py incoming --learn runs/digits --export-to served --limit 2
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from client.connection import ServingError, Target
from client.printable import printable
from rest_client import RestConnection
from watching.arrivals import watch_directory
from watching.drift_alarm import DriftAlarm
from watching.learner import Learner, LearningError
from watching.watch import Watch

DESCRIPTION = """\
Scores the images that arrive in a directory by the served model, counts them for
Prometheus at http://localhost:PORT/metrics, and raises an alarm when too many are
novel. With --learn the novel ones are learned as a new task by `lifelong-vae learn`,
and the next version is exported; nothing is if an old task became worse than --limit.
Files go to INCOMING/seen and INCOMING/refused.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until it is interrupted; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        watch = _watch(options)
        watch.figures.serve(options.port)
        watch_directory(watch, options.incoming)
    except (ServingError, LearningError, ValueError, OSError) as error:
        print(f"error: {printable(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _watch(options: argparse.Namespace) -> Watch:
    alarm = DriftAlarm(options.usual_share, options.window, options.images_per_false_alarm)
    learner = None
    if options.learn is not None:
        if options.export_to is None:
            raise ValueError("--export-to must be given with --learn, received none")
        more = {"--name": options.model, "--limit": options.limit, "--epochs": options.epochs}
        given = [str(part) for one in more.items() if one[1] is not None for part in one]
        learner = Learner(options.learn, options.export_to, options.keep, [*given, "--verbose=0"])
    connection = RestConnection(Target(options.server, options.model, None, options.timeout))
    say = partial(print, flush=True)
    return Watch(connection, alarm, learner, options.false_alarms, options.enough, say=say)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arriving = "directory where .npy files or pictures arrive"
    parser.add_argument("incoming", type=Path, metavar="INCOMING", help=arriving)
    _add_server(parser)
    _add_alarm(parser.add_argument_group("alarm").add_argument)
    _add_learning(parser.add_argument_group("learning").add_argument)
    return parser


def _add_server(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--server", default="localhost:8501", metavar="HOST:PORT", help="default: localhost:8501")
    add("--model", default="lifelong_vae", metavar="NAME", help="default: lifelong_vae")
    add("--timeout", type=float, default=10.0, metavar="SECONDS", help="default: 10")
    add("--port", type=int, default=8502, metavar="N", help="for Prometheus (default: 8502)")


def _add_alarm(add: Callable[..., object]) -> None:
    novel = "of learned images that count as novel (default: 0.01)"
    add("--false-alarms", type=float, default=0.01, metavar="SHARE", help=novel)
    usual = "of novel images that is no drift (default: 0.03)"
    add("--usual-share", type=float, default=0.03, metavar="SHARE", help=usual)
    add("--window", type=int, default=500, metavar="N", help="last images (default: 500)")
    rare = "at most one false drift alarm in N images (default: 100000)"
    add("--images-per-false-alarm", type=float, default=100_000, metavar="N", help=rare)


def _add_learning(add: Callable[..., object]) -> None:
    run = "run directory or .keras file of the served model"
    add("--learn", type=Path, metavar="RUN", help=run)
    add("--export-to", type=Path, metavar="DIR", help="directory of all served models")
    limit = "publish nothing if an old task became worse by more"
    add("--limit", type=float, metavar="NATS", help=limit)
    add("--epochs", type=int, metavar="N", help="of the new task (default: the run's, or 10)")
    enough = "novel images make a task (default: 200)"
    add("--enough", type=int, default=200, metavar="N", help=enough)
    keep = "for images and models learned (default: watched)"
    add("--keep", type=Path, default=Path("watched"), metavar="DIR", help=keep)


if __name__ == "__main__":
    sys.exit(main())
