"""What a client asks a server, whichever way the question travels."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

AVAILABLE = "AVAILABLE"  # the state of a version that answers


class ServingError(RuntimeError):
    """No server answered, or it answered with an error."""


class NoAnswerError(ServingError):
    """No server answered, or not in time; it may do so later."""


class Target(NamedTuple):
    """Which model of which server, and how long to wait for it.

    Args:
        address: Host and port.
        model: Name under which the model is served.
        version: Number of the version; the newest available one if `None`.
        timeout: Seconds to wait for an answer.
    """

    address: str
    model: str
    version: int | None
    timeout: float


class Connection(Protocol):
    """To one model of one server."""

    def versions(self) -> dict[int, str]:
        """The state of each version, such as "LOADING" or "AVAILABLE".

        Raises:
            ServingError: If no server answers or it doesn't know the model.
        """

    def predict(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]
    ) -> dict[str, np.ndarray]:
        """What a signature gives.

        Args:
            signature: Its name.
            inputs: Name of each input to an array whose first dimension is the batch.
            outputs: Names of all outputs of the signature.

        Returns:
            Name of each output to an array, row for row.

        Raises:
            ServingError: If no server answers, or it doesn't take the inputs.
        """


def no_server(target: Target) -> NoAnswerError:
    return NoAnswerError(
        f"no server answers at {target.address}. Is it running? "
        "docker compose --file export/docker-compose.yml up"
    )


def too_slow(target: Target) -> NoAnswerError:
    return NoAnswerError(
        f"{target.address} did not answer within {target.timeout:g} seconds; see --timeout"
    )
