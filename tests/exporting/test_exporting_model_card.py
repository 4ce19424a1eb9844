import json
import subprocess

import keras
import pytest
import tensorflow as tf
from exporting_helpers import digits, small_model

import keras_lifelong_vae as klv
from keras_lifelong_vae.exporting.facts import gather, git_commit, model_card
from keras_lifelong_vae.exporting.signatures import signatures


def facts_of(model, figures=()):
    return gather(model, "digits", 4, signatures(model), dict(figures))


def test_both_files_lie_where_servers_pass_them_by(exported):
    extra = exported.directory / "assets.extra"
    assert {"model_card.md", "signature.json"} <= {path.name for path in extra.iterdir()}
    facts = json.loads((extra / "signature.json").read_text())
    assert (extra / "model_card.md").read_text() == model_card(facts)
    assert facts["name"] == "digits"
    assert facts["version"] == 1
    assert facts["git_commit"] == git_commit()


def test_facts_are_those_of_the_model(exported):
    facts = facts_of(exported.model, {"mean -ELBO": 12.5})
    assert facts["event_shape"] == [8, 8, 1]
    assert facts["tasks_learned"] == facts["active_categories"] == 3
    assert facts["task_in_progress"] is False
    assert facts["latent_dim"] == 5
    assert facts["likelihood"] == "Bernoulli"
    assert facts["support"] == "[0, 1]"
    assert facts["generates_from"] == "aggregate_posterior"
    assert facts["figures"] == {"mean -ELBO": 12.5}
    assert facts["versions"]["tensorflow"] == tf.__version__
    assert facts["versions"]["keras"] == keras.__version__
    assert facts["versions"]["keras-lifelong-vae"] == klv.__version__


def test_every_tensor_of_every_signature_is_described(exported):
    described = facts_of(exported.model)["signatures"]
    assert set(described) == set(exported.loaded.signatures)
    assert described["encode"]["outputs"]["category"]["unit"] == "0 ... 2"
    for name, function in exported.loaded.signatures.items():
        tensors = {"inputs": function.structured_input_signature[1]}
        tensors["outputs"] = function.structured_outputs
        for way, specs in tensors.items():
            assert {
                key: (one["dtype"], one["shape"]) for key, one in described[name][way].items()
            } == {key: (spec.dtype.name, spec.shape.as_list()) for key, spec in specs.items()}
            assert all(one["unit"] and one["meaning"] for one in described[name][way].values())


def test_the_card_says_what_people_ask(exported):
    card = model_card(facts_of(exported.model, {"mean -ELBO (nats per image)": 12.5}))
    for line in (
        "# digits, version 4",
        "| event shape | 8x8x1, [0, 1] |",
        "| generates from | aggregate posterior |",
        "| tasks learned | 3 |",
        "| latent | 5 Gaussian dimensions, 3 active categories |",
        "| mean -ELBO (nats per image) | 12.5 |",
        "### `generate`",
        "| input `category` | int64 | (N,) | -1 ... 2 | z_d; -1 draws it |",
        "| input `task` | int64 | (N,) | -1 ... 2 | Task that z is drawn from; -1 for any |",
        "### `generate_from_prior`",
        "| output `images` | float32 | (N, 8, 8, 1) | [0, 1] | Images |",
    ):
        assert line in card.splitlines()
    assert "gets NaN in every floating-point output and -1 in every integer output" in card
    assert "says little about whether an image is new to the model" in card


def test_the_card_tells_a_task_in_progress_and_none_at_all():
    model = small_model(0)
    assert "| tasks learned | 0, not trained |" in model_card(facts_of(model))
    model.fit(digits(0), batch_size=64, verbose=0)
    assert "| tasks learned | 0, and one more begun and not finished |" in model_card(
        facts_of(model)
    )
    model.rollover_teacher()
    assert "| tasks learned | 1 |" in model_card(facts_of(model))
    model.fit(digits(1), batch_size=64, verbose=0)
    assert "| tasks learned | 1, and one more begun and not finished |" in model_card(
        facts_of(model)
    )


def test_figures_stay_in_their_cells_and_move_no_terminal(exported):
    facts = gather(exported.model, "digits", 1, {}, {"a | b\n# c": "```\x1b[2J\n<b>", "d": 1.5})
    card = model_card(facts)
    assert "| a \\| b # c | ```\\\\x1b[2J \\<b> |\n| d | 1.5 |" in card
    assert all(line.isprintable() for line in card.splitlines())


@pytest.fixture
def checkout(tmp_path):
    """A git checkout with one commit and a package in its top directory."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "file.py").write_text("")
    user = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    for command in (["init", "-q"], ["add", "."], [*user, "commit", "-qm", "first"]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    return package


def test_the_commit_is_that_of_the_checkout(checkout):
    head = subprocess.run(
        ["git", "-C", checkout, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert git_commit(checkout) == head
    (checkout / "file.py").write_text("changed")
    assert git_commit(checkout) == f"{head}-dirty"


def test_a_package_installed_inside_another_checkout_has_no_commit(checkout):
    installed = checkout / "site-packages" / "keras_lifelong_vae"
    installed.mkdir(parents=True)
    assert git_commit(installed) == "unknown"
    assert git_commit(checkout.parents[1] / "nowhere") == "unknown"
