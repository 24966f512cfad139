"""Which yt-dlp children take: the one that MVidarr was installed with, or a newer one in `tools`.

Each update has a folder of its own. The file `current` names the one in use and the one before it,
a line each, and is replaced as a whole: whenever a process is killed, one of them holds.
"""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mvidarr.integrations.youtube import tools

CURRENT = "current"
INSTALLED = "installed"  # stands for the one that MVidarr was installed with
UNDER_WAY = ".new-"  # begins the name of a folder that is not complete
_VERSION = r"[0-9][0-9A-Za-z.]{0,60}"
_PYTHON = f"py{sys.version_info.major}.{sys.version_info.minor}"  # some of its parts are compiled
_NAME = re.compile(f"yt-dlp-({_VERSION})-{re.escape(_PYTHON)}")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Names of folders below `tools`, or `INSTALLED`; nothing came before the first update."""

    used: str = INSTALLED
    before: str = ""


def current(folder: Path | None) -> Path | None:
    """The folder that a child takes yt-dlp from; None for the one that was installed.

    That one is taken, too, when an upgrade of MVidarr brought one that is newer.
    """
    return _usable(folder, choice(folder).used) if folder else None


def version(folder: Path | None) -> str | None:
    """The version that children take; None when there is none at all."""
    used = current(folder)
    return version_of(used.name) if used else tools.ytdlp_version()


def choice(folder: Path) -> Choice:
    """What was chosen last; the installed one when that cannot be read."""
    try:
        used, before, *_ = [*(folder / CURRENT).read_text("utf-8").splitlines(), "", ""]
    except (OSError, UnicodeDecodeError):
        return Choice()
    return Choice(used=used or INSTALLED, before=before)


def choose(folder: Path, name: str) -> None:
    """Have children take this one from now on; the one in use comes before it."""
    was = choice(folder).used
    fresh = folder / f".{CURRENT}-{secrets.token_hex(4)}"
    try:
        with fresh.open("x", encoding="utf-8") as out:
            out.write(f"{name}\n{was}\n")
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(folder / CURRENT)
    finally:
        fresh.unlink(missing_ok=True)


def previous(folder: Path) -> str | None:
    """What one can go back to, as it is called in `current`; None when that changes nothing."""
    name = choice(folder).before
    known = tools.ytdlp_version() if name == INSTALLED else version_of(name)
    is_other = _usable(folder, name) != current(folder)
    return name if known and is_other else None


@contextlib.contextmanager
def held(folder: Path | None) -> Iterator[None]:
    """Keep a version from being removed: children load parts of it as they come to need them."""
    with contextlib.ExitStack() as stack:
        if folder:
            with contextlib.suppress(OSError):  # gone, or on a disk that knows no locks
                stack.enter_context(_locked(folder, fcntl.LOCK_SH))
        yield


def name_of(version: str) -> str:
    """What the folder of a version is called."""
    return f"yt-dlp-{version}-{_PYTHON}"


def version_of(name: str) -> str | None:
    """The version in a folder of that name; None for what is none, or for another Python."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def is_newer(version: str, other: str) -> bool:
    return _numbers(version) > _numbers(other)


def clear(folder: Path) -> None:
    """Remove what an update left that was killed, and versions that nobody uses or can go back
    to."""
    known = choice(folder)
    for path in folder.iterdir():
        is_old = path.name.startswith("yt-dlp-") and path.name not in (known.used, known.before)
        if path.name.startswith(UNDER_WAY) or (is_old and not _is_held(path)):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(f".{CURRENT}-"):
            path.unlink(missing_ok=True)


def _usable(folder: Path, name: str) -> Path | None:
    """Where children would take the one of that name from; None for the installed one."""
    known = version_of(name)
    if known is None or not (folder / name).is_dir():
        return None
    installed = tools.ytdlp_version()
    return folder / name if installed is None or is_newer(known, installed) else None


@contextlib.contextmanager
def _locked(folder: Path, kind: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _is_held(folder: Path) -> bool:
    try:
        with _locked(folder, fcntl.LOCK_EX):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
