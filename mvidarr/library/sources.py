"""Uploads of videos: taken, refused, blocked, chosen, and given back to be judged again.

What a person decided about an upload stays so: no discovery overturns it, and it outlives the
artist and the video.
"""

from dataclasses import dataclass, fields

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.errors import NotFound
from mvidarr.core.terms import Verdict, VideoType
from mvidarr.library import artists, decisions, edit, judging, links, offers, status, undo, videos
from mvidarr.library.decisions import Reason, Said
from mvidarr.library.intake import Proposal, Stored, Upload, store
from mvidarr.library.offers import (
    Candidate,
    best_source,
    candidates,
    get,
    mark_availability,
    note_fetched,
    of,
    waiting,
)
from mvidarr.library.tables import Artist, Block, Video, VideoSource
from mvidarr.library.videos import Song

__all__ = [
    "Candidate",
    "Named",
    "Proposal",
    "Stored",
    "Upload",
    "accept",
    "add_link",
    "best_source",
    "block",
    "candidates",
    "file_under",
    "get",
    "mark_availability",
    "note_fetched",
    "of",
    "refuse",
    "store",
    "unblock",
    "undecide",
    "use",
    "waiting",
]

# Why a video that was made for the upload alone was no video of the artist.
_NEVER_WAS = (Reason.NOT_THIS_ARTIST, Reason.NOT_A_VIDEO)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """The song that an upload shows; `video_id` instead names a video of the artist."""

    title: str = ""
    type: str = VideoType.OFFICIAL.value
    version: str = ""
    video_id: int | None = None


def accept(source_id: int, by: int | None, seen: Verdict | None = None) -> models.Video:
    """Take a candidate: its video is made if there is none, and wanted.

    `seen`: the verdict that the person saw. Raises Conflict when it is another one by now.
    """

    def work() -> models.Video:
        source = judging.hold(source_id, seen, Verdict.ACCEPTED)
        if source.accepted_key and source.verdict_by_id and source.video_id:
            return videos.get(source.video_id)  # pressed twice
        judging.need_unblocked(source)
        video = videos.find(source.video_id) if source.video_id else None
        return _take(source, video, _song_of(source), by)

    return db.transact(work)


def file_under(
    source_id: int, named: Named, by: int | None, seen: Verdict | None = None
) -> models.Video:
    """Say which song an upload shows: it belongs to that video, which is made if need be."""
    song = _checked(named)

    def work() -> models.Video:
        source = judging.hold(source_id, seen, Verdict.ACCEPTED)
        judging.need_unblocked(source)
        video = _own_video(source, named.video_id) if named.video_id else None
        video = _take(source, video, song, by)
        if source.video_id not in (None, video.id):
            _lose(source, may_go=True)
        return videos.get(video.id)

    return db.transact(work)


def use(video_id: int, source_id: int, by: int | None) -> models.VideoSource:
    """Choose the upload that a video comes from; the former ones stay as a second choice."""

    def work() -> models.VideoSource:
        video, source = videos.get(video_id), judging.hold(source_id)
        if source.artist_id != video.artist_id:
            raise NotFound("This upload belongs to another artist.")
        judging.need_unblocked(source)
        VideoSource.update(verdict_by=None).where(
            VideoSource.video_id == video_id, VideoSource.verdict == Verdict.ACCEPTED
        ).execute()
        _take(source, video, _song_of(source), by)
        if source.video_id not in (None, video_id):
            _lose(source)
        return get(source_id)

    return db.transact(work)


def refuse(
    source_id: int, by: int | None, reason: Reason | None = None, seen: Verdict | None = None
) -> models.VideoSource:
    """Never take this upload for its artist, unless a person does."""

    def work() -> models.VideoSource:
        source = judging.hold(source_id, seen, Verdict.REFUSED)
        judging.need_unblocked(source)
        said = decisions.find(source)
        if said and said.verdict is Verdict.REFUSED and reason in (None, said.reason):
            return source  # pressed twice
        if by is not None:
            before = undo.before(source)
            said = Said(verdict=Verdict.REFUSED, reason=reason, by=by, before=before)
            decisions.remember(source, said)
        judging.judge(source, Verdict.REFUSED, by)
        _make_way(source, reason)
        judging.note(source)
        return get(source_id)

    return db.transact(work)


