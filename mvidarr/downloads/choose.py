"""What a person chooses: verdicts and wishes, each with the download that follows from it."""

from collections.abc import Sequence

from mvidarr import models, settings
from mvidarr.core import db
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Verdict, VideoStatus, Wish, WorkState
from mvidarr.downloads import queue
from mvidarr.library import decisions, judging, sources, videos
from mvidarr.library.decisions import Reason
from mvidarr.library.sources import Named
from mvidarr.library.tables import Download, VideoSource
from mvidarr.library.videos import Song
from mvidarr.settings import file_options, options

_OPEN = (VideoStatus.WANTED, VideoStatus.FAILED)
_CHANGEABLE = (WorkState.QUEUED, WorkState.PAUSED, WorkState.PARKED)


def accept(source_id: int, by: int | None, seen: Verdict | None = None) -> models.Video:
    """Take a candidate for its video, and fetch that."""

    def work() -> models.Video:
        video = sources.accept(source_id, by, seen)
        _follow(video.id, by)
        return videos.get(video.id)

    return db.transact(work)


def file_under(
    source_id: int, named: Named, by: int | None, seen: Verdict | None = None
) -> models.Video:
    """Take an upload for the song that a person named, and fetch that."""

    def work() -> models.Video:
        _spare([source_id], by, but_for=named.video_id)
        video = sources.file_under(source_id, named, by, seen)
        _follow(video.id, by)
        return videos.get(video.id)

    return db.transact(work)


def refuse(
    source_id: int, by: int | None, reason: Reason | None = None, seen: Verdict | None = None
) -> models.VideoSource:
    """Refuse an upload; what is fetched from it goes on with the next best one, or ends."""

    def work() -> models.VideoSource:
        _spare([source_id], by)
        return sources.refuse(source_id, by, reason, seen)

    return db.transact(work)


def block(
    source_id: int, by: int | None, reason: str = "", seen: Verdict | None = None
) -> models.Block:
    """Block an upload for all artists; what is fetched from it goes on without it, or ends."""

    def work() -> models.Block:
        source = sources.get(source_id)
        same = judging.is_upload(VideoSource, source)
        rows = VideoSource.select(VideoSource.id).where(same).tuples()
        _spare([ident for (ident,) in rows], by)
        return sources.block(source_id, by, reason, seen)

    return db.transact(work)


def undecide(source_id: int) -> models.VideoSource:
    """Take a decision back, and what was fetched because of it out of the queue."""

    def work() -> models.VideoSource:
        source = sources.get(source_id)
        active = queue.active_of(source.video_id) if source.video_id else None
        if source.verdict_by_id and active and active.source_id == source_id:
            queue.cancel(active.id)
        return sources.undecide(source_id)

    return db.transact(work)


def take_back(decision_id: int) -> models.Decision:
    """Take a remembered decision back, wherever the library has its upload now."""

    def work() -> models.Decision:
        decision = decisions.get(decision_id)
        for source_id in decisions.sources_of(decision):
            undecide(source_id)
        decisions.remove(decision_id)
        return decision

    return db.transact(work)


def use(video_id: int, source_id: int, by: int | None) -> models.VideoSource:
    """Have a video come from this upload; what waits in the queue for it changes over."""

    def work() -> models.VideoSource:
        _spare([source_id], by, but_for=video_id)
        source = sources.use(video_id, source_id, by)
        _change_over(video_id, source_id, by)
        return source

    return db.transact(work)


def add_link(video_id: int, link: str, by: int | None) -> models.VideoSource:
    """Have a video come from the address that a person pasted."""

    def work() -> models.VideoSource:
        source = sources.add_link(video_id, link, by)
        _change_over(video_id, source.id, by)
        return source

    return db.transact(work)


def add_video(artist_id: int, song: Song, by: int | None, link: str = "") -> models.Video:
    """Add a video by hand, from the address that a person pasted where there is one."""

    def work() -> models.Video:
        video = videos.add(artist_id, song)
        if link:
            add_link(video.id, link, by)
        return videos.get(video.id)

    return db.transact(work)


def wish(ids: Sequence[int], what: Wish, by: int | None) -> list[int]:
    """Want, ignore or leave videos to the rules; what is wanted and can be had is fetched."""

    def work() -> list[int]:
        changed = videos.wish(ids, what)
        for video_id in changed if what is Wish.WANT else ():
            _follow(video_id, by)
        return changed

    return db.transact(work)


def _spare(source_ids: Sequence[int], by: int | None, but_for: int | None = None) -> None:
    """Have nothing be fetched from these uploads any more, except for one video."""
    mine = Download.source_id.in_(list(source_ids)) & Download.active_key.is_null(False)
    for row in list(Download.select().where(mine)):
        if row.video_id == but_for:
            continue
        following = sources.best_source(row.video_id, source_ids)
        if following is None:
            queue.cancel(row.id)
        elif row.state in _CHANGEABLE:
            queue.use_source(row.id, following.id)
            if row.state == WorkState.PAUSED:
                queue.pause(row.id)
        else:
            queue.cancel(row.id)
            queue.add(row.video_id, following.id, by_user=by)


def _change_over(video_id: int, source_id: int, by: int | None) -> None:
    """Have the waiting download take this upload, or a new one; what runs goes on."""
    active = queue.active_of(video_id)
    if active is None:
        _follow(video_id, by, source_id)
    elif active.state in _CHANGEABLE:
        queue.use_source(active.id, source_id)


def _follow(video_id: int, by: int | None, source_id: int | None = None) -> None:
    """Queue a download, where downloads start by themselves and there is something to fetch."""
    if not settings.get(options.automatic_download) or not settings.get(file_options.library_path):
        return
    if videos.get(video_id).status not in _OPEN:
        return
    try:
        queue.add(video_id, source_id, by_user=by)
    except Conflict:  # no upload yet: the next search may find one
        return
