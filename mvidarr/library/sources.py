"""Uploads of videos: offered, accepted, refused, blocked, chosen.

What a person decided about an upload stays so: no discovery overturns it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from peewee import JOIN, IntegrityError

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.core.terms import Availability, Verdict, Wish
from mvidarr.library import artists, links, status, videos
from mvidarr.library.intake import Proposal, Stored, Upload, store
from mvidarr.library.tables import Block, Video, VideoSource
from mvidarr.library.videos import Song

__all__ = [
    "Candidate",
    "Proposal",
    "Stored",
    "Upload",
    "accept",
    "add_link",
    "best_source",
    "block",
    "candidates",
    "get",
    "mark_availability",
    "of",
    "refuse",
    "store",
    "unblock",
    "use",
    "waiting",
]


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


def accept(source_id: int, by: int | None) -> models.Video:
    """Take a candidate: its video is made if there is none, and wanted."""
    with db.atomic():
        source = get(source_id)
        _need_unblocked(source)
        video = videos.find(source.video_id) if source.video_id else None
        video = video or _video_for(source)
        _put_to_use(source, video, by)
        _settle_rivals(source, video)
        _want(video)
        _judged(source, video)
        return videos.get(video.id)


def use(video_id: int, source_id: int, by: int | None) -> models.VideoSource:
    """Choose the upload that a video comes from; the former ones stay as a second choice."""
    with db.atomic():
        video, source = videos.get(video_id), get(source_id)
        if source.artist_id != video.artist_id:
            raise NotFound("This upload belongs to another artist.")
        _need_unblocked(source)
        VideoSource.update(verdict_by=None).where(
            VideoSource.video_id == video_id, VideoSource.verdict == Verdict.ACCEPTED
        ).execute()
        before = source.video_id
        _put_to_use(source, video, by)
        _settle_rivals(source, video)
        _want(video)
        if before not in (None, video_id):
            status.restate([before])
        _judged(source, video)
        return get(source_id)


def refuse(source_id: int, by: int | None) -> models.VideoSource:
    """Never take this upload for its artist, unless a person does."""
    with db.atomic():
        source = get(source_id)
        _judge(source, Verdict.REFUSED, by)
        _judged(source)
        return get(source_id)


def block(source_id: int, by: int | None, reason: str = "") -> models.Block:
    """Never offer this upload again, for any artist; survives the artist's deletion."""
    with db.atomic():
        source = get(source_id)
        same = _is_upload(Block, source)
        known: models.Block | None = Block.get_or_none(same)
        blocked = known or Block.create(
            provider=source.provider,
            source_id=source.source_id,
            title=source.title,
            channel=source.channel,
            reason=reason[:255],
            by_user_id=by,
        )
        for twin in VideoSource.select().where(_is_upload(VideoSource, source)):
            _judge(twin, Verdict.BLOCKED, by)
        _record("source.blocked", source, reason=reason)
        return blocked


def unblock(source_id: int) -> models.VideoSource:
    """Take a block back: the upload waits for a verdict again."""
    with db.atomic():
        source = get(source_id)
        Block.delete().where(_is_upload(Block, source)).execute()
        for twin in VideoSource.select().where(
            _is_upload(VideoSource, source), VideoSource.verdict == Verdict.BLOCKED
        ):
            _judge(twin, Verdict.REVIEW, None)
        _judged(source)
        return get(source_id)


def add_link(video_id: int, link: str, by: int | None) -> models.VideoSource:
    """Have a video come from the YouTube address that a person gave."""
    ident = links.need_youtube_id(link)
    with db.atomic():
        video = videos.get(video_id)
        mine = (VideoSource.artist_id == video.artist_id) & (VideoSource.source_id == ident)
        source = VideoSource.get_or_none(mine & (VideoSource.provider == "youtube"))
        source = source or VideoSource.create(
            artist=video.artist_id,
            source_id=ident,
            title=video.title,
            type=video.type,
            version=video.version,
            score=100,
            reasons=[{"text": "Added by hand", "points": 100}],
            found_by="person",
            seen_at=clock.now(),
        )
        return use(video_id, source.id, by)


