"""What an export answers, asked in this process."""

import numpy as np
import pytest
import tensorflow as tf
from exporting_helpers import (
    ROWS,
    ask,
    ask_in_process,
    assert_close,
    digits,
    golden_inputs,
    rows_of,
    small_model,
)

import keras_lifelong_vae as klv
from keras_lifelong_vae.autoencoder import elbo_terms
from keras_lifelong_vae.exporting.signatures import signatures

# Inputs and outputs of every signature.
NEW = {"novelty": np.inf, "novelty_quantile": 1.0, "outside_support": 1}  # of a bad row
SCORE = ("negative_elbo", "reconstruction", "kl_gaussian", "kl_categorical", *NEW)
ENCODING = ("loc", "scale", "category_probs", "category")
SIGNATURES = {
    "serving_default": (("images",), ("reconstruction",)),
    "reconstruct": (("images",), ("reconstruction",)),
    "encode": (("images",), ENCODING),
    "decode": (("z_continuous", "category"), ("images",)),
    "decode_one_hot": (("z_continuous", "category_probs"), ("images",)),
    "generate": (("seed", "category", "task"), ("images",)),
    "generate_from_prior": (("seed", "category"), ("images",)),
    "score": (("images", "seed"), SCORE),
    "reconstruct_uint8": (("images",), ("reconstruction",)),
    "encode_uint8": (("images",), ENCODING),
    "score_uint8": (("images", "seed"), SCORE),
}
NAMES = tuple(SIGNATURES)


def test_all_signatures_are_there_with_a_free_batch_and_named_outputs(exported):
    known = signatures(exported.model)
    assert set(exported.loaded.signatures) == set(known) == set(NAMES)
    for name, signature in known.items():
        assert (set(signature.inputs), set(signature.outputs)) == tuple(map(set, SIGNATURES[name]))
        function = exported.loaded.signatures[name]
        assert specs_of(function.structured_input_signature[1]) == fields_of(signature.inputs)
        assert specs_of(function.structured_outputs) == fields_of(signature.outputs)


def specs_of(specs):
    return {name: (spec.dtype.name, spec.shape.as_list()) for name, spec in specs.items()}


def fields_of(fields):
    return {name: (field.dtype, [None, *field.shape]) for name, field in fields.items()}


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_those_of_the_process_that_exported(exported, name):
    inputs = exported.inputs[name]
    expected = ask_in_process(exported.model, name, inputs)
    assert_close(ask(exported.loaded, name, inputs), expected, 1e-6)
    assert all(np.isfinite(value).all() for value in expected.values())


def test_answers_are_those_of_the_methods_of_the_model(exported):
    model, inputs = exported.model, exported.inputs
    images, codes = inputs["encode"]["images"], inputs["decode"]
    answers = {name: ask(exported.loaded, name, inputs[name]) for name in NAMES}
    assert_close(answers["encode"], model.encode(images)._asdict(), 1e-6)
    assert_close(answers["decode"], {"images": model.decode(**codes)}, 1e-6)
    seeds = np.random.default_rng(0).integers(-(2**63), 2**63, len(images), dtype="int64")
    score = ask(exported.loaded, "score", {"images": images, "seed": seeds})
    assert_close({"novelty": score["novelty"]}, {"novelty": model.novelty(images)}, 1e-5)
    quantiles = {"novelty_quantile": 1.0 - np.exp(-score["novelty"])}
    assert_close({"novelty_quantile": score["novelty_quantile"]}, quantiles, 1e-6)
    weighed = inputs["decode_one_hot"]
    decoded = model.decode(**weighed)
    assert_close(answers["decode_one_hot"], {"images": decoded}, 1e-6)
    reconstruction = {"reconstruction": model.reconstruct(images)}
    for name in ("serving_default", "reconstruct"):
        assert_close(answers[name], reconstruction, 1e-6)


def test_a_one_hot_category_decodes_as_its_index_does(exported):
    codes = exported.inputs["decode"]
    one_hot = np.eye(exported.model.active_categories, dtype="float32")[codes["category"]]
    inputs = {"z_continuous": codes["z_continuous"], "category_probs": one_hot}
    answer = ask(exported.loaded, "decode_one_hot", inputs)
    assert_close(answer, ask(exported.loaded, "decode", codes), 1e-6)


