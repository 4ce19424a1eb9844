"""Text from a server or the command line, made safe to print: a terminal obeys what it is sent."""

MOST_LETTERS = 500


def printable(text: object) -> str:
    r"""`text`, cut to some lines, with escapes such as `\x1b` for what can't be printed."""
    shown = str(text)
    shown = shown if len(shown) <= MOST_LETTERS else f"{shown[:MOST_LETTERS]}..."
    return "".join(one if one.isprintable() else _escaped(one) for one in shown)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
