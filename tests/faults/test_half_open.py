"""Connections that never say a whole request do not stay."""

import asyncio
import socket
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from mvidarr import connections, server
from tests.conftest import until


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A server in a thread whose patience is short."""
    import threading

    monkeypatch.setattr(connections, "PATIENCE", 0.2)

    async def hello(request: object) -> PlainTextResponse:
        await asyncio.sleep(0.5)  # longer than the patience: an answer may take its time
        return PlainTextResponse("hello")

    app = Starlette(routes=[Route("/", hello, methods=["GET", "POST"])])
    config = uvicorn.Config(app, http=connections.Impatient, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    until(lambda: server.started)
    yield listener.getsockname()
    server.should_exit = True
    thread.join(20)
    listener.close()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET / HT", id="half a line"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\n", id="half a head"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab", id="half a body"
        ),
    ],
)
def test_a_request_that_does_not_arrive_is_not_waited_for(
    address: tuple[str, int], said: bytes
) -> None:
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(said)

        assert _read(client)[-1:] in {b"", b"\n", b"."}  # the server closed it


def test_a_slow_answer_to_a_whole_request_is_given(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

        assert _read(client).endswith(b"hello")


def test_a_second_request_on_the_same_connection_is_answered(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        first = client.recv(4096)
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

        assert first.startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1 200" in _read(client)


def test_the_program_serves_so() -> None:
    assert server.options(Starlette()).http is connections.Impatient


def _read(client: socket.socket) -> bytes:
    """Everything until the other side closes; fails by its timeout when it never does."""
    said = b""
    while chunk := client.recv(4096):
        said += chunk
    return said
