"""Files beside a video or in an artist's folder: written whole, and never over somebody's work.

A file is ours as long as it is what we wrote last, which its digest tells.
"""

from enum import Enum
from pathlib import Path

from mvidarr.media import nfo_xml, place
from mvidarr.media.disks import disk_errors

digest = nfo_xml.digest


class Outcome(Enum):
    """What became of a file that we would write."""

    NEW = "created"
    CHANGED = "modified"
    SAME = "same"
    KEPT = "kept"  # somebody else changed or made it

    @property
    def is_written(self) -> bool:
        return self in (Outcome.NEW, Outcome.CHANGED)


def existing(path: Path, most: int = 32 << 20) -> bytes | None:
    """What lies there; None when there is no file, or one that is too large to be ours."""
    with disk_errors(path.parent):
        if not path.is_file() or path.stat().st_size > most:
            return None
        return path.read_bytes()


def is_foreign(path: Path, *known: str | None) -> bool:
    """Whether a file lies there that we did not write; `known`: digests of what we did."""
    found = existing(path)
    if found is None:
        return path.exists()
    return digest(found) not in known


def write(path: Path, data: bytes, known: str | None, *, overwrite: bool = False) -> Outcome:
    """Write a file unless somebody else did, or, with `overwrite`, even then."""
    found = existing(path)
    if found == data:
        return Outcome.SAME
    is_there = path.exists()
    if is_there and not overwrite and (found is None or digest(found) != known):
        return Outcome.KEPT
    with disk_errors(path.parent):
        place.replace(path, data)
    return Outcome.CHANGED if is_there else Outcome.NEW


def remove(path: Path, known: str | None) -> bool:
    """Remove a file if it is ours."""
    if known is None or is_foreign(path, known):
        return False
    with disk_errors(path.parent):
        path.unlink(missing_ok=True)
    return True
