"""News: what happened, for everybody; and the bell that says how much of it is new."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mvidarr.accounts import users
from mvidarr.activity import feed
from mvidarr.activity.feed import Recent, Wanted
from mvidarr.core.errors import Forbidden, Invalid
from mvidarr.core.terms import Role
from mvidarr.delivery import kinds, messages
from mvidarr.library import artists
from mvidarr.web import browse, live, render, stories
from mvidarr.web.routing import Reply, Request, route

PATH = "/feed"
AUDIT = "audit"
SEEN = "feed_seen"  # of a person's preferences: the newest event that they have seen
KEPT_SECONDS = 2.0
LEVELS = {"good": "Good", "warn": "Worth a look", "bad": "Problems", "info": "Other"}
QUERY = {
    **browse.PAGES,
    "group": f"One of: {', '.join([*kinds.BY_NAME, AUDIT])}; audit for administrators only.",
    "level": f"One of: {', '.join(LEVELS)}.",
    "artist": "The number of an artist.",
}


@dataclass(frozen=True, kw_only=True)
class SeenBy:
    """`seen`: the number of the newest event that was shown."""

    seen: int


class _Kept:
    """The newest events of a moment ago: the bell is on every page."""

    def __init__(self) -> None:
        self.events: Sequence[Recent] = ()
        self.until = 0.0
        self.lock = threading.Lock()


_kept = _Kept()


@route("GET", "/feed", role=Role.READONLY, title="What happened", query=QUERY)
def index(req: Request) -> Reply:
    browse.only(req, QUERY)
    wanted, reader = _wanted(req), _reader(req)
    page = feed.page(wanted, reader, browse.place(req))
    if req.is_json:
        count = lambda: feed.count(wanted, reader)  # noqa: E731 - asked for when it is wanted
        return Reply(data=browse.listed(req, page, _shaper(page.rows), count))
    pairs = [(name, req.query.get(name, "")) for name in ("group", "level", "artist")]
    context = {
        "lines": _lines(page.rows),
        "seen": _seen(req),
        "is_all": not req.query,
        "newest": max((event.id for event in page.rows), default=0),
        "ways": browse.ways(PATH, [pair for pair in pairs if pair[1]], page),
    }
    if req.target == "results":
        return Reply(partials=[("results", "feed/_results.html", context)])
    return Reply("feed/index.html", {**context, **_filters(req, wanted)})


@route("POST", "/feed/seen", role=Role.READONLY, title="Take what happened for seen", takes=SeenBy)
def see(req: Request) -> Reply:
    seen = max(req.input(SeenBy).seen, _seen(req))
    users.set_prefs(req.person.id, **{SEEN: seen})
    left = feed.unread(_recent(fresh=True), _reader(req), seen)
    bells = [(name, "layout/_bell.html", {"unread": left, "id": name}) for name in BELLS]
    return Reply(partials=bells, data=lambda: {"seen": seen, "unread": left}, go=PATH)


BELLS = ("bell", "bell-top")


@render.page_context
def context(req: Request) -> Mapping[str, Any]:
    return {"unread": feed.unread(_recent(), _reader(req), _seen(req))}


@live.topic("feed")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return [("feed-news", "feed/_news.html", {"is_new": True})]


def _recent(*, fresh: bool = False) -> Sequence[Recent]:
    with _kept.lock:
        if fresh or time.monotonic() > _kept.until:
            _kept.events = feed.recent()
            _kept.until = time.monotonic() + KEPT_SECONDS
        return _kept.events


def _reader(req: Request) -> feed.Reader:
    return feed.Reader(id=req.person.id, is_admin=req.person.can("admin"))


def _seen(req: Request) -> int:
    seen = req.person.prefs.get(SEEN)
    return seen if isinstance(seen, int) else 0


def _wanted(req: Request) -> Wanted:
    """Raises Invalid, or Forbidden for the audit log."""
    group, level = req.query.get("group", ""), req.query.get("level", "")
    if group and group not in (*kinds.BY_NAME, AUDIT):
        raise Invalid({"group": f"Choose one of: {', '.join([*kinds.BY_NAME, AUDIT])}."})
    if level and level not in LEVELS:
        raise Invalid({"level": f"Choose one of: {', '.join(LEVELS)}."})
    if group == AUDIT and not req.person.can("admin"):
        raise Forbidden("Only an administrator can read the audit log.")
    artist = req.number("artist", 0, 1, 2**31 - 1) or None
    return Wanted(kinds=_kinds_of(group), level=level, artist_id=artist)


def _kinds_of(group: str) -> Sequence[str]:
    if not group:
        return ()
    return feed.AUDIT if group == AUDIT else [kind.name for kind in kinds.BY_NAME[group].kinds]


def _filters(req: Request, wanted: Wanted) -> dict[str, Any]:
    groups = [("", "All news"), *((group.name, group.title) for group in kinds.GROUPS)]
    if req.person.can("admin"):
        groups.append((AUDIT, "Audit log"))
    artist = artists.find(wanted.artist_id) if wanted.artist_id else None
    rest = [(name, req.query.get(name, "")) for name in ("group", "level")]
    return {
        "groups": groups,
        "group": req.query.get("group", ""),
        "levels": [("", "All levels"), *LEVELS.items()],
        "level": wanted.level,
        "artist": artist,
        "without_artist": browse.address(PATH, rest),
        "live_topics": ["nav", "feed"],
    }


@dataclass(frozen=True, kw_only=True)
class Line:
    """One event as the page shows it; `by`: who did it."""

    story: stories.Story
    message: messages.Message
    by: str = ""


def _lines(events: Sequence[Any]) -> list[Line]:
    names = feed.people(events)
    both = zip(stories.tell(events), messages.compose(events), strict=True)
    return [
        Line(story=story, message=message, by=names.get(message.event.user_id or 0, ""))
        for story, message in both
    ]


def _shaper(events: Sequence[Any]) -> Any:
    """The JSON of an event; the names of all of them are read together."""
    said = {message.event.id: message for message in messages.compose(events)}
    names = feed.people(events)

    def shape(event: Any) -> dict[str, Any]:
        payload = messages.payload(said[event.id])
        del payload["instance"]
        name = names.get(event.user_id)
        return {**payload, "user": {"id": event.user_id, "name": name} if name else None}

    return shape
