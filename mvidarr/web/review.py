"""The review inbox: what waits for a verdict over all artists, to decide one by one or in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from mvidarr import settings
from mvidarr.core.db import Page
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role, Verdict, VideoType
from mvidarr.library import (
    artists,
    review_bulk,
    review_rows,
    serialize,
    sources,
    video_rows,
    videos,
)
from mvidarr.library.review_bulk import Selection
from mvidarr.library.review_rows import Item, Wanted
from mvidarr.settings import options
from mvidarr.web import browse, forms, live, render, source_pictures, wanted
from mvidarr.web.browse import Menu, Option
from mvidarr.web.routing import Reply, Request, route

PATH = "/review"
MOST_LIVE = 60  # entries that one message redraws
SORTS = (("-score", "Best score"), ("score", "Lowest score"))
QUERY = {
    **browse.LIST,
    "artist": "The number of an artist.",
    "type": "A type; several may be given.",
    "min_score": "0 to 100.",
    "max_score": "0 to 100.",
    "channel": "Id or name of a channel.",
    "q": "Words of song, title, channel or artist.",
}
ACTIONS = (
    (
        "accept",
        "Take them",
        "Each becomes a video that is wanted; rivals of a song are passed over.",
    ),
    ("refuse", "Refuse them", "They are never taken for their artists."),
    ("block", "Block them", "They are never offered again, for any artist."),
)


@dataclass(frozen=True, kw_only=True)
class ManyCandidates:
    """`ids`, or a `filter` as in an address with the number that it is `expected` to match."""

    action: str
    ids: list[int] = field(default_factory=list)
    filter: str = forms.limit(2000, default="")
    expected: int | None = None


@route(
    "GET",
    PATH,
    role=Role.READONLY,
    title="List candidates of all artists that wait for a verdict",
    query=QUERY,
)
def index(req: Request) -> Reply:
    browse.only(req, QUERY)
    chosen = review_rows.parse(req.query.multi_items())
    sort = req.query.get("sort") or review_rows.DEFAULT_SORT
    page = review_rows.page(chosen, sort, browse.place(req))
    data = browse.listed(req, page, shape, lambda: review_rows.count(chosen))
    if req.is_json:
        return Reply(data=data)
    context = _context(chosen, sort, page)
    if req.target == "results":
        return Reply(
            partials=[
                ("filters", "review/_filters.html", context),
                ("results", "review/_results.html", context),
            ]
        )
    more = {"tabs": wanted.tabs(), "sorts": SORTS, "live_topics": ["nav", "review"]}
    return Reply("review/index.html", {**context, **more})


@route(
    "GET",
    "/review/bulk",
    role=Role.MANAGER,
    title="Decide about many candidates?",
    json=False,
    query={"action": "accept, refuse or block.", "ids": "Numbers of uploads."},
)
def ask(req: Request) -> Reply:
    pairs = [pair for pair in req.query.multi_items() if pair[0] not in {"ids", "action"}]
    ids = [value for name, value in req.query.multi_items() if name == "ids"]
    if req.errors:
        pairs = parse_qsl(str(req.typed.get("filter", "")))
        typed = req.typed.get("ids", [])
        ids = [str(one) for one in typed] if isinstance(typed, list) else [str(typed)]
    chosen = review_rows.parse(pairs)
    return Reply(
        "review/bulk.html",
        {
            "count": len(ids) or len(review_bulk.matching(chosen)),
            "most": review_bulk.MOST,
            "ids": ids,
            "filter": urlencode(chosen.pairs()),
            "action": req.query.get("action", "refuse"),
            "actions": ACTIONS,
            "back": browse.address(PATH, chosen.pairs()),
        },
    )


@route(
    "POST",
    "/review/bulk",
    role=Role.MANAGER,
    title="Decide about many candidates",
    takes=ManyCandidates,
    on_invalid=ask,
    status=202,
)
def decide_many(req: Request) -> Reply:
    given = req.input(ManyCandidates)
    if not given.ids and given.expected is None:
        raise Invalid({"ids": "Choose at least one candidate."})
    chosen = review_rows.parse(parse_qsl(given.filter))
    selection = Selection(
        ids=given.ids, wanted=None if given.ids else chosen, expected=given.expected
    )
    job = review_bulk.start(selection, given.action, req.person.id)
    back = browse.address(PATH, chosen.pairs())
    return Reply.job(job, back, toast="The candidates are being decided.")


@route(
    "GET",
    "/videos/{id:int}/candidates",
    role=Role.MANAGER,
    title="Choose the upload that a video comes from",
    json=False,
)
def choose(req: Request) -> Reply:
    video = videos.get(req.params["id"])
    [row] = video_rows.by_ids([video.id])
    offered = [one for one in sources.of(video.id) if one.verdict != Verdict.BLOCKED]
    return Reply(
        "review/choose.html",
        {
            "video": row,
            "choices": [(one, source_pictures.address(one)) for one in offered],
            "lines": _lines(),
            "back": f"/videos/{video.id}",
        },
    )


def address_before(req: Request) -> str:
    """The address of this list that somebody came from; empty when it was another page."""
    try:
        address = urlsplit(req.headers.get("hx-current-url") or req.headers.get("referer") or "")
    except ValueError:  # what a header says need not be an address
        return ""
    if address.path != PATH:
        return ""
    return address.path + (f"?{address.query}" if address.query else "")


def regions(source_ids: Sequence[int]) -> list[render.Partial]:
    """The entries of these uploads' songs, as they stand now."""
    known = {"lines": _lines()}
    return [
        (item.region, "review/_item.html", {**known, **_shown(item)})
        for item in review_rows.around(source_ids)
    ]