def mark_availability(source_id: int, availability: Availability) -> None:
    """Note whether an upload can be had."""
    with db.atomic():
        source = get(source_id)
        VideoSource.update(availability=availability.value, checked_at=clock.now()).where(
            VideoSource.id == source_id
        ).execute()
        if source.video_id:
            status.restate([source.video_id])
            activity.touch("video", source.video_id)


def _video_for(source: models.VideoSource) -> models.Video:
    """The video that a candidate would be: an existing one of the same song, else a new one."""
    known = {field.name for field in fields(Song)}
    given = {name: value for name, value in source.song.items() if name in known}
    song = Song(**{"title": source.title, "type": source.type, "version": source.version, **given})
    title_key, kind, version_key = videos.key_of(song.title, song.type, song.version)
    found: models.Video | None = Video.get_or_none(
        Video.artist == source.artist_id,
        Video.title_key == title_key,
        Video.type == kind,
        Video.version_key == version_key,
    )
    if found is not None:
        return found
    made = videos.create(artists.get(source.artist_id), song)
    activity.record("video.found", made.title, artist_id=made.artist_id, video_id=made.id)
    return made


def _put_to_use(source: models.VideoSource, video: models.Video, by: int | None) -> None:
    columns = {
        "video": video.id,
        "verdict": Verdict.ACCEPTED.value,
        "verdict_by": by,
        "accepted_key": f"{source.provider}:{source.source_id}",
        "updated_at": clock.now(),
    }
    try:
        with db.atomic():
            VideoSource.update(**columns).where(VideoSource.id == source.id).execute()
    except IntegrityError as error:
        raise Conflict(f"This upload is in use for {_user_of(source)}.") from error


def _user_of(source: models.VideoSource) -> str:
    other = (
        Video.select(Video.title)
        .join(VideoSource, JOIN.INNER, on=(VideoSource.video_id == Video.id))
        .where(VideoSource.accepted_key == f"{source.provider}:{source.source_id}")
        .scalar()
    )
    return other or "another video"


def _settle_rivals(source: models.VideoSource, video: models.Video) -> None:
    """Nobody needs to decide about the others of the song now; they stay as alternatives."""
    if source.group_key is None:
        return
    VideoSource.update(verdict=Verdict.REFUSED.value, video=video.id).where(
        VideoSource.artist_id == source.artist_id,
        VideoSource.group_key == source.group_key,
        VideoSource.verdict == Verdict.REVIEW,
        VideoSource.verdict_by.is_null(),
    ).execute()


def _want(video: models.Video) -> None:
    """Somebody chose it: the artist's rules do not count, and neither does an old wish."""
    if video.wish == Wish.IGNORE or not video.fits:
        Video.update(wish=Wish.WANT.value).where(Video.id == video.id).execute()
    status.restate([video.id])


def _judge(source: models.VideoSource, verdict: Verdict, by: int | None) -> None:
    columns = {"verdict": verdict.value, "verdict_by": by, "accepted_key": None}
    VideoSource.update(**columns, updated_at=clock.now()).where(
        VideoSource.id == source.id
    ).execute()
    if source.video_id:
        status.restate([source.video_id])
    _touch(source)


def _need_unblocked(source: models.VideoSource) -> None:
    if source.verdict == Verdict.BLOCKED:
        raise Conflict("This upload is blocked. Unblock it first.")


def _is_upload(model: Any, source: models.VideoSource) -> Any:
    return (model.provider == source.provider) & (model.source_id == source.source_id)


def _judged(source: models.VideoSource, video: models.Video | None = None) -> None:
    now = get(source.id)
    _record("source.judged", now, verdict=now.verdict)
    _touch(now)


def _record(kind: str, source: models.VideoSource, **data: Any) -> None:
    activity.record(
        kind,
        source.title,
        artist_id=source.artist_id,
        video_id=source.video_id,
        source_id=source.id,
        **data,
    )


def _touch(source: models.VideoSource) -> None:
    activity.touch("review")
    activity.touch("artist", source.artist_id)
    if source.video_id:
        activity.touch("video", source.video_id)
