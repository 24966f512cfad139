"""One worker per data folder: a lock that the system lets go of when its holder dies."""

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mvidarr.core.config import Config
from mvidarr.core.errors import BootError

LOOK_EVERY = 0.2  # seconds


@contextlib.contextmanager
def hold(
    config: Config, patience: float, give_up: Callable[[], bool] = lambda: False
) -> Iterator[str]:
    """Be the only worker of the data folder; gives the folder's own name, the same for ever.

    A worker that is just ending is waited for, `patience` seconds. Raises BootError.
    """
    file = config.data / "worker.lock"
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + patience
        while not _locked(handle):
            if time.monotonic() > deadline or give_up():
                raise BootError(f"Another worker uses the data folder {config.data}.")
            time.sleep(LOOK_EVERY)
        yield _name(file)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _name(file: Path) -> str:
    """Kept in the lock's file, so that a restarted worker knows rows of its predecessors."""
    known = file.read_text("ascii").strip()
    if not known:
        known = secrets.token_hex(8)
        file.write_text(known + "\n", "ascii")
    return known
