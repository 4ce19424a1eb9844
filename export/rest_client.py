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
from client.answers import MOST_BYTES
from client.commands import run
from client.connection import NoAnswerError, ServingError, Target, no_server, too_slow
from client.rest_answer import outputs_of, parse, versions_of

CHUNK = 1 << 16


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
        return versions_of(self._ask("GET", self.url))

    def predict(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]
    ) -> dict[str, np.ndarray]:
        columns = {name: array.tolist() for name, array in inputs.items()}
        # `requests` would refuse NaN, which the server understands.
        body = json.dumps({"signature_name": signature, "inputs": columns})
        answer = self._ask("POST", f"{self.url}:predict", body)
        return outputs_of(answer, outputs, len(next(iter(inputs.values()))))

    def _ask(self, method: str, url: str, body: str | None = None) -> dict[str, Any]:
        options = {"timeout": self.target.timeout, "stream": True, "allow_redirects": False}
        try:
            with requests.request(method, url, data=body, **options) as response:  # type: ignore[arg-type]
                content = _read(response)
        except requests.ConnectionError as error:
            was_reading = "Read timed out" in str(error)
            raise (too_slow if was_reading else no_server)(self.target) from error
        except requests.Timeout as error:
            raise too_slow(self.target) from error
        except (requests.RequestException, ValueError) as error:
            raise ServingError(f"{url} is not TensorFlow Serving's REST: {error}") from error
        try:
            answer = parse(content)
        except ServingError as error:
            status = f"{response.status_code} {response.reason}"
            raise ServingError(f"{url} answered {status}, but {error}") from error
        if response.status_code != requests.codes.ok:
            is_busy = response.status_code == requests.codes.service_unavailable
            kind = NoAnswerError if is_busy else ServingError
            raise kind(f"{self.target.model}: {answer.get('error', response.reason)}")
        return answer


def _read(response: requests.Response) -> bytes:
    """The whole content, unpacked, as long as it is no larger than any answer."""
    content = bytearray()
    for chunk in response.iter_content(CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            raise ServingError(
                f"{response.url} must answer at most {MOST_BYTES:,} bytes, received more"
            )
    return bytes(content)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the client; returns its exit status."""
    return run(RestConnection, str(__doc__).splitlines()[0], "localhost:8501", arguments)


if __name__ == "__main__":
    sys.exit(main())
