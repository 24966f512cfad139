"""Duplicates: videos that may be one, why it looks so, and which of them to keep."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from peewee import fn

from mvidarr import activity, models
from mvidarr.core import batches, db, text
from mvidarr.core.errors import Conflict, Error, NotFound
from mvidarr.core.terms import Verdict, VideoType
from mvidarr.library import files, merge, status, video_rows, words
from mvidarr.library.tables import Artist, Credit, Twin, Video, VideoFile, VideoSource
from mvidarr.library.video_rows import VideoRow
from mvidarr.media import fingerprint, naming

REASONS = {
    "source": "The same upload",
    "song": "The same song and version",
    "file": "The same file",
}
OFFICIAL = (VideoType.OFFICIAL, VideoType.UNSPECIFIED)

Pair = tuple[int, int]
Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Two videos side by side. `keep`: id of the better one, `why` in a sentence."""

    id: int
    reason: str
    videos: tuple[VideoRow, VideoRow]
    keep: int
    why: str

    @property
    def said(self) -> str:
        return REASONS[self.reason]

    def besides(self, kept: int) -> int:
        """Id of the one that goes when this one is kept."""
        return next(video.id for video in self.videos if video.id != kept)


def look(progress: Progress) -> int:
    """Look through the whole library; how many pairs wait for somebody. Reads files of one size."""
    found: dict[Pair, str] = {}
    steps = (("file", _of_files), ("source", _of_sources), ("song", _of_songs))
    for number, (reason, search) in enumerate(steps):
        progress(number, len(steps), REASONS[reason])
        for pair in search():
            found.setdefault(pair, reason)
    _write(found)
    waiting = count()[0]
    progress(len(steps), len(steps), f"{waiting} pairs")
    return waiting


def page(at: db.Place) -> db.Page:
    """A page of Shown, the oldest finding first."""
    order = db.Order(name="id", column=Twin.id, id=Twin.id)
    found = db.page(_waiting(), order, at, key=lambda row: (row.id, row.id))
    rows = {row.id: row for row in video_rows.by_ids(_ids(found.rows))}
    pairs = [
        _shown(row, rows[row.first_id], rows[row.second_id])
        for row in found.rows
        if {row.first_id, row.second_id} <= rows.keys()  # one may have gone at this moment
    ]
    return db.Page(rows=pairs, next=found.next, previous=found.previous)


def count() -> tuple[int, bool]:
    """How many pairs wait, and whether that is all of them."""
    return db.capped_count(_waiting())


def get(twin_id: int) -> Shown:
    """Raises NotFound."""
    row = Twin.get_or_none(Twin.id == twin_id)
    ids = [row.first_id, row.second_id] if row else []
    rows = {video.id: video for video in video_rows.by_ids(ids)}
    if len(rows) < 2:
        raise NotFound("These are not together any more.")
    return _shown(row, rows[row.first_id], rows[row.second_id])


def tell_apart(twin_id: int) -> None:
    """Somebody says that these are two; they are never shown together again."""
    get(twin_id)
    with db.atomic():
        Twin.update(is_distinct=True).where(Twin.id == twin_id).execute()
        activity.touch("nav")


def join(twin_id: int, keep: int | None = None) -> models.Video:
    """Have one video of the two: `keep`, or the better one. Raises NotFound and Conflict."""
    pair = get(twin_id)
    if Twin.select().where(Twin.id == twin_id, Twin.is_distinct).exists():
        raise Conflict("Somebody said that these two are two.")
    if keep is not None and keep not in [video.id for video in pair.videos]:
        raise NotFound("This video is not one of the two.")
    kept = pair.keep if keep is None else keep
    return merge.videos_into(kept, pair.besides(kept))


def join_all(ids: Sequence[int], progress: Progress) -> int:
    """Join pairs, keeping the better of each; what changed since is left. How many were joined."""
    joined = 0
    for number, twin_id in enumerate(ids):
        progress(number, len(ids), f"{joined} joined")
        try:
            join(twin_id)
        except (NotFound, Conflict):
            continue
        joined += 1
    progress(len(ids), len(ids), f"{joined} joined")
    return joined


def waiting_ids(limit: int = 10_000) -> list[int]:
    """Ids of pairs that wait, the oldest finding first."""
    query = _waiting().select(Twin.id).order_by(Twin.id).limit(limit)
    return [twin_id for (twin_id,) in query.tuples()]


def better(one: VideoRow, other: VideoRow) -> tuple[VideoRow, str]:
    """Which of the two to keep, and why: a file, more lines, the official one, the older one."""
    tests: tuple[tuple[Callable[[VideoRow], Any], str], ...] = (
        (lambda row: row.has_file, "It has a file."),
        (lambda row: row.height or 0, "Its file is sharper."),
        (lambda row: row.type == VideoType.OFFICIAL, "It is known to be the official video."),
        (lambda row: row.year is not None, "More is known of it."),
    )
    for measure, why in tests:
        if measure(one) != measure(other):
            return (one if measure(one) > measure(other) else other), why
    return min((one, other), key=lambda row: row.id), "It was here first."


