"""Videos in lists: read as tuples into small classes, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from mvidarr import models
from mvidarr.core import db
from mvidarr.core.db import Page, Place
from mvidarr.library import availability, filters, pages, pictures, words
from mvidarr.library.filters import Filters
from mvidarr.library.tables import Artist, Credit, Download, Genre, Image, Video, VideoFile

SORTS: Mapping[str, Any] = {
    "created": Video.created_at,
    "title": Video.sort_key,
    "year": Video.year,
}
DEFAULT_SORT = "-created"
MOST_OF_ARTIST = 2000


@dataclass(slots=True)
class Progress:
    """The active download of a video. `percent` 0 to 100, None before it is known."""

    id: int
    state: str
    stage: str | None
    percent: float | None


@dataclass(slots=True)
class VideoRow:
    """One video as a card or a line shows it. `only_copy`: no upload of it can be had any more."""

    id: int
    title: str
    version: str
    type: str
    year: int | None
    status: str
    known_duration: float | None
    album: str | None
    created_at: int
    sort_key: str
    artist_id: int
    artist_name: str
    image_hash: str | None
    colour: str | None
    file_id: int | None
    width: int | None
    height: int | None
    size: int | None
    file_duration: float | None
    progress: Progress | None = None
    directors: Sequence[str] = ()
    only_copy: bool = False

    kind_name = "video"

    @property
    def duration(self) -> float | None:
        """Seconds: of the file, else of the recording."""
        return self.file_duration or self.known_duration

    @property
    def percent(self) -> float | None:
        return self.progress.percent if self.progress else None

    @property
    def image(self) -> str | None:
        """Address of its picture."""
        return pictures.address(self.image_hash)

    @property
    def quality(self) -> str | None:
        return filters.quality_of(self.width, self.height)

    @property
    def has_file(self) -> bool:
        return self.file_id is not None


_COLUMNS = (
    *(Video.id, Video.title, Video.version, Video.type, Video.year, Video.status),
    *(Video.duration, Video.album, Video.created_at, Video.sort_key),
    *(Artist.id, Artist.name, Image.hash, Image.colour),
    *(VideoFile.id, VideoFile.width, VideoFile.height, VideoFile.size, VideoFile.duration),
)
_KEYS = {
    "created": lambda row: (row.created_at, row.id),
    "title": lambda row: (row.sort_key, row.id),
    "year": lambda row: (row.year or 0, row.id),
}


def page(wanted: Filters, sort: str, place: Place, *, people: bool = False) -> Page:
    """A page of VideoRow; `people` brings the directors. Raises Invalid for an unknown sort."""
    order = pages.order(sort, SORTS, Video.id)
    rows = pages.Rows(filters.apply(_joined(_COLUMNS), wanted).tuples(), VideoRow)
    turn = pages.page_with_unknown if order.name == "year" else db.page
    found = turn(rows, order, place, _KEYS[order.name])
    _complete(found.rows, people=people)
    return found


def count(wanted: Filters) -> tuple[int, bool]:
    """How many match, and whether that is all of them."""
    return db.capped_count(filters.apply(_joined((Video.id,)), wanted))


def of_artist(artist_id: int, *conditions: Any, limit: int = MOST_OF_ARTIST) -> list[VideoRow]:
    """The videos of one artist, the newest year first, those without a year last."""
    query = _joined(_COLUMNS).where(Video.artist == artist_id, *conditions)
    order = (Video.year.is_null(), Video.year.desc(), Video.sort_key, Video.id)
    rows = list(pages.Rows(query.order_by(*order).limit(limit).tuples(), VideoRow))
    _complete(rows, people=True)
    return rows


def by_ids(ids: Sequence[int]) -> list[VideoRow]:
    """The videos of these ids that there still are, by id."""
    query = _joined(_COLUMNS).where(Video.id.in_(list(ids))).order_by(Video.id)
    rows = list(pages.Rows(query.tuples(), VideoRow))
    _complete(rows, people=True)
    return rows


def ids(wanted: Filters, limit: int) -> list[int]:
    """Ids of what matches, at most `limit`."""
    query = filters.apply(_joined((Video.id,)), wanted).order_by(Video.id).limit(limit)
    return [video_id for (video_id,) in query.tuples()]


def others(video: models.Video, limit: int) -> list[VideoRow]:
    """Other videos of the same artist, those that can be watched first."""
    query = _joined(_COLUMNS).where(Video.artist == video.artist_id, Video.id != video.id)
    order = (VideoFile.id.is_null(), Video.year.is_null(), Video.year.desc(), Video.id)
    return list(pages.Rows(query.order_by(*order).limit(limit).tuples(), VideoRow))


def genres(limit: int = 60) -> list[str]:
    """Names of genres, for a menu."""
    names = Genre.select(Genre.name).order_by(Genre.name_key).limit(limit)
    return [name for (name,) in names.tuples()]


def years() -> tuple[int, int] | None:
    """The first and the last year in the library."""
    known = Video.select(Video.year).where(Video.year.is_null(False)).limit(1)
    first, last = known.order_by(Video.year).scalar(), known.order_by(Video.year.desc()).scalar()
    return None if first is None else (first, last)


def _joined(columns: Sequence[Any]) -> Any:
    """LEFT JOINs: MariaDB would start an inner one at the artists, and sort everything."""
    return (
        Video.select(*columns)
        .join(Artist, JOIN.LEFT_OUTER, on=(Video.artist_id == Artist.id))
        .join(Image, JOIN.LEFT_OUTER, on=(Video.image_id == Image.id))
        .join(VideoFile, JOIN.LEFT_OUTER, on=(VideoFile.main_key == Video.id))
    )


def _complete(rows: Sequence[VideoRow], *, people: bool) -> None:
    """Add what a join would repeat: active downloads, directors, whether uploads are left."""
    if not rows:
        return
    by_id = {row.id: row for row in rows}
    columns = (Download.video_id, Download.id, Download.state, Download.stage, Download.percent)
    # by the video: no key of what ended counts, so that SQLite takes their index for useless
    mine = Download.video_id.in_(list(by_id)) & Download.active_key.is_null(False)
    active = Download.select(*columns).where(mine)
    for video_id, *progress in active.tuples():
        by_id[video_id].progress = Progress(*progress)
    for video_id in availability.only_copies([row.id for row in rows if row.has_file]):
        by_id[video_id].only_copy = True
    if people:
        for video_id, names in directors_of(list(by_id)).items():
            by_id[video_id].directors = names


def directors_of(ids: Sequence[int]) -> dict[int, list[str]]:
    query = (
        Credit.select(Credit.video_id, Credit.name)
        .where(Credit.video_id.in_(list(ids)), Credit.role == words.DIRECTOR)
        .order_by(Credit.video_id, Credit.position)
    )
    found: dict[int, list[str]] = {}
    for video_id, name in query.tuples():
        found.setdefault(video_id, []).append(name)
    return found
