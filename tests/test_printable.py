import logging

import pytest

from keras_lifelong_vae import cli
from keras_lifelong_vae.printable import PrintableFormatter, printable, say

HOSTILE = "a\x1b[31mred\x9b2J\x07\r\u202e\udcff"
SHOWN = r"a\x1b[31mred\x9b2J\x07\r\u202e\udcff"


def test_what_a_terminal_would_obey_is_shown_as_an_escape():
    assert printable(HOSTILE) == SHOWN


@pytest.mark.parametrize("text", ["", "two\nlines", "Fréchet ± 0.5 – 数字", "a \\ b"])
def test_what_can_be_printed_stays_as_it_is(text):
    assert printable(text) == text


def test_lines_and_logs_are_printable(capsys):
    say(f"task {HOSTILE}")
    assert capsys.readouterr().out == f"task {SHOWN}\n"
    record = logging.makeLogRecord({"msg": "from %s", "args": (HOSTILE,)})
    assert PrintableFormatter().format(record) == f"from {SHOWN}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", f"nowhere{HOSTILE[:-1]}"],
        ["export", f"nowhere{HOSTILE[:-1]}", "--to", "served"],
        ["train", "digits-split", "--network", HOSTILE],
        ["--import", f"{HOSTILE[:-1]}.py", "train"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_errors_of_the_command_line_quote_without_obeying(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("lifelong-vae: error: ")
    assert error.count("\n") == 1
    assert "\x1b" not in error
    assert r"\x1b[31mred" in error


def test_what_the_parser_does_not_know_is_quoted_without_obeying(capsys):
    with pytest.raises(SystemExit):
        cli.main(["report", "there", f"--{HOSTILE}"])
    error = capsys.readouterr().err
    assert "\x1b" not in error
    assert r"\x1b[31mred" in error
