"""Uploads: what a person decides about one. The reply redraws whatever shows it."""

from dataclasses import dataclass

from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Role
from mvidarr.downloads import choose
from mvidarr.library import serialize, sources
from mvidarr.web import artist_page, forms, videos
from mvidarr.web.routing import Reply, Request, route


@dataclass(frozen=True, kw_only=True)
class Reason:
    reason: str = forms.limit(255, default="")


@dataclass(frozen=True, kw_only=True)
class For:
    """`video_id`: which video comes from it; its own if not given."""

    video_id: int | None = None


@route("GET", "/sources/{id:int}", role=Role.READONLY, title="One upload", html=False)
def show(req: Request) -> Reply:
    source = sources.get(req.params["id"])
    return Reply(data=lambda: serialize.source(source))


@route("POST", "/sources/{id:int}/accept", role=Role.MANAGER, title="Take a candidate")
def accept(req: Request) -> Reply:
    video = choose.accept(req.params["id"], req.person.id)
    return _judged(req, f"{video.title} is taken.")


@route("POST", "/sources/{id:int}/refuse", role=Role.MANAGER, title="Refuse an upload")
def refuse(req: Request) -> Reply:
    sources.refuse(req.params["id"], req.person.id)
    return _judged(req, "Refused. It is not offered again.")


@route(
    "POST",
    "/sources/{id:int}/block",
    role=Role.MANAGER,
    title="Never offer an upload again, for any artist",
    takes=Reason,
)
def block(req: Request) -> Reply:
    sources.block(req.params["id"], req.person.id, req.input(Reason).reason)
    return _judged(req, "Blocked. You can take it back in Activity.")


@route("POST", "/sources/{id:int}/unblock", role=Role.MANAGER, title="Take a block back")
def unblock(req: Request) -> Reply:
    sources.unblock(req.params["id"])
    return _judged(req, "It can be offered again.")


@route(
    "POST",
    "/sources/{id:int}/use",
    role=Role.MANAGER,
    title="Have a video come from an upload",
    takes=For,
)
def use(req: Request) -> Reply:
    source = sources.get(req.params["id"])
    video_id = req.input(For).video_id or source.video_id
    if video_id is None:
        raise Conflict("This upload belongs to no video yet: take it instead.")
    choose.use(video_id, source.id, req.person.id)
    return _judged(req, "The video comes from this upload now.")


def _judged(req: Request, toast: str) -> Reply:
    source = sources.get(req.params["id"])
    return Reply(
        partials=[*artist_page.regions(source.artist_id), *videos.regions([source.video_id])],
        data=lambda: serialize.source(source),
        go=videos.page_before(req, "", f"/artists/{source.artist_id}"),
        toast=toast,
    )
