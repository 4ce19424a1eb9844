"""A server that answers whatever a test gives it, over plain sockets."""

import socket
import threading
from contextlib import contextmanager


@contextmanager
def answering(*pieces):
    """Sends `pieces` to whoever asks, once the request is in, and hangs up; gives its address."""
    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(server, pieces), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)  # wakes the thread
        server.close()
        thread.join()


def _serve(server, pieces):
    while True:
        try:
            client, _ = server.accept()
        except OSError:  # closed
            return
        with client:
            try:
                client.settimeout(5)
                _read_request(client)
                for piece in pieces:
                    client.sendall(piece)
            except OSError:
                continue


def _read_request(client):
    content = b""
    while b"\r\n\r\n" not in content:
        content += client.recv(65536)
    head, _, body = content.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += client.recv(65536)


def http(body, status="200 OK", headers="", length=None):
    """An answer in HTTP, with another length than it has if a test wants it so."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n"
    return f"{head}{headers}\r\n".encode("latin-1") + body
