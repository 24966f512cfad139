"""Put back what lies in the trash: the files into their place, the video into the library.

The place is written down first, so that whoever finds it half done after a crash goes on.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import Any

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, Error, NotFound, Unavailable
from mvidarr.core.terms import Verdict, Wish
from mvidarr.library import artists, files, trash, videos
from mvidarr.library.artists import NewArtist
from mvidarr.library.files import NewFile
from mvidarr.library.tables import Block, Image, TrashItem, Video, VideoFile, VideoSource
from mvidarr.library.videos import Song
from mvidarr.media import naming, place
from mvidarr.media import trash as folders

log = logging.getLogger(__name__)

Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """Where a file lies again, below the library, and whose it is; sidecars alone are nobody's."""

    path: str
    video_id: int | None


def restore(item_id: int) -> Restored:
    """Put one item back. Where another file has the place it lies beside it.

    A video or an artist that was deleted is
    made again. Raises NotFound, and Unavailable while the library is away.
    """
    row = trash.get(item_id)
    library = files.need_library().resolve()
    if row.moved_at is None and trash.TO not in row.facts:
        trash.settle()
        row = trash.get(item_id)
    if row.moved_at is None and trash.TO not in row.facts:
        raise Unavailable("The file is still on its way into the trash. Try again later.")
    target = row.facts.get(trash.TO) or _free(row.path, library)
    facts = {**row.facts, trash.TO: target}
    TrashItem.update(facts=facts, moved_at=None).where(TrashItem.id == item_id).execute()
    try:
        return _go_on(item_id, target, library)
    except Conflict:  # somebody took the place at this moment: the next try finds another one
        facts.pop(trash.TO)
        stays = {"facts": facts, "moved_at": clock.now()}
        TrashItem.update(**stays).where(TrashItem.id == item_id).execute()
        raise


def batch(batch_id: int, progress: Progress) -> int:
    """Put back all that was deleted together; how many items there were."""
    rows = TrashItem.select(TrashItem.id).where(TrashItem.batch == batch_id)
    ids = [ident for (ident,) in rows.order_by(TrashItem.id).tuples()]
    done = 0
    for number, ident in enumerate(ids, start=1):
        try:
            restore(ident)
            done += 1
        except (NotFound, Conflict) as error:
            log.warning("not restored item=%s error=%s", ident, error)
        progress(number, len(ids), "")
    return done


def settle() -> int:
    """Finish what is under way in both directions; how many items are left."""
    left = trash.settle()
    for row in list(TrashItem.select().where(TrashItem.moved_at.is_null())):
        if trash.TO not in row.facts:
            continue
        try:
            restore(row.id)
        except (Error, OSError) as error:
            left += 1
            log.warning("not restored yet item=%s error=%s", row.id, error)
    return left


def _go_on(item_id: int, target: str, library: Path) -> Restored:
    row = trash.get(item_id)
    final = naming.inside(library, target)
    former = PurePosixPath(row.path).name
    placed = folders.give_back(library, item_id, former, final)
    video_id = db.transact(lambda: _write(row, target, final, placed))
    folders.remove(library, item_id)
    return Restored(path=target, video_id=video_id)


def _write(row: models.TrashItem, target: str, final: Path, placed: list[Path]) -> int | None:
    """Note the file again, and answer whose it is; nothing when somebody has just done it."""
    if not TrashItem.delete().where(TrashItem.id == row.id).execute():
        return row.video_id
    video_id: int | None = None
    artist_id = row.artist_id
    if final.is_file():
        video = _video(row)
        video_id, artist_id = video.id, video.artist_id
        stat = final.stat()
        known = _known(row.facts, video)
        size, mtime = stat.st_size, stat.st_mtime_ns // 1_000_000
        files.attach(video_id, NewFile(path=target, size=size, mtime=mtime, **known))
        activity.touch("video", video_id)
        activity.touch("videos", video_id)
    activity.record("files.restored", row.title, artist_id=artist_id, video_id=video_id)
    root = final.parents[len(PurePosixPath(target).parts) - 1]
    found = (file.relative_to(root).as_posix() for file in [final, *placed] if file.is_file())
    activity.files_changed((path, "created") for path in dict.fromkeys(found))
    activity.touch("trash")
    activity.touch("nav")
    return video_id


