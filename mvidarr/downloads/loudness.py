"""Loudness of files, measured after the download, so that no download waits for it."""

import logging
from typing import Any

from mvidarr import models, settings
from mvidarr.core import clock, db
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Cause
from mvidarr.integrations.youtube import tools
from mvidarr.jobs import jobs
from mvidarr.jobs.run import Context
from mvidarr.jobs.watch import Left
from mvidarr.library import files
from mvidarr.library.tables import VideoFile
from mvidarr.media import disks, loudness, naming
from mvidarr.media.loudness import Loudness, LoudnessError
from mvidarr.settings import file_options

log = logging.getLogger(__name__)

KIND = "measure"


def ask() -> None:
    """Have files measured that were not yet."""
    if settings.get(file_options.measure_loudness):
        jobs.add(KIND)


def run(job: models.Job, context: Context) -> None:
    """The work of a `measure` job: each file that nobody measured, the newest rows too."""
    with db.session():
        is_wanted = settings.get(file_options.measure_loudness)
    last, done = 0, 0
    while is_wanted and (file := _next(last)):
        context.progress(done, None, file.path)
        last = file.id
        done += _measure(file, context)
    context.result("1 file measured." if done == 1 else f"{done:,} files measured.")


def _next(last: int) -> models.VideoFile | None:
    with db.session():
        waiting = (VideoFile.id > last) & VideoFile.measured_at.is_null()
        there = waiting & VideoFile.missing_since.is_null()
        file: models.VideoFile | None = (
            VideoFile.select().where(there).order_by(VideoFile.id).first()
        )
    return file


def _measure(file: models.VideoFile, context: Context) -> bool:
    """Measure one file; false when it is not there, so that a later round tries again."""
    root = files.need_library()
    try:
        path = naming.inside(root, file.path)
        with disks.disk_errors(root):
            if not path.is_file():
                return False
    except Invalid:  # a link leads out of the library
        return False
    found: Loudness | None = None
    try:
        found = loudness.measure(
            path,
            ffmpeg=tools.find_ffmpeg() or "ffmpeg",
            timeout=max(300.0, (file.duration or 0) / 2),
            should_stop=context.watch.should_stop,
        )
        if found is None:
            raise Left
    except LoudnessError as error:
        if error.cause is Cause.TOOL_MISSING:
            raise
        log.info("loudness unknown path=%s detail=%r", file.path, error.detail)
    _note(file, found)
    return found is not None


def _note(file: models.VideoFile, found: Loudness | None) -> None:
    """Write it down, unless the file was replaced meanwhile."""
    columns: dict[str, Any] = {"measured_at": clock.now()}
    if found is not None:
        columns |= {"loudness": found.integrated, "true_peak": found.true_peak}
    with db.session(), db.atomic():
        same = (VideoFile.id == file.id) & (VideoFile.mtime == file.mtime)
        VideoFile.update(**columns).where(same).execute()
