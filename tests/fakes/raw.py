"""A loopback port that answers with exactly the bytes that a test asks for, at its own pace."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Self

Script = Callable[["RawServer"], Iterable[bytes]]


class RawServer:
    """Plays a script for each connection, one after the other, then closes the connection.

    A script yields bytes; `server.pause(seconds)` between them ends early when the test does.
    """

    def __init__(
        self, script: Script, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        self.heads: list[bytes] = []  # request line and headers of what came in
        self.hits = 0
        self._script = script
        self._tls = tls
        self._stopping = threading.Event()
        self._listener = socket.create_server((host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pause(self, seconds: float) -> bool:
        """Wait, unless the test is over: then answer True."""
        return self._stopping.wait(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.hits += 1
            with sock, contextlib.suppress(OSError):
                self._play(self._tls.wrap_socket(sock, server_side=True) if self._tls else sock)

    def _play(self, sock: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = sock.recv(4096)
            if not piece:
                return
            head += piece
        self.heads.append(head)
        for part in self._script(self):
            sock.sendall(part)
        sock.close()


def answer(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole answer in bytes; `headers` are lines that end in CR LF."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
    return head.encode("latin-1") + body


def slow_headers(server: RawServer) -> Iterable[bytes]:
    return _drip(server, b"HTTP/1.1 200 OK\r\nX-Long: ", b"x")


def slow_body(server: RawServer) -> Iterable[bytes]:
    return _drip(server, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" ")


def slow_chunks(server: RawServer) -> Iterable[bytes]:
    return _drip(server, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")


def slow_chunk_size(server: RawServer) -> Iterable[bytes]:
    return _drip(server, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0")


def silence(server: RawServer) -> Iterable[bytes]:
    server.pause(15)
    yield b""


def _drip(server: RawServer, head: bytes, drop: bytes) -> Iterable[bytes]:
    """Far slower than any deadline of a test, but not for ever."""
    yield head
    for _ in range(500):
        if server.pause(0.03):
            return
        yield drop
