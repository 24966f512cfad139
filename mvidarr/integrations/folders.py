"""Folders as other machines name them: POSIX paths, Windows paths, and addresses of shares."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from mvidarr.core import errors
from mvidarr.core.http import Conf, NotThere

MOST_NAMED = 5  # folders in a sentence
LONGEST_NAMED = 200  # characters of each

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\[^\\]")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(?:([^/@]*)@)?")
_ENCODED = frozenset({"http", "https", "dav", "davs"})  # elsewhere names stand as they are
_CASELESS = frozenset({"smb"})


def problem(folder: str) -> str | None:
    """Why a text cannot be a folder on any machine; None when it can."""
    if not folder or folder.startswith("/") or _WINDOWS.match(folder) or _ADDRESS.match(folder):
        return None
    return r"Enter the whole path, such as /media/videos, D:\Videos or smb://nas/videos."


def separator(folder: str) -> str:
    is_windows = _WINDOWS.match(folder) and "/" not in folder
    return "\\" if is_windows else "/"


def joined(folder: str, path: str) -> str:
    """What lies at a path below our library, below the folder that another machine has it in.

    Servers compare texts, so no separator is at its end, but at a root's.
    """
    between = separator(folder)
    base = folder.rstrip(between)
    if not path:
        return folder if base[-1:] in ("", ":") else base
    scheme = _scheme(folder)
    below = quote(path) if scheme in _ENCODED else path.replace("/", between)
    return base + between + below


def ended(folder: str) -> str:
    """The folder with a separator at its end."""
    between = separator(folder)
    return folder if folder.endswith(between) else folder + between


def contains(folder: str, path: str) -> bool:
    """Whether a path is a folder or lies in it."""
    outer, inner = key(folder), key(path)
    return bool(folder) and (inner == outer or inner.startswith(outer + "/"))


def key(path: str) -> str:
    """The same for all spellings of one place."""
    known = unicodedata.normalize("NFC", shown(path))
    if _WINDOWS.match(known):
        known = known.replace("\\", "/").casefold()
    elif _scheme(known) in _CASELESS:
        known = known.casefold()
    return known.rstrip("/")


def shown(path: str) -> str:
    """The path without the user and password that an address may hold."""
    found = _ADDRESS.match(path)
    return f"{found[1]}://{path[found.end() :]}" if found else path


def common(library: str, paths: Iterable[str]) -> str:
    """The deepest folder of a library that holds all of some paths in it."""
    between = separator(library)
    levels = zip(*(path.split(between) for path in paths), strict=False)
    shared = itertools.takewhile(lambda level: len(set(level)) == 1, levels)
    found = between.join(level[0] for level in shared)
    return found if found and contains(library, found) else library


def owners(path: str) -> Iterator[str]:
    """Names that the video may have to which a file belongs: `a/x` for `a/x-poster.jpg`.

    All without ending, the longest first.
    """
    name = path
    start = max(path.rfind("/"), path.rfind("\\")) + 1
    while (cut := max(name.rfind("."), name.rfind("-"))) > start:
        name = name[:cut]
        yield name


def library(conf: Conf) -> str:
    """Our library folder as the server names it. Raises NotConfigured before one is chosen."""
    folder: str = conf.also.get(f"{conf.service}_folder") or conf.also.get("library_path", "")
    if not folder:
        raise errors.NotConfigured("Choose a library folder in the settings first.")
    return folder


def unseen(conf: Conf, known: Iterable[str], kind: str = "folders") -> NotThere:
    """The error for a server none of whose folders, the known ones, holds our library."""
    who, folder = conf.who, shown(library(conf))
    names = list(dict.fromkeys(shown(name)[:LONGEST_NAMED] for name in known if name))
    if not names:
        sentence = f"It has none of videos at all: add one with that folder in {who}."
    else:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        sentence = (
            f"Its {kind} are {', '.join(names[:MOST_NAMED])}{more}: enter the library folder as "
            f"{who} sees it."
        )
    return NotThere(
        conf.service, f"{who} has no library that contains {folder}. {sentence}", permanent=True
    )


def _scheme(folder: str) -> str:
    found = _ADDRESS.match(folder)
    return found[1].lower() if found else ""
