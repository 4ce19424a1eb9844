"""A strategy is a composition: what its model is made of, and which parts options reach."""

import numpy as np
import pytest
from strategies_helpers import build, digit_tasks

from keras_lifelong_vae import Replay, strategies, terms
from keras_lifelong_vae.strategies import Strategy


@pytest.fixture(scope="module")
def tasks():
    return digit_tasks(2)


@pytest.fixture
def registered():
    """Registers strategies, which are gone after the test."""
    before = dict(strategies._REGISTERED)
    yield strategies.register
    strategies._REGISTERED.clear()
    strategies._REGISTERED.update(before)


def parts_of(model):
    return {term.name: term for term in model.terms}


def test_options_of_the_model_and_of_its_parts(tasks):
    options = {"replay.ratio": 3, "consistency.weight": 0.5, "consistency.parts": ("gaussian",)}
    model = build("lifelong", tasks, categories_per_task=2, **options)
    assert model.categories_per_task == 2
    assert model.replay == Replay(ratio=3)
    assert parts_of(model)["consistency"].weight == 0.5
    assert parts_of(model)["consistency"].parts == ("gaussian",)
    assert parts_of(model)["category_target"].weight == 1.0


def test_a_term_that_a_strategy_lacks_is_added(tasks):
    model = build(
        "naive", tasks, **{"information.weight": 0.2, "information.estimator": "minibatch"}
    )
    term = parts_of(model)["information"]
    assert (term.weight, term.estimator) == (0.2, "minibatch")


def test_the_terms_that_are_always_there_have_options_too(tasks):
    options = {"kl.weight": 0.5, "kl.category_prior": "task", "reconstruction.weight": 2.0}
    parts = parts_of(build("naive", tasks, **options))
    assert (parts["kl"].weight, parts["kl"].category_prior) == (0.5, "task")
    assert parts["reconstruction"].weight == 2.0
    assert len(parts) == 2


def test_each_model_has_terms_of_its_own(tasks):
    way = strategies.get("ewc")
    first, second = build("ewc", tasks), build("ewc", tasks)
    own = parts_of(first)["ewc"]
    assert own not in (parts_of(second)["ewc"], *way.terms)
    assert own.fisher is not parts_of(second)["ewc"].fisher
    assert not hasattr(way.terms[0], "fisher")
    build("ewc", tasks, **{"ewc.weight": 1.0})
    assert way.terms[0].weight == terms.EWC().weight


def test_the_seed_decides_the_first_weights(tasks):
    first, again, other = (
        strategies.get("naive").build(tasks, seed=seed, latent_dim=2) for seed in (1, 1, 2)
    )
    image = next(iter(tasks[0].test))[:1]
    np.testing.assert_array_equal(first(image), again(image))
    assert (first(image).numpy() != other(image).numpy()).any()


def test_options_that_follow_from_the_tasks(tasks):
    assert build("full-batch", tasks).categories_per_task == 2
    assert build("full-batch", tasks, categories_per_task=3).categories_per_task == 6
    stages = strategies.get("full-batch").stages(tasks)
    assert [stage.num_train for stage in stages] == [sum(task.num_train for task in tasks)]


@pytest.mark.parametrize(
    ("name", "options", "match"),
    [
        ("naive", {"replay.ratio": 3}, "`replay` has no options without replay, received"),
        ("lifelong", {"replay.size": 3}, "`replay` must be given options that it has, received"),
        ("lifelong", {"consistency.size": 3}, "`consistency` must be given options that it has"),
        ("naive", {"information.size": 3}, "`information` must be given options that it has"),
        ("naive", {"magic.weight": 3}, r"`term` must be one of category_target.*received 'magic'"),
        ("lifelong", {"replay.ratio": 0}, "`ratio` must be an integer of at least 1, received 0"),
        ("ewc", {"ewc.weight": -1.0}, "`weight` must be a finite number of at least 0"),
        ("lifelong", {"consistency.direction": "both"}, "`direction` must be one of"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_bad_options_are_named(tasks, name, options, match):
    with pytest.raises(ValueError, match=match):
        build(name, tasks, **options)


def test_it_says_which_options_it_accepts():
    naive, lifelong = strategies.get("naive"), strategies.get("lifelong")
    assert [naive.accepts(one) for one in ("latent_dim", "kl.weight", "replay.ratio")] == [
        True,
        True,
        False,
    ]
    assert lifelong.accepts("replay.ratio")
    assert lifelong.accepts("consistency.weight")
    assert not lifelong.accepts("ewc.weight")


def test_an_own_strategy_is_known_by_its_name(tasks, registered):
    own = Strategy("a little of both", Replay(ratio=1), (terms.EWC(5.0), terms.Consistency(0.5)))
    assert registered("mine-2", own) is own
    assert strategies.names()[-1] == "mine-2"
    assert strategies.get("mine-2") is own
    model = build("mine-2", tasks)
    assert [term.name for term in model.terms][-2:] == ["ewc", "consistency"]
    assert model.replay.ratio == 1


def test_an_own_strategy_may_be_registered_again(registered):
    registered("mine", Strategy("first"))
    registered("mine", Strategy("second"))
    assert strategies.get("mine").description == "second"


def test_bad_registrations_are_refused(registered):
    for name in ("naive", "two words", "", "3 ways", "a.b"):
        with pytest.raises(ValueError, match=f"`name` must be .* received {name!r}"):
            registered(name, Strategy("another"))
    with pytest.raises(TypeError, match="`strategy` must be a Strategy, received 'naive'"):
        registered("mine", "naive")
    assert "mine" not in strategies.names()
