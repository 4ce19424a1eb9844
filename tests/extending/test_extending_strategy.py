"""An own strategy is one registered composition, seen by the command line and the report."""

import numpy as np
import pytest
from extending_helpers import digit_tasks, lines_of

import keras_lifelong_vae as klv
from keras_lifelong_vae.cli import main


def register_gentle():
    klv.strategies.register(
        "gentle",
        klv.strategies.Strategy(
            "replays a little and holds the weights",
            klv.Replay(ratio=1),
            (klv.terms.Consistency(0.5), klv.terms.EWC(10.0, images=64)),
            keeps="one model, one number a weight",
        ),
    )


def test_it_takes_at_most_15_lines():
    assert lines_of(register_gentle) <= 15


def test_it_builds_models_with_terms_of_their_own():
    register_gentle()
    strategy = klv.strategies.get("gentle")
    first, second = (strategy.build(digit_tasks(), seed=0, latent_dim=3) for _ in range(2))
    assert [term.name for term in first.terms][-2:] == ["consistency", "ewc"]
    assert not set(map(id, first.terms)) & set(map(id, second.terms))
    louder = strategy.build(digit_tasks(), **{"ewc.weight": 99.0, "replay.ratio": 2})
    assert louder.terms[-1].weight == 99.0
    assert louder.replay.ratio == 2


@pytest.mark.slow
def test_the_command_line_and_the_report_see_it(tmp_path):
    module = tmp_path / "my_strategies.py"
    body = (
        "import keras_lifelong_vae as klv\n\n" + _source(register_gentle) + "\nregister_gentle()\n"
    )
    module.write_text(body)
    out = tmp_path / "runs"
    small = ["--epochs", "1", "--tasks", "4", "--latent-dim", "3", "--no-jit-compile"]
    own = ["--import", str(module)]
    names = ["--strategies", "naive", "gentle", "full-batch"]
    command = ["compare", "digits-split", *names, "--seeds", "0", "--out", str(out), *small]
    assert main([*own, *command, "--set", "ewc.weight=5"]) == 0
    assert main([*own, "report", str(out)]) == 0
    report = (out / "report.md").read_text()
    assert "gentle" in report
    assert "replays a little and holds the weights" in report
    assert "one model, one number a weight" in report


def test_a_name_is_given_once():
    register_gentle()
    with pytest.raises(ValueError, match="`name` must be a new one"):
        klv.strategies.register("naive", klv.strategies.Strategy("another"))


def test_unknown_options_are_named():
    build = klv.strategies.get("lifelong").build
    with pytest.raises(ValueError, match="`consistency` must be given options that it has"):
        build(digit_tasks(), **{"consistency.gamma": 1.0})
    with pytest.raises(
        ValueError, match=r"`term` must be one of category_target.*received 'magic'"
    ):
        build(digit_tasks(), **{"magic.weight": 1.0})
    with pytest.raises(ValueError, match="`replay` has no options without replay"):
        klv.strategies.get("naive").build(digit_tasks(), **{"replay.ratio": 3})


def _source(function):
    import inspect

    return inspect.getsource(function)


def test_the_article_has_the_articles_choices():
    model = klv.strategies.get("article").build(digit_tasks(), seed=0)
    terms = {term.name: term for term in model.terms}
    assert (model.replay.mode, model.replay.codes) == ("in_batch", "prior")
    assert model.replay.reconstruction == "own"
    assert model.replay.share is None
    assert terms["kl"].category_prior == "uniform"
    assert terms["consistency"].weight == 1.0
    assert terms["information"].weight > 0
    assert "category_target" not in terms
    shares = [float(model.replay.share_after(np.int32(k))) for k in range(4)]
    np.testing.assert_allclose(shares, [0, 1 / 2, 2 / 3, 3 / 4], rtol=1e-6)