@pytest.mark.parametrize("name", ["reconstruct", "encode", "score"])
def test_bytes_are_answered_as_the_grey_levels_they_stand_for(exported, name):
    inputs = exported.inputs[f"{name}_uint8"]
    levels = {**inputs, "images": inputs["images"].astype("float32") / 255}
    answer = ask(exported.loaded, f"{name}_uint8", inputs)
    assert_close(answer, ask(exported.loaded, name, levels), 1e-6)


def test_score_is_the_bound_of_the_model(exported):
    images = np.repeat(digits(0, 2), 500, axis=0)
    seeds = np.arange(len(images))
    score = ask(exported.loaded, "score", {"images": images, "seed": seeds})
    parts = score["reconstruction"] + score["kl_gaussian"] + score["kl_categorical"]
    np.testing.assert_allclose(score["negative_elbo"], parts, rtol=1e-6)
    student = exported.model.student
    posterior = student.posterior(images)
    terms = elbo_terms(student, images, posterior, student.latent.mode(posterior))
    for name in ("kl_gaussian", "kl_categorical"):  # exact, without noise
        np.testing.assert_allclose(score[name], terms[name], 1e-5, 1e-6)
    own = score["negative_elbo"].reshape(2, -1)
    models = exported.model.negative_elbo(images, 0).reshape(2, -1)
    error = np.sqrt((own.var(1) + models.var(1)) / own.shape[1])
    assert (np.abs(own.mean(1) - models.mean(1)) < 4 * error).all()
    assert (own.std(1) > 0.1).all()


def test_generate_from_prior_draws_every_active_category_and_no_other(exported):
    model, seeds = exported.model, np.arange(600)

    def generated(category):
        inputs = {"seed": seeds, "category": np.full(600, category)}
        return ask(exported.loaded, "generate_from_prior", inputs)["images"]

    drawn = generated(-1)
    chosen = [generated(category) for category in range(model.active_categories)]
    same = [np.isclose(drawn, one, atol=1e-6).all((1, 2, 3)) for one in chosen]
    assert (np.sum(same, axis=0) == 1).all()
    assert (np.abs(np.sum(same, axis=1) - 200) < 4 * np.sqrt(600 * 2 / 9)).all()


@pytest.mark.parametrize("category", [-1, 0, 2])
@pytest.mark.parametrize("task", [-1, 0, 2])
def test_generate_draws_from_where_the_codes_of_the_task_lie(exported, task, category):
    model, seeds = exported.model, np.arange(50)
    tasks, categories = np.full(50, task), np.full(50, category)
    inputs = {"seed": seeds, "category": categories, "task": tasks}
    answer = ask(exported.loaded, "generate", inputs)["images"]
    code = model.summaries.sample(50, *map(tf.constant, (seeds, tasks, categories)))
    drawn = np.argmax(code.discrete, axis=1) if category < 0 else categories
    expected = model.decode(code.continuous, drawn)
    np.testing.assert_allclose(answer, expected, 1e-6, 1e-6)


def test_a_model_without_summaries_generates_from_the_prior_and_knows_no_task(tmp_path):
    model = small_model(1, replay=klv.Replay(codes="prior"))
    directory = klv.export_saved_model(model, tmp_path)
    loaded = tf.saved_model.load(directory)
    inputs = {"seed": np.arange(5), "category": np.full(5, -1)}
    answer = ask(loaded, "generate", {**inputs, "task": np.array([-1, -1, -1, 0, 1])})["images"]
    expected = ask(loaded, "generate_from_prior", inputs)["images"]
    np.testing.assert_allclose(answer[:3], expected[:3], 1e-6, 1e-6)
    assert np.isnan(answer[3:]).all()


# The noise has the same bytes, see `noise`; sums of the networks differ in their last bits,
# because TensorFlow adds in another order for another number of rows.
@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_answered_alike_alone_in_a_batch_and_shuffled(exported, name):
    inputs = golden_inputs(exported.model, 40)[name]
    whole = ask(exported.loaded, name, inputs)
    order = np.random.default_rng(0).permutation(40)
    for rows in (order[:1], order[:ROWS], order):
        part = ask(exported.loaded, name, rows_of(inputs, rows))
        assert_close(part, rows_of(whole, rows), 1e-6)


def bad_rows(name):
    """Each way in which one value of one input can be wrong."""
    images = (np.nan, np.inf, -np.inf, -1e-3, 1.001)
    first = -1 if name.startswith("generate") else 0
    indices = (first - 1, 3, 2**40, -(2**40))
    values = {
        "images": () if name.endswith("uint8") else images,
        "category_probs": images,
        "z_continuous": (np.nan, np.inf),
        "category": indices,
        "task": indices,
        "seed": (),
    }
    for key in SIGNATURES[name][0]:
        yield from ((key, value) for value in values[key])


