"""Files of videos: noted when they are in place, opened for playing, forgotten.

A path is kept relative to the library and resolved again, and checked, each time it is used.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from peewee import IntegrityError

from mvidarr import models, settings
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Conflict, Invalid, NotConfigured, NotFound
from mvidarr.library import status
from mvidarr.library.tables import Video, VideoFile
from mvidarr.media import naming, place
from mvidarr.settings import file_options

CAPTION_BYTES = 5 << 20
SAMPLES = 5  # files that are looked for where the library's own folder is missing
MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
}
_SRT_TIME = re.compile(r"(\d\d:\d\d:\d\d),(\d{3})")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewFile:
    """A file in place, as measured. `path` is relative to the library; `mtime` in ms."""

    path: str
    size: int
    mtime: int
    container: str | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    hdr: str | None = None
    bit_rate: int | None = None
    channels: int | None = None
    duration: float | None = None
    subtitles: Sequence[str] = ()  # names of the sidecar files
    source_id: int | None = None
    sidecar_hash: str | None = None
    artwork: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[str] = ()
    hash: str | None = None
    loudness: float | None = None
    true_peak: float | None = None
    measured_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Caption:
    """Subtitles beside a file; `language` as a code, empty when the name says none."""

    number: int
    language: str
    path: Path


def library() -> Path:
    """The library folder. Raises NotConfigured before one is chosen."""
    chosen = settings.get(file_options.library_path)
    if not chosen:
        raise NotConfigured("Choose a library folder in the settings first.")
    return Path(chosen)


def need_library() -> Path:
    """The library folder, there and mounted. Raises Unavailable."""
    root = library()
    try:
        is_there = root.is_dir()
        is_bare = is_there and _is_mount_point(root)
    except OSError as error:  # a share whose server went away
        raise place.LibraryOffline(f"The library folder {root} cannot be reached.") from error
    if not is_there:
        raise place.LibraryOffline(f"The library folder {root} is missing. Is its disk mounted?")
    if is_bare:
        raise place.LibraryOffline(
            f"Nothing of the library is in its folder {root}. Is its disk mounted?"
        )
    return root


def attach(video_id: int, new: NewFile) -> models.VideoFile:
    """Note the file that plays for a video from now on; once more changes nothing.

    Raises NotFound when the video is gone, Conflict when another video has the path.
    """
    key = path_key(new.path)
    columns = {**asdict(new), "path_key": key}
    columns |= {"subtitles": list(new.subtitles), "findings": list(new.findings)}
    columns |= {"video": video_id, "source": columns.pop("source_id"), "missing_since": None}
    with db.atomic():
        status.lock(Video, [video_id])
        if not Video.select().where(Video.id == video_id).exists():
            raise NotFound("The video was deleted in the meantime.")
        known = VideoFile.get_or_none(VideoFile.path_key == key)
        if known is not None and known.video_id != video_id:
            raise Conflict(f"Another video has the file {new.path}.")
        main = VideoFile.main_key == video_id
        VideoFile.update(main_key=None).where(main).execute()
        try:
            ident = _write(known, columns | {"main_key": video_id})
        except IntegrityError as error:
            raise Conflict(f"Another video has the file {new.path}.") from error
        status.restate([video_id])
        file: models.VideoFile = VideoFile.get_by_id(ident)
        return file


def of(video_id: int) -> list[models.VideoFile]:
    """The file that plays first, then what else lies there."""
    query = VideoFile.select().where(VideoFile.video_id == video_id)
    return list(query.order_by(VideoFile.main_key.is_null(), VideoFile.id.desc()))


def get(video_id: int, file_id: int) -> models.VideoFile:
    """One file of a video. Raises NotFound."""
    mine = (VideoFile.id == file_id) & (VideoFile.video_id == video_id)
    file: models.VideoFile | None = VideoFile.get_or_none(mine)
    if file is None:
        raise NotFound("This file is not there any more.")
    return file


def main_of(video_id: int) -> models.VideoFile:
    """The file that plays. Raises NotFound."""
    file: models.VideoFile | None = VideoFile.get_or_none(VideoFile.main_key == video_id)
    if file is None:
        raise NotFound("This video has no file yet.")
    return file


def forget(video_id: int, path: str) -> None:
    """Drop the row of a file that is no longer on the disk, for example a replaced one."""
    with db.atomic():
        mine = (VideoFile.video_id == video_id) & (VideoFile.path_key == path_key(path))
        VideoFile.delete().where(mine).execute()
        _promote(video_id)
        status.restate([video_id])


def stream_path(video_id: int) -> Path:
    """The real path of the file that plays. Raises NotFound."""
    return _real(main_of(video_id).path)


def media_type(path: Path) -> str:
    return MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")


def captions(file: models.VideoFile) -> list[Caption]:
    """Subtitles beside a file, in the order they are offered. Looks at no disk."""
    folder = PurePosixPath(file.path).parent
    stem = PurePosixPath(file.path).stem
    found = []
    for number, name in enumerate(file.subtitles):
        language = PurePosixPath(name).stem.removeprefix(stem).strip(".")
        found.append(Caption(number=number, language=language, path=Path(folder / name)))
    return found


def caption_text(video_id: int, number: int) -> str:
    """One caption as WebVTT. Raises NotFound."""
    offered = captions(main_of(video_id))
    if not 0 <= number < len(offered):
        raise NotFound("There are no such captions.")
    path = _real(offered[number].path.as_posix())
    try:
        with path.open("rb") as file:
            content = file.read(CAPTION_BYTES)
    except OSError as error:
        raise NotFound("The captions cannot be read.") from error
    lines = content.decode("utf-8-sig", "replace")
    if lines.startswith("WEBVTT"):
        return lines
    return "WEBVTT\n\n" + _SRT_TIME.sub(r"\1.\2", lines)


def path_key(path: str) -> str:
    """What the unique index compares: case and composition do not count."""
    return text.bounded(naming.path_key(path))


def _is_mount_point(root: Path) -> bool:
    """Whether the folder is only where the library would be mounted: nothing of ours is there."""
    if (root / place.OWN_FOLDER).exists():
        return False
    with db.session():
        query = VideoFile.select(VideoFile.path).order_by(VideoFile.id.desc()).limit(SAMPLES)
        newest = [path for (path,) in query.tuples()]
    return bool(newest) and not any((root / path).exists() for path in newest)


def _write(known: models.VideoFile | None, columns: dict[str, object]) -> int:
    if known is None:
        made: int = VideoFile.create(**columns).id
        return made
    values = {**columns, "updated_at": clock.now()}
    VideoFile.update(**values).where(VideoFile.id == known.id).execute()
    return known.id


def _promote(video_id: int) -> None:
    """Have another file play when the one that did is gone."""
    mine = VideoFile.select(VideoFile.id).where(VideoFile.video_id == video_id)
    if mine.where(VideoFile.main_key.is_null(False)).exists():
        return
    newest = mine.order_by(VideoFile.id.desc()).first()
    if newest is not None:
        VideoFile.update(main_key=video_id).where(VideoFile.id == newest.id).execute()


def _real(path: str) -> Path:
    try:
        found = naming.inside(library(), path)
        is_there = found.is_file()
    except Invalid as error:
        raise NotFound("The file lies outside the library.") from error
    except OSError as error:
        raise NotFound("The file cannot be reached. Is the library mounted?") from error
    if not is_there:
        raise NotFound("The file is not on the disk. Is the library mounted?")
    return found
