"""The folder of each artist in the library: its own, whatever a disk makes of names."""

from itertools import chain, count
from pathlib import PurePosixPath

from mvidarr.core import text
from mvidarr.core.errors import Invalid
from mvidarr.library import paths
from mvidarr.library.tables import Artist
from mvidarr.media import naming, safe_names


def free(name: str, disambiguation: str) -> str:
    """A folder of the artist's own: its name, or the name with what sets it apart."""
    style = paths.style()
    base = name if safe_names.component(name) else "Artist"
    apart = safe_names.cut(safe_names.value(disambiguation, style), 40).strip()
    marks = chain([""], [f" ({apart})"] if apart else [], (f" ({n})" for n in count(2)))
    folders = (safe_names.component(base, ending=mark, style=style) for mark in marks)
    return next(folder for folder in folders if not _is_taken(folder))


def checked(raw: str, except_for: int = 0) -> str:
    """A folder that a person gave, safe on every disk. Raises Invalid."""
    path = PurePosixPath(text.tidy(raw).replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise Invalid({"folder": "Give a folder inside the library, without .. in it."})
    parts = [safe_names.component(part, style=paths.style()) for part in path.parts]
    folder = str(PurePosixPath(*parts)) if all(parts) else ""
    if not folder or len(folder) > 500:
        raise Invalid({"folder": "This cannot be the name of a folder."})
    if _is_taken(folder, except_for):
        raise Invalid({"folder": "Another artist has this folder."})
    return folder


def key_of(folder: str) -> str:
    return text.bounded(naming.path_key(folder))


def _is_taken(folder: str, except_for: int = 0) -> bool:
    query = Artist.select().where(Artist.folder_key == key_of(folder), Artist.id != except_for)
    taken: bool = query.exists()
    return taken
