"""Asks a TensorFlow Serving server by REST; needs numpy, pillow and requests.

python export/rest_client.py status
python export/rest_client.py generate --count 16 --out generated.png
python export/rest_client.py score images.npy
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import requests
from client.commands import run
from client.connection import ServingError, Target, no_server, too_slow


class RestConnection:
    """TensorFlow Serving's REST interface; see `Connection`.

    Reference: "RESTful API", https://www.tensorflow.org/tfx/serving/api_rest.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        host = target.address if "://" in target.address else f"http://{target.address}"
        self.url = f"{host}/v1/models/{target.model}"
        if target.version is not None:
            self.url += f"/versions/{target.version}"

    def versions(self) -> dict[int, str]:
        answer = self._ask("GET", self.url)
        return {int(one["version"]): one["state"] for one in answer["model_version_status"]}

    def predict(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]
    ) -> dict[str, np.ndarray]:
        columns = {name: array.tolist() for name, array in inputs.items()}
        # `requests` would refuse NaN, which the server understands.
        body = json.dumps({"signature_name": signature, "inputs": columns})
        answer = self._ask("POST", f"{self.url}:predict", body)["outputs"]
        if len(outputs) == 1:  # the server leaves out the name of a single output
            answer = {outputs[0]: answer}
        return {name: _array(answer[name]) for name in outputs}

    def _ask(self, method: str, url: str, body: str | None = None) -> dict[str, Any]:
        try:
            response = requests.request(method, url, data=body, timeout=self.target.timeout)
            answer = response.json()
        except requests.ConnectionError as error:
            raise no_server(self.target) from error
        except requests.Timeout as error:
            raise too_slow(self.target) from error
        except (requests.RequestException, ValueError) as error:
            raise ServingError(f"{url} is not TensorFlow Serving's REST: {error}") from error
        if not response.ok:
            raise ServingError(f"{self.target.model}: {answer.get('error', response.reason)}")
        return answer


def _array(values: Any) -> np.ndarray:
    array = np.asarray(values)
    return array.astype("float32") if array.dtype.kind == "f" else array


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the client; returns its exit status."""
    return run(RestConnection, str(__doc__).splitlines()[0], "localhost:8501", arguments)


if __name__ == "__main__":
    sys.exit(main())
