"""Live pages: one stream per page, fed by the change rows, and polling where it cannot be had.

A hub looks for new changes every half second while somebody listens, renders each topic once per
role, and hands the text to every listener that asked for the topic.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.to_thread
import peewee
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from mvidarr import activity
from mvidarr.accounts import identify
from mvidarr.core import db
from mvidarr.core.errors import Error, Invalid, Unavailable
from mvidarr.core.terms import Role
from mvidarr.web import render
from mvidarr.web.routing import Request, StreamReply, TextReply, route

log = logging.getLogger(__name__)
LOOK_EVERY = 0.5  # seconds
CHECK_EVERY = 30.0  # seconds between looks at the session
PING_EVERY = 15
MOST_STREAMS = 200
QUEUE = 64


@dataclass(frozen=True, kw_only=True)
class Audience:
    """For whom a partial is rendered: everybody of one role sees the same."""

    role: Role
    name: str = ""
    prefs: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0

    def can(self, role: str) -> bool:
        return self.role.includes(Role(role))


Refs = Sequence[int | None]
Renderer = Callable[[Audience, Refs], Iterable[render.Partial]]
RENDERERS: dict[str, Renderer] = {}


def topic(name: str) -> Callable[[Renderer], Renderer]:
    """Have the decorated function say which regions a change of this topic redraws."""

    def register(renderer: Renderer) -> Renderer:
        if name not in activity.TOPICS:
            raise RuntimeError(f"{name} is no topic")
        RENDERERS[name] = renderer
        return renderer

    return register


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic that a page shows; `ref_id` for `artist:7`."""

    topic: str
    ref_id: int | None = None

    def covers(self, change: Any) -> bool:
        return change.topic == self.topic and self.ref_id in {None, change.ref_id}


class Listener:
    """One page that listens. `seen` is the newest change that it has been given."""

    def __init__(self, person: identify.Person, wanted: Sequence[Wanted], since: int) -> None:
        self.audience = Audience(role=person.role)
        self.wanted = wanted
        self.seen = since
        self._send, self._receive = anyio.create_memory_object_stream[ServerSentEvent](QUEUE)

    def give(self, event: ServerSentEvent) -> None:
        try:
            self._send.send_nowait(event)
        except anyio.WouldBlock:  # too slow: drop what waits and have the page load again
            while self._receive.statistics().current_buffer_used:
                self._receive.receive_nowait()
            self._send.send_nowait(ServerSentEvent(data="", event="resync", id=str(self.seen)))

    async def next(self) -> ServerSentEvent:
        return await self._receive.receive()

    def close(self) -> None:
        self._send.close()
        self._receive.close()


