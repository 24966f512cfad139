"""A page's event stream, as a browser gets it: asked of the application on one event loop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from starlette.types import ASGIApp, Message

from mvidarr.accounts.identify import COOKIE
from tests.client import Client


@dataclass(frozen=True, kw_only=True)
class Event:
    """One message. `kind` is empty for those that htmx swaps."""

    data: str
    kind: str = ""
    id: str = ""


@dataclass
class Page:
    """A page that listens until it `leaves`; `events` are what it was sent so far."""

    client: Client
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    answer: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_over: bool = False

    async def listen(self, app: ASGIApp) -> None:
        """Until the server ends the stream or the page leaves."""
        self._left = anyio.Event()
        path, _, query = self.path.partition("?")
        headers = {
            "host": "testserver",
            "cookie": f"{COOKIE}={self.client.token}",
            "accept": "text/event-stream",
            **self.headers,
        }
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("testclient", 50000),
            "server": ("testserver", 80),
        }
        self._asked = False
        await app(scope, self._receive, self._send)
        self.is_over = True

    def leave(self) -> None:
        self._left.set()

    @property
    def events(self) -> list[Event]:
        blocks = self.body.decode().replace("\r\n", "\n").split("\n\n")[:-1]
        return [_event(block) for block in blocks if not block.startswith(":")]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    async def until(self, condition: Callable[["Page"], Any]) -> Any:
        """The condition's first true answer."""
        with anyio.fail_after(20):
            while not (answer := condition(self)):
                await anyio.sleep(0.005)
        return answer

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answer = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")


def _event(block: str) -> Event:
    lines = [line.partition(": ") for line in block.split("\n")]
    told = {name: value for name, _, value in lines}
    data = "\n".join(value for name, _, value in lines if name == "data")
    return Event(data=data, kind=told.get("event", ""), id=told.get("id", ""))
