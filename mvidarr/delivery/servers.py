"""Media servers are told what changed in the library: each exactly that, as it names it."""

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mvidarr.core import db, errors
from mvidarr.core.http import Conf
from mvidarr.delivery import changes as changes_
from mvidarr.governor import calls, services
from mvidarr.integrations import folders, jellyfin, kodi, plex
from mvidarr.integrations.protocols import Change, Changed, Refreshes
from mvidarr.library import files
from mvidarr.settings import media_servers


@dataclass(frozen=True, kw_only=True)
class Teller:
    """How a server is told, and of how many folders at once."""

    refresh: Refreshes
    most: int


TELLERS = {
    "plex": Teller(refresh=plex.refresh, most=plex.MOST_FOLDERS),
    "jellyfin": Teller(refresh=jellyfin.refresh, most=jellyfin.MOST_FOLDERS),
    "emby": Teller(refresh=jellyfin.refresh, most=jellyfin.MOST_FOLDERS),
    "kodi": Teller(refresh=kodi.refresh, most=kodi.MOST_FOLDERS),
}
WHOLE = [("", Change.MODIFIED.value)]


def refresh(
    name: str, changes: Sequence[tuple[str, str]], patience: float = services.JOB_PATIENCE
) -> str:
    """Tell a server of changes (path below the library; created, modified or deleted), in their
    order; a sentence for the log.

    Raises ServiceError, of which a permanent one is not worth another try; TooSoon and
    Unavailable, which are; NotConfigured when the server or the library is not set up.
    """
    with db.session():
        _need_told(name)
        root = files.need_library()
    teller = TELLERS[name]
    found = _placed(root, changes_.merged(changes), teller.most)
    if not found:
        return "Nothing to tell."
    kind = services.find(name)
    return calls.call(
        kind, lambda conf: teller.refresh(conf, [_mapped(conf, one) for one in found]), patience
    )


def refresh_library(name: str) -> str:
    """Have a server read the whole library again, because a person wants it now."""
    return refresh(name, WHOLE, services.PAGE_PATIENCE)


def _need_told(name: str) -> None:
    server = media_servers.BY_NAME.get(name)
    if server is None:
        raise errors.NotFound(f"There is no media server {name}.")
    if not server.is_told:
        raise errors.NotConfigured(
            f"{server.title} is not told of changed files. Switch that on in the settings, and "
            "fill in its address and key."
        )


def _placed(root: Path, merged: dict[str, Change], most: int) -> list[Changed]:
    """The changes, each with the folder that a server has to read for it."""
    is_folder = functools.cache(lambda one: _is_folder(root / one))
    near = {path: changes_.nearest(path, is_folder) for path in merged}
    chosen = changes_.few(near.values(), most, lambda one: _children(root, one))
    return [
        Changed(path=path, folder=chosen[near[path]], change=change, item=changes_.item(path))
        for path, change in merged.items()
    ]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # not for us, or no name for this disk
        return False


def _children(root: Path, folder: str) -> frozenset[str]:
    try:
        with os.scandir(root / folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir() and entry.name[0] != "."]
    except OSError:  # gone, or not for us: then nobody knows whether all in it changed
        names = [""]
    return frozenset(f"{folder}/{name}" for name in names)


def _mapped(conf: Conf, one: Changed) -> Changed:
    ours = folders.library(conf)
    return Changed(
        path=folders.joined(ours, one.path),
        folder=folders.joined(ours, one.folder),
        change=one.change,
        item=one.item,
    )
