"""The former file of a video, kept in staging while a new one takes its place."""

from pathlib import Path

from mvidarr.core import db
from mvidarr.library import files
from mvidarr.library.tables import VideoFile
from mvidarr.media import disks, place

FOLDER = "replaced"


def path(staging: Path, target: str) -> Path:
    """Where the file that lay at `target` is kept."""
    return staging / FOLDER / Path(target).name


def holds(staging: Path) -> bool:
    """Whether a file lies there that is still on its way into the trash."""
    kept = staging / FOLDER
    return kept.is_dir() and any(kept.iterdir())


def put_back(staging: Path, library: Path, target: str) -> None:
    """Undo it, unless the new file took the place and was written down."""
    kept, final = path(staging, target), library / target
    with disks.disk_errors(library):
        if kept.is_file() and (not final.exists() or _is_noted(target, kept)):
            kept.replace(final)


def clear_staging(library: Path, download_id: int, target: str | None) -> None:
    """Remove what a download left; what lay at its `target` before goes back there."""
    if target:
        staging = library / place.OWN_FOLDER / "staging" / str(download_id)
        put_back(staging, library, target)
    place.clear_staging(library, download_id)


def _is_noted(target: str, kept: Path) -> bool:
    """Whether the row of a place still means the former file."""
    with db.session():
        file = VideoFile.get_or_none(VideoFile.path_key == files.path_key(target))
    return file is not None and file.size == kept.stat().st_size
