"""The list of videos as grid and as table: what is chosen, what can be, where it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mvidarr.core.db import Page
from mvidarr.core.terms import VideoStatus, VideoType
from mvidarr.library import artists, filters, stats, video_rows
from mvidarr.library.filters import Choice, Filters
from mvidarr.web import browse
from mvidarr.web.browse import Menu, Option, Ways
from mvidarr.web.routing import Request

PATH = "/videos"
SORTS = (
    ("-created", "Recently added"),
    ("title", "Title"),
    ("-year", "Newest"),
    ("year", "Oldest"),
)
COLUMNS = (("title", "Title"), ("year", "Year"), ("created", "Added"))
GRID, LIST = "grid", "list"
_QUALITIES = {"2160p": "4K", "sd": "Below 480p"}
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A column that sorts. `direction`: ascending, descending or empty."""

    href: str
    direction: str


@dataclass(frozen=True, kw_only=True)
class Excluded:
    """A value that is left out; `clear` is the list with it."""

    name: str
    value: str
    label: str
    clear: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A page of videos, and all the ways on from it."""

    rows: Sequence[Any]
    ways: Ways
    q: str
    sort: str
    view: str
    count: str
    is_filtered: bool
    clear: str  # without filters
    grid: str
    list: str
    many: str  # the page that changes all that match
    rename: str  # the page that gives the files of all that match new names
    headings: dict[str, Heading]
    jumps: Sequence[tuple[str, str]]
    excluded: Sequence[Excluded]


def read(req: Request) -> tuple[Filters, str, str]:
    """(filters, sort, view) of an address. Raises Invalid."""
    wanted = filters.parse(req.query.multi_items())
    view = LIST if req.query.get("view") == LIST else GRID
    return wanted, req.query.get("sort") or video_rows.DEFAULT_SORT, view


def listing(wanted: Filters, sort: str, view: str, page: Page) -> Listing:
    chosen = wanted.pairs()
    look: Pairs = [("view", view)] if view != GRID else []
    order: Pairs = [("sort", sort)] if sort != video_rows.DEFAULT_SORT else []
    pairs = [*chosen, *order, *look]
    return Listing(
        rows=page.rows,
        ways=browse.ways(PATH, pairs, page),
        q=wanted.q,
        sort=sort,
        view=view,
        count=browse.counted(video_rows.count(wanted)),
        is_filtered=bool(chosen),
        clear=browse.address(PATH, [*order, *look]),
        grid=browse.address(PATH, [*chosen, *order]),
        list=browse.address(PATH, [*chosen, *order, ("view", LIST)]),
        many=browse.address(f"{PATH}/bulk", chosen),
        rename=browse.address("/renaming", chosen),
        headings={name: _heading(name, sort, [*chosen, *look]) for name, _ in COLUMNS},
        jumps=_jumps(sort, pairs),
        excluded=_excluded(wanted, pairs),
    )


def menus(wanted: Filters, pairs: Pairs) -> list[Menu]:
    """The filters as chips, each with the choices that it offers."""
    years = video_rows.years()
    offered = {
        "status": ("Status", [(status.value, status.capitalize()) for status in VideoStatus]),
        "type": ("Type", [(kind.value, kind.label) for kind in VideoType]),
        "year": ("Year", _decades(*years) if years else []),
        "genre": ("Genre", [(name, name) for name in video_rows.genres()]),
        "quality": ("Quality", [(name, _QUALITIES.get(name, name)) for name in filters.QUALITIES]),
        "has_file": ("File", [("yes", "On disk"), ("no", "Not on disk")]),
        "only_copy": ("Uploads", [("1", "Only copy")]),
    }
    if wanted.values("artist"):
        offered["artist"] = ("Artist", _artists(wanted))
    made = [_menu(name, *offered[name], wanted, pairs) for name in offered]
    return [menu for menu in made if menu.options]


def facts() -> list[str]:
    """Totals for the head of the page."""
    totals = stats.totals()
    return [
        f"{totals.videos:,} {'video' if totals.videos == 1 else 'videos'}",
        f"{totals.artists:,} {'artist' if totals.artists == 1 else 'artists'}",
        f"{totals.hours:,} hours" if totals.hours > 1 else "",
    ]


def _menu(
    name: str, title: str, offered: Sequence[tuple[str, str]], wanted: Filters, pairs: Pairs
) -> Menu:
    choice = wanted.choices.get(name, Choice())
    labels = dict(offered)
    chosen = {value: labels.get(value, value) for value in choice.wanted}
    options = [Option(value=value, label=text, on=value in chosen) for value, text in offered]
    options += [
        Option(value=value, label=text, on=True)
        for value, text in chosen.items()
        if value not in labels
    ]
    clear = browse.address(PATH, browse.without(pairs, name))
    return Menu(name=name, title=title, options=options, clear=clear)


def _excluded(wanted: Filters, pairs: Pairs) -> list[Excluded]:
    return [
        Excluded(
            name=name,
            value=f"!{value}",
            label=VideoType(value).label if name == "type" else value,
            clear=browse.address(PATH, [pair for pair in pairs if pair != (name, f"!{value}")]),
        )
        for name, choice in wanted.choices.items()
        for value in choice.unwanted
    ]


def _decades(first: int, last: int) -> list[tuple[str, str]]:
    starts = range(last - last % 10, first - first % 10 - 1, -10)
    return [(f"{start}..{start + 9}", f"{start}s") for start in starts]


def _artists(wanted: Filters) -> list[tuple[str, str]]:
    found = [(value, artists.find(int(value))) for value in wanted.values("artist")]
    return [(value, artist.name if artist else "Unknown artist") for value, artist in found]


def _heading(name: str, sort: str, pairs: Pairs) -> Heading:
    direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    turned = f"-{name}" if sort == name or (name != "title" and not direction) else name
    return Heading(href=browse.address(PATH, [*pairs, ("sort", turned)]), direction=direction)


def _jumps(sort: str, pairs: Pairs) -> list[tuple[str, str]]:
    """Letters of titles, or decades, where the list has that order; none where it has another."""
    if sort == "title":
        letters = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
        begin = [("#", browse.address(PATH, pairs))]
        return begin + [(one, browse.jump(PATH, pairs, one.lower())) for one in letters]
    years = video_rows.years() if sort in {"year", "-year"} else None
    if years is None:
        return []
    first, last = years[0] - years[0] % 10, years[1] - years[1] % 10
    if sort == "year":
        return [
            (f"{start}s", browse.jump(PATH, pairs, start)) for start in range(first, last + 1, 10)
        ]
    return [
        (f"{start}s", browse.jump(PATH, pairs, start + 10)) for start in range(last, first - 1, -10)
    ]
