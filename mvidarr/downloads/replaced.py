"""A file that a new one of the same video replaces: out of the way, and back when that fails."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mvidarr.core import db
from mvidarr.downloads.work import Job
from mvidarr.library import files
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
            put_back(job.staging, target)
        raise


def put_back(staging: Path, target: Path) -> None:
    """Undo `set_aside`, if the new file did not take the place."""
    kept = staging / FOLDER / target.name
    if kept.is_file() and not target.exists():
        kept.rename(target)


def remove_former(job: Job) -> None:
    """Remove a former file of the video that had another name."""
    with db.session():
        former = [
            file.path for file in files.of(job.row.video_id) if file.path != job.notes["target"]
        ]
        for path in former:
            files.forget(job.row.video_id, path)
    files.discard(former)


def _is_own(job: Job) -> bool:
    key = files.path_key(str(job.notes["target"]))
    with db.session():
        mine = (VideoFile.path_key == key) & (VideoFile.video_id == job.row.video_id)
        return bool(VideoFile.select().where(mine).exists())
