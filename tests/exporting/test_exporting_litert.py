import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from exporting_helpers import ask, assert_close, golden_inputs, rows_of, small_model

import keras_lifelong_vae as klv
from keras_lifelong_vae.exporting import export_litert


@pytest.fixture(scope="module")
def convolutional(tmp_path_factory):
    model = small_model(1, network=klv.networks.convolutional((8, 8, 1), (4, 8), 16, seed=0))
    return model, export_litert(model, tmp_path_factory.mktemp("device") / "convolutional")


def run(file, name, inputs):
    return Interpreter(str(file)).get_signature_runner(name)(**inputs)


def test_a_device_answers_as_a_server_does(exported, tmp_path):
    (tmp_path / "encode.tflite").write_text("an older one, which is replaced")
    files = export_litert(exported.model, tmp_path)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "decode.tflite", tmp_path / "encode.tflite"]
    for name, file in files.items():
        for inputs in (exported.inputs[name], rows_of(exported.inputs[name], [3])):
            assert_close(run(file, name, inputs), ask(exported.loaded, name, inputs), 1e-6)


def test_a_device_answers_as_a_convolutional_model_does(convolutional):
    model, files = convolutional
    inputs = golden_inputs(model)
    encoding = model.encode(inputs["encode"]["images"])._asdict()
    assert_close(run(files["encode"], "encode", inputs["encode"]), encoding, 1e-5)
    images = {"images": model.decode(**inputs["decode"])}
    assert_close(run(files["decode"], "decode", inputs["decode"]), images, 1e-5)


def test_a_bad_row_is_marked_on_a_device_too(convolutional):
    model, files = convolutional
    inputs = golden_inputs(model)
    good = run(files["encode"], "encode", inputs["encode"])
    images = inputs["encode"]["images"].copy()
    images[2, 0, 0, 0] = np.nan
    answer = run(files["encode"], "encode", {"images": images})
    assert answer["category"].tolist() == [0, 0, -1, 0, 0, 0, 0]
    assert np.isnan(answer["loc"][2]).all()
    others = np.arange(7) != 2
    assert_close(rows_of(answer, others), rows_of(good, others), 0)
    categories = np.array([0, 1, -1, 0, 0, 0, 0])
    codes = {**inputs["decode"], "category": categories}
    images = run(files["decode"], "decode", codes)["images"]
    assert np.isnan(images).all((1, 2, 3)).tolist() == (categories != 0).tolist()


def test_half_precision_is_refused_before_anything_is_written(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = small_model(0, network=klv.networks.dense((8, 8, 1), (8,)))
    finally:
        keras.config.set_dtype_policy("float32")
    with pytest.raises(ValueError, match="`model` must compute in float32, received the layer"):
        export_litert(model, tmp_path / "device")
    with pytest.raises(TypeError, match="`model` must be a LifelongVAE"):
        export_litert(model.student, tmp_path / "device")
    assert list(tmp_path.iterdir()) == []