def _known(facts: Mapping[str, Any], video: models.Video) -> dict[str, Any]:
    """What was measured of the file; its upload, as long as the video still has it."""
    left_out = ("path", "size", "mtime")
    known = {
        name: value
        for name, value in facts["file"].items()
        if name in NewFile.__slots__ and name not in left_out
    }
    upload = facts["upload"] or {"provider": "", "source_id": ""}
    source = VideoSource.get_or_none(
        VideoSource.video == video.id,
        VideoSource.provider == upload["provider"],
        VideoSource.source_id == upload["source_id"],
    )
    return {**known, "source_id": source.id if source else None}


def _video(row: models.TrashItem) -> models.Video:
    """The video that the file was of, made again when it was deleted."""
    video = videos.find(row.video_id) if row.video_id else None
    if video is not None:
        return video
    said = row.facts["video"]
    artist = _artist(row)
    title_key, kind, version_key = videos.key_of(said["title"], said["type"], said["version"])
    found: models.Video | None = Video.get_or_none(
        Video.artist == artist.id,
        Video.title_key == title_key,
        Video.type == kind,
        Video.version_key == version_key,
    )
    return found or _made(artist, row.facts)


def _made(artist: models.Artist, facts: Mapping[str, Any]) -> models.Video:
    """The video as it was: its words, what people said of it, its picture, its upload."""
    video = videos.create(artist, Song(**facts["video"]), Wish(facts["more"]["wish"]))
    image = Image.get_or_none(Image.hash == facts["image"]) if facts["image"] else None
    columns = {**facts["more"], "image": image.id if image else None}
    Video.update(**columns).where(Video.id == video.id).execute()
    if facts["upload"]:
        _take_upload(video, facts["upload"])
    return video


def _take_upload(video: models.Video, upload: Mapping[str, Any]) -> None:
    """Have the video come from its upload again, unless another one does, or nobody may."""
    key = f"{upload['provider']}:{upload['source_id']}"
    same = (VideoSource.provider == upload["provider"]) & (
        VideoSource.source_id == upload["source_id"]
    )
    mine = VideoSource.get_or_none(same & (VideoSource.artist == video.artist_id))
    is_used = VideoSource.select().where(VideoSource.accepted_key == key).exists()
    is_blocked = Block.select().where(
        Block.provider == upload["provider"], Block.source_id == upload["source_id"]
    )
    if is_used or is_blocked.exists():
        return
    taken = {"video": video.id, "verdict": Verdict.ACCEPTED.value, "accepted_key": key}
    if mine is None:
        VideoSource.create(artist=video.artist_id, **upload, **taken)
    else:
        VideoSource.update(**taken).where(VideoSource.id == mine.id).execute()


def _artist(row: models.TrashItem) -> models.Artist:
    """The artist; one that was deleted is made again, and not monitored: a person decides that."""
    said = row.facts["artist"]
    known = artists.find(row.artist_id) if row.artist_id else None
    known = known or artists.find_by_name(said["name"], said["disambiguation"])
    if known is not None:
        return known
    new = NewArtist(name=said["name"], disambiguation=said["disambiguation"], monitored=False)
    return artists.add(new)


def _free(path: str, library: Path) -> str:
    """The former place, or one beside it where no other video lies."""
    former = PurePosixPath(path)
    for mark in chain([""], (f" ({number})" for number in count(2))):
        wanted = former.with_name(f"{former.stem}{mark}{former.suffix}")
        final = naming.inside(library, wanted)
        videos_there = [final.with_suffix(ending) for ending in sorted(place.VIDEOS)]
        is_known = VideoFile.path_key == files.path_key(wanted.as_posix())
        if not any(map(Path.exists, videos_there)) and not VideoFile.get_or_none(is_known):
            return wanted.as_posix()
    raise Conflict("There is no free place for the file.")


def run_batch(job: models.Job, context: Any) -> None:
    """The work of a `restore` job."""
    done = batch(int(job.subject), context.progress)
    context.result("1 file put back." if done == 1 else f"{done:,} files put back.")


def run_empty(job: models.Job, context: Any) -> None:
    """The work of an `empty_trash` job."""
    removed = trash.empty(int(job.args["up_to"]), context.progress)
    context.result("1 removed for good." if removed == 1 else f"{removed:,} removed for good.")
