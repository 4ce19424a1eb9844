"""What the server's REST answers to requests in JSON, and to the health check."""

import re
import subprocess

import numpy as np
import pytest
import requests
import yaml
from serving_helpers import EXPORT, NAME, ROOT, digits

EXACT = {"rtol": 1e-6, "atol": 1e-6}


@pytest.fixture(scope="module")
def url(server):
    return f"http://{server.rest}/v1/models/{NAME}"


def ask(url, **body):
    response = requests.post(f"{url}:predict", json=body, timeout=60)
    assert response.ok, response.text
    return response.json()


@pytest.fixture(scope="module")
def rows():
    return [
        {"images": image.tolist(), "seed": seed} for seed, image in enumerate(digits(1, 3), start=4)
    ]


def test_rows_and_columns_say_the_same(url, rows):
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    by_row = ask(url, signature_name="score", instances=rows)["predictions"]
    by_column = ask(url, signature_name="score", inputs=columns)["outputs"]
    assert len(by_row) == 3
    for name, column in by_column.items():
        np.testing.assert_allclose([row[name] for row in by_row], column, **EXACT)


def test_single_inputs_and_outputs_need_no_name_nor_does_the_default_signature(url, rows):
    images = [row["images"] for row in rows]
    by_row = ask(url, instances=images)["predictions"]
    by_column = ask(url, signature_name="reconstruct", inputs=images)["outputs"]
    assert np.shape(by_row) == (3, 8, 8, 1)
    np.testing.assert_allclose(by_row, by_column, **EXACT)


def test_versions_are_asked_by_number_and_the_newest_is_the_default(url, rows):
    body = {"signature_name": "encode", "instances": [{"images": rows[0]["images"]}]}
    answers = [ask(place, **body) for place in (url, f"{url}/versions/2", f"{url}/versions/1")]
    widths = [len(answer["predictions"][0]["category_probs"]) for answer in answers]
    assert widths == [2, 2, 1]  # categories that had been learned by then


@pytest.mark.parametrize(
    ("place", "body", "code"),
    [
        ("/versions/7:predict", {"instances": [1.0]}, 404),
        ("x:predict", {"instances": [1.0]}, 404),
        (":predict", {"instances": [[1.0]]}, 400),
        (":predict", {"signature_name": "no", "instances": [1.0]}, 400),
    ],
)
def test_what_cannot_be_answered_is_an_error_in_json(url, place, body, code):
    response = requests.post(url + place, json=body, timeout=60)
    assert response.status_code == code
    assert response.json()["error"]


def test_curl_line_of_the_readme(server):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    body, place = re.search(r"curl -d '(.*)' localhost:8501(\S+)`", readme).groups()
    answer = requests.post(f"http://{server.rest}{place}", data=body, timeout=60)
    assert answer.ok, answer.text
    assert np.shape(answer.json()["predictions"]) == (1, 8, 8, 1)


@pytest.mark.parametrize(("name", "healthy"), [(NAME, True), ("another", False)])
def test_health_check_of_the_compose_file(server, name, healthy):
    (service,) = yaml.safe_load((EXPORT / "docker-compose.yml").read_text())["services"].values()
    program, *arguments = service["healthcheck"]["test"][1:]
    address = server.rest.replace(":", "/")
    script = arguments[-1].replace("127.0.0.1/8501", address).replace(f"/{NAME} ", f"/{name} ")
    assert address in script
    ended = subprocess.run([program, *arguments[:-1], script], timeout=10, check=False)
    assert (ended.returncode == 0) == healthy


def test_health_check_fails_where_no_server_listens(server):
    (service,) = yaml.safe_load((EXPORT / "docker-compose.yml").read_text())["services"].values()
    program, option, script = service["healthcheck"]["test"][1:]
    script = script.replace("/8501", "/9")  # the port of the discard protocol
    ended = subprocess.run([program, option, script], stderr=subprocess.DEVNULL, check=False)
    assert ended.returncode != 0
