"""Videos: the library as grid and list, one video with all about it, edits, wishes, removal."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from mvidarr import settings
from mvidarr.core.errors import Invalid, NotFound
from mvidarr.core.terms import Role, VideoStatus, VideoType, Wish
from mvidarr.downloads import choose, listing, profiles, queue
from mvidarr.library import (
    artists,
    details,
    filters,
    links,
    serialize,
    twins,
    video_rows,
    videos,
    wanted_rows,
)
from mvidarr.library.details import Detail
from mvidarr.library.videos import Song
from mvidarr.settings import options
from mvidarr.web import browse, credited, downloads, forms, live, render, stories, videos_list
from mvidarr.web.forms import UNSET
from mvidarr.web.routing import Reply, Request, route

QUERY = {**browse.LIST, **dict.fromkeys(filters.NAMES, "A filter; see the guide to lists.")}
DIALOGS = ("/edit", "/delete", "/new", "/picture", "/rewrite")
_NAMES = ("featured", "directors", "genres")


@dataclass(frozen=True, kw_only=True)
class NewVideo:
    """`link`: the address of a YouTube video that it is to come from."""

    artist_id: int
    title: str = forms.limit(forms.TITLE)
    version: str = ""
    type: VideoType = VideoType.OFFICIAL
    year: int | None = None
    link: str = forms.limit(500, default="")


@dataclass(frozen=True, kw_only=True)
class _Fields:
    """What a form and JSON spell alike."""

    title: str = forms.limit(forms.TITLE, default=UNSET)
    version: str = UNSET
    type: VideoType = UNSET
    year: int | None = UNSET
    released: str | None = UNSET
    album: str | None = UNSET
    label: str | None = UNSET
    rating: int | None = UNSET
    wish: Wish = UNSET
    profile_id: int | None = UNSET
    locked: list[str] = UNSET


@dataclass(frozen=True, kw_only=True)
class VideoChanges(_Fields):
    """The members that a PATCH may name."""

    featured: list[str] = UNSET
    directors: list[str] = UNSET
    genres: list[str] = UNSET


@dataclass(frozen=True, kw_only=True)
class VideoForm(_Fields):
    """The same as a form has it: names one on each line."""

    featured: str = forms.limit(forms.FREE, lines=True, default=UNSET)
    directors: str = forms.limit(forms.FREE, lines=True, default=UNSET)
    genres: str = forms.limit(forms.FREE, lines=True, default=UNSET)


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """`source_id`: which upload; the best one if not given."""

    source_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Link:
    link: str = forms.limit(500)


@route("GET", "/videos", role=Role.READONLY, title="List videos", query=QUERY)
def index(req: Request) -> Reply:
    wanted, sort, view = videos_list.read(req)
    page = video_rows.page(
        wanted, sort, browse.place(req), people=view == videos_list.LIST and not req.is_json
    )
    data = browse.listed(req, page, serialize.video_row, lambda: video_rows.count(wanted))
    if req.is_json:
        return Reply(data=data)
    shown = videos_list.listing(wanted, sort, view, page)
    pairs = [*wanted.pairs(), *(pair for pair in (("sort", sort), ("view", view)) if pair[1])]
    context = {"listing": shown, "menus": videos_list.menus(wanted, pairs)}
    if req.target == "results":
        parts = ("filters", "videos/_filters.html"), ("results", "videos/_results.html")
        return Reply(partials=[(target, template, context) for target, template in parts])
    more = {"facts": videos_list.facts(), "sorts": videos_list.SORTS, "twins": twins.count()[0]}
    return Reply("videos/index.html", {**context, **more, "live_topics": ["nav", "videos"]})


@route(
    "GET",
    "/videos/new",
    role=Role.MANAGER,
    title="Add a video by hand",
    json=False,
    query={"artist": "The number of its artist."},
)
def new(req: Request) -> Reply:
    raw = str(req.typed.get("artist_id") or req.query.get("artist", ""))
    if not raw.isascii() or not raw.isdecimal() or len(raw) > 9:
        raise Invalid({"artist_id": "Choose an artist first."})
    types = [(kind.value, kind.label) for kind in VideoType]
    return Reply("videos/new.html", {"artist": artists.get(int(raw)), "types": types})


@route(
    "POST",
    "/videos",
    role=Role.MANAGER,
    title="Add a video",
    takes=NewVideo,
    on_invalid=new,
    status=201,
)
def create(req: Request) -> Reply:
    given = req.input(NewVideo)
    if given.link:
        links.need_youtube_id(given.link)
    song = Song(title=given.title, version=given.version, type=given.type, year=given.year)
    video = choose.add_video(given.artist_id, song, req.person.id, given.link)
    return Reply(
        data=lambda: serialize.video(details.load(video.id)),
        go=f"/videos/{video.id}",
        status=201,
        headers={"Location": f"/api/v1/videos/{video.id}"},
        toast=f"{video.title} added.",
    )


@route("GET", "/videos/{id:int}", role=Role.READONLY, title="One video")
def show(req: Request) -> Reply:
    return _page(req)


def _page(req: Request) -> Reply:
    detail = details.load(req.params["id"])
    context = {**_context(detail), "live_topics": ["nav", f"video:{detail.id}"]}
    return Reply("videos/show.html", context, data=lambda: serialize.video(detail))


def show_sources(req: Request) -> Reply:
    """The page, or as a fragment the uploads alone: for an address that was refused."""
    return replace(_page(req), block="sources")


@route("GET", "/videos/{id:int}/edit", role=Role.MANAGER, title="Edit a video", json=False)
def edit(req: Request) -> Reply:
    video = videos.get(req.params["id"])
    names = {name: "\n".join(given) for name, given in videos.names_of(video.id).items()}
    plain = (*videos.COLUMNS, "profile_id")
    values = {name: getattr(video, name) for name in plain} | names
    return Reply(
        "videos/edit.html",
        {
            "video": video,
            "values": values | {name: req.typed[name] for name in values if name in req.typed},
            "types": [(kind.value, kind.label) for kind in VideoType],
            "profiles": [(row.id, row.name) for row in profiles.rows()],
        },
    )


@route(
    "PATCH",
    "/videos/{id:int}",
    role=Role.MANAGER,
    title="Change a video",
    takes=VideoChanges,
    on_invalid=edit,
)
def change(req: Request) -> Reply:
    video_id = req.params["id"]
    given = forms.given(req.input(VideoChanges if req.is_json else VideoForm))
    if not req.is_json:
        given |= {name: given[name].splitlines() for name in _NAMES if name in given}
    wish: Wish | None = given.pop("wish", None)
    videos.get(video_id)
    if wish is not None:
        choose.wish([video_id], wish, req.person.id)
    if given:
        videos.change(video_id, given)
    return _changed(req, video_id, _WISHES[wish] if wish else "Saved.")


_WISHES = {Wish.WANT: "It is wanted now.", Wish.IGNORE: "Ignored.", Wish.AUTO: "Left to the rules."}


@route(
    "GET",
    "/videos/{id:int}/events",
    role=Role.READONLY,
    title="What happened to a video",
    html=False,
)
def list_events(req: Request) -> Reply:
    found = details.history(video_id=videos.get(req.params["id"]).id)
    return Reply(data=lambda: {"items": list(map(serialize.event, found)), "next": None})


@route("GET", "/videos/{id:int}/menu", role=Role.READONLY, title="Actions of a video", json=False)
def menu(req: Request) -> Reply:
    return Reply("videos/menu.html", {"video": _row(req.params["id"])})


@route(
    "POST",
    "/videos/{id:int}/download",
    role=Role.MANAGER,
    title="Download a video now",
    takes=Fetch,
    status=201,
)
def download(req: Request) -> Reply:
    video_id = req.params["id"]
    row = queue.add(
        video_id,
        req.input(Fetch).source_id,
        by_user=req.person.id,
        priority=queue.URGENT,
    )
    return Reply(
        partials=regions([video_id]),
        data=lambda: download_of(row.id),
        go=f"/videos/{video_id}",
        status=201,
        headers={"Location": f"/api/v1/downloads/{row.id}"},
        toast="Queued.",
    )


@route(
    "POST",
    "/videos/{id:int}/sources",
    role=Role.MANAGER,
    title="Have a video come from an address",
    takes=Link,
    on_invalid=show_sources,
    status=201,
)
def add_source(req: Request) -> Reply:
    video_id = req.params["id"]
    source = choose.add_link(video_id, req.input(Link).link, req.person.id)
    return Reply(
        partials=regions([video_id]),
        data=lambda: serialize.source(source),
        go=f"/videos/{video_id}",
        status=201,
        toast="The video comes from there now.",
    )


def regions(ids: live.Refs, *, pages: bool = True) -> list[render.Partial]:
    """What shows one of these videos: cards and lines in lists, and its own page."""
    found = video_rows.by_ids([video_id for video_id in ids if video_id is not None])
    parts: list[render.Partial] = []
    for wanted in wanted_rows.explained(found):
        row = wanted.video
        context = {"video": row}
        parts += [
            (f"video-{row.id}-wanted", "wanted/_row.html", {"row": wanted}),
            (f"video-{row.id}-card", "videos/_card.html", context),
            (f"video-{row.id}-row", "videos/_row.html", context),
            (f"video-{row.id}-ribbon", "artists/_ribbon_card.html", context),
        ]
        if pages:
            parts += page_regions(row.id)
    return parts


def page_regions(video_id: int) -> list[render.Partial]:
    """The regions of a video's own page."""
    try:
        context = _context(details.load(video_id))
    except NotFound:  # deleted in the meantime
        return []
    names = ("head", "file", "sources", "details", "history")
    return [(f"video-{video_id}-{name}", f"videos/_{name}.html", context) for name in names]


