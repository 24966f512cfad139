"""Other names of artists: former ones, ones in another script, how people write them."""

from collections.abc import Iterable, Sequence

from mvidarr import models
from mvidarr.core import text
from mvidarr.library.tables import Alias, Artist

MOST = 50


def of(artist_id: int) -> list[str]:
    """An artist's other names, in the order they were given."""
    query = Alias.select(Alias.name).where(Alias.artist_id == artist_id).order_by(Alias.id)
    return [name for (name,) in query.tuples()]


def tidied(given: Iterable[str], name: str) -> list[str]:
    """As they are kept: none empty, none twice, none that is the artist's `name`."""
    keys = {text.name_key(name)}
    kept: list[str] = []
    for alias in map(text.tidy, given):
        key = text.name_key(alias)
        if alias and len(alias) <= 255 and key not in keys:
            keys.add(key)
            kept.append(alias)
    return kept[:MOST]


def replace(artist_id: int, names: Sequence[str]) -> None:
    """Write an artist's other names, which are tidied already. The caller has it indexed."""
    Alias.delete().where(Alias.artist_id == artist_id).execute()
    rows = [{"artist": artist_id, "name": name, "name_key": text.name_key(name)} for name in names]
    if rows:
        Alias.insert_many(rows).execute()


def owner_of(name: str) -> models.Artist | None:
    """The one artist that is also called so; None when there is none, or more than one."""
    mine = Artist.select(Artist).join(Alias).where(Alias.name_key == text.name_key(name))
    found = list(mine.limit(2))
    return found[0] if len(found) == 1 else None


def own(artist_id: int) -> list[str]:
    """The other names that mean this artist alone: the library calls nobody else so."""
    others = Artist.select(Artist.name_key).where(Artist.id != artist_id)
    shared = Alias.alias()
    theirs = shared.select(shared.name_key).where(shared.artist_id != artist_id)
    query = Alias.select(Alias.name).where(
        Alias.artist_id == artist_id, Alias.name_key.not_in(others), Alias.name_key.not_in(theirs)
    )
    return [name for (name,) in query.order_by(Alias.id).tuples()]