class Hub:
    """Looks for changes while somebody listens, and fans them out."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()

    async def run(self) -> None:
        while True:
            await anyio.sleep(LOOK_EVERY)
            if self.listeners:
                await self._look()

    async def _look(self) -> None:
        listeners = list(self.listeners)
        try:
            messages = await anyio.to_thread.run_sync(_messages_for, listeners)
        except (Error, peewee.PeeweeException) as error:
            log.warning("live look failed error=%s", error)
            return
        for listener, event, seen in messages:
            listener.seen = seen
            if event is not None and listener in self.listeners:
                listener.give(event)

    async def stream(self, req: Request, listener: Listener) -> AsyncIterator[ServerSentEvent]:
        self.listeners.add(listener)
        try:
            check_at = anyio.current_time() + CHECK_EVERY
            while True:
                event = None
                with anyio.move_on_at(check_at):
                    event = await listener.next()
                if event is not None:  # outside: a slow page must not be cut by the deadline
                    yield event
                    continue
                if not await anyio.to_thread.run_sync(_still_allowed, req):
                    yield ServerSentEvent(data="", event="bye")
                    return
                check_at = anyio.current_time() + CHECK_EVERY
        finally:
            self.listeners.discard(listener)
            listener.close()


HUB = Hub()


@route("GET", "/live", role=Role.READONLY, title="Stream of changes to a page", json=False)
def stream(req: Request) -> StreamReply:
    if len(HUB.listeners) >= MOST_STREAMS:
        raise Unavailable("Too many pages are open.", retry_after=30)
    since = req.headers.get("last-event-id") or req.query.get("since", "")
    listener = Listener(req.person, _wanted(req), _number(since))
    return StreamReply(lambda: respond(req, listener))


@route("GET", "/live/poll", role=Role.READONLY, title="Changes to a page", json=False)
def poll(req: Request) -> TextReply:
    listener = Listener(req.person, _wanted(req), _number(req.query.get("since", "")))
    listener.close()  # nothing is sent to it: the answer is all that it gets
    [(_, event, seen)] = _messages_for([listener])
    if event is None:
        return TextReply(content=b"", media_type="text/html", status=204)
    context = {"polling": True, "live_topics": req.query["topics"].split(","), "rev": seen}
    again = render.regions(
        [("live", "layout/_live.html", context)], render.base_context(listener.audience)
    )
    html = f"{event.data or ''}{again}".encode()
    headers = {"Cache-Control": "no-store"}
    if event.event == "resync":
        headers["HX-Trigger"] = "resync"
    return TextReply(content=html, media_type="text/html", headers=headers)


def respond(req: Request, listener: Listener) -> Response:
    return EventSourceResponse(
        HUB.stream(req, listener), ping=PING_EVERY, headers={"X-Accel-Buffering": "no"}
    )


def _messages_for(
    listeners: Sequence[Listener],
) -> list[tuple[Listener, ServerSentEvent | None, int]]:
    """What each listener is to be told now, and up to which change."""
    with db.session():
        newest = activity.newest()
        places = {listener.seen for listener in listeners} - {newest}
        missed = {seen: activity.changes_since(seen) for seen in places}
        drawn: dict[Any, str] = {}
        return [(one, *_news(one, missed.get(one.seen, ()), newest, drawn)) for one in listeners]


def _news(
    listener: Listener, changes: Sequence[Any] | None, newest: int, drawn: dict[Any, str]
) -> tuple[ServerSentEvent | None, int]:
    if changes is None:
        return _resync(newest), newest
    if not changes:
        return None, newest
    upto = changes[-1].rev
    return _message(listener, changes, upto, drawn), upto


def _message(
    listener: Listener, changes: Sequence[Any], upto: int, drawn: dict[Any, str]
) -> ServerSentEvent | None:
    refs: dict[str, list[int | None]] = {}
    for change in changes:
        is_new = change.rev > listener.seen
        if is_new and any(want.covers(change) for want in listener.wanted):
            refs.setdefault(change.topic, []).append(change.ref_id)
    parts = []
    for name, ids in refs.items():
        ids = list(dict.fromkeys(ids))
        key = (name, tuple(ids), listener.audience.role)
        if key not in drawn:
            drawn[key] = _draw(name, listener.audience, ids)
        parts.append(drawn[key])
    text = "".join(parts)
    return ServerSentEvent(data=text, id=str(upto)) if text else None


def _draw(name: str, audience: Audience, ids: Refs) -> str:
    renderer = RENDERERS.get(name)
    if renderer is None:
        return ""
    try:
        return render.regions(list(renderer(audience, ids)), render.base_context(audience))
    except peewee.PeeweeException:
        raise
    except Exception:  # the last resort: what cannot be drawn must not end everybody's stream
        log.exception("live region failed topic=%s", name)
        return ""


def _resync(newest: int) -> ServerSentEvent:
    return ServerSentEvent(data="", event="resync", id=str(newest))


def _still_allowed(req: Request) -> bool:
    try:
        with db.session():
            person = identify.identify(req.cookies, {}, ip=req.ip)
    except (Error, peewee.PeeweeException) as error:  # nobody is signed out by a busy database
        log.warning("live check failed error=%s", error)
        return True
    return person is not None and req.user is not None and person.role is req.user.role


def _wanted(req: Request) -> list[Wanted]:
    wanted = []
    for given in req.query.get("topics", "").split(","):
        name, _, ref = given.partition(":")
        if name not in activity.TOPICS or (ref and not _is_number(ref)):
            raise Invalid({"topics": f"There is no topic {given[:80]}."})
        wanted.append(Wanted(name, int(ref) if ref else None))
    return wanted


def _number(text: str) -> int:
    return int(text) if _is_number(text) else 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