@live.topic("review")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    """Entries on the page; the list itself never grows under the pointer."""
    known = [ref for ref in refs if ref is not None]
    parts = regions(known[:MOST_LIVE])
    if None in refs or len(known) > MOST_LIVE:
        parts.append(("review-news", "review/_news.html", {"is_new": True}))
    return parts


def shape(item: Item) -> dict[str, Any]:
    """An entry as JSON: the upload, the song that it would be, its rivals."""
    source = item.source
    if source is None:  # decided meanwhile: lists have none of these
        return {}
    song = source.song
    names = ("title", "type", "version", "year", "album", "duration")
    return {
        **serialize.source(source),
        "artist": {"id": item.artist_id, "name": item.artist_name},
        "song": {name: song.get(name) for name in names},
        "video": _video(item),
        "picture": source_pictures.address(source),
        "rivals": [serialize.source(rival) for rival in item.rivals],
    }


def _video(item: Item) -> dict[str, Any] | None:
    video = item.video
    if video is None:
        return None
    names = ("id", "title", "version", "year", "album", "duration", "status", "has_file")
    return {name: getattr(video, name) for name in names}


def _count(chosen: review_rows.Wanted, page: Page) -> tuple[int, bool]:
    """How many songs match; a filter that leaves one page of them is not asked again."""
    if page.next is None and page.previous is None:
        return len(page.rows), True
    return review_rows.count(chosen)


def _context(chosen: Wanted, sort: str, page: Page) -> dict[str, Any]:
    filters = chosen.pairs()
    order = [("sort", sort)] if sort != review_rows.DEFAULT_SORT else []
    pairs = [*filters, *order]
    return {
        "items": [_shown(item) for item in page.rows],
        "lines": _lines(),
        "chosen": chosen,
        "sort": sort,
        "count": browse.counted(_count(chosen, page)),
        "ways": browse.ways(PATH, pairs, page),
        "clear": browse.address(PATH, order) if filters else "",
        "is_new": False,
        "many": browse.address(f"{PATH}/bulk", filters),
        "types": _types(chosen, pairs),
        "held": _held(chosen, pairs),
    }


def _shown(item: Item) -> Mapping[str, Any]:
    picture = source_pictures.address(item.source) if item.source else ""
    return {"item": item, "picture": picture}


def _types(chosen: Wanted, pairs: browse.Pairs) -> Menu:
    options_ = [Option(value=k.value, label=k.label, on=k in chosen.types) for k in VideoType]
    clear = browse.address(PATH, browse.without(pairs, "type"))
    return Menu(name="type", title="Type", options=options_, clear=clear)


def _held(chosen: Wanted, pairs: browse.Pairs) -> list[tuple[str, str, str, str]]:
    """Filters that no menu shows: (name, value, words, the list without it)."""
    found = []
    if chosen.artist is not None:
        artist = artists.find(chosen.artist)
        found.append(("artist", str(chosen.artist), artist.name if artist else "Unknown artist"))
    if chosen.channel:
        found.append(("channel", chosen.channel, f"Channel {chosen.channel}"))
    return [
        (name, value, words, browse.address(PATH, browse.without(pairs, name)))
        for name, value, words in found
    ]


def _lines() -> tuple[int, int]:
    return settings.get(options.review_score), settings.get(options.accept_score)
