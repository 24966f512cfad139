"""A file that a new one of the same video replaces: out of the way, and back when that fails."""

import contextlib
from collections.abc import Iterator

from mvidarr.core import db
from mvidarr.core.terms import TrashReason
from mvidarr.downloads import aside
from mvidarr.downloads.work import Job
from mvidarr.library import files, trash
from mvidarr.library.tables import VideoFile
from mvidarr.media import disks


@contextlib.contextmanager
def set_aside(job: Job) -> Iterator[None]:
    """Keep the video's own file of the same name in staging while the new one takes its place."""
    name = str(job.notes["target"])
    target = job.library / name
    if not _is_own(job) or not target.is_file():
        yield
        return
    kept = aside.path(job.staging, name)
    with disks.disk_errors(job.library):
        kept.parent.mkdir(exist_ok=True)
        target.rename(kept)
    try:
        yield
    except BaseException:
        aside.put_back(job.staging, job.library, name)
        raise


def to_trash(job: Job) -> None:
    """Have the former files of the video follow into the trash, in the caller's transaction.

    The new file is in place, and its row is not yet written.
    """
    target = str(job.notes["target"])
    kept = aside.path(job.staging, target)
    for file in files.of(job.row.video_id):
        if file.path != target:
            trash.put([file], TrashReason.REPLACED)
            files.forget(job.row.video_id, file.path)
        elif kept.is_file():
            lies = kept.relative_to(job.library).as_posix()
            trash.put([file], TrashReason.REPLACED, lying={target: lies})


def _is_own(job: Job) -> bool:
    key = files.path_key(str(job.notes["target"]))
    with db.session():
        mine = (VideoFile.path_key == key) & (VideoFile.video_id == job.row.video_id)
        return bool(VideoFile.select().where(mine).exists())
