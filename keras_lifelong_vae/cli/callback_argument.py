"""The argument `--callback`: a Keras callback by its name."""

import argparse
import ast
import importlib
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

RUN = "{run}"  # stands for the directory of the run
EXAMPLE = f"keras.callbacks:CSVLogger('{RUN}/log.csv', append=True)"


class CallbackCall(NamedTuple):
    """A class or a function of a module, and what to call it with: literals only.

    Args:
        text: As it was given.
        module: Name of the module.
        name: Of the class or function in it.
        arguments: By position.
        options: By name.
    """

    text: str
    module: str
    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]

    def factory(self) -> Callable[[Path], Any]:
        """What makes the callback of a run from the directory of the run.

        Raises:
            ImportError, ValueError: If there is no such thing, or it can't be called like this.
        """
        from keras.callbacks import Callback

        function = getattr(importlib.import_module(self.module), self.name, None)
        is_other = inspect.isclass(function) and not issubclass(function, Callback)
        if is_other or not callable(function):
            raise ValueError(
                f"--callback must name a Keras callback of {self.module} or a function that makes "
                f"one, received {self.name}"
            )
        try:
            inspect.signature(function).bind(*self.arguments, **self.options)
        except TypeError as error:
            raise ValueError(f"--callback {self.text}: {error}") from error
        return lambda run: function(
            *(_in_run(value, run) for value in self.arguments),
            **{name: _in_run(value, run) for name, value in self.options.items()},
        )


def add_callback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--callback",
        type=callback_call,
        action="append",
        default=[],
        dest="callbacks",
        metavar="CALL",
        help="any Keras callback, as MODULE:NAME or MODULE:NAME(ARGUMENTS), given once for each: "
        f'"{EXAMPLE}"; {RUN} is the directory of the run. It is called in the training of every '
        "task, so a file has to be appended to. For a module of your own see --import",
    )


def callback_call(text: str) -> CallbackCall:
    """What `text` says, without importing anything."""
    module, _, call = text.partition(":")
    try:
        node = ast.parse(call.strip(), mode="eval").body
        if isinstance(node, ast.Name):
            node = ast.Call(node, [], [])
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and module):
            raise ValueError
        options = {str(one.arg): ast.literal_eval(one.value) for one in node.keywords if one.arg}
        if len(options) != len(node.keywords):
            raise ValueError
        arguments = tuple(ast.literal_eval(one) for one in node.args)
    except (SyntaxError, ValueError) as error:
        raise argparse.ArgumentTypeError(
            f"must be MODULE:NAME(ARGUMENTS) with literals as arguments, such as {EXAMPLE}, "
            f"received {text!r}"
        ) from error
    return CallbackCall(text, module.strip(), node.func.id, arguments, options)


def callbacks_of_runs(calls: Sequence[CallbackCall]) -> Callable[[Path], list[Any]]:
    """As `train_sequence` takes them; what can't be called is an error now."""
    factories = [call.factory() for call in calls]
    return lambda run: [make(run) for make in factories]


def _in_run(value: Any, run: Path) -> Any:
    return value.replace(RUN, str(run)) if isinstance(value, str) else value
