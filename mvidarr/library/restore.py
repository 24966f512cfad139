"""Put back what lies in the trash: the files into their place, the video into the library.

The place is written down first, so that whoever finds it half done after a crash goes on.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, Error, Invalid, NotFound, Unavailable
from mvidarr.core.terms import Verdict, Wish
from mvidarr.library import artist_files, artists, files, paths, trash, videos
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

    A video or an artist that was deleted is made again. Raises NotFound or Conflict, and
    Unavailable while the library is away.
    """
    row = trash.get(item_id)
    library = files.need_library().resolve()
    if row.moved_at is None and trash.TO not in row.facts:
        trash.settle()
        row = trash.get(item_id)
    if trash.TO not in row.facts and not _begin(row, library):
        row = trash.get(item_id)  # of two who put it back, both take the same place
    if trash.TO not in row.facts:
        raise Unavailable("The file is still on its way into the trash. Try again later.")
    return _go_on(row, library)


def batch(batch_id: int, progress: Progress) -> int:
    """Put back all that was deleted together; how many items there were."""
    rows = TrashItem.select(TrashItem.id).where(TrashItem.batch == batch_id)
    ids = [ident for (ident,) in rows.order_by(TrashItem.id).tuples()]
    done = 0
    for number, ident in enumerate(ids, start=1):
        try:
            restore(ident)
            done += 1
        except (NotFound, Conflict, Invalid) as error:
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


def _begin(row: models.TrashItem, library: Path) -> bool:
    """Note the place that an item goes to, unless somebody else just did."""
    row.facts = {**row.facts, trash.TO: _free(row.path, library)}
    lies = (TrashItem.id == row.id) & TrashItem.moved_at.is_null(False)
    return bool(TrashItem.update(facts=row.facts, moved_at=None).where(lies).execute())


def _go_on(row: models.TrashItem, library: Path) -> Restored:
    target = row.facts[trash.TO]
    final = naming.inside(library, target)
    try:
        placed = folders.give_back(library, row.id, PurePosixPath(row.path).name, final)
    except (Conflict, NotFound):  # somebody took the place at this moment, or all is gone
        facts = {name: value for name, value in row.facts.items() if name != trash.TO}
        stays = {"facts": facts, "moved_at": clock.now()}
        TrashItem.update(**stays).where(TrashItem.id == row.id).execute()
        raise
    # before its row: numbers are given out again, and nothing may lie in the next one's folder
    folders.remove(library, row.id)
    video_id = db.transact(lambda: _write(row, target, final, placed))
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
        known = _known(row.facts, video) | {"subtitles": _captions(row, final)}
        size, mtime = stat.st_size, stat.st_mtime_ns // 1_000_000
        files.attach(video_id, NewFile(path=target, size=size, mtime=mtime, **known))
        artist_files.follow(artists.get(artist_id))
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


def _captions(row: models.TrashItem, final: Path) -> list[str]:
    """Names of the captions, which are called as the file is now."""
    former = PurePosixPath(row.path).stem
    names = (final.stem + name.removeprefix(former) for name in row.facts["file"]["subtitles"])
    return [name for name in names if final.with_name(name).is_file()]


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
    name, apart = said["name"], said["disambiguation"]
    known = artists.find(row.artist_id) if row.artist_id else None
    known = known or artists.find_by_name(name, apart)
    if known is None and not apart:  # it may be another name of one by now
        known = artists.known_as(name, apart, {})
    return known or artists.add(NewArtist(name=name, disambiguation=apart, monitored=False))


def _free(path: str, library: Path) -> str:
    """The former place, or one beside it where no other video lies."""
    former = PurePosixPath(path)
    places = naming.places(former.with_suffix(""), style=paths.style())
    every = (found.with_name(found.name + former.suffix) for found in places)
    return next(wanted.as_posix() for wanted in every if _is_free(wanted, library))


def _is_free(wanted: PurePosixPath, library: Path) -> bool:
    """Whether no video of this name lies there, in whatever container, and none is to."""
    folder = naming.inside(library, wanted).parent
    endings = {wanted.suffix, *place.VIDEOS}
    there = [one for one in folder.iterdir() if one.suffix in endings] if folder.is_dir() else []
    key = naming.stem_key(wanted.name)
    known = VideoFile.path_key == files.path_key(wanted.as_posix())
    is_taken = any(naming.stem_key(one.name) == key for one in there)
    return not is_taken and not VideoFile.select().where(known).exists()


def run_batch(job: models.Job, context: Any) -> None:
    """The work of a `restore` job."""
    done = batch(int(job.subject), context.progress)
    context.result("1 file put back." if done == 1 else f"{done:,} files put back.")


def run_empty(job: models.Job, context: Any) -> None:
    """The work of an `empty_trash` job."""
    removed = trash.empty(int(job.args["up_to"]), context.progress)
    context.result("1 removed for good." if removed == 1 else f"{removed:,} removed for good.")
