"""Text from outside, made safe to print: a terminal obeys what it is sent."""

import logging


def printable(text: object) -> str:
    r"""`text` with an escape such as `\x1b` for what can't be printed; lines stay lines."""
    return "".join(one if one.isprintable() or one == "\n" else _escaped(one) for one in str(text))


def say(text: object) -> None:
    """Prints what may hold names or answers from outside, at once."""
    print(printable(text), flush=True)


class PrintableFormatter(logging.Formatter):
    """Log lines that may hold such text, too."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