@pytest.mark.parametrize(
    ("name", "key", "value"), [(name, *bad) for name in NAMES for bad in bad_rows(name)]
)
def test_a_bad_row_is_marked_and_the_others_are_untouched(exported, name, key, value):
    inputs = {**exported.inputs[name]}
    inputs[key] = inputs[key].copy()
    inputs[key][2].flat[-1:] = value
    if inputs[key].ndim == 1:
        inputs[key][2] = value
    answer, others = ask(exported.loaded, name, inputs), np.arange(ROWS) != 2
    expected = ask(exported.loaded, name, exported.inputs[name])
    assert_close(rows_of(answer, others), rows_of(expected, others), 0)
    for output_name, output in answer.items():
        bad = NEW.get(output_name, np.nan if output.dtype == "float32" else -1)
        np.testing.assert_array_equal(output[2], np.full(output.shape[1:], bad))


def test_no_rows_are_answered_with_none(exported):
    for name in NAMES:
        answer = ask(exported.loaded, name, golden_inputs(exported.model, 0)[name])
        assert {len(value) for value in answer.values()} == {0}


def test_only_what_the_student_answers_with_travels(exported):
    own = sorted(tuple(weight.shape) for weight in exported.model.student.trainable_weights)
    summaries = exported.model.summaries
    variables = exported.loaded._all_variables
    assert sorted(tuple(one.shape) for one in variables if one.trainable) == own
    others = [one.name.split("/")[-1].split(":")[0] for one in variables if not one.trainable]
    typical = exported.model.typical_sets
    densities = [typical.densities.mixture_weights, typical.densities.locs]
    read = [*densities, typical.densities.scale_trils, typical.tails.quantiles]
    names = [*summaries.names, "mixture_weights", "locs", "scale_trils", "quantiles"]
    assert sorted(others) == sorted(["active_categories", *names])
    files = str(exported.directory / "variables" / "variables")
    saved = [tuple(shape) for name, shape in tf.train.list_variables(files) if "VALUE" in name]
    # Each once, and nothing that the functions do not read.
    shapes = [tuple(one.shape) for one in [*summaries.weights, *read]]
    assert sorted(saved) == sorted([(), *own, *shapes])


def test_an_export_is_at_most_a_tenth_larger_than_the_weights(tmp_path):
    model = klv.LifelongVAE((28, 28, 1), seed=0)  # dense, 784-512-512
    directory = klv.export_saved_model(model, tmp_path)
    files = [path for path in directory.rglob("*") if path.is_file()]
    weights = sum(weight.numpy().nbytes for weight in model.student.weights)
    assert sum(path.stat().st_size for path in files) <= 1.1 * weights


def test_a_model_that_has_learned_nothing_is_exported_with_a_warning(tmp_path, caplog):
    model = small_model(0)
    before = [weight.numpy() for weight in model.weights]
    directory = klv.export_saved_model(model, tmp_path)
    assert all(np.array_equal(*pair) for pair in zip(before, model.weights, strict=True))
    assert "has not been trained" in caplog.text
    inputs = golden_inputs(model)["generate"]
    answer = ask(tf.saved_model.load(directory), "generate", inputs)
    assert_close(answer, ask_in_process(model, "generate", inputs), 1e-6)


def test_what_is_wrong_is_said_before_anything_is_written(exported, tmp_path):
    model, target = exported.model, tmp_path / "served"
    with pytest.raises(TypeError, match="`model` must be a LifelongVAE, received Autoencoder"):
        klv.export_saved_model(model.student, target)
    with pytest.raises(ValueError, match="`name` must be a plain directory name"):
        klv.export_saved_model(model, target, "a/b")
    with pytest.raises(ValueError, match="`version` must be an integer of at least 1"):
        klv.export_saved_model(model, target, version=0)
    with pytest.raises(TypeError, match="`figures` must hold what JSON can hold"):
        klv.export_saved_model(model, target, figures={"model": model})
    with pytest.raises(ValueError, match="`figures` must be finite numbers"):
        klv.export_saved_model(model, target, figures={"bound": np.nan})
    with pytest.raises(TypeError, match="`figures` must be a mapping, received list"):
        klv.export_saved_model(model, target, figures=[1.0])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileExistsError, match="received 1"):
        klv.export_saved_model(model, exported.directory.parents[1], "digits", 1)
