"""Threads that speak HTTP/1.1 on loopback for the fake internet: proxy, TLS, ranges, faults."""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.answers import Answer, Fault, Request

Exchange = Callable[[Request], tuple[Answer, Fault | None]]
CHUNK = 16 * 1024


class Server:
    """One listening port. With `tls` it is a proxy; with `host` it stands for that host."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        tls: Callable[[str], ssl.SSLContext] | None = None,
        host: str = "",
    ) -> None:
        self._server = _Listener(exchange, tls, host)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening, cut what is open, and wait for the threads."""
        self._server.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.cut_all()
        self._server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them
    block_on_close = True
    request_queue_size = 64

    def __init__(
        self, exchange: Exchange, tls: Callable[[str], ssl.SSLContext] | None, host: str
    ) -> None:
        self.exchange = exchange
        self.tls = tls
        self.fixed_host = host
        self.stopping = threading.Event()
        self.open_sockets: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Connection)

    def cut_all(self) -> None:
        for sock in list(self.open_sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that leave are part of the tests."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener
    inner_host = ""
    tls_socket: ssl.SSLSocket | None = None

    def setup(self) -> None:
        super().setup()
        self.server.open_sockets.add(self.connection)

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()
        self.server.open_sockets.discard(self.connection)
        if self.tls_socket is not None:
            self.tls_socket.close()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True

    def do_CONNECT(self) -> None:
        if self.server.tls is None:
            self.send_error(405)
            return
        host, _, port = self.path.rpartition(":")
        self.inner_host = host if port == "443" else self.path
        self.send_response(200, "Connection established")
        self.end_headers()
        self.server.open_sockets.discard(self.connection)
        context = self.server.tls(host)
        self.tls_socket = context.wrap_socket(self.connection, server_side=True)
        self.connection = self.tls_socket
        self.server.open_sockets.add(self.connection)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def answer(self) -> None:
        request = self._read_request()
        answer, fault = self.server.exchange(request)
        if fault and fault.delay:
            self.server.stopping.wait(fault.delay)
        status, extra, size, chunks = _body(answer, request)
        self.send_response(status)
        for name, value in {"Content-Type": answer.kind, **answer.headers, **extra}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        if request.method != "HEAD":
            self._send(chunks, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def _read_request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        target, scheme, host = self.path, "https", self.inner_host
        if not host:
            url = urlsplit(self.path)
            scheme, host = "http", self.server.fixed_host or url.netloc or headers.get("host", "")
            target = url._replace(scheme="", netloc="").geturl() or "/"
        length = int(headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the client was killed while it asked: that is no request
            raise ConnectionResetError
        return Request(
            method=self.command,
            scheme=scheme,
            host=host,
            target=target,
            headers=headers,
            body=body,
        )

    def _send(self, chunks: Iterator[bytes], fault: Fault | None) -> None:
        room = fault.cut_after if fault else None
        for chunk in chunks:
            if room is not None:
                chunk = chunk[:room]
                room -= len(chunk)
            self.wfile.write(chunk)
            if room == 0:
                self._cut()
                return
            if fault and fault.bytes_per_s:
                self.server.stopping.wait(len(chunk) / fault.bytes_per_s)
            if self.server.stopping.is_set():
                self._cut()
                return

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the fake internet keeps its own log."""


def _body(answer: Answer, request: Request) -> tuple[int, dict[str, str], int, Iterator[bytes]]:
    """Status, headers, size and pieces of what is sent; a Range is honoured for files."""
    if answer.file is None:
        pieces = (answer.body[at : at + CHUNK] for at in range(0, len(answer.body), CHUNK))
        return answer.status, {}, len(answer.body), pieces
    size = answer.file.stat().st_size
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    if not asked:
        return answer.status, {"Accept-Ranges": "bytes"}, size, _file(answer, 0, size)
    first = int(asked[1])
    last = min(int(asked[2] or size - 1), size - 1)
    if first > last:
        return 416, {"Content-Range": f"bytes */{size}"}, 0, iter(())
    where = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {first}-{last}/{size}"}
    return 206, where, last - first + 1, _file(answer, first, last - first + 1)


def _file(answer: Answer, first: int, size: int) -> Iterator[bytes]:
    if answer.file is None:
        return
    with answer.file.open("rb") as file:
        file.seek(first)
        while size > 0 and (chunk := file.read(min(CHUNK, size))):
            size -= len(chunk)
            yield chunk
