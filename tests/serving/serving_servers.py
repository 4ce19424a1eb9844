"""Servers for the tests: the stand-in, and TensorFlow Serving itself where it is installed."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import requests
import serving_stand_in_grpc
import serving_stand_in_rest
import yaml
from serving_helpers import EXPORT, NAME
from serving_models import ServedModels

BINARY = "tensorflow_model_server"
SECONDS_TO_START = 120


class Server(NamedTuple):
    """Where a server answers; `models` is what the stand-in has loaded, else `None`."""

    grpc: str
    rest: str
    models: ServedModels | None


@contextmanager
def stand_in(directory: Path) -> Iterator[Server]:
    models = ServedModels(directory, NAME, max_batch_size=256)
    grpc_server, grpc_port = serving_stand_in_grpc.start(models)
    rest_server, rest_port = serving_stand_in_rest.start(models)
    yield Server(f"127.0.0.1:{grpc_port}", f"127.0.0.1:{rest_port}", models)
    grpc_server.stop(None)
    rest_server.shutdown()


@contextmanager
def tensorflow_serving(directory: Path) -> Iterator[Server]:
    """The command line of docker-compose.yml, with paths and ports of this machine."""
    config = (EXPORT / "models.config").read_text().replace('"/models/', f'"{directory}/')
    (directory / "models.config").write_text(config)
    (service,) = yaml.safe_load((EXPORT / "docker-compose.yml").read_text())["services"].values()
    flags = [
        flag.replace("/config/models.config", str(directory / "models.config")).replace(
            "/config", str(EXPORT)
        )
        for flag in service["command"]
    ]
    grpc_port, rest_port = free_port(), free_port()
    command = [BINARY, f"--port={grpc_port}", f"--rest_api_port={rest_port}", *flags]
    process = subprocess.Popen(command)
    try:
        server = Server(f"127.0.0.1:{grpc_port}", f"127.0.0.1:{rest_port}", None)
        wait_for(f"http://{server.rest}/v1/models/{NAME}", process)
        yield server
    finally:
        process.terminate()
        process.wait()


SERVERS = {"stand-in": stand_in}
if shutil.which(BINARY):
    SERVERS[BINARY] = tensorflow_serving


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(url: str, process: subprocess.Popen) -> None:
    """Until the model is available."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            if "AVAILABLE" in requests.get(url, timeout=5).text:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise RuntimeError(f"{BINARY} does not serve {url}")
