"""Write NFO files, pictures and tags anew: for one video, an artist's, or all that match a filter.

A job goes through the videos by id and notes where it is; writing a file twice changes nothing.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from mvidarr import activity, models, settings
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid, NotFound
from mvidarr.core.terms import WorkState
from mvidarr.downloads import artwork, describe, ours
from mvidarr.downloads.ours import NFO
from mvidarr.integrations.youtube import tools
from mvidarr.library import details, files, status
from mvidarr.library.tables import Download, Video, VideoFile, VideoSource
from mvidarr.media import disks, naming, nfo, place, sidecars, tags
from mvidarr.media.sidecars import Outcome
from mvidarr.settings import file_options

log = logging.getLogger(__name__)


class Part(StrEnum):
    """What can be written anew."""

    NFO = "nfo"
    PICTURES = "pictures"
    TAGS = "tags"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to write; `overwrite`: also where somebody else changed what we wrote."""

    parts: frozenset[Part]
    overwrite: bool = False


@dataclass
class Done:
    """What became of the files of some videos; `kept`: paths of others' files that stay."""

    written: list[tuple[str, str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def video(video_id: int, order: Order, config: Config) -> Done:
    """Write all files of a video. Raises Unavailable while the library is away."""
    done = Done()
    with db.session():
        found = files.of(video_id)
        is_running = Download.select().where(
            Download.active_key == str(video_id), Download.state == WorkState.RUNNING
        )
        if not found or is_running.exists():  # a download writes it all by itself
            return done
    for file in found:
        _file(file, order, config, done)
    return done


def foreign(video_id: int) -> list[str]:
    """Names of the files beside a video that somebody else wrote or changed. Looks at the disk."""
    root = files.need_library()
    found = []
    for file in files.of(video_id):
        path = naming.inside(root, file.path)
        known = ours.known(file, path)
        for ending in (NFO, *artwork.endings()):
            beside = path.with_name(path.stem + ending)
            if sidecars.is_foreign(beside, known.get(ending)):
                found.append(beside.name)
    return found


@dataclass(frozen=True, kw_only=True)
class _Task:
    """One file with all that writing it needs. `existing`: the NFO that lies there."""

    file: models.VideoFile
    path: Path
    order: Order
    known: Mapping[str, str]
    description: details.Description
    picture: bytes | None

    def beside(self, ending: str) -> Path:
        return self.path.with_name(self.path.stem + ending)


def _file(file: models.VideoFile, order: Order, config: Config, done: Done) -> None:
    root = files.need_library()
    try:
        path = naming.inside(root, file.path)
        with disks.disk_errors(root):
            if not path.is_file():
                done.missing.append(file.path)
                return
            place.clear_leftovers(path.parent)
        task = _task(file, path, order, config)
        if _is_still(file):  # a picture may have taken its time to come
            _do(task, done)
    except Invalid:  # a link leads out of the library
        done.missing.append(file.path)
    except NotFound:  # deleted at this moment
        return
    except disks.LibraryOffline as error:
        files.need_library()
        log.warning("files stay path=%s error=%s", file.path, error)
        done.failed.append(file.path)  # one folder that we may not write into is not all of it


def _do(task: _Task, done: Done) -> None:
    parts = task.order.parts
    wanted: dict[str, bytes] = {}
    if Part.NFO in parts and settings.get(file_options.nfo_files):
        wanted[NFO] = _nfo(task)
    if Part.PICTURES in parts and task.picture:
        wanted |= dict.fromkeys(artwork.endings(), task.picture)
    outcomes = {ending: _write(task, ending, data) for ending, data in wanted.items()}
    digests = {ending: sidecars.digest(data) for ending, data in wanted.items()}
    is_tagged = Part.TAGS in parts and _tag(task, done)
    _note(task, outcomes, digests, is_tagged=is_tagged, done=done)


def _is_still(file: models.VideoFile) -> bool:
    with db.session():
        return bool(VideoFile.select().where(_same(file)).exists())


def _same(file: models.VideoFile) -> Any:
    """The row, as long as the file was neither renamed nor replaced."""
    is_same = (VideoFile.path_key == file.path_key) & (VideoFile.mtime == file.mtime)
    return (VideoFile.id == file.id) & is_same


def _task(file: models.VideoFile, path: Path, order: Order, config: Config) -> _Task:
    with db.session():
        description = details.describe(file.video_id, file.source_id)
        source = VideoSource.get_or_none(VideoSource.id == file.source_id)
        row = Video.get_or_none(Video.id == file.video_id)
        links = [source.image_url if source else None, row.image_url if row else None]
        about = artwork.known(file.video_id, links)
    known = ours.known(file, path)
    picture = None
    if order.parts & {Part.PICTURES, Part.TAGS}:
        picture = _own_picture(path, known)
        if picture is None:
            found = artwork.find(about, describe.noted(file, path), path, config)
            picture = found.data if found else None
    return _Task(
        file=file, path=path, order=order, known=known, description=description, picture=picture
    )


def _own_picture(path: Path, known: Mapping[str, str]) -> bytes | None:
    """A picture that we wrote beside the file: it is the newest, and costs nobody anything."""
    for ending in artwork.ENDINGS.values():
        beside = path.with_name(path.stem + ending)
        if ending in known and not sidecars.is_foreign(beside, known[ending]):
            found = sidecars.existing(beside)
            if found is not None:
                return found
    return None


def _nfo(task: _Task) -> bytes:
    existing = sidecars.existing(task.beside(NFO), nfo.LIMIT)
    facts = describe.noted(task.file, task.path)
    return describe.sidecar(task.description, facts, existing, task.file.created_at)


def _write(task: _Task, ending: str, data: bytes) -> Outcome:
    known = task.known.get(ending)
    return sidecars.write(task.beside(ending), data, known, overwrite=task.order.overwrite)


def _tag(task: _Task, done: Done) -> bool:
    cover = task.picture if settings.get(file_options.embed_picture) else None
    said = describe.tag_facts(task.description)
    try:
        return tags.write(task.path, said, cover, ffmpeg=tools.find_ffmpeg() or "ffmpeg")
    except tags.TagError as error:
        log.warning("tags stay path=%s error=%s detail=%r", task.file.path, error, error.detail)
        done.failed.append(task.file.path)
        return False


def _note(
    task: _Task,
    outcomes: Mapping[str, Outcome],
    digests: Mapping[str, str],
    *,
    is_tagged: bool,
    done: Done,
) -> None:
    """Write down what is ours now and what the file became."""
    former = PurePosixPath(task.file.path)
    changed = []
    known = dict(task.known)
    for ending, outcome in outcomes.items():
        name = former.with_name(former.stem + ending).as_posix()
        if outcome is Outcome.KEPT:
            done.kept.append(name)
            continue
        known[ending] = digests[ending]
        if outcome.is_written:
            changed.append((name, outcome.value))
    columns: dict[str, Any] = {"sidecar_hash": known.pop(NFO, None), "artwork": known}
    if is_tagged:
        changed.append((task.file.path, Outcome.CHANGED.value))
        with suppress(FileNotFoundError):  # deleted at this moment
            stat = task.path.stat()
            columns |= {"size": stat.st_size, "mtime": stat.st_mtime_ns // 1_000_000, "hash": None}
    with db.session(), db.atomic():
        VideoFile.update(**columns).where(_same(task.file)).execute()
        if is_tagged:
            status.restate([task.file.video_id])
        activity.files_changed(changed)
        if changed:
            activity.touch("video", task.file.video_id)
    done.written += changed
