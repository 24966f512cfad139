"""Join two videos, or two artists, that are one: everything moves, then the empty one goes."""

from collections.abc import Iterable
from typing import Any

from peewee import IntegrityError

from mvidarr import activity, models
from mvidarr.core import db, text
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.core.terms import Verdict, Wish, WorkState
from mvidarr.jobs import claim, wake
from mvidarr.library import (
    aliases,
    artist_files,
    artists,
    decisions,
    merge_facts,
    search,
    status,
    videos,
    words,
)
from mvidarr.library.tables import (
    Artist,
    Download,
    Event,
    ExternalId,
    TrashItem,
    Twin,
    Video,
    VideoFile,
    VideoSource,
)

PLAYLISTS: Any = models.PlaylistItem
TAGS: Any = models.VideoTag
ROWS: Any = models.ImportRow
SAME = "Choose two different ones."


def videos_into(keep_id: int, other_id: int) -> models.Video:
    """Have one video instead of two: the kept one gets what the other has. Files stay on the disk.

    The file with the most lines plays. Raises NotFound, and Conflict while one is downloading.
    """
    if keep_id == other_id:
        raise Invalid({"keep": SAME})
    return db.transact(lambda: _join_videos(keep_id, other_id))


def artists_into(keep_id: int, other_id: int) -> models.Artist:
    """Have one artist instead of two: videos, uploads, ids and names move. Raises NotFound."""
    if keep_id == other_id:
        raise Invalid({"other": SAME})
    return db.transact(lambda: _join_artists(keep_id, other_id))


def alike(artist_id: int, limit: int = 20) -> list[int]:
    """Ids of other artists whose names sound like one of this artist's."""
    artist = artists.get(artist_id)
    keys = {text.match_key(name) for name in (artist.name, *aliases.of(artist_id))} - {""}
    others = Artist.select(Artist.id, Artist.name).where(Artist.id != artist_id)
    found = [ident for ident, name in others.tuples().iterator() if text.match_key(name) in keys]
    return found[:limit]


def named(artist_id: int, name: str) -> models.Artist:
    """The one other artist of that name. Raises Invalid."""
    wanted = text.name_key(name)
    if not wanted:
        raise Invalid({"name": "Choose an artist or enter a name."})
    query = Artist.select().where(Artist.name_key == wanted, Artist.id != artist_id)
    found = list(query.limit(2))
    if not found:
        raise Invalid({"name": "No other artist of this name is in the library."})
    if len(found) > 1:
        raise Invalid({"name": "Several artists have this name: choose one above."})
    artist: models.Artist = found[0]
    return artist


def _move_rows(column: str, other_id: int, keep_id: int) -> None:
    """What a person joined is that person's: no list may take it away any more."""
    about = getattr(ROWS, column)
    for row in ROWS.select().where(about.in_((keep_id, other_id))):
        data = {name: value for name, value in row.data.items() if name != "brought"}
        ROWS.update(**{column: keep_id}, data=data).where(ROWS.id == row.id).execute()


def _join_videos(keep_id: int, other_id: int) -> models.Video:
    status.lock(Video, sorted((keep_id, other_id)))
    keep, other = videos.get(keep_id), videos.get(other_id)
    _move_download(other, keep)
    _move_sources(other, keep)
    _move_files(other.id, keep.id)
    Download.update(video=keep.id).where(Download.video == other.id).execute()
    Event.update(video_id=keep.id).where(Event.video_id == other.id).execute()
    mine = {"video_id": keep.id, "artist_id": keep.artist_id}
    TrashItem.update(**mine).where(TrashItem.video_id == other.id).execute()
    _move_ids("video", other.id, keep.id)
    _move_rows("video", other.id, keep.id)
    for table, key in ((TAGS, "tag"), (PLAYLISTS, "playlist")):
        _move_unless_there(table, key, other.id, keep.id)
    _move_distinct(other.id, keep.id)
    merge_facts.take_names(keep, other)
    merge_facts.take(keep, other)
    _remove_video(other)
    merge_facts.judge_again(keep.id, other.type)
    words.index_videos([keep.id])
    status.restate([keep.id])
    status.recount({keep.artist_id, other.artist_id})
    activity.record(
        "video.merged", keep.title, artist_id=keep.artist_id, video_id=keep.id, other=other.title
    )
    activity.touch("nav")
    activity.touch("videos")
    return videos.get(keep.id)


