"""Exports of models of real numbers, without categories and with a prior of their own."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from exporting_helpers import (
    ask,
    ask_in_process,
    assert_close,
    golden_inputs,
    readings,
    small_model,
)
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

import keras_lifelong_vae as klv
from keras_lifelong_vae.exporting import export_litert
from keras_lifelong_vae.exporting.facts import gather, model_card
from keras_lifelong_vae.exporting.signatures import signatures
from keras_lifelong_vae.latents import GaussianLatent, JointLatent, Latent, MixturePriorLatent

NAMES = (
    "serving_default",
    "reconstruct",
    "encode",
    "decode",
    "decode_one_hot",
    "generate",
    "generate_from_prior",
    "score",
)


@keras.saving.register_keras_serializable("tests")
class Plain(Latent):
    """One Gaussian head and no categories."""

    def __init__(self, **kwargs):
        super().__init__({"gaussian": GaussianLatent(3, seed=0)}, **kwargs)


def of_readings(**options):
    normalization = keras.layers.Normalization()
    normalization.adapt(np.concatenate([readings(0), readings(1)]))
    likelihood = klv.likelihoods.Gaussian(support="real", normalization=normalization)
    return small_model(2, event_shape=(12,), likelihood=likelihood, **options)


MODELS = {
    "readings": of_readings,
    "readings without categories": lambda: of_readings(latent=Plain()),
    "images without categories": lambda: small_model(2, latent=Plain()),
    "mixture prior": lambda: small_model(
        2, latent=JointLatent(MixturePriorLatent(3, 4, seed=0)), replay=klv.Replay(codes="prior")
    ),
}


@pytest.fixture(scope="module", params=MODELS)
def exported(request, tmp_path_factory):
    """The kind of a model, the model, the directory of its export, and that loaded again."""
    model = MODELS[request.param]()
    directory = klv.export_saved_model(model, tmp_path_factory.mktemp("kinds"), "kinds")
    return request.param, model, directory, tf.saved_model.load(directory)


def test_there_are_the_signatures_that_make_sense(exported):
    kind, model, _, loaded = exported
    names = set(NAMES)
    if "without categories" in kind:
        names.remove("decode_one_hot")
    if "readings" not in kind:
        names |= {"reconstruct_uint8", "encode_uint8", "score_uint8"}
    assert set(loaded.signatures) == set(signatures(model)) == names


def test_no_field_is_about_categories_where_there_are_none(exported):
    kind, _, _, loaded = exported
    for function in loaded.signatures.values():
        fields = {*function.structured_input_signature[1], *function.structured_outputs}
        about = {"category", "category_probs", "kl_categorical"} & fields
        assert not ("without categories" in kind and about)
    encoding = loaded.signatures["encode"].structured_outputs
    assert {"loc", "scale"} <= set(encoding)
    assert ("category" in encoding) == ("without categories" not in kind)


def test_answers_are_those_of_the_process_that_exported(exported):
    kind, model, _, loaded = exported
    for name, inputs in golden_inputs(model).items():
        answer = ask(loaded, name, inputs)
        assert_close(answer, ask_in_process(model, name, inputs), 1e-5)
        assert_finite(kind, answer)


def assert_finite(kind, answer):
    """All there is to know; of novelty a model without summaries knows nothing."""
    for name, value in answer.items():
        unknown = kind == "mixture prior" and name in ("novelty", "novelty_quantile")
        assert (np.isnan(value) if unknown else np.isfinite(value)).all(), name


def test_answers_are_those_of_the_methods_of_the_model(exported):
    _, model, _, loaded = exported
    inputs = golden_inputs(model)
    images = inputs["encode"]["images"]
    answers = {name: ask(loaded, name, inputs[name]) for name in inputs}
    encoding = {key: one for key, one in model.encode(images)._asdict().items() if one is not None}
    assert_close(answers["encode"], encoding, 1e-5)
    assert_close(answers["decode"], {"images": model.decode(**inputs["decode"])}, 1e-5)
    assert_close(answers["reconstruct"], {"reconstruction": model.reconstruct(images)}, 1e-5)


def test_every_warm_up_request_is_answered(exported):
    kind, _, directory, loaded = exported
    file = directory / "assets.extra" / "tf_serving_warmup_requests"
    for record in tf.data.TFRecordDataset(str(file)):
        request = PredictionLog.FromString(record.numpy()).predict_log.request
        inputs = {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}
        assert_finite(kind, ask(loaded, request.model_spec.signature_name, inputs))


def test_the_support_says_which_rows_are_bad(exported):
    kind, model, _, loaded = exported
    images = np.full((6, *model.event_shape), 0.5, "float32")
    values = [0.0, -0.5, 1e20, np.nan, np.inf, -np.inf]
    images.reshape(6, -1)[:, -1] = values
    good = [True] * 3 + [False] * 3 if "readings" in kind else [True] + [False] * 5
    for name in ("reconstruct", "encode", "score"):
        inputs = {"images": images, **({"seed": np.arange(6)} if name == "score" else {})}
        for output_name, output in ask(loaded, name, inputs).items():
            if output_name == "outside_support":
                marked = output == 1
            elif output_name in ("novelty", "novelty_quantile"):
                continue  # see below
            else:
                marked = np.isnan(output) if output.dtype == np.float32 else output == -1
            marked = marked.reshape(6, -1)
            # 1e20 is answered, but the square of it is more than a float32 holds.
            rows = [0, 1, 3, 4, 5]
            np.testing.assert_array_equal(
                marked.all(axis=1)[rows], ~np.array(good)[rows], err_msg=name
            )
    score = ask(loaded, "score", inputs)
    bad = ~np.array(good)
    assert (score["novelty"][bad] == np.inf).all()
    assert (score["novelty_quantile"][bad] == 1.0).all()
    assert kind == "mixture prior" or not np.isnan(score["novelty"]).any()


def test_what_is_generated_is_in_the_units_of_the_data(exported):
    kind, model, _, _ = exported
    for prior in ("prior", model.default_prior):
        new = model.generate(100, seed=0, prior=prior)
        assert new.shape == (100, *model.event_shape)
        assert (new.max() > 20) == ("readings" in kind)  # readings are near 0 and near 100


def test_a_device_answers_as_a_server_does(exported, tmp_path):
    _, model, _, loaded = exported
    inputs = golden_inputs(model)
    for name, file in export_litert(model, tmp_path).items():
        runner = Interpreter(str(file)).get_signature_runner(name)
        assert_close(runner(**inputs[name]), ask(loaded, name, inputs[name]), 1e-5)


def test_the_card_says_the_kind(exported):
    kind, model, _, _ = exported
    card = model_card(gather(model, "kinds", 1, signatures(model), {}))
    support = "real numbers" if "readings" in kind else "[0, 1]"
    size = "12" if "readings" in kind else "8x8x1"
    assert f"| event shape | {size}, {support} |" in card
    about = ("active categories", "z_d", "kl_categorical", "category")
    for words in about:
        assert (words in card) == ("without categories" not in kind), words
    assert ("uint8" in card) == ("readings" not in kind)
    source = "prior" if kind == "mixture prior" else "aggregate posterior"
    assert f"| generates from | {source} |" in card
