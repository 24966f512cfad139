"""The pages of Activity: the queue with live progress, what ended, what is blocked."""

import dataclasses
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import QueryParams

from mvidarr.core import clock, db
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role, WorkState
from mvidarr.downloads import listing, space, waits, whole
from mvidarr.library import blocks
from mvidarr.web import browse, live, render, services
from mvidarr.web.routing import Reply, Request, route

QUEUE, HISTORY = "/activity", "/activity/history"
TOPICS = ["nav", "downloads"]
ENDS: Mapping[str, str] = {"done": "Downloaded", "failed": "Failed", "cancelled": "Cancelled"}
_START = db.Place(limit=browse.PAGE)
_FIRST, _LATER = "waiting", "waiting-later"  # only the first page of the line is redrawn by itself


@route("GET", "/activity", role=Role.READONLY, title="Queue of downloads", json=False)
def index(req: Request) -> Reply:
    context = {
        **_sums(),
        **_line(browse.place(req)),
        "services": services.budgets(),
        "tab": QUEUE,
        "live_topics": [*TOPICS, "services"],
    }
    return Reply("activity/index.html", context)


@route("GET", "/activity/history", role=Role.READONLY, title="Downloads that ended", json=False)
def history(req: Request) -> Reply:
    state = req.query.get("state", "")
    if state and state not in ENDS:
        raise Invalid({"state": f"Choose one of: {', '.join(ENDS)}."})
    states = [WorkState(state)] if state else listing.ENDED
    page = listing.history(browse.place(req), states)
    pairs = [("state", state)] if state else []
    context = {
        "page": page,
        "ways": browse.ways(HISTORY, pairs, page),
        "state": state,
        "ends": ENDS,
        "failed": whole.count_failed(),
        "tab": HISTORY,
        "live_topics": TOPICS,
    }
    return Reply("activity/history.html", context)


@route("GET", "/activity/blocked", role=Role.READONLY, title="Blocked uploads", json=False)
def blocked(req: Request) -> Reply:
    return Reply(
        "activity/blocked.html",
        {"page": blocks.page(browse.place(req)), "tab": "/activity/blocked"},
    )


@route(
    "GET",
    "/blocks",
    role=Role.READONLY,
    title="List blocked uploads",
    html=False,
    query=browse.PAGES,
)
def blocks_index(req: Request) -> Reply:
    browse.only(req, browse.PAGES)
    page = blocks.page(browse.place(req))
    return Reply(data=browse.listed(req, page, _block, blocks.count))


@route("DELETE", "/blocks/{id:int}", role=Role.MANAGER, title="Unblock an upload", status=204)
def unblock(req: Request) -> Reply:
    blocks.remove(req.params["id"])
    return Reply(go="/activity/blocked", status=204, toast="It can be offered again.")


def regions(req: Request) -> list[render.Partial]:
    """The parts of the queue, with the stretch of the line that the page shows."""
    place, line = _asked(req)
    parts = [*_changing(_sums()), (line["region"], "activity/_waiting.html", line)]
    if place != _START:  # it may have become the first one, or have ceased to be it
        other = _LATER if line["region"] == _FIRST else _FIRST
        parts.append((other, "activity/_waiting.html", {**line, "region": other}))
    return parts


@live.topic("downloads")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    parts = _changing(_sums())
    if listing.is_progress(refs):  # each second: the line stays as it is
        return parts
    return [*parts, (_FIRST, "activity/_waiting.html", _line(_START))]


def _sums() -> dict[str, Any]:
    return {
        "running": listing.running(),
        "stats": listing.stats(),
        "wait": waits.look(),
        "space": space.of_library(),
    }


def _line(place: db.Place) -> dict[str, Any]:
    page = listing.waiting(place)
    if not page.rows and place != _START:  # all of this stretch has gone
        page = listing.waiting(_START)
    return {"page": page, "region": _LATER if page.previous else _FIRST}


def _changing(context: dict[str, Any]) -> list[render.Partial]:
    return [
        ("queue-head", "activity/_head.html", context),
        ("queue-wait", "activity/_wait.html", context),
        ("queue-stats", "activity/_stats.html", context),
        ("downloading", "activity/_downloading.html", context),
    ]


def _asked(req: Request) -> tuple[db.Place, dict[str, Any]]:
    """The stretch of the line that somebody looks at who asks for a change."""
    try:
        address = urlsplit(req.headers.get("hx-current-url") or req.headers.get("referer") or "")
        if address.path == QUEUE:
            place = browse.place(dataclasses.replace(req, query=QueryParams(address.query)))
            return place, _line(place)
    except (ValueError, Invalid):  # what a header says need not be an address
        pass
    return _START, _line(_START)


def _block(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "provider": row.provider,
        "source_id": row.source_id,
        "title": row.title,
        "channel": row.channel,
        "reason": row.reason,
        "created_at": clock.iso(row.created_at),
    }
