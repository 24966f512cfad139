"""Downloads as a resource: lists, one of them, and what can be done with one or with all."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mvidarr.core import clock
from mvidarr.core.errors import Invalid, NotFound
from mvidarr.core.terms import Role, WorkState
from mvidarr.downloads import listing, order, queue, space, waits, whole
from mvidarr.web import activity, browse, formats, render
from mvidarr.web.activity import HISTORY, QUEUE
from mvidarr.web.routing import Reply, Request, route

QUERY = {**browse.PAGES, "state": "active or ended"}
PRIORITIES: Mapping[int, str] = {queue.URGENT: "First", queue.NORMAL: "Normal", queue.LATER: "Last"}


@dataclass(frozen=True, kw_only=True)
class NewDownload:
    video_id: int
    source_id: int | None = None
    priority: int = queue.NORMAL


@dataclass(frozen=True, kw_only=True)
class Move:
    """To an end, past a neighbour, or beside the download that is named."""

    where: str = "first"
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    priority: int


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
    order.check_priority(new.priority)
    row = queue.add(new.video_id, new.source_id, req.person.id, new.priority)
    return _done(req, row.id, "Queued.", status=201)


@route(
    "GET",
    "/downloads/summary",
    role=Role.READONLY,
    title="Sums of the queue",
    html=False,
)
def summary(req: Request) -> Reply:
    stats, wait, disk = listing.stats(), waits.look(), space.of_library()
    found = dataclasses.asdict(stats) | {
        "is_held": waits.is_held(),
        "waits_for": wait and {**dataclasses.asdict(wait), "until": clock.iso(wait.until)},
        "disk": disk and dataclasses.asdict(disk),
    }
    return Reply(data=lambda: found)


@route("GET", "/downloads/{id:int}", role=Role.READONLY, title="One download", html=False)
def show(req: Request) -> Reply:
    row = _row(req.params["id"])
    return Reply(data=lambda: shape(row))


@route(
    "GET", "/downloads/{id:int}/menu", role=Role.MANAGER, title="Actions of a download", json=False
)
def menu(req: Request) -> Reply:
    context = {"row": _row(req.params["id"]), "priorities": PRIORITIES}
    return Reply("activity/menu.html", context)


@route(
    "PATCH",
    "/downloads/{id:int}",
    role=Role.MANAGER,
    title="Set the priority of a download",
    takes=Change,
)
def change(req: Request) -> Reply:
    row = order.set_priority(req.params["id"], req.input(Change).priority)
    return _done(req, row.id, f"Priority: {PRIORITIES[row.priority].lower()}.")


@route("DELETE", "/downloads/{id:int}", role=Role.MANAGER, title="Cancel a download", status=204)
def cancel(req: Request) -> Reply:
    queue.cancel(req.params["id"])
    return Reply(go=QUEUE, status=204, partials=_regions(req), toast="Download cancelled.")


@route("POST", "/downloads/{id:int}/pause", role=Role.MANAGER, title="Pause a download")
def pause(req: Request) -> Reply:
    return _done(req, queue.pause(req.params["id"]).id, "Paused.")


@route("POST", "/downloads/{id:int}/resume", role=Role.MANAGER, title="Go on with a download")
def resume(req: Request) -> Reply:
    return _done(req, queue.resume(req.params["id"]).id, "It goes on.")


@route(
    "POST", "/downloads/{id:int}/retry", role=Role.MANAGER, title="Try a download again", status=201
)
def retry(req: Request) -> Reply:
    row = queue.retry(req.params["id"], by_user=req.person.id)
    return _done(req, row.id, "Queued.", status=201)


@route(
    "POST",
    "/downloads/{id:int}/keep",
    role=Role.MANAGER,
    title="Keep what a parked download fetched",
)
def keep(req: Request) -> Reply:
    return _done(req, queue.keep(req.params["id"]).id, "It is kept as it is.")


@route(
    "POST",
    "/downloads/{id:int}/move",
    role=Role.MANAGER,
    title="Move a download in the queue",
    takes=Move,
)
def move(req: Request) -> Reply:
    asked, download_id = req.input(Move), req.params["id"]
    if asked.before is not None:
        row = order.place_before(download_id, asked.before)
    elif asked.after is not None:
        row = order.place_after(download_id, asked.after)
    else:
        row = order.move(download_id, asked.where)
    text = f"Number {order.rank(row):,} in the queue."
    return _done(req, row.id, text, is_quiet=True)


@route("POST", "/downloads/pause", role=Role.MANAGER, title="Hold all downloads")
def hold(req: Request) -> Reply:
    whole.hold(req.person.id)
    return _all(req, {"is_held": True}, "All downloads are held.")


@route("POST", "/downloads/resume", role=Role.MANAGER, title="Go on with all downloads")
def release(req: Request) -> Reply:
    whole.release(req.person.id)
    return _all(req, {"is_held": False}, "Downloads go on.")


@route("GET", "/downloads/clear", role=Role.MANAGER, title="Clear the queue?", json=False)
def ask_to_clear(req: Request) -> Reply:
    return Reply("activity/clear.html", {"waiting": listing.stats().waiting})


@route(
    "POST", "/downloads/clear", role=Role.MANAGER, title="Cancel all waiting downloads", slow=True
)
def clear(req: Request) -> Reply:
    count = whole.clear()
    return _all(req, {"changed": count}, f"{formats.plural(count, 'download')} cancelled.")


@route(
    "POST",
    "/downloads/retry-failed",
    role=Role.MANAGER,
    title="Try all failed downloads again",
    status=202,
)
def retry_failed(req: Request) -> Reply:
    job = whole.retry_failed(req.person.id)
    return Reply.job(job, QUEUE, toast="What failed is queued again.")


@route("GET", "/downloads/clear-history", role=Role.MANAGER, title="Clear history?", json=False)
def ask_to_clear_history(req: Request) -> Reply:
    return Reply("activity/clear_history.html")


@route(
    "POST",
    "/downloads/clear-history",
    role=Role.MANAGER,
    title="Remove ended downloads from the history",
    slow=True,
)
def clear_history(req: Request) -> Reply:
    count = whole.forget_ended()
    text = f"{formats.plural(count, 'entry', 'entries')} removed."
    return Reply(go=HISTORY, data=lambda: {"changed": count}, toast=text)


def _done(
    req: Request, download_id: int, text: str, *, status: int = 200, is_quiet: bool = False
) -> Reply:
    """`is_quiet`: what is seen at once is only read aloud."""
    headers = {"Location": f"/api/v1/downloads/{download_id}"} if status == 201 else {}
    if is_quiet and req.is_partial:
        headers["HX-Trigger"] = json.dumps({"announce": text})
    return Reply(
        go=QUEUE,
        partials=_regions(req),
        data=lambda: shape(_row(download_id)),
        status=status,
        headers=headers,
        toast=None if is_quiet else text,
    )


def _all(req: Request, data: dict[str, Any], toast: str) -> Reply:
    return Reply(go=QUEUE, partials=_regions(req), data=lambda: data, toast=toast)


def _regions(req: Request) -> list[render.Partial]:
    """What a fragment shows; pages and scripts need no such work."""
    return activity.regions(req) if req.is_partial else []


def _row(download_id: int) -> listing.Row:
    row = listing.one(download_id)
    if row is None:
        raise NotFound("There is no such download.")
    return row


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
        "is_upgrade": row.is_upgrade,
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
