"""Duplicates side by side: keep one, or say that they are two."""

from dataclasses import dataclass, field
from typing import Any

from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Role
from mvidarr.jobs import jobs
from mvidarr.library import serialize, twins
from mvidarr.library.twins import Shown
from mvidarr.web import browse
from mvidarr.web.routing import Reply, Request, route

PATH = "/duplicates"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """`keep`: which video stays; the better one if not given."""

    keep: int | None = None


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How many pairs the person saw."""

    expected: int = field(default=0)


@route("GET", PATH, role=Role.READONLY, title="List duplicates", query=browse.PAGES)
def index(req: Request) -> Reply:
    browse.only(req, browse.PAGES)
    page = twins.page(browse.place(req))
    data = browse.listed(req, page, _shape, twins.count)
    if req.is_json:
        return Reply(data=data)
    context = {
        "pairs": page.rows,
        "count": browse.counted(twins.count()),
        "total": len(twins.waiting_ids()),
        "ways": browse.ways(PATH, [], page),
        "job": jobs.of("duplicates", ""),
        "live_topics": ["nav"],
    }
    return Reply("duplicates/index.html", context, block="results")


@route("POST", f"{PATH}/look", role=Role.MANAGER, title="Look for duplicates", status=202)
def look(req: Request) -> Reply:
    job = jobs.add("duplicates", by_user=req.person.id)
    return Reply.job(job, PATH, toast="Looking through the library.")


@route(
    "POST",
    f"{PATH}/join",
    role=Role.MANAGER,
    title="Keep the better one of every pair",
    takes=Expected,
    status=202,
)
def join_all(req: Request) -> Reply:
    ids, expected = twins.waiting_ids(), req.input(Expected).expected
    if len(ids) != expected:
        raise Conflict(f"{len(ids):,} pairs wait now instead of {expected:,}. Look again.")
    job = jobs.add("merge", args={"ids": ids}, by_user=req.person.id)
    return Reply.job(job, PATH, toast=f"Joining {len(ids):,} pairs.")


@route(
    "POST",
    f"{PATH}/{{id:int}}/join",
    role=Role.MANAGER,
    title="Keep one video of two",
    takes=Kept,
)
def join(req: Request) -> Reply:
    video = twins.join(req.params["id"], req.input(Kept).keep)
    return _done(req, f"One video now: {video.title}.", lambda: {"video_id": video.id})


@route(
    "POST", f"{PATH}/{{id:int}}/distinct", role=Role.MANAGER, title="Say that two videos are two"
)
def tell_apart(req: Request) -> Reply:
    twins.tell_apart(req.params["id"])
    return _done(req, "They stay two.", lambda: {"is_distinct": True})


def _done(req: Request, toast: str, data: Any) -> Reply:
    return Reply(
        partials=[(f"twin-{req.params['id']}", "duplicates/_gone.html", {"id": req.params["id"]})],
        data=data,
        go=PATH,
        toast=toast,
    )


def _shape(pair: Shown) -> dict[str, Any]:
    return {
        "id": pair.id,
        "reason": pair.reason,
        "keep": pair.keep,
        "why": pair.why,
        "videos": [serialize.video_row(row) for row in pair.videos],
    }
