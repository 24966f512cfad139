"""Bring staging, files and rows together again: what no active download needs is removed."""

import logging
from pathlib import Path

from mvidarr.core import db
from mvidarr.core.errors import Error
from mvidarr.downloads import aside
from mvidarr.library import files, restore, trash
from mvidarr.library.tables import Download
from mvidarr.media import disks, place

log = logging.getLogger(__name__)


def clear_staging() -> list[int]:
    """Remove the folders of downloads that ended; answers their ids. Looks at the disk."""
    try:
        library = files.need_library()
        with db.session():
            restore.settle()  # what a crash left between the library and its trash
        found = staged()
    except (Error, OSError):  # no library to clear: the downloads say so themselves
        return []
    ended = [download_id for download_id in found if not _is_active(download_id)]
    for download_id in ended:
        _remove(library, download_id)
    return ended


def staged() -> list[int]:
    """Ids of the downloads that have a folder. Looks at the disk; raises where it is away."""
    library = files.need_library()
    with disks.disk_errors(library):
        folder = library / place.OWN_FOLDER / "staging"
        if not folder.is_dir():
            return []
        return [int(entry.name) for entry in folder.iterdir() if entry.name.isdecimal()]


def clear(download_id: int) -> None:
    """Remove the folder of one download, unless it is active."""
    if _is_active(download_id):
        return
    try:
        _remove(files.need_library(), download_id)
    except (Error, OSError) as error:
        log.warning("staging stays id=%s error=%s", download_id, error)


def _is_active(download_id: int) -> bool:
    with db.session():
        active = (Download.id == download_id) & Download.active_key.is_null(False)
        return bool(Download.select().where(active).exists())


def _remove(library: Path, download_id: int) -> None:
    """Remove a folder; a file that was replaced goes into the trash before, or back."""
    staging = library / place.OWN_FOLDER / "staging" / str(download_id)
    try:
        with db.session():
            row = Download.get_or_none(Download.id == download_id)
            if aside.holds(staging) and trash.settle():
                return  # another time: it is all that is left of the former file
        aside.clear_staging(library, download_id, row.notes.get("target") if row else None)
    except (Error, OSError) as error:
        log.warning("staging stays id=%s error=%s", download_id, error)
