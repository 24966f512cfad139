"""What media servers have to hear of changes: the fewest files and folders that say it exactly.

Paths are below the library, with slashes; the library itself is the empty one.
"""

import posixpath
from collections.abc import Callable, Iterable, Mapping

from mvidarr.integrations import folders
from mvidarr.integrations.protocols import Change, Item
from mvidarr.media import place

BESIDE = frozenset(
    {".nfo", ".json", ".jpg", ".jpeg", ".png", ".webp", ".srt", ".vtt", ".ass", ".ssa", ".lrc"}
)
SIBLINGS = 3  # from so many changed folders on it is worth a look whether they are all

_LATER = {
    (Change.CREATED, Change.MODIFIED): Change.CREATED,
    (Change.MODIFIED, Change.CREATED): Change.MODIFIED,
    (Change.DELETED, Change.CREATED): Change.MODIFIED,
}


def merged(changes: Iterable[tuple[str, str]]) -> dict[str, Change]:
    """One change for each path, from all in their order; nothing of our own folder."""
    found: dict[str, Change] = {}
    for path, word in changes:
        change = Change(word)
        if path.split("/")[0] != place.OWN_FOLDER:
            found[path] = _LATER.get((found[path], change), change) if path in found else change
    return _without_companions(found)


def item(path: str) -> Item:
    ending = posixpath.splitext(path)[1].lower()
    if ending in place.VIDEOS:
        return Item.VIDEO
    return Item.BESIDE if ending in BESIDE else Item.FOLDER


def nearest(path: str, is_folder: Callable[[str], bool]) -> str:
    """The folder of a path, or the next one around it that is there."""
    folder = path if item(path) is Item.FOLDER else posixpath.dirname(path)
    while folder and not is_folder(folder):
        folder = posixpath.dirname(folder)
    return folder


def few(
    changed: Iterable[str], most: int, children: Callable[[str], frozenset[str]]
) -> Mapping[str, str]:
    """Each folder with the one that stands for it: itself, or one around it.

    That is the case when all in it changed (`children`: its folders), or when there are more
    than `most`: then the deepest give way to those around them.
    """
    known = frozenset(changed)
    chosen = _outermost(_gathered(known, children))
    while len(chosen) > most:
        depth = max(map(_depth, chosen))
        chosen = _outermost(
            posixpath.dirname(folder) if _depth(folder) == depth else folder for folder in chosen
        )
    return {folder: _around(folder, chosen) for folder in known}


def _without_companions(found: dict[str, Change]) -> dict[str, Change]:
    """Leave out what lies beside a video that changed too: both are read together."""
    videos = {posixpath.splitext(path)[0] for path in found if item(path) is Item.VIDEO}
    return {
        path: change
        for path, change in found.items()
        if item(path) is not Item.BESIDE or videos.isdisjoint(folders.owners(path))
    }


def _gathered(known: frozenset[str], children: Callable[[str], frozenset[str]]) -> Iterable[str]:
    families: dict[str, set[str]] = {}
    for folder in filter(None, known):
        families.setdefault(posixpath.dirname(folder), set()).add(folder)
    for parent, some in families.items():
        is_all = bool(parent) and len(some) >= SIBLINGS and children(parent) <= some
        yield from [parent] if is_all else some
    yield from known & {""}


def _outermost(some: Iterable[str]) -> frozenset[str]:
    """Those that no other one holds."""
    known = frozenset(some)
    return frozenset(one for one in known if _around(one, known) == one)


def _around(folder: str, chosen: frozenset[str]) -> str:
    """The outermost chosen one that holds a folder, or is it."""
    if "" in chosen:
        return ""
    parts = folder.split("/")
    paths = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return next((path for path in paths if path in chosen), folder)


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0
