import http.server
import socket
import threading
import time

import pytest
from data_helpers import small_spec

from keras_lifelong_vae.data import tfds_store
from keras_lifelong_vae.data.sources import TfdsDownload, why_unreachable
from keras_lifelong_vae.data.spec import SourceError


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(tmp_path):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, directory=tmp_path, **kwargs)

        def log_message(self, *args):
            pass

    (tmp_path / "file").write_bytes(b"x")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


def test_a_file_that_is_there(server):
    assert why_unreachable(f"{server}/file") is None


def test_a_file_that_is_not_there(server):
    assert "answered 404" in why_unreachable(f"{server}/other")


def test_a_closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "can't be reached" in why_unreachable(f"http://127.0.0.1:{port}/file")


def test_a_host_that_never_answers():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        start = time.monotonic()
        reason = why_unreachable(f"http://127.0.0.1:{listener.getsockname()[1]}/file", seconds=0.5)
    assert reason is not None
    assert time.monotonic() - start < 5


def test_a_name_look_up_that_hangs(monkeypatch):
    released = threading.Event()

    def hang(*args, **kwargs):
        released.wait(60)
        raise socket.gaierror("too late")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    start = time.monotonic()
    assert "did not answer within 0.5 s" in why_unreachable("http://example.org/x", seconds=0.5)
    assert time.monotonic() - start < 5
    released.set()


def test_tfds_is_not_asked_where_its_host_is_out_of_reach(tmp_path, monkeypatch):
    monkeypatch.setattr(tfds_store, "download", lambda *args: pytest.fail("asked"))
    start = time.monotonic()
    with pytest.raises(SourceError, match=r"host\.invalid/file can't be reached|did not answer"):
        TfdsDownload("http://host.invalid/file").prepare(small_spec(), tmp_path)
    assert time.monotonic() - start < 10
