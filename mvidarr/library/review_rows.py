"""What waits for a verdict, over all artists: one entry a song, its rivals beside it.

An entry is the best upload of its song that the filters let through; the list is read by key.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from peewee import JOIN, fn

from mvidarr import models
from mvidarr.core import db, text
from mvidarr.core.db import Page, Place
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Verdict, VideoType
from mvidarr.library import decisions, pages, search
from mvidarr.library.decisions import Said
from mvidarr.library.tables import Artist, Video, VideoFile, VideoSource

SORTS: Mapping[str, Any] = {"score": VideoSource.score}
DEFAULT_SORT = "-score"
NAMES = ("artist", "type", "min_score", "max_score", "channel", "q")
MOST_RIVALS = 8
MOST_COUNTED = 200  # each song that is counted is looked up by itself
_SHOWN = (Verdict.REVIEW, Verdict.ACCEPTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which candidates; what is empty or None does not narrow. `channel`: its id or its name."""

    artist: int | None = None
    types: tuple[str, ...] = ()
    min_score: int | None = None
    max_score: int | None = None
    channel: str = ""
    q: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """As they stand in an address."""
        numbers = ("artist", "min_score", "max_score")
        found = [(name, str(getattr(self, name))) for name in numbers]
        found += [("type", kind) for kind in self.types]
        found += [("channel", self.channel), ("q", self.q)]
        return [(name, value) for name, value in found if value not in {"", "None"}]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The video that an upload belongs to or competes for. `duration` in seconds."""

    id: int
    title: str
    version: str
    year: int | None
    album: str | None
    duration: float | None
    status: str
    has_file: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A song to decide about: its best upload and the rivals of that, best first.

    `last`: the upload that was decided about just now, when the entry is shown again after that,
    and what was `said` of it; `source` is None when nothing of the song waits any more.
    """

    key: str
    artist_id: int
    artist_name: str
    source: models.VideoSource | None
    rivals: Sequence[models.VideoSource] = ()
    video: Known | None = None
    last: models.VideoSource | None = None
    said: Said | None = None

    @property
    def region(self) -> str:
        """Id of its place on a page."""
        return f"review-{self.key}"


def parse(given: Iterable[tuple[str, str]]) -> Wanted:
    """The filters of a query string, others left out. Raises Invalid for bad values."""
    values: dict[str, list[str]] = {}
    for name, value in given:
        if name in NAMES and value:
            values.setdefault(name, []).append(value)
    problems: dict[str, str] = {}
    numbers = {
        name: _number(name, values[name][-1], most, problems)
        for name, most in (("artist", 999_999_999), ("min_score", 100), ("max_score", 100))
        if name in values
    }
    types = tuple(dict.fromkeys(values.get("type", ())))
    if any(kind not in list(VideoType) for kind in types):
        problems["type"] = "There is no such type."
    if problems:
        raise Invalid(problems)
    words = {name: text.tidy(values[name][-1])[:255] for name in ("channel", "q") if name in values}
    return Wanted(types=types, **numbers, **words)  # type: ignore[arg-type]


def page(wanted: Wanted, sort: str, place: Place) -> Page:
    """A page of Item. Raises Invalid for an unknown sort."""
    order = pages.order(sort, SORTS, VideoSource.id)
    query = _heads(wanted, VideoSource.select())
    found = db.page(query, order, place, key=lambda row: (row.score, row.id))
    return Page(rows=_items(found.rows), next=found.next, previous=found.previous)


def count(wanted: Wanted) -> tuple[int, bool]:
    """How many songs there are to decide about, and whether that is all of them."""
    query = _heads(wanted, VideoSource.select(VideoSource.id))
    order = (
        VideoSource.score.desc(),
        VideoSource.id.desc(),
    )  # the best have the fewest before them
    found = len(query.order_by(*order).limit(MOST_COUNTED + 1).tuples())
    return min(found, MOST_COUNTED), found <= MOST_COUNTED


def uploads(wanted: Wanted, limit: int) -> list[int]:
    """Ids of all uploads that match, rivals too, the best first."""
    query = VideoSource.select(VideoSource.id).where(_matches(VideoSource, wanted))
    order = (VideoSource.score.desc(), VideoSource.id.desc())
    return [ident for (ident,) in query.order_by(*order).limit(limit).tuples()]


def around(source_ids: Sequence[int]) -> list[Item]:
    """The entries of these uploads' songs as they stand now, each once."""
    rows = list(VideoSource.select().where(VideoSource.id.in_(list(source_ids))))
    last = {key_of(row): row for row in rows}
    groups = _groups(rows, (Verdict.REVIEW,))
    heads: dict[str, models.VideoSource] = {}
    for key, row in last.items():
        waiting = [*groups.get(key, ()), *([row] if row.verdict == Verdict.REVIEW else [])]
        if waiting:
            heads[key] = max(waiting, key=lambda one: (one.score, one.id))
    made = {item.key: item for item in _items(list(heads.values()))}
    names = _artist_names(rows)
    return [_with_last(made.get(key), key, row, names[row.artist_id]) for key, row in last.items()]


def key_of(source: models.VideoSource) -> str:
    """What the uploads of one song share, short enough for an id on a page."""
    group = source.group_key or f"#{source.id}"
    return hashlib.sha256(f"{source.artist_id}|{group}".encode()).hexdigest()[:12]


