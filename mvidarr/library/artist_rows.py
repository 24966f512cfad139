"""Artists in lists: read as tuples into small classes, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from mvidarr.core import db, text
from mvidarr.core.db import Page, Place
from mvidarr.core.errors import Invalid
from mvidarr.library import pages, pictures, search
from mvidarr.library.tables import Artist, Image, Video

SORTS: Mapping[str, Any] = {
    "name": Artist.sort_key,
    "created": Artist.created_at,
    "videos": Artist.known,
}
DEFAULT_SORT = "name"
LETTERS = ("#", *map(chr, range(ord("A"), ord("Z") + 1)))
SHOWS = ("monitored", "unmonitored", "incomplete")


@dataclass(slots=True)
class ArtistRow:
    """One artist as a card shows it: `have` of `known` videos."""

    id: int
    name: str
    disambiguation: str
    country: str | None
    monitored: bool
    known: int
    have: int
    wanted: int
    size: int
    checked_at: int | None
    next_check_at: int
    created_at: int
    updated_at: int
    sort_key: str
    folder: str
    image_hash: str | None
    colour: str | None

    kind_name = "artist"

    @property
    def image(self) -> str | None:
        """Address of its picture."""
        return pictures.address(self.image_hash)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Which artists: `q` by name; `show` is one of SHOWS, empty for all."""

    q: str = ""
    show: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in (("q", self.q), ("show", self.show)) if value]


_COLUMNS = (
    *(Artist.id, Artist.name, Artist.disambiguation, Artist.country, Artist.monitored),
    *(Artist.known, Artist.have, Artist.wanted, Artist.size),
    *(Artist.checked_at, Artist.next_check_at, Artist.created_at, Artist.updated_at),
    *(Artist.sort_key, Artist.folder, Image.hash, Image.colour),
)
_KEYS = {
    "name": lambda row: (row.sort_key, row.id),
    "created": lambda row: (row.created_at, row.id),
    "videos": lambda row: (row.known, row.id),
}


def parse(given: Mapping[str, str]) -> Shown:
    """Raises Invalid for unknown names and values."""
    known = {"q", "show", "after", "before", "last", "limit", "sort", "count", "view"}
    problems = {name: "There is no such filter." for name in given if name not in known}
    show = given.get("show", "")
    if show and show not in SHOWS:
        problems["show"] = f"Choose one of: {', '.join(SHOWS)}."
    if problems:
        raise Invalid(problems)
    return Shown(q=text.tidy(given.get("q", ""))[:200], show=show)


def page(shown: Shown, sort: str, place: Place) -> Page:
    """A page of ArtistRow. Raises Invalid for an unknown sort."""
    order = pages.order(sort, SORTS, Artist.id)
    rows = pages.Rows(_narrowed(_COLUMNS, shown).tuples(), ArtistRow)
    found = db.page(rows, order, place, _KEYS[order.name])
    _lend_pictures(found.rows)
    return found


def count(shown: Shown) -> tuple[int, bool]:
    """How many match, and whether that is all of them."""
    return db.capped_count(_narrowed((Artist.id,), shown))


def by_id(artist_id: int) -> ArtistRow | None:
    query = _joined(_COLUMNS).where(Artist.id == artist_id)
    rows = list(pages.Rows(query.tuples(), ArtistRow))
    _lend_pictures(rows)
    return rows[0] if rows else None


def by_ids(ids: Sequence[int]) -> list[ArtistRow]:
    """The artists of these ids that there still are, by name."""
    query = _joined(_COLUMNS).where(Artist.id.in_(list(ids)))
    rows = list(pages.Rows(query.order_by(Artist.sort_key, Artist.id).tuples(), ArtistRow))
    _lend_pictures(rows)
    return rows


def letters() -> set[str]:
    """Headings of the alphabet under which there is somebody."""
    firsts = Artist.select(fn.SUBSTR(Artist.sort_key, 1, 1)).distinct().tuples()
    return {text.initial(first) for (first,) in firsts}


def _lend_pictures(rows: Sequence[ArtistRow]) -> None:
    """An artist without a picture shows one of its videos."""
    bare = {row.id: row for row in rows if row.image_hash is None}
    if not bare:
        return
    shown = Video.select(Video.image_id).where(
        Video.artist_id == Artist.id, Video.image_id.is_null(False)
    )
    newest = shown.order_by(Video.year.desc(), Video.id.desc()).limit(1)
    lent = Artist.select(Artist.id, newest).where(Artist.id.in_(list(bare)))
    image_of = {artist_id: image for artist_id, image in lent.tuples() if image is not None}
    hashes = Image.select(Image.id, Image.hash).where(Image.id.in_(set(image_of.values())))
    hash_of = dict(hashes.tuples())
    for artist_id, image in image_of.items():
        bare[artist_id].image_hash = hash_of.get(image)


def _joined(columns: Any) -> Any:
    return Artist.select(*columns).join(Image, JOIN.LEFT_OUTER, on=(Artist.image_id == Image.id))


def _narrowed(columns: Any, shown: Shown) -> Any:
    query = _joined(columns)
    if shown.q:
        query = query.where(search.matching(search.ARTIST, shown.q, Artist.id))
    if shown.show == "incomplete":
        return query.where(Artist.have < Artist.known)
    if shown.show:
        return query.where(Artist.monitored == (shown.show == "monitored"))
    return query
