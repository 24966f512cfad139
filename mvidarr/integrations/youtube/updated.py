"""Which yt-dlp children take: the one that MVidarr was installed with, or a newer one in `tools`.

Each update has a folder of its own. The file `current` names the one in use and the one before it,
a line each, and is replaced as a whole: whenever a process is killed, one of them holds.
"""

import os
import re
import secrets
import shutil
import sys
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
    if folder is None:
        return None
    name = choice(folder).used
    version = version_of(name)
    if version is None or not (folder / name).is_dir():
        return None
    installed = tools.ytdlp_version()
    return folder / name if installed is None or is_newer(version, installed) else None


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
    """What one can go back to, as it is called in `current`; None when there is nothing."""
    name = choice(folder).before
    if name == INSTALLED:
        return name if tools.ytdlp_version() else None
    return name if version_of(name) and (folder / name).is_dir() else None


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
    """Remove what an update left that was killed, and versions that nobody can go back to."""
    known = choice(folder)
    for path in folder.iterdir():
        is_old = path.name.startswith("yt-dlp-") and path.name not in (known.used, known.before)
        if is_old or path.name.startswith(UNDER_WAY):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(f".{CURRENT}-"):
            path.unlink(missing_ok=True)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
