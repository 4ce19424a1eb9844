"""Starts several workers on this machine and reads what they print."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

PROGRAM = Path(__file__).with_name("worker_program.py")
MARKER = "FOUND "


def free_ports(number):
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def run_workers(number, kill=None, timeout=300, **options):
    """What each worker has printed; with `kill` the last one dies at that step, then the others."""
    ports = free_ports(number)
    environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    processes = []
    for index in range(number):
        own = {"ports": ports, "index": index, **options}
        if kill and index == number - 1:
            own["kill"] = kill
        processes.append(
            subprocess.Popen(
                [sys.executable, str(PROGRAM), json.dumps(own)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
            )
        )
    try:
        if kill:
            assert processes[-1].wait(timeout) == -signal.SIGKILL, processes[-1].stderr.read()
            return []
        found = []
        for process in processes:
            out, errors = process.communicate(timeout=timeout)
            assert process.returncode == 0, errors[-3000:]
            found.append(json.loads(out.split(MARKER)[1]))
        return found
    finally:
        for process in processes:
            process.kill()
            process.wait()