def block(
    source_id: int, by: int | None, reason: str = "", seen: Verdict | None = None
) -> models.Block:
    """Never offer this upload again, for any artist; survives the artist's deletion."""

    def work() -> models.Block:
        source = judging.hold(source_id, seen, Verdict.BLOCKED)
        known: models.Block | None = Block.get_or_none(judging.is_upload(Block, source))
        blocked = known or Block.create(
            provider=source.provider,
            source_id=source.source_id,
            title=source.title,
            channel=source.channel,
            reason=reason[:255],
            by_user_id=by,
        )
        decisions.forget_everywhere(source)
        for twin in list(VideoSource.select().where(judging.is_upload(VideoSource, source))):
            judging.judge(twin, Verdict.BLOCKED, by)
            _make_way(twin)
        if known is None:
            judging.record("source.blocked", source, reason=reason)
        return blocked

    return db.transact(work)


def unblock(source_id: int) -> models.VideoSource:
    """Take a block back: the upload waits for a verdict again."""
    with db.atomic():
        source = get(source_id)
        Block.delete().where(judging.is_upload(Block, source)).execute()
        for twin in VideoSource.select().where(
            judging.is_upload(VideoSource, source), VideoSource.verdict == Verdict.BLOCKED
        ):
            judging.judge(twin, Verdict.REVIEW, None)
        judging.note(source)
        return get(source_id)


def undecide(source_id: int) -> models.VideoSource:
    """Take back what a person decided about an upload: everything is as it was before."""

    def work() -> models.VideoSource:
        source = judging.hold(source_id)
        if source.verdict == Verdict.BLOCKED:
            return unblock(source_id)
        said = decisions.find(source)
        if said is None and source.verdict_by_id is None:
            return source  # pressed twice
        decisions.forget(source)
        undo.restore(source, said)
        judging.note(source)
        return get(source_id)

    return db.transact(work)


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


def _song_of(source: models.VideoSource) -> Song:
    """What the video of a candidate would be."""
    known = {field.name for field in fields(Song)}
    given = {name: value for name, value in source.song.items() if name in known}
    return Song(**{"title": source.title, "type": source.type, "version": source.version, **given})


def _checked(named: Named) -> Song:
    if named.video_id:
        return Song(title="")
    return Song(
        title=edit.line("title", named.title, most=500, needed=True),
        type=VideoType(named.type).value,
        version=edit.line("version", named.version),
    )


def _own_video(source: models.VideoSource, video_id: int) -> models.Video:
    video = videos.get(video_id)
    if video.artist_id != source.artist_id:
        raise NotFound("This video belongs to another artist.")
    return video


def _take(
    source: models.VideoSource, video: models.Video | None, song: Song, by: int | None
) -> models.Video:
    """Have a video come from the upload, and remember that a person said so."""
    known = video or _video_of(source.artist_id, song)
    video, is_new = (known, False) if known else _made(source.artist_id, song)
    before = undo.before(source, made=video.id if is_new else None, wish=video.wish)
    judging.put_to_use(source, video, by)
    rivals = judging.settle_rivals(source, video)
    judging.want(video)
    if by is not None:
        said = Said(
            verdict=Verdict.ACCEPTED,
            title=video.title,
            type=video.type,
            version=video.version,
            by=by,
            before={**before, "rivals": rivals},
        )
        decisions.remember(source, said)
    judging.note(source, rivals)
    return videos.get(video.id)


def _make_way(source: models.VideoSource, reason: Reason | None = None) -> None:
    """What becomes of a video whose upload was taken from it; `source` as it was before."""
    if source.video_id is None or source.verdict != Verdict.ACCEPTED:
        return
    if reason not in _NEVER_WAS or not undo.leave(source.video_id):
        offers.offer_again([source.video_id], was_used=True)


def _lose(source: models.VideoSource, *, may_go: bool = False) -> None:
    """What becomes of a video whose upload another one has now; `source` as it was before."""
    before = int(source.video_id or 0)
    if may_go and undo.leave(before):
        return
    offers.offer_again([before], was_used=source.verdict == Verdict.ACCEPTED)
    status.restate([before])


def _video_of(artist_id: int, song: Song) -> models.Video | None:
    title_key, kind, version_key = videos.key_of(song.title, song.type, song.version)
    found: models.Video | None = Video.get_or_none(
        Video.artist == artist_id,
        Video.title_key == title_key,
        Video.type == kind,
        Video.version_key == version_key,
    )
    return found


def _made(artist_id: int, song: Song) -> tuple[models.Video, bool]:
    """The song's video and whether it is new: somebody may make it at this moment."""
    status.lock(Artist, [artist_id])  # so that of two who make it, one does
    there = _video_of(artist_id, song)
    if there is not None:
        return there, False
    made = videos.create(artists.get(artist_id), song)
    activity.record("video.found", made.title, artist_id=made.artist_id, video_id=made.id)
    return made, True
