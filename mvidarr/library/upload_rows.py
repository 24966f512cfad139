"""Rows of uploads as discovery writes them: new ones at once, known ones where they differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from mvidarr import models
from mvidarr.core import batches, clock, db
from mvidarr.core.terms import Availability, Verdict
from mvidarr.library import status
from mvidarr.library.decisions import Place
from mvidarr.library.proposals import Upload
from mvidarr.library.tables import VideoSource
from mvidarr.library.videos import Song

AT_ONCE = 100  # rows in one statement; SQLite takes 32,766 values
SEEN_EVERY = clock.DAY  # so exact is known when an upload was last found


@dataclass(frozen=True, slots=True)
class Rows:
    """What is to be written."""

    fresh: dict[Place, dict[str, Any]] = field(default_factory=dict)
    newer: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)  # nothing else changed

    @property
    def is_news(self) -> bool:
        return bool(self.fresh or self.newer)


def of_artist(artist_id: int, places: Iterable[Place]) -> dict[Place, models.VideoSource]:
    """Those of these uploads that the artist has, while nobody else decides about them."""
    found: dict[Place, models.VideoSource] = {}
    for provider, idents in by_first(places):
        mine = VideoSource.select().where(
            VideoSource.artist_id == artist_id,
            VideoSource.provider == provider,
            VideoSource.source_id.in_(idents),
        )
        mine = mine if db.is_sqlite() else mine.for_update()
        found |= {(source.provider, source.source_id): source for source in mine}
    return found


def in_use(places: Iterable[Place]) -> dict[Place, int]:
    """Those of these uploads that a video comes from, of any artist, and the video."""
    found: dict[Place, int] = {}
    columns = (VideoSource.provider, VideoSource.source_id, VideoSource.video_id)
    for provider, idents in by_first(places):
        keys = [f"{provider}:{ident}" for ident in idents]
        accepted = VideoSource.select(*columns).where(VideoSource.accepted_key.in_(keys))
        found |= {(name, ident): video for name, ident, video in accepted.tuples()}
    return found


def served(video_ids: Sequence[int]) -> set[int]:
    """Those of these videos with an upload in use that can be had."""
    query = VideoSource.select(VideoSource.video_id).where(
        VideoSource.video_id.in_(video_ids),
        VideoSource.accepted_key.is_null(False),
        VideoSource.availability.in_(status.HOPEFUL),
    )
    return {video_id for (video_id,) in query.tuples()}


def by_first(places: Iterable[Place]) -> Iterator[tuple[str, Sequence[str]]]:
    """Pairs by their first part, as many as one statement takes."""
    grouped: dict[str, list[str]] = {}
    for name, ident in sorted(set(places)):
        grouped.setdefault(name, []).append(ident)
    for name, idents in grouped.items():
        yield from ((name, some) for some in batches.of(idents, status.AT_ONCE))


def columns(up: Upload, song: Song, video: models.Video | None, verdict: Verdict) -> dict[str, Any]:
    return {
        "video": video.id if video else None,
        "provider": up.provider,
        "source_id": up.source_id,
        "title": up.title[:500],
        "channel": up.channel and up.channel[:255],
        "channel_id": up.channel_id,
        "published_at": up.published_at,
        "duration": up.duration,
        "type": up.type or song.type,
        "version": (up.version or song.version)[:255],
        "max_height": up.max_height,
        "score": up.score,
        "reasons": [dict(reason) for reason in up.reasons],
        "song": _plain(song),
        "verdict": verdict.value,
        "verdict_by": up.verdict_by if verdict is up.verdict else None,
        "availability": up.availability.value,
        "image_url": up.image_url if len(up.image_url or "") <= 500 else None,
        "found_by": up.found_by[:64],
        "seen_at": clock.now(),
        "group_key": up.group_key,
        "accepted_key": f"{up.provider}:{up.source_id}" if verdict is Verdict.ACCEPTED else None,
    }


def add(rows: Rows, place: Place, values: dict[str, Any]) -> models.VideoSource:
    """Note a new upload; the row as it will be."""
    rows.fresh[place] = values
    source: models.VideoSource = VideoSource(**values)
    return source


def refresh(rows: Rows, source: models.VideoSource, values: Mapping[str, Any]) -> None:
    """Note newer facts of a known upload; what is not said any more stays, and so do verdicts."""
    keep = {"provider", "source_id"}
    if source.accepted_key or source.verdict_by_id:
        keep |= {"video", "verdict", "verdict_by", "accepted_key", "type", "version"}
    if values["availability"] == Availability.UNKNOWN:
        keep.add("availability")
    said = {name: value for name, value in values.items() if name not in keep and value is not None}
    place = (source.provider, source.source_id)
    if place in rows.fresh:  # found twice at this moment
        rows.fresh[place].update(said)
    elif any(_held(source, name) != value for name, value in said.items() if name != "seen_at"):
        rows.newer.append((source.id, said))
    elif said["seen_at"] - (source.seen_at or 0) >= SEEN_EVERY:
        rows.seen.append(source.id)


def write(artist_id: int, rows: Rows) -> None:
    fresh = [{"artist": artist_id, **values} for values in rows.fresh.values()]
    for some in batches.of(fresh, AT_ONCE):
        VideoSource.insert_many(some).execute()
    now = clock.now()
    for source_id, values in rows.newer:
        VideoSource.update(**values, updated_at=now).where(VideoSource.id == source_id).execute()
    for ids in status.chunks(rows.seen):
        VideoSource.update(seen_at=now).where(VideoSource.id.in_(ids)).execute()


def _held(source: models.VideoSource, name: str) -> Any:
    return getattr(source, f"{name}_id" if name in ("video", "verdict_by") else name)


def _plain(song: Song) -> dict[str, Any]:
    """As the database gives it back."""
    values = {one.name: getattr(song, one.name) for one in fields(Song)}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
    }
