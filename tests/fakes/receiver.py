"""A receiver of webhooks on loopback: it checks each message as the documentation says how, and
plays what goes wrong with receivers."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mvidarr.core import clock
from tests.fakes.answers import Answer, Fault, Request
from tests.fakes.server import Server

TOOK = Answer(status=204)
MEMBERS = {"id", "kind", "at", "level", "title", "headline", "text", "artist", "video", "data"} | {
    "url",
    "instance",
}
LATE = 5 * clock.MINUTE  # a message that is older may be somebody's copy of it


class Receiver:
    """`secret` as its owner was shown it; what does not fit is refused with 401 and kept."""

    def __init__(self) -> None:
        self.secret = ""
        self.requests: list[Request] = []
        self.bad: list[str] = []
        self.answers: list[Answer] = []  # for the next messages, in their order
        self.faults: list[Fault] = []
        self._lock = threading.Lock()
        self._server = Server(self._exchange, host="receiver.test")

    @property
    def url(self) -> str:
        return f"{self._server.url}/hooks/mvidarr"

    @property
    def messages(self) -> Sequence[dict[str, Any]]:
        return [request.json() for request in self.requests]

    @property
    def kinds(self) -> list[str]:
        return [message["kind"] for message in self.messages]

    @property
    def deliveries(self) -> list[str]:
        return [request.headers["x-mvidarr-delivery"] for request in self.requests]

    def close(self) -> None:
        self._server.close()

    def _exchange(self, request: Request) -> tuple[Answer, Fault | None]:
        with self._lock:
            self.requests.append(request)
            problem = self._problem(request)
            if problem:
                self.bad.append(problem)
                return Answer(status=401), None
            fault = next((one for one in self.faults if one.fits(request)), None)
            if fault:
                fault.use()
            return (self.answers.pop(0) if self.answers else TOOK), fault

    def _problem(self, request: Request) -> str:
        head = request.headers
        stamp = head.get("x-mvidarr-timestamp", "")
        signed = hmac.new(self.secret.encode(), f"{stamp}.".encode() + request.body, hashlib.sha256)
        body = json.loads(request.body)
        if not hmac.compare_digest(
            head.get("x-mvidarr-signature", ""), f"sha256={signed.hexdigest()}"
        ):
            return "the signature is wrong"
        if abs(clock.now() - int(stamp) * 1000) > LATE:
            return f"the timestamp {stamp} is of another time"
        if head.get("x-mvidarr-event") != body["kind"] or set(body) != MEMBERS:
            return f"the body is another one: {body}"
        if (request.method, request.path) != ("POST", "/hooks/mvidarr"):
            return f"asked for {request}"
        return "" if head.get("content-type") == "application/json" else "no JSON"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver; at its end everything that it got must have been as it should."""
    made = Receiver()
    try:
        yield made
    finally:
        made.close()
    assert made.bad == []
