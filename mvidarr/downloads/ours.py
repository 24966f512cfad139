"""Which files beside a video are ours: those that are still as we wrote them."""

from pathlib import Path

from mvidarr import models
from mvidarr.core import clock
from mvidarr.downloads import artwork
from mvidarr.media import sidecars

NFO = ".nfo"
BEFORE = clock.HOUR  # pictures were written this long before their row at most


def known(file: models.VideoFile, path: Path) -> dict[str, str]:
    """Ending → digest of what we wrote last beside a file that lies at `path`. Looks at the disk.

    Earlier versions noted no pictures: what came with the file, beside an NFO of ours, is ours too.
    """
    told: dict[str, str] = dict(file.artwork)
    if not file.sidecar_hash:
        return told
    told[NFO] = file.sidecar_hash
    if not file.artwork and not sidecars.is_foreign(path.with_name(path.stem + NFO), told[NFO]):
        for ending in artwork.ENDINGS.values():
            beside = path.with_name(path.stem + ending)
            data = sidecars.existing(beside)
            age = file.created_at - beside.stat().st_mtime_ns // 1_000_000 if data else -1
            if data and 0 <= age <= BEFORE:
                told[ending] = sidecars.digest(data)
    return told
