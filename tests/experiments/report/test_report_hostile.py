"""Names that try to be more than text: markup, lines of their own, orders to a terminal."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from report_helpers import results, write_grid

from keras_lifelong_vae.experiments.report import write_report
from keras_lifelong_vae.experiments.report.markdown import Table, escape, fenced, heading

NAMES = [
    "a | b",
    "# a\n## b",
    "```\n<b>x</b>",
    "![x](http://x) [y](z)",
    "<script>1</script>",
    "*a* _b_ **c** ~~d~~ $e$ `f`",
    "a\\",
    "- a",
    "12. a",
    "+ a",
    "\x1b[2J\x1b]0;x\x07 \x9b31m \u202e",
]


def parse(text):
    return MarkdownIt("commonmark").enable("table").parse(text)


def shown(text):
    """What is read on the page: the text alone, once it's sure that there is nothing else."""
    tokens = parse(text)
    inline = [token for token in tokens if token.type == "inline"]
    kinds = {child.type for token in inline for child in token.children}
    assert kinds <= {"text", "text_special"}
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    return "".join(child.content for token in inline for child in token.children)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_read_as_it_is_and_nothing_else(name):
    text = escape(name)
    assert shown(text).split() == re.sub(r"[^\x20-\x7e]+", _escape, " ".join(name.split())).split()
    assert text.isprintable()


def _escape(match):
    return match.group().encode("unicode_escape").decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_stays_a_cell_and_a_heading_one_line(name):
    tokens = parse(str(Table("", ["strategy", name], [[name, name]])))
    assert [token.type for token in tokens].count("td_open") == 2
    assert [token.type for token in tokens].count("th_open") == 2
    types = [token.type for token in parse(heading(name))]
    assert types == ["heading_open", "inline", "heading_close"]


@pytest.mark.parametrize("text", ["```", "a`b", "~~~", "````\n```\n`````", "", "    x"])
def test_no_text_ends_its_block_of_code(text):
    (token,) = parse(fenced(text, "sh"))
    assert (token.type, token.info, token.content) == ("fence", "sh", f"{text}\n")


def test_a_report_of_hostile_names_has_no_order_and_no_line_of_theirs(tmp_path):
    tasks = ["| # one <b>", "```"]
    run = replace(results(), tasks=tasks, stages=tasks, keeps="| no # thing")
    options = {"ewc.weight": "```\n# three\x1b[2J"}
    grid = write_grid(tmp_path, [run], sequence="``` # two", options=options)
    text = write_report(grid).read_text()
    assert all(line.isprintable() for line in text.splitlines())
    assert "fence" not in {token.type for token in parse(text)}
    assert text.count("\n# ") == 0


def test_names_with_dollars_are_no_formulas_in_pictures(tmp_path):
    tasks = ["$\\frac$ x", "b$"]
    write_report(write_grid(tmp_path, [replace(results(), tasks=tasks, stages=tasks)]))
    assert (tmp_path / "negative-elbo.png").exists()


@pytest.mark.parametrize("changes", [{"tasks": ["a\x1b[2J", "b"]}, {"keeps": "a\nb"}])
def test_names_that_cannot_be_printed_are_damage(tmp_path, changes):
    grid = write_grid(tmp_path, [replace(results(), **changes)], images=False)
    with pytest.raises(ValueError, match=r"results\.json .* must be printable in a line") as error:
        write_report(grid)
    assert "\x1b" not in str(error.value)
