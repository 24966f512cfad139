"""How much room is left on the library's disk."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from mvidarr import settings
from mvidarr.downloads import room
from mvidarr.settings import download_options, file_options


@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """Bytes. `reserve` stays free: downloads wait before they touch it."""

    path: str
    free: int
    total: int
    reserve: int

    @property
    def percent(self) -> float:
        """How much of the disk is in use."""
        return 100 * (self.total - self.free) / self.total if self.total else 100.0

    @property
    def is_low(self) -> bool:
        return self.free < self.reserve


def of_library() -> Space | None:
    """None where there is no library, or its disk is away."""
    path = settings.get(file_options.library_path)
    try:
        usage = shutil.disk_usage(Path(path)) if path else None
    except OSError:
        return None
    if usage is None:
        return None
    reserve = settings.get(download_options.disk_reserve) * room.MB
    return Space(path=path, free=usage.free, total=usage.total, reserve=reserve)
