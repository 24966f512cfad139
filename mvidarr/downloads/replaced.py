"""A file that a new one of the same video replaces: out of the way, and back when that fails."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mvidarr.core import db
from mvidarr.core.terms import TrashReason
from mvidarr.downloads.work import Job
from mvidarr.library import files, trash
from mvidarr.library.tables import VideoFile
from mvidarr.media import disks

FOLDER = "replaced"


@contextlib.contextmanager
def set_aside(job: Job) -> Iterator[None]:
    """Keep the video's own file of the same name in staging while the new one takes its place."""
    target = job.library / str(job.notes["target"])
    if not _is_own(job) or not target.is_file():
        yield
        return
    kept = job.staging / FOLDER / target.name
    with disks.disk_errors(job.library):
        kept.parent.mkdir(exist_ok=True)
        target.rename(kept)
    try:
        yield
    except BaseException:
        with disks.disk_errors(job.library):
            put_back(job.staging, target, str(job.notes["target"]))
        raise


def put_back(staging: Path, final: Path, target: str) -> None:
    """Undo `set_aside`, unless the new file took the place and was written down."""
    kept = staging / FOLDER / final.name
    if kept.is_file() and (not final.exists() or _is_noted(target, kept)):
        kept.replace(final)


def holds(staging: Path) -> bool:
    """Whether a file lies there that is still on its way into the trash."""
    kept = staging / FOLDER
    return kept.is_dir() and any(kept.iterdir())


def to_trash(job: Job) -> None:
    """Have the former files of the video follow into the trash, in the caller's transaction.

    The new file is in place, and its row is not yet written.
    """
    target = str(job.notes["target"])
    for file in files.of(job.row.video_id):
        if file.path != target:
            trash.put([file], TrashReason.REPLACED)
            files.forget(job.row.video_id, file.path)
        elif (job.staging / FOLDER / Path(target).name).is_file():
            lies = (job.staging / FOLDER / Path(target).name).relative_to(job.library)
            trash.put([file], TrashReason.REPLACED, lying={target: lies.as_posix()})


def _is_own(job: Job) -> bool:
    key = files.path_key(str(job.notes["target"]))
    with db.session():
        mine = (VideoFile.path_key == key) & (VideoFile.video_id == job.row.video_id)
        return bool(VideoFile.select().where(mine).exists())


def _is_noted(target: str, kept: Path) -> bool:
    """Whether the row of a place still means the former file."""
    with db.session():
        file = VideoFile.get_or_none(VideoFile.path_key == files.path_key(target))
    return file is not None and file.size == kept.stat().st_size
