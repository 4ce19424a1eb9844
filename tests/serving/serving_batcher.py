"""Runs rows of several requests as one batch, as TensorFlow Serving does with --enable_batching."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np

SECONDS = 60  # that a batch waits for all its requests; a test that gets here has failed


class Batcher:
    """One queue; a batch begins when `requests_in_batch` requests lie in it.

    Args:
        run: Inputs to outputs, both arrays by name, row for row.
    """

    def __init__(self, run: Callable[[dict], dict]):
        self.run = run
        self.requests_in_batch = 1
        self.batches = []  # the rows of each request, for each batch that was run
        self._waiting = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def submit(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        answer = Future()
        self._waiting.put((inputs, answer))
        return answer.result(2 * SECONDS)

    def _work(self):
        while True:
            tasks = [self._waiting.get()]
            try:
                while len(tasks) < self.requests_in_batch:
                    tasks.append(self._waiting.get(timeout=SECONDS))
                answers = self._answers([inputs for inputs, _ in tasks])
            except Exception as error:
                for _, answer in tasks:
                    answer.set_exception(error)
                continue
            for (_, answer), outputs in zip(tasks, answers, strict=True):
                answer.set_result(outputs)

    def _answers(self, requests):
        rows = [len(next(iter(inputs.values()))) for inputs in requests]
        self.batches.append(rows)
        together = {name: np.concatenate([one[name] for one in requests]) for name in requests[0]}
        outputs = self.run(together)
        ends = np.cumsum(rows)[:-1]
        parts = {name: np.split(array, ends) for name, array in outputs.items()}
        return [{name: part[i] for name, part in parts.items()} for i in range(len(rows))]
