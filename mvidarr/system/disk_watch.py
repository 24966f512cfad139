"""Say once that the library's disk is almost full, and once that there is room again."""

from pathlib import Path

from mvidarr import activity, settings
from mvidarr.core import clock, db
from mvidarr.core.terms import ServiceState
from mvidarr.governor import budget
from mvidarr.media import disks
from mvidarr.settings import download_options, file_options

ROW = "disk"
MB = 1_000_000
SLACK = 1.1  # of the reserve: a disk that is just below and just above is said to be full once


def look() -> str:
    """Compare what is free with the reserve; answers what was found, in words."""
    with db.session():
        path = settings.get(file_options.library_path)
        reserve = settings.get(download_options.disk_reserve) * MB
    state = disks.look(Path(path)) if path else None
    if state is None or not state.is_dir or state.free is None:
        return "The library is not there."
    free = state.free
    with db.session():
        db.transact(lambda: _note(free, reserve))
    return f"{free // MB:,} MB are free."


def _note(free: int, reserve: int) -> None:
    row = budget.locked(ROW)
    was_low = row.state == ServiceState.BROKEN
    if was_low == (free < (reserve * SLACK if was_low else reserve)):
        return
    state = ServiceState.WORKING if was_low else ServiceState.BROKEN
    budget.change(row, state=state, since=clock.now())
    room = f"{free // MB:,} MB are free on the library's disk"
    if was_low:
        activity.record("disk.healed", f"{room}: downloads go on", free=free)
    else:
        said = f"{room}, less than the reserve of {reserve // MB:,} MB: downloads wait"
        activity.record("disk.low", said, free=free)
