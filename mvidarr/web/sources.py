"""Uploads: what a person decides about one. The reply redraws whatever shows it."""

from dataclasses import dataclass

from mvidarr.core.errors import Conflict, Invalid
from mvidarr.core.terms import Role, Verdict, VideoType
from mvidarr.downloads import choose
from mvidarr.library import artists, serialize, sources, video_rows
from mvidarr.library.decisions import Reason
from mvidarr.library.sources import Named
from mvidarr.web import artist_page, forms, review, videos
from mvidarr.web.routing import Reply, Request, route


@dataclass(frozen=True, kw_only=True)
class Seen:
    """`seen`: the verdict that was shown; when it is another one by now, nothing is decided."""

    seen: Verdict | None = None


@dataclass(frozen=True, kw_only=True)
class Refusal(Seen):
    """`reason`: why; what is said often of a channel counts for its other uploads."""

    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class Blocking(Seen):
    reason: str = forms.limit(255, default="")


@dataclass(frozen=True, kw_only=True)
class OtherSong(Seen):
    """The song that the upload shows; `video_id`: a video of the artist that it belongs to."""

    title: str = forms.limit(forms.TITLE, default="")
    type: VideoType = VideoType.OFFICIAL
    version: str = ""
    video_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class For:
    """`video_id`: which video comes from it; its own if not given."""

    video_id: int | None = None


@route("GET", "/sources/{id:int}", role=Role.READONLY, title="One upload", html=False)
def show(req: Request) -> Reply:
    source = sources.get(req.params["id"])
    return Reply(data=lambda: serialize.source(source))


@route("POST", "/sources/{id:int}/accept", role=Role.MANAGER, title="Take a candidate", takes=Seen)
def accept(req: Request) -> Reply:
    video = choose.accept(req.params["id"], req.person.id, req.input(Seen).seen)
    return _judged(req, f"{video.title} is taken.")


@route(
    "POST", "/sources/{id:int}/refuse", role=Role.MANAGER, title="Refuse an upload", takes=Refusal
)
def refuse(req: Request) -> Reply:
    given = req.input(Refusal)
    choose.refuse(req.params["id"], req.person.id, given.reason, given.seen)
    return _judged(req, "Refused. It is not offered again.")


@route(
    "POST",
    "/sources/{id:int}/block",
    role=Role.MANAGER,
    title="Never offer an upload again, for any artist",
    takes=Blocking,
)
def block(req: Request) -> Reply:
    given = req.input(Blocking)
    choose.block(req.params["id"], req.person.id, given.reason, given.seen)
    return _judged(req, "Blocked. You can take it back in Activity.")


@route("POST", "/sources/{id:int}/unblock", role=Role.MANAGER, title="Take a block back")
def unblock(req: Request) -> Reply:
    sources.unblock(req.params["id"])
    return _judged(req, "It can be offered again.")


@route("POST", "/sources/{id:int}/undecide", role=Role.MANAGER, title="Take back what was decided")
def undecide(req: Request) -> Reply:
    choose.undecide(req.params["id"])
    return _judged(req, "Taken back. It waits for a verdict again.")


@route(
    "GET",
    "/sources/{id:int}/song",
    role=Role.MANAGER,
    title="Say which song an upload shows",
    json=False,
)
def ask_song(req: Request) -> Reply:
    source = sources.get(req.params["id"])
    found = {"title": source.song.get("title") or source.title, "version": source.version}
    values = {**found, "type": source.type, "seen": source.verdict}
    return Reply(
        "review/song.html",
        {
            "source": source,
            "artist": artists.get(source.artist_id),
            "values": values | {name: req.typed[name] for name in values if name in req.typed},
            "types": [(kind.value, kind.label) for kind in VideoType],
            "titles": _titles(source.artist_id),
            "back": review.address_before(req) or f"/artists/{source.artist_id}",
        },
    )


@route(
    "POST",
    "/sources/{id:int}/song",
    role=Role.MANAGER,
    title="Take an upload for another song",
    takes=OtherSong,
    on_invalid=ask_song,
)
def file_under(req: Request) -> Reply:
    given = req.input(OtherSong)
    if not given.video_id and not given.title:
        raise Invalid({"title": "Give the title of the song."})
    named = Named(
        title=given.title, type=given.type, version=given.version, video_id=given.video_id
    )
    video = choose.file_under(req.params["id"], named, req.person.id, given.seen)
    return _judged(req, f"It is taken for {video.title}.")


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
    before = review.address_before(req)
    if before:
        parts = review.regions([source.id])
    else:
        parts = [*artist_page.regions(source.artist_id), *videos.regions([source.video_id])]
    return Reply(
        partials=parts,
        data=lambda: serialize.source(source),
        go=before or videos.page_before(req, "", f"/artists/{source.artist_id}"),
        toast=toast,
    )


def _titles(artist_id: int) -> list[str]:
    """Songs that the artist has, to choose from while typing."""
    return list(dict.fromkeys(row.title for row in video_rows.of_artist(artist_id)))[:200]
