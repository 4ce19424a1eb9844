"""A process without Python: a C program on TensorFlow's C API, the loader that servers use."""

import numpy as np
import pytest
from exporting_c_program import COMPILER, build, run
from exporting_helpers import ask, golden_inputs

pytestmark = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return build(tmp_path_factory.mktemp("program") / "run_signature")


@pytest.mark.parametrize("rows", [1, 7])
def test_a_program_without_python_answers_the_same_bytes(program, exported, tmp_path, rows):
    inputs = golden_inputs(exported.model, rows)
    asked = {name: inputs[name] for name in ("encode", "generate", "score_uint8")}
    for name, answers in run(program, exported.directory, asked, tmp_path).items():
        expected = ask(exported.loaded, name, asked[name])
        assert all(np.isfinite(value).all() for value in answers.values())
        assert {key: value.tobytes() for key, value in answers.items()} == {
            key: value.tobytes() for key, value in expected.items()
        }
