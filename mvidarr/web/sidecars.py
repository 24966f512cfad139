"""Have NFO files, pictures and tags written anew: of a video, an artist, a whole selection."""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mvidarr.core.errors import Invalid, Unavailable
from mvidarr.core.terms import Role
from mvidarr.downloads import rewrite, rewriting
from mvidarr.downloads.rewriting import Selection
from mvidarr.library import artists, filters, video_rows, videos
from mvidarr.web import browse, forms
from mvidarr.web import videos as pages_of_videos
from mvidarr.web.routing import Reply, Request, route

PARTS = (
    ("nfo", "NFO files", "What Jellyfin, Kodi and Emby read."),
    ("pictures", "Pictures", "Beside each video, as the settings say."),
    ("tags", "Tags inside the files", "Each file is copied once: this takes a while."),
)
KEEP = (
    ("false", "Leave them as they are", ""),
    ("true", "Write over them", "What others added and MVidarr has no word for stays in an NFO."),
)
STARTED = "The files are being written."


@dataclass(frozen=True, kw_only=True)
class Rewrite:
    """`parts`: nfo, pictures, tags; `overwrite`: also files that somebody else changed."""

    parts: list[str] = field(default_factory=list)
    overwrite: bool = False


@dataclass(frozen=True, kw_only=True)
class RewriteMany(Rewrite):
    """`ids`, or a `filter` as in an address; of any size."""

    ids: list[int] = field(default_factory=list)
    filter: str = forms.limit(2000, default="")


@route(
    "GET",
    "/videos/{id:int}/rewrite",
    role=Role.MANAGER,
    title="Write a video's files anew?",
    json=False,
    slow=True,
)
def ask(req: Request) -> Reply:
    video = videos.get(req.params["id"])
    try:
        foreign = rewrite.foreign(video.id)
    except Unavailable:  # said again by whoever sends the form
        foreign = []
    here = f"/videos/{video.id}"
    return _dialog(req, video.title, here, f"{here}/rewrite", {"foreign": foreign})


@route(
    "POST",
    "/videos/{id:int}/rewrite",
    role=Role.MANAGER,
    title="Write a video's files anew",
    takes=Rewrite,
    on_invalid=ask,
    status=202,
)
def start(req: Request) -> Reply:
    video = videos.get(req.params["id"])
    answer = _started(req, req.input(Rewrite), Selection(ids=[video.id]), f"/videos/{video.id}")
    return replace(answer, partials=pages_of_videos.page_regions(video.id))


@route(
    "GET",
    "/artists/{id:int}/rewrite",
    role=Role.MANAGER,
    title="Write an artist's files anew?",
    json=False,
)
def ask_artist(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    here = f"/artists/{artist.id}"
    return _dialog(req, f"all of {artist.name}", here, f"{here}/rewrite")


@route(
    "POST",
    "/artists/{id:int}/rewrite",
    role=Role.MANAGER,
    title="Write an artist's files anew",
    takes=Rewrite,
    on_invalid=ask_artist,
    status=202,
)
def start_artist(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    selection = Selection(artist_id=artist.id)
    return _started(req, req.input(Rewrite), selection, f"/artists/{artist.id}")


@route(
    "GET",
    "/videos/rewrite",
    role=Role.MANAGER,
    title="Write files of many videos anew?",
    json=False,
)
def ask_many(req: Request) -> Reply:
    pairs = [pair for pair in req.query.multi_items() if pair[0] not in {"ids", "action"}]
    ids = [value for name, value in req.query.multi_items() if name == "ids"]
    if req.errors:
        pairs = parse_qsl(str(req.typed.get("filter", "")))
        given = req.typed.get("ids", [])
        ids = [str(one) for one in given] if isinstance(given, list) else [str(given)]
    wanted = filters.parse(pairs)
    count = f"{len(ids):,}" if ids else browse.counted(video_rows.count(wanted))
    back = browse.address("/videos", wanted.pairs())
    context = {"ids": ids, "filter": urlencode(wanted.pairs())}
    words = "1 video" if count == "1" else f"{count} videos"
    return _dialog(req, words, back, "/videos/rewrite", context)


@route(
    "POST",
    "/videos/rewrite",
    role=Role.MANAGER,
    title="Write files of many videos anew",
    takes=RewriteMany,
    on_invalid=ask_many,
    status=202,
)
def start_many(req: Request) -> Reply:
    given = req.input(RewriteMany)
    if req.is_json and not given.ids and not given.filter:
        raise Invalid({"ids": "Choose videos, or give a filter."})
    wanted = filters.parse(parse_qsl(given.filter, keep_blank_values=True))
    selection = Selection(ids=given.ids, wanted=None if given.ids else wanted)
    return _started(req, given, selection, browse.address("/videos", wanted.pairs()))


def _dialog(
    req: Request, what: str, back: str, action: str, more: dict[str, Any] | None = None
) -> Reply:
    ticked = req.typed.get("parts", ["nfo", "pictures"] if not req.errors else [])
    context = {
        "what": what,
        "back": back,
        "action": action,
        "parts": PARTS,
        "ticked": ticked if isinstance(ticked, list) else [ticked],
        "keep": KEEP,
        "foreign": (),
        "ids": (),
        "filter": "",
    }
    return Reply("videos/rewrite.html", context | (more or {}))


def _started(req: Request, given: Rewrite, selection: Selection, go: str) -> Reply:
    what = rewriting.order(given.parts, overwrite=given.overwrite)
    return Reply.job(rewriting.add(selection, what, req.person.id), go, toast=STARTED)
