"""Uploads as they stand: which is in use, which comes next, which wait for a verdict.

An upload that is gone makes way: for the next one in use, else a person is asked about the best
of those that were passed over.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mvidarr import activity, models, settings
from mvidarr.core import clock, db
from mvidarr.core.errors import NotFound
from mvidarr.core.terms import Availability, Verdict, VideoStatus
from mvidarr.library import decisions, status
from mvidarr.library.availability import GONE
from mvidarr.library.tables import Download, Video, VideoFile, VideoSource
from mvidarr.settings import options


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An upload to decide about, with others of the same song, best first."""

    source: VideoSource
    rivals: Sequence[models.VideoSource] = ()


def get(source_id: int) -> models.VideoSource:
    """Raises NotFound."""
    source: models.VideoSource | None = VideoSource.get_or_none(VideoSource.id == source_id)
    if source is None:
        raise NotFound("This upload is not known any more.")
    return source


def of(video_id: int) -> list[models.VideoSource]:
    """All uploads of a video: those in use first, then by score."""
    mine = VideoSource.select().where(VideoSource.video_id == video_id)
    order = (VideoSource.accepted_key.is_null(), VideoSource.score.desc(), VideoSource.id)
    return list(mine.order_by(*order))


def candidates(artist_id: int, limit: int = 200) -> list[Candidate]:
    """What waits for a person's verdict, rivals together, the best first."""
    query = (
        VideoSource.select()
        .where(VideoSource.artist_id == artist_id, VideoSource.verdict == Verdict.REVIEW)
        .order_by(VideoSource.score.desc(), VideoSource.id)
    )
    groups: dict[Any, list[models.VideoSource]] = {}
    for source in query.limit(limit):
        groups.setdefault(source.group_key or source.id, []).append(source)
    return [Candidate(source=best, rivals=rivals) for best, *rivals in groups.values()]


def waiting(artist_id: int | None = None) -> tuple[int, bool]:
    """How many uploads wait for a verdict, and whether that is all of them."""
    query = VideoSource.select().where(VideoSource.verdict == Verdict.REVIEW)
    if artist_id is not None:
        query = query.where(VideoSource.artist_id == artist_id)
    return db.capped_count(query)


def best_source(video_id: int, excluding: Collection[int] = ()) -> models.VideoSource | None:
    """The upload to download next: a person's choice, then the best score that can be had."""
    query = VideoSource.select().where(
        VideoSource.video_id == video_id,
        VideoSource.verdict == Verdict.ACCEPTED,
        VideoSource.availability.in_(status.HOPEFUL),
    )
    if excluding:
        query = query.where(VideoSource.id.not_in(list(excluding)))
    order = (VideoSource.verdict_by.is_null(), VideoSource.score.desc(), VideoSource.id)
    best: models.VideoSource | None = query.order_by(*order).first()
    return best


def highest(video_id: int, seen: int | None = None) -> int:
    """The greatest height that an upload in use for a video offers; 0 where none is known.

    `seen`: what was offered by the one that was just fetched.
    """
    heights = VideoSource.select(VideoSource.max_height).where(
        VideoSource.video_id == video_id,
        VideoSource.verdict == Verdict.ACCEPTED,
        VideoSource.availability.in_(status.HOPEFUL),
    )
    return max([seen or 0, *(height or 0 for (height,) in heights.tuples())])


def note_height(source_id: int, height: int) -> None:
    """Note the greatest height that an upload was seen to offer."""
    other = VideoSource.max_height.is_null() | (VideoSource.max_height != height)
    VideoSource.update(max_height=height).where((VideoSource.id == source_id) & other).execute()


def mark_availability(source_id: int, availability: Availability) -> None:
    """Note whether an upload can be had; when its video has no other one, a person is asked."""
    with db.atomic():
        source = get(source_id)
        VideoSource.update(availability=availability.value, checked_at=clock.now()).where(
            VideoSource.id == source_id
        ).execute()
        if availability in GONE and source.availability not in GONE:
            _record_gone(source, availability)
        if source.video_id:
            offer_again([source.video_id])
            status.restate([source.video_id])
            activity.touch("video", source.video_id)
            activity.touch("videos", source.video_id)


