"""Writing verdicts: the row of an upload, its rivals, its video, and who is told.

Everything here belongs into the transaction of a decision.
"""

from collections.abc import Sequence
from typing import Any

from peewee import JOIN, IntegrityError

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Verdict, Wish
from mvidarr.library import offers, status
from mvidarr.library.tables import Video, VideoSource


def hold(
    source_id: int, seen: Verdict | None = None, wanted: Verdict | None = None
) -> models.VideoSource:
    """The row, while nobody else decides about it.

    `seen`: the verdict that a person saw; `wanted`: the one they ask for, which is no clash when
    somebody gave it already. Raises Conflict when somebody else was quicker.
    """
    status.lock(VideoSource, [source_id])
    source = offers.get(source_id)
    if seen is not None and source.verdict not in {seen, wanted}:
        raise Conflict(_by_now(source))
    return source


def need_unblocked(source: models.VideoSource) -> None:
    if source.verdict == Verdict.BLOCKED:
        raise Conflict("This upload is blocked. Unblock it first.")


def put_to_use(source: models.VideoSource, video: models.Video, by: int | None) -> None:
    """Have a video come from the upload. Raises Conflict when another one does."""
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


def settle_rivals(source: models.VideoSource, video: models.Video) -> list[int]:
    """Nobody needs to decide about the others of the song now; they stay as alternatives."""
    if source.group_key is None:
        return []
    query = VideoSource.select(VideoSource.id).where(
        VideoSource.artist_id == source.artist_id,
        VideoSource.group_key == source.group_key,
        VideoSource.verdict == Verdict.REVIEW,
        VideoSource.verdict_by.is_null(),
        VideoSource.id != source.id,
    )
    rivals = [ident for (ident,) in query.tuples()]
    columns = {"verdict": Verdict.REFUSED.value, "video": video.id}
    VideoSource.update(**columns).where(VideoSource.id.in_(rivals)).execute()
    return rivals


def want(video: models.Video) -> None:
    """Somebody chose it: the artist's rules do not count, and neither does an old wish."""
    if video.wish == Wish.IGNORE or not video.fits:
        Video.update(wish=Wish.WANT.value).where(Video.id == video.id).execute()
    status.restate([video.id])


def judge(source: models.VideoSource, verdict: Verdict, by: int | None) -> None:
    """Write a verdict that takes the upload out of use."""
    columns = {"verdict": verdict.value, "verdict_by": by, "accepted_key": None}
    VideoSource.update(**columns, updated_at=clock.now()).where(
        VideoSource.id == source.id
    ).execute()
    if source.video_id:
        status.restate([source.video_id])
    touch(source)


def is_upload(model: Any, source: models.VideoSource) -> Any:
    """The condition that a row is about the same upload."""
    return (model.provider == source.provider) & (model.source_id == source.source_id)


def note(source: models.VideoSource, rivals: Sequence[int] = ()) -> None:
    """Record what was decided, and have everything that shows it redrawn."""
    now = offers.get(source.id)
    record("source.judged", now, verdict=now.verdict)
    touch(now)
    for rival in rivals:
        activity.touch("review", rival)


def record(kind: str, source: models.VideoSource, **data: Any) -> None:
    activity.record(
        kind,
        source.title,
        artist_id=source.artist_id,
        video_id=source.video_id,
        source_id=source.id,
        **data,
    )


def touch(source: models.VideoSource) -> None:
    activity.touch("review", source.id)
    activity.touch("nav")
    activity.touch("artist", source.artist_id)
    if source.video_id:
        activity.touch("video", source.video_id)


def _by_now(source: models.VideoSource) -> str:
    if source.verdict == Verdict.ACCEPTED:
        return f"This upload was taken in the meantime, for {_user_of(source)}. Look again."
    words = {
        Verdict.REFUSED.value: "was refused in the meantime",
        Verdict.BLOCKED.value: "was blocked in the meantime",
        Verdict.REVIEW.value: "waits for a verdict again",
    }
    return f"This upload {words[source.verdict]}. Look again."


def _user_of(source: models.VideoSource) -> str:
    other = (
        Video.select(Video.title)
        .join(VideoSource, JOIN.INNER, on=(VideoSource.video_id == Video.id))
        .where(VideoSource.accepted_key == f"{source.provider}:{source.source_id}")
        .scalar()
    )
    return other or "another video"
