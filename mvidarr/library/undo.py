"""Taking a decision about an upload back: what was before, and how it comes to be again."""

from typing import Any

from mvidarr import models
from mvidarr.core import clock
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import ACTIVE, Verdict, Wish
from mvidarr.library import judging, status, videos
from mvidarr.library.decisions import Said
from mvidarr.library.tables import Download, ExternalId, Video, VideoFile, VideoSource


def before(
    source: models.VideoSource, made: int | None = None, wish: str | None = None
) -> dict[str, Any]:
    """What the row is before a decision. `made`: the video that is there because of it."""
    return {
        "verdict": source.verdict,
        "video": source.video_id,
        "by": source.verdict_by_id,
        "made": made,
        "wish": wish,
    }


def restore(source: models.VideoSource, said: Said | None) -> None:
    """Have the upload and its rivals stand as they did; an earlier decision is not brought back."""
    was = said.before if said else {}
    made = was.get("made")
    now = source.video_id
    verdict = Verdict(was.get("verdict", Verdict.REVIEW)) if not was.get("by") else Verdict.REVIEW
    video = _there(was.get("video"), source) if was else now
    columns = {
        "verdict": Verdict.REVIEW.value,
        "verdict_by": None,
        "accepted_key": None,
        "video": video,
        "updated_at": clock.now(),
    }
    VideoSource.update(**columns).where(VideoSource.id == source.id).execute()
    if verdict is Verdict.ACCEPTED and video is not None:
        _use_again(source, video)
    elif verdict is Verdict.REFUSED:
        refused = VideoSource.update(verdict=Verdict.REFUSED.value)
        refused.where(VideoSource.id == source.id).execute()
    _offer_rivals(source, was.get("rivals", ()))
    if now and now != made and was.get("wish") == Wish.IGNORE:
        Video.update(wish=Wish.IGNORE.value).where(Video.id == now).execute()
    if made != now or now is None or not leave(now, made=True):
        status.restate([ident for ident in (now, video) if ident])


def leave(video_id: int, *, made: bool = False) -> bool:
    """Remove a video that was made for an upload alone and has nothing left; whether it was one.

    `made`: it is known to be one. Else whatever a person wished for stays.
    """
    video = videos.find(video_id)
    if video is None or video.locked or video.rating is not None:
        return False
    if video.wish != Wish.AUTO and not made:
        return False
    mine = VideoSource.video_id == video_id
    downloads = Download.select().where(Download.video == video_id, Download.state.in_(ACTIVE))
    held = (
        ExternalId.select().where(ExternalId.video == video_id),
        VideoFile.select().where(VideoFile.video == video_id),
        VideoSource.select().where(mine, VideoSource.verdict == Verdict.ACCEPTED),
        downloads,
    )
    if any(query.exists() for query in held):
        return False
    VideoSource.update(video=None).where(mine).execute()  # they would go along with it
    videos.delete([video_id])
    return True


def _there(video_id: int | None, source: models.VideoSource) -> int | None:
    video = videos.find(video_id) if video_id else None
    return video.id if video and video.artist_id == source.artist_id else None


def _use_again(source: models.VideoSource, video_id: int) -> None:
    try:
        judging.put_to_use(source, videos.get(video_id), None)
    except Conflict:  # another video comes from it by now: a person decides anew
        return


def _offer_rivals(source: models.VideoSource, ids: Any) -> None:
    """Ask again about those that the decision had settled along with it."""
    VideoSource.update(verdict=Verdict.REVIEW.value, updated_at=clock.now()).where(
        VideoSource.id.in_(list(ids)),
        VideoSource.artist_id == source.artist_id,
        VideoSource.verdict == Verdict.REFUSED,
        VideoSource.verdict_by.is_null(),
    ).execute()
