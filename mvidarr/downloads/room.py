"""What keeps every download from starting: no library, no room on its disk, no ffmpeg."""

from pathlib import Path

from mvidarr import settings
from mvidarr.core.errors import NotConfigured
from mvidarr.core.terms import Cause
from mvidarr.downloads.causes import Failure
from mvidarr.integrations.youtube import tools
from mvidarr.library import files
from mvidarr.media import disks
from mvidarr.settings import download_options

MB = 1_000_000


def obstacle() -> Failure | None:
    """The first thing that is missing; None when downloads can go on. Looks at the disk."""
    try:
        library = files.need_library()
        check_room(library)
    except NotConfigured as error:
        return Failure(cause=Cause.LIBRARY_OFFLINE, sentence=str(error))
    except (disks.DiskFull, disks.LibraryOffline) as error:
        return Failure(cause=error.cause, sentence=str(error))
    except OSError as error:
        return Failure(
            cause=Cause.LIBRARY_OFFLINE, sentence=f"The library cannot be used: {error}."
        )
    return _write_protection(library) or _missing_tool()


def check_room(library: Path, needed: int = 0) -> None:
    """Raises DiskFull when less than the reserve would be left beside `needed` bytes."""
    reserve = settings.get(download_options.disk_reserve) * MB
    free = disks.free_bytes(library)
    if free < reserve + needed:
        wanted = f"{(reserve + needed) // MB + 1:,} MB are needed"
        raise disks.DiskFull(
            f"{free // MB:,} MB are free on the library's disk, {wanted}. Empty the trash, make "
            "room, or lower the reserve in the settings; it goes on by itself then."
        )


def _write_protection(library: Path) -> Failure | None:
    """Whether something can be made in the folder where downloads begin."""
    problem = disks.look(library).problem
    if not problem:
        return None
    full = disks.free_bytes(library) == 0
    return Failure(cause=Cause.DISK_FULL if full else Cause.LIBRARY_OFFLINE, sentence=problem)


def _missing_tool() -> Failure | None:
    if tools.find_ffmpeg() is not None:
        return None
    return Failure(
        cause=Cause.TOOL_MISSING,
        sentence="ffmpeg is missing. Install it; downloads go on by themselves then.",
    )
