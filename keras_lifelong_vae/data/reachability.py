"""Whether a host answers at all, found out within seconds."""

import queue
import threading
import urllib.error
import urllib.request


def why_unreachable(url: str, seconds: float = 5.0) -> str | None:
    """Asks for the headers of `url`.

    The name look-up of the operating system has no time limit of its own, so the question is
    asked in a thread that is left behind if it takes too long.

    Args:
        url: A file that must be there.
        seconds: How long to wait for the answer, look-up and connection together.

    Returns:
        Why it can't be had, or `None` if it can.
    """
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    thread = threading.Thread(target=lambda: answers.put(_ask(url, seconds)), daemon=True)
    thread.start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return f"{url} did not answer within {seconds:g} s"


def _ask(url: str, seconds: float) -> str | None:
    request = urllib.request.Request(url, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=seconds):
            return None
    except urllib.error.HTTPError as error:
        return f"{url} answered {error.code} {error.reason}"
    except Exception as error:
        return f"{url} can't be reached: {getattr(error, 'reason', error)}"