def _shown(row: Any, first: VideoRow, second: VideoRow) -> Shown:
    keep, why = better(first, second)
    return Shown(id=row.id, reason=row.reason, videos=(first, second), keep=keep.id, why=why)


def _waiting() -> Any:
    return Twin.select().where(~Twin.is_distinct)


def _ids(rows: Iterable[Any]) -> list[int]:
    return [ident for row in rows for ident in (row.first_id, row.second_id)]


def _write(found: dict[Pair, str]) -> None:
    """Note new pairs and forget those that are none any more, but for what somebody said."""
    known = {
        (first, second): ident
        for ident, first, second in Twin.select(Twin.id, Twin.first_id, Twin.second_id).tuples()
    }
    gone = [ident for pair, ident in known.items() if pair not in found]
    for ids in status.chunks(gone):
        Twin.delete().where(Twin.id.in_(ids), ~Twin.is_distinct).execute()
    fresh = [pair for pair in sorted(found) if pair not in known]
    for some in batches.of(fresh, status.AT_ONCE):
        _add({pair: found[pair] for pair in some})


def _add(found: dict[Pair, str]) -> None:
    with db.atomic():
        ids = {ident for pair in found for ident in pair}
        there = {ident for (ident,) in Video.select(Video.id).where(Video.id.in_(ids)).tuples()}
        rows = [
            {"first": first, "second": second, "reason": reason}
            for (first, second), reason in found.items()
            if {first, second} <= there  # one may be gone since
        ]
        if rows:
            Twin.insert_many(rows).on_conflict_ignore().execute()
        activity.touch("nav")


def _pairs(ids: Iterable[int]) -> Iterator[Pair]:
    """The first of a group with each other one."""
    first, *rest = sorted(set(ids))
    yield from ((first, other) for other in rest)


def _of_sources() -> Iterator[Pair]:
    """Videos that name one upload, each as one that may be used."""
    usable = VideoSource.video.is_null(False) & VideoSource.verdict.in_(
        (Verdict.ACCEPTED, Verdict.REVIEW)
    )
    place = (VideoSource.provider, VideoSource.source_id)
    shared = (
        VideoSource.select(*place)
        .where(usable)
        .group_by(*place)
        .having(fn.COUNT(fn.DISTINCT(VideoSource.video)) > 1)
    )
    for provider, source_id in list(shared.tuples()):
        upload = (VideoSource.provider == provider) & (VideoSource.source_id == source_id)
        users = VideoSource.select(VideoSource.video_id).where(usable, upload)
        yield from _pairs(video_id for (video_id,) in users.tuples())


def _of_songs() -> Iterator[Pair]:
    """One song in one version and kind, however it is spelled, by one artist or filed under two."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    query = Video.select(Video.id, Video.artist_id, Video.title, Video.type, Video.version)
    for ident, artist, title, kind, version in query.tuples().iterator():
        shown = VideoType.OFFICIAL if kind in OFFICIAL else kind
        song = (text.match_key(title), shown, text.match_key(version))
        if song[0]:
            groups.setdefault((artist, *song), []).append(ident)
    for ids in groups.values():
        if len(ids) > 1:
            yield from _pairs(ids)
    yield from _of_guests(groups)


def _of_guests(groups: dict[tuple[Any, ...], list[int]]) -> Iterator[Pair]:
    """A song under the artist and under the guest; a guest has a video of it, too."""
    by_video = {ident: key for key, ids in groups.items() for ident in ids}
    query = (
        Credit.select(Credit.video_id, Artist.id)
        .join(Artist, on=(Artist.name_key == Credit.name_key))
        .where(Credit.role == words.FEATURED)
    )
    for video_id, guest in query.tuples().iterator():
        key = by_video.get(video_id)
        theirs = groups.get((guest, *key[1:]), []) if key and key[0] != guest else []
        for other in theirs:
            yield min(video_id, other), max(video_id, other)


def _of_files() -> Iterator[Pair]:
    """Files of one size that begin and end alike."""
    sizes = VideoFile.select(VideoFile.size).group_by(VideoFile.size)
    shared = [size for (size,) in sizes.having(fn.COUNT(VideoFile.id) > 1).tuples()]
    for some in status.chunks(shared):
        query = VideoFile.select(VideoFile.size, VideoFile.video_id, VideoFile.path)
        rows = query.where(VideoFile.size.in_(some)).order_by(VideoFile.size, VideoFile.id)
        for _, alike in groupby(list(rows.tuples()), key=lambda row: row[0]):
            yield from _alike([(video_id, path) for _, video_id, path in alike])


def _alike(group: Sequence[tuple[int, str]]) -> Iterator[Pair]:
    by_print: dict[str, set[int]] = {}
    for video_id, path in group:
        found = _fingerprint(path)
        if found:
            by_print.setdefault(found, set()).add(video_id)
    for ids in by_print.values():
        if len(ids) > 1:
            yield from _pairs(ids)


def _fingerprint(path: str) -> str:
    try:
        return fingerprint.of(Path(naming.inside(files.library(), path)))
    except (Error, OSError):  # the share may be away: the file is looked at the next time
        return ""