@live.topic("videos")
def redraw_lists(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return regions(refs, pages=False)


@live.topic("video")
def redraw_page(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return [part for video_id in refs if video_id is not None for part in page_regions(video_id)]


def _context(detail: Detail) -> dict[str, Any]:
    captions = [
        {
            "src": f"/media/{detail.id}/captions/{caption.number}.vtt",
            "language": caption.language or "und",
            "label": caption.language.upper() or "Captions",
        }
        for caption in detail.captions
    ]
    following = next((row for row in detail.neighbours if row.has_file), None)
    return {
        "detail": detail,
        "video": detail.row,
        "captions": captions,
        "following": following,
        "stories": stories.tell(detail.history),
        "told": credited.told(detail.video.origins),
        "can_fetch": detail.row.status in {VideoStatus.WANTED, VideoStatus.FAILED},
        "lines": (settings.get(options.review_score), settings.get(options.accept_score)),
    }


def _row(video_id: int) -> video_rows.VideoRow:
    found = video_rows.by_ids([video_id])
    if not found:
        raise NotFound("This video is not in the library.")
    return found[0]


def download_of(download_id: int) -> dict[str, Any]:
    row = listing.one(download_id)
    if row is None:
        raise NotFound("The download is gone.")
    return downloads.shape(row)


def _changed(req: Request, video_id: int, toast: str) -> Reply:
    return Reply(
        partials=regions([video_id]),
        data=lambda: serialize.video(details.load(video_id)),
        go=page_before(req, "", f"/videos/{video_id}"),
        toast=toast,
    )


def page_before(req: Request, gone: str, otherwise: str) -> str:
    """The page of ours that somebody came from, unless it is gone now."""
    try:
        address = urlsplit(req.headers.get("hx-current-url") or req.headers.get("referer") or "")
    except ValueError:  # what a header says need not be an address
        return otherwise
    if not address.path.startswith(("/videos", "/artists", "/wanted")):
        return otherwise
    if address.path.endswith(DIALOGS) or (gone and address.path == gone):
        return otherwise
    return address.path + (f"?{address.query}" if address.query else "")