def _join_artists(keep_id: int, other_id: int) -> models.Artist:
    status.lock(Artist, sorted((keep_id, other_id)))
    keep, other = artists.get(keep_id), artists.get(other_id)
    theirs = {_key(video): video.id for video in Video.select().where(Video.artist == keep.id)}
    for video in list(Video.select().where(Video.artist == other.id)):
        twin = theirs.get(_key(video))
        if twin is not None:
            _join_videos(twin, video.id)
            continue
        mine = VideoSource.select().where(VideoSource.video == video.id)
        _move_uploads(list(mine), keep.id, video.id)
        Video.update(artist=keep.id).where(Video.id == video.id).execute()
        words.index_videos([video.id])
    rest = VideoSource.select().where(VideoSource.artist == other.id)
    _move_uploads(list(rest), keep.id, None)
    _move_ids("artist", other.id, keep.id)
    Event.update(artist_id=keep.id).where(Event.artist_id == other.id).execute()
    TrashItem.update(artist_id=keep.id).where(TrashItem.artist_id == other.id).execute()
    _move_rows("artist", other.id, keep.id)
    activity.follow_artist(other.id, keep.id)
    decisions.carry(other.name_key, keep.name_key)
    # the name that brought the two together is the last one to be left out
    said = [other.name, *aliases.of(keep.id), *aliases.of(other.id)]
    search.forget(search.ARTIST, [other.id])
    artist_files.clear_away(other)
    Artist.delete().where(Artist.id == other.id).execute()
    aliases.replace(keep.id, aliases.tidied(said, keep.name))
    merge_facts.take_of_artist(keep, other)
    words.index_artist(artists.get(keep.id))
    artists.refit(keep.id)
    moved = Video.select(Video.id).where(Video.artist == keep.id)
    status.restate(video_id for (video_id,) in moved.tuples())
    status.recount([keep.id])
    activity.record("artist.merged", keep.name, artist_id=keep.id, other=other.name)
    for topic in ("nav", "videos", "review"):
        activity.touch(topic)
    activity.touch("artist", keep.id)
    return artists.get(keep.id)


def _key(video: models.Video) -> tuple[str, str, str]:
    return video.title_key, video.type, video.version_key


def _move_download(other: models.Video, keep: models.Video) -> None:
    """The kept one takes the other one's place in the queue, where it is to be had and has none.

    One that runs is better awaited.
    """
    active = Download.get_or_none(Download.active_key == str(other.id))
    if active is None:
        return
    as_seen = (Download.id == active.id) & (Download.state == active.state)
    done = 0
    if active.state == WorkState.RUNNING:
        pass
    elif _is_to_be_had(keep, other):
        place = {"video": keep.id, "active_key": str(keep.id)}
        done = Download.update(**place).where(as_seen).execute()
    elif active.started_at is None:
        # nothing is left of it; cancelled it would say that a person took the video out
        done = Download.delete().where(as_seen).execute()
    else:
        done = claim.move(
            models.Download, active.id, (WorkState(active.state),), WorkState.CANCELLED
        )
        wake.wake("downloads")  # somebody clears what it left
    if not done:
        raise Conflict(f"{other.title} is being downloaded. Wait for it, or cancel it first.")
    activity.touch("downloads")


def _is_to_be_had(keep: models.Video, other: models.Video) -> bool:
    keys = [keep.id, other.id]
    has_file = VideoFile.select().where(VideoFile.main_key.in_(keys)).exists()
    is_queued = Download.select().where(Download.active_key == str(keep.id)).exists()
    return not (has_file or is_queued) and merge_facts.wish(keep, other) != Wish.IGNORE


def _move_sources(other: models.Video, keep: models.Video) -> None:
    mine = list(VideoSource.select().where(VideoSource.video == other.id))
    if other.artist_id == keep.artist_id:
        VideoSource.update(video=keep.id).where(VideoSource.video == other.id).execute()
    else:
        _move_uploads(mine, keep.artist_id, keep.id)
        places = {(upload.provider, upload.source_id) for upload in mine}
        theirs, ours = artists.get(other.artist_id), artists.get(keep.artist_id)
        decisions.carry(theirs.name_key, ours.name_key, places)