def note_fetched(source_id: int) -> None:
    """Note that an upload could be had just now; it may have been joined with another one."""
    columns = {"availability": Availability.AVAILABLE.value, "checked_at": clock.now()}
    VideoSource.update(**columns).where(VideoSource.id == source_id).execute()


def _record_gone(source: models.VideoSource, availability: Availability) -> None:
    activity.record(
        "source.gone",
        source.title,
        artist_id=source.artist_id,
        video_id=source.video_id,
        source_id=source.id,
        availability=availability.value,
    )


def offer_again(video_ids: Iterable[int], *, was_used: bool = False) -> list[int]:
    """Ask about the best upload that was passed over, for videos that lost what they came from.

    `was_used`: an upload of theirs was in use until now, even if the rows no longer say so.
    Answers the ids of the uploads that wait for a verdict now.
    """
    offered = []
    for video_id in _bereft(video_ids, was_used=was_used):
        source = _passed_over(video_id)
        if source is None:
            continue
        columns = {"verdict": Verdict.REVIEW.value, "updated_at": clock.now()}
        VideoSource.update(**columns).where(VideoSource.id == source.id).execute()
        offered.append(source.id)
        activity.touch("review")
        activity.touch("nav")
        activity.touch("artist", source.artist_id)
    return offered


def _bereft(video_ids: Iterable[int], *, was_used: bool) -> list[int]:
    """Videos that somebody wants, without a file, of which no upload in use can be had."""
    found: list[int] = []
    for some in status.chunks(video_ids):
        mine = VideoSource.video_id.in_(some)
        query = VideoSource.select(
            VideoSource.video_id, VideoSource.verdict, VideoSource.availability
        ).where(mine, VideoSource.verdict.in_((Verdict.ACCEPTED, Verdict.REVIEW)))
        used, served = set(some) if was_used else set(), set()
        for video_id, verdict, availability in query.tuples():
            if verdict == Verdict.ACCEPTED:
                used.add(video_id)
            if availability in status.HOPEFUL:
                served.add(video_id)
        lost = used - served
        if not lost:
            continue
        files = VideoFile.select(VideoFile.video_id).where(VideoFile.video_id.in_(lost))
        wanted = Video.select(Video.id).where(
            Video.id.in_(lost), Video.id.not_in(files), Video.status != VideoStatus.IGNORED
        )
        found += [video_id for (video_id,) in wanted.order_by(Video.id).tuples()]
    return found


def _passed_over(video_id: int) -> models.VideoSource | None:
    """The best upload of a video, or of its song, that nobody refused and no download tried."""
    of_video = VideoSource.video_id == video_id
    keys = VideoSource.select(VideoSource.artist_id, VideoSource.group_key).where(
        of_video, VideoSource.group_key.is_null(False)
    )
    mine = of_video
    for artist_id, group_key in set(keys.tuples()):
        mine |= (
            VideoSource.video_id.is_null()
            & (VideoSource.artist_id == artist_id)
            & (VideoSource.group_key == group_key)
        )
    query = VideoSource.select().where(
        mine,
        VideoSource.verdict == Verdict.REFUSED,
        VideoSource.verdict_by.is_null(),
        VideoSource.availability.in_(status.HOPEFUL),
        VideoSource.score >= settings.get(options.review_score),
        VideoSource.id.not_in(_tried(video_id)),
    )
    for source in query.order_by(VideoSource.score.desc(), VideoSource.id).limit(20):
        if decisions.find(source) is None:  # of somebody whose account is gone
            return source  # type: ignore[no-any-return]
    return None


def _tried(video_id: int) -> list[int]:
    """Uploads that a download found to be of no use, or that it had already."""
    rows = Download.select(Download.source_id, Download.notes).where(Download.video_id == video_id)
    tried = {ident for source_id, notes in rows.tuples() for ident in (source_id, *_noted(notes))}
    return [ident for ident in tried if ident]


def _noted(notes: Any) -> Sequence[int]:
    tried: Sequence[int] = (notes or {}).get("tried", ())
    return tried