def _with_last(item: Item | None, key: str, row: models.VideoSource, name: str) -> Item:
    is_decided = row.verdict != Verdict.REVIEW
    return Item(
        key=key,
        artist_id=row.artist_id,
        artist_name=name,
        source=item.source if item else None,
        rivals=item.rivals if item else (),
        video=item.video if item else None,
        last=row if is_decided else None,
        said=decisions.find(row) if is_decided else None,
    )


def _number(name: str, raw: str, most: int, problems: dict[str, str]) -> int | None:
    if raw.isascii() and raw.isdecimal() and len(raw) < 10 and int(raw) <= most:
        return int(raw)
    problems[name] = "Give the number of an artist." if name == "artist" else "Give 0 to 100."
    return None


def _heads(wanted: Wanted, query: Any) -> Any:
    """The uploads that no better one of the same song stands before.

    A join, because MariaDB would gather all there is for a NOT EXISTS.
    """
    rival = VideoSource.alias()
    better = (
        (rival.artist == VideoSource.artist)
        & (rival.group_key == VideoSource.group_key)
        & (rival.score >= VideoSource.score)
        & ((rival.score > VideoSource.score) | (rival.id > VideoSource.id))
        & _matches(rival, wanted)
    )
    joined = query.join(rival, JOIN.LEFT_OUTER, on=better)
    return joined.where(_matches(VideoSource, wanted), rival.id.is_null())


def _matches(model: Any, wanted: Wanted) -> Any:
    condition = model.verdict == Verdict.REVIEW
    if wanted.artist is not None:
        condition &= model.artist == wanted.artist
    if wanted.types:
        condition &= model.type.in_(wanted.types)
    if wanted.min_score is not None:
        condition &= model.score >= wanted.min_score
    if wanted.max_score is not None:
        condition &= model.score <= wanted.max_score
    if wanted.channel:
        condition &= (model.channel == wanted.channel) | (model.channel_id == wanted.channel)
    if wanted.q:
        condition &= _says(model, wanted.q)
    return condition


def _says(model: Any, q: str) -> Any:
    """Of an artist that is called so, or with every word in title or channel."""
    condition = search.matching(search.ARTIST, q, model.artist)
    words = text.words(q)[: search.MOST_WORDS]
    if not words:
        return condition
    said = None
    for word in words:
        # the group's key holds the song's title without accents
        one = fn.COALESCE(model.group_key, "").contains(word)
        one |= fn.LOWER(model.title).contains(word)
        one |= fn.LOWER(fn.COALESCE(model.channel, "")).contains(word)
        said = one if said is None else said & one
    return condition | said


def _items(heads: Sequence[models.VideoSource]) -> list[Item]:
    """The entries of a page, in a fixed number of questions."""
    if not heads:
        return []
    groups, names = _groups(heads, _SHOWN), _artist_names(heads)
    rivals = {
        head.id: [one for one in groups.get(key_of(head), ()) if one.id != head.id][:MOST_RIVALS]
        for head in heads
    }
    in_use = {
        ident: next((one.video_id for one in some if one.verdict == Verdict.ACCEPTED), None)
        for ident, some in rivals.items()
    }
    known = _videos([head.video_id or in_use[head.id] for head in heads])
    return [
        Item(
            key=key_of(head),
            artist_id=head.artist_id,
            artist_name=names[head.artist_id],
            source=head,
            rivals=rivals[head.id],
            video=known.get(head.video_id or in_use[head.id]),
        )
        for head in heads
    ]


def _groups(
    heads: Sequence[models.VideoSource], verdicts: Sequence[Verdict]
) -> dict[str, list[models.VideoSource]]:
    """All uploads of these songs, best first, by the key of the song."""
    songs = sorted({(head.artist_id, head.group_key) for head in heads if head.group_key})
    if not songs:
        return {}
    each = [  # the verdict in each: SQLite would go through all of one verdict otherwise
        (VideoSource.artist == artist_id)
        & (VideoSource.group_key == group_key)
        & VideoSource.verdict.in_(verdicts)
        for artist_id, group_key in songs
    ]
    query = VideoSource.select().where(reduce(or_, each))
    found: dict[str, list[models.VideoSource]] = {}
    for row in query.order_by(VideoSource.score.desc(), VideoSource.id.desc()):
        found.setdefault(key_of(row), []).append(row)
    return found


def _artist_names(rows: Sequence[models.VideoSource]) -> dict[int, str]:
    query = Artist.select(Artist.id, Artist.name)
    return dict(query.where(Artist.id.in_({row.artist_id for row in rows})).tuples())


def _videos(ids: Sequence[int | None]) -> dict[int | None, Known]:
    columns = (Video.id, Video.title, Video.version, Video.year, Video.album, Video.duration)
    query = (
        Video.select(*columns, Video.status, VideoFile.id)
        .join(VideoFile, JOIN.LEFT_OUTER, on=(VideoFile.main_key == Video.id))
        .where(Video.id.in_({ident for ident in ids if ident is not None}))
    )
    return {row[0]: _known(*row) for row in query.tuples()}


def _known(ident: int, title: str, version: str, *rest: Any) -> Known:
    year, album, duration, status, file_id = rest
    return Known(
        id=ident,
        title=title,
        version=version,
        year=year,
        album=album,
        duration=duration,
        status=status,
        has_file=file_id is not None,
    )
