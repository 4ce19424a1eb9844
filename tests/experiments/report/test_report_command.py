import re
import shlex
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from report_helpers import results, write_grid

from keras_lifelong_vae.cli import build_parser
from keras_lifelong_vae.experiments.report import write_report

DOCS = Path(__file__).parents[3] / "docs"


def report(directory, runs=None, **settings):
    path = write_report(write_grid(directory, runs or [results()], images=False, **settings))
    return path.read_text()


def printed(text):
    (block,) = re.findall(r"```sh\n(.*?)\n```", text, re.DOTALL)
    return block.split("\n")


def parsed(text):
    """What the first command says to the command line's own parser, which takes the second too."""
    first, second = (shlex.split(line) for line in printed(text))
    assert first[0] == second[0] == "lifelong-vae"
    build_parser().parse_args(second[1:])
    return vars(build_parser().parse_args(first[1:]))


def test_the_command_says_what_was_run(tmp_path):
    options = {
        "epochs": 2,
        "learning_rate": 1e-05,
        "learning_rate_decay": "cosine",
        "jit_compile": False,
        "latent_dim": 3,
        "network": "dense",
    }
    runs = [results("naive", 3), results("ewc", 4)]
    settings = {"importance_samples": 7, "options": options}
    said = parsed(report(tmp_path, runs, num_tasks=2, **settings))
    assert options.items() <= said.items()
    assert (said["sequence"], said["seeds"]) == ("digits-split", [3, 4])
    assert (said["num_tasks"], said["importance_samples"]) == (2, 7)
    assert said["names"] == ["naive", "ewc"]


def test_options_of_strategies_are_set_by_dotted_names(tmp_path):
    options = {"replay.ratio": 3, "epochs": 2, "ewc.weight": 0.5, "lwf.on": True, "vcl.a": "b c"}
    (line, *_) = printed(report(tmp_path, options=options))
    assert line.endswith(
        """ --epochs 2 --set replay.ratio=3 ewc.weight=0.5 lwf.on=True 'vcl.a='"'"'b c'"'"''"""
    )


@pytest.mark.parametrize("value", [3, -0.5, True, None, "it's"])
def test_the_command_line_takes_every_option_of_strategies(tmp_path, value):
    assert parsed(report(tmp_path, options={"replay.ratio": value, "ewc.weight": 1}))


@pytest.mark.parametrize(
    "options",
    [
        {"replay_ratio": 3},
        {"jit_compile": "auto"},
        {"epochs": True},
        {"epochs": 2.5},
        {"network": "-x"},
        {"network": "a\nb"},
        {"ewc.weight": [1, 2]},
        {"ewc.weight": float("nan")},
        {"-ewc.weight": 1},
        {"likelihood": {"class_name": "Bernoulli"}},
    ],
    ids=str,
)
def test_what_cannot_be_typed_is_told_in_words(tmp_path, options):
    text = report(tmp_path, options=options)
    assert "```" not in text
    assert "Made by run\\_grid in Python, with options {" in text


@pytest.mark.parametrize("value", ["```", "a`b", "````\n```", "```` ~~~"])
def test_an_option_with_backticks_stays_in_the_block_of_code(tmp_path, value):
    text = report(tmp_path, options={"ewc.weight": value})
    (block,) = [token for token in MarkdownIt().parse(text) if token.type == "fence"]
    compare, again = block.content.splitlines()
    assert shlex.split(compare)[-1] == f"ewc.weight={value!r}"
    assert again.startswith("lifelong-vae report ")


def test_own_sequences_and_strategies_are_told_in_words(tmp_path):
    own = report(tmp_path / "own", sequence="my tasks", standin=True)
    assert own.startswith("# my tasks\n\nmy tasks.\n\n")
    assert "Made by run" in own
    assert "Made by run" in report(tmp_path / "other", [results(), results("another")])


def test_the_committed_reports_can_be_run_again():
    for path in DOCS.glob("*/report.md"):
        assert parsed(path.read_text())["sequence"] == path.parent.name