def _move_uploads(uploads: Iterable[Any], artist_id: int, video_id: int | None) -> None:
    """Give uploads to another artist; of one that is there already, the one in use stays."""
    for upload in uploads:
        twin = VideoSource.get_or_none(
            VideoSource.artist == artist_id,
            VideoSource.provider == upload.provider,
            VideoSource.source_id == upload.source_id,
        )
        if twin is None:
            moved: dict[str, int | None] = {"artist": artist_id, "video": video_id}
            VideoSource.update(**moved).where(VideoSource.id == upload.id).execute()
            continue
        VideoFile.update(source=twin.id).where(VideoFile.source == upload.id).execute()
        Download.update(source=twin.id).where(Download.source == upload.id).execute()
        VideoSource.delete().where(VideoSource.id == upload.id).execute()
        if upload.accepted_key and not twin.accepted_key:
            values = {
                "video": video_id or twin.video_id,
                "verdict": Verdict.ACCEPTED.value,
                "verdict_by": upload.verdict_by_id,
                "accepted_key": upload.accepted_key,
            }
            VideoSource.update(**values).where(VideoSource.id == twin.id).execute()
        elif upload.verdict_by_id and not (twin.verdict_by_id or twin.accepted_key):
            said = {"verdict": upload.verdict, "verdict_by": upload.verdict_by_id}
            VideoSource.update(**said).where(VideoSource.id == twin.id).execute()


def _move_files(other_id: int, keep_id: int) -> None:
    """All files belong to the kept video; the one with the most lines plays."""
    VideoFile.update(main_key=None).where(VideoFile.main_key.in_([keep_id, other_id])).execute()
    VideoFile.update(video=keep_id).where(VideoFile.video == other_id).execute()
    best = (
        VideoFile.select(VideoFile.id)
        .where(VideoFile.video == keep_id, VideoFile.missing_since.is_null())
        .order_by(VideoFile.height.desc(), VideoFile.bit_rate.desc(), VideoFile.id)
        .first()
    )
    if best is not None:
        VideoFile.update(main_key=keep_id).where(VideoFile.id == best.id).execute()


def _move_unless_there(table: Any, key: str, other_id: int, keep_id: int) -> None:
    """Rows that join a video to something, each once."""
    column = getattr(table, key)
    there = [value for (value,) in table.select(column).where(table.video == keep_id).tuples()]
    theirs = table.video == other_id
    if there:
        theirs &= column.not_in(there)
    table.update(video=keep_id).where(theirs).execute()


def _move_ids(owner: str, other_id: int, keep_id: int) -> None:
    """What catalogues call the other one comes behind what they call the kept one."""
    column = getattr(ExternalId, owner)
    known = list(ExternalId.select(ExternalId.kind, ExternalId.value).where(column == other_id))
    ExternalId.delete().where(column == other_id).execute()
    for row in known:
        ExternalId.create(kind=row.kind, value=row.value, **{owner: keep_id})


def _move_distinct(other_id: int, keep_id: int) -> None:
    """Whom a person told apart from the other one is none of the kept one either."""
    told = Twin.select().where(
        Twin.is_distinct, (Twin.first == other_id) | (Twin.second == other_id)
    )
    for row in list(told):
        third = row.second_id if row.first_id == other_id else row.first_id
        first, second = sorted((keep_id, third))
        if third == keep_id:
            continue
        known = (Twin.first == first) & (Twin.second == second)
        if not Twin.update(is_distinct=True).where(known).execute():
            pair = {"first": first, "second": second, "reason": row.reason, "is_distinct": True}
            Twin.insert(**pair).on_conflict_ignore().execute()


def _remove_video(video: models.Video) -> None:
    search.forget(search.VIDEO, [video.id])
    try:
        Video.delete().where(Video.id == video.id).execute()
    except IntegrityError as error:  # a row that was added at this moment
        raise Conflict("Somebody changed this video at this moment. Try again.") from error
