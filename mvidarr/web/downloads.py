"""Activity: the queue with live progress, what ended, and what is blocked."""

from dataclasses import dataclass, field
from typing import Any

from mvidarr.core import clock
from mvidarr.core.errors import Invalid, NotFound
from mvidarr.core.terms import Role, WorkState
from mvidarr.downloads import listing, queue
from mvidarr.library import blocks
from mvidarr.web import browse, live, render
from mvidarr.web.routing import Reply, Request, route

QUERY = {**browse.PAGES, "state": "active or ended"}


@dataclass(frozen=True, kw_only=True)
class NewDownload:
    video_id: int
    source_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Move:
    where: str = field(default="first")


@route("GET", "/activity", role=Role.READONLY, title="Queue of downloads", json=False)
def index(req: Request) -> Reply:
    context = {**_queue(), "tab": "/activity", "live_topics": ["nav", "downloads"]}
    return Reply("activity/index.html", context)


@route("GET", "/activity/history", role=Role.READONLY, title="Downloads that ended", json=False)
def history(req: Request) -> Reply:
    page = listing.history(browse.place(req))
    context = {"page": page, "tab": "/activity/history", "live_topics": ["nav", "downloads"]}
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


@route(
    "GET",
    "/downloads",
    role=Role.READONLY,
    title="List downloads",
    html=False,
    query=QUERY,
)
def listed(req: Request) -> Reply:
    browse.only(req, QUERY)
    place = browse.place(req)
    match req.query.get("state", "active"):
        case "active":
            page, count = listing.queue(place), listing.count_queue
        case "ended":
            page, count = listing.history(place), listing.count_history
        case _:
            raise Invalid({"state": "Choose active or ended."})
    return Reply(data=browse.listed(req, page, shape, count))


@route(
    "POST", "/downloads", role=Role.MANAGER, title="Download a video", takes=NewDownload, status=201
)
def create(req: Request) -> Reply:
    new = req.input(NewDownload)
    row = queue.add(new.video_id, new.source_id, by_user=req.person.id)
    return _done(row.id, "Queued.", status=201)


@route("GET", "/downloads/{id:int}", role=Role.READONLY, title="One download", html=False)
def show(req: Request) -> Reply:
    row = _row(req.params["id"])
    return Reply(data=lambda: shape(row))


@route("DELETE", "/downloads/{id:int}", role=Role.MANAGER, title="Cancel a download", status=204)
def cancel(req: Request) -> Reply:
    queue.cancel(req.params["id"])
    return Reply(go="/activity", status=204, partials=regions(), toast="Download cancelled.")


@route("POST", "/downloads/{id:int}/pause", role=Role.MANAGER, title="Pause a download")
def pause(req: Request) -> Reply:
    return _done(queue.pause(req.params["id"]).id, "Paused.")


@route("POST", "/downloads/{id:int}/resume", role=Role.MANAGER, title="Go on with a download")
def resume(req: Request) -> Reply:
    return _done(queue.resume(req.params["id"]).id, "It goes on.")


@route(
    "POST", "/downloads/{id:int}/retry", role=Role.MANAGER, title="Try a download again", status=201
)
def retry(req: Request) -> Reply:
    return _done(queue.retry(req.params["id"], by_user=req.person.id).id, "Queued.", status=201)


@route(
    "POST",
    "/downloads/{id:int}/keep",
    role=Role.MANAGER,
    title="Keep what a parked download fetched",
)
def keep(req: Request) -> Reply:
    return _done(queue.keep(req.params["id"]).id, "It is kept as it is.")


@route(
    "POST",
    "/downloads/{id:int}/move",
    role=Role.MANAGER,
    title="Move a download in the queue",
    takes=Move,
)
def move(req: Request) -> Reply:
    return _done(queue.move(req.params["id"], req.input(Move).where).id, "Moved.")


@route("POST", "/downloads/pause", role=Role.MANAGER, title="Pause all downloads")
def pause_all(req: Request) -> Reply:
    count = queue.pause_all()
    return Reply(
        go="/activity", partials=regions(), data=lambda: {"changed": count}, toast="All paused."
    )


@route("POST", "/downloads/resume", role=Role.MANAGER, title="Go on with all downloads")
def resume_all(req: Request) -> Reply:
    count = queue.resume_all()
    return Reply(
        go="/activity", partials=regions(), data=lambda: {"changed": count}, toast="All go on."
    )


def _done(download_id: int, toast: str, status: int = 200) -> Reply:
    return Reply(
        go="/activity",
        partials=regions(),
        data=lambda: shape(_row(download_id)),
        status=status,
        headers={"Location": f"/api/v1/downloads/{download_id}"} if status == 201 else {},
        toast=toast,
    )


def _row(download_id: int) -> listing.Row:
    row = listing.one(download_id)
    if row is None:
        raise NotFound("There is no such download.")
    return row


def _queue() -> dict[str, Any]:
    return {"running": listing.running(), "waiting": listing.waiting(), "stats": listing.stats()}


def regions() -> list[render.Partial]:
    context = _queue()
    return [
        ("queue-head", "activity/_head.html", context),
        ("queue-stats", "activity/_stats.html", context),
        ("downloading", "activity/_downloading.html", context),
        ("waiting", "activity/_waiting.html", context),
    ]


@live.topic("downloads")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return regions()


def shape(row: listing.Row) -> dict[str, Any]:
    """A download as JSON: speed in bytes per second, eta in seconds."""
    source = {"id": row.source_id, "provider": row.provider, "source_id": row.upload}
    return {
        "id": row.id,
        "state": row.state,
        "stage": row.stage,
        "percent": row.percent,
        "speed": row.speed,
        "eta": row.eta,
        "size": row.size,
        "done_bytes": row.done_bytes,
        "priority": row.priority,
        "attempts": row.attempts,
        "cause": row.cause,
        "last_error": row.last_error,
        "video": {"id": row.video_id, "title": row.title, "version": row.version},
        "artist": {"id": row.artist_id, "name": row.artist},
        "source": source if row.source_id else None,
        "next_try_at": _waits_until(row),
        "created_at": clock.iso(row.created_at),
        "started_at": clock.iso(row.started_at),
        "ended_at": clock.iso(row.ended_at),
    }


def _waits_until(row: listing.Row) -> str | None:
    return clock.iso(row.next_try_at or None) if row.state == WorkState.QUEUED else None


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
