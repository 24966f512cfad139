"""Who an entry of a list means: an artist of the library, one of several, or somebody new. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mvidarr.core import text
from mvidarr.integrations.protocols import Listed

NOBODY = frozenset({"unknown artist", "various artists"})


class State(StrEnum):
    """Where an entry of a list stands."""

    NEW = "new"
    AMBIGUOUS = "ambiguous"
    KNOWN = "known"
    ADDED = "added"
    FILTERED = "filtered"
    SKIPPED = "skipped"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An artist of the library. `ids`: kind → values."""

    id: int
    name: str
    disambiguation: str = ""
    country: str | None = None
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    aliases: Sequence[str] = ()

    def is_other(self, ids: Mapping[str, str]) -> bool:
        """Whether a catalogue says that these are two: it has two ids for them."""
        return any(
            self.ids.get(kind) and value not in self.ids[kind] for kind, value in ids.items()
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Meant:
    """`options`: ids of the artists that it may be. `has_namesake`: somebody else has the name."""

    state: State
    artist_id: int | None = None
    options: Sequence[int] = ()
    has_namesake: bool = False


Key = tuple[str, str]


class Library:
    """The artists, found by id, name, other name and likeness; `below` is looked at too."""

    def __init__(self, known: Iterable[Known] = (), below: "Library | None" = None) -> None:
        self._artists: dict[int, Known] = {}
        self._places: dict[Key, tuple[int, ...]] = {}
        self._below = below
        self.newest: int = below.newest if below else 0
        for artist in known:
            self.learn(artist)

    def learn(self, artist: Known) -> None:
        self._artists[artist.id] = artist
        self.newest = max(self.newest, artist.id)
        for key in _keys(artist):
            self._places[key] = (*self._places.get(key, ()), artist.id)

    def get(self, artist_id: int) -> Known | None:
        found = self._artists.get(artist_id)
        return self._below.get(artist_id) if found is None and self._below else found

    def at(self, sort: str, value: str) -> list[Known]:
        below = self._below.at(sort, value) if self._below else []
        mine = self._places.get((sort, value), ())
        return [*below, *(self._artists[artist_id] for artist_id in dict.fromkeys(mine))]


def meant(name: str, ids: Mapping[str, str], library: Library) -> Meant:
    """Who is meant: by an id, else by the name, another name, and what only looks like it."""
    for kind, value in ids.items():
        if found := library.at(kind, value):
            return Meant(state=State.KNOWN, artist_id=found[0].id)
    key = text.name_key(name)
    has_namesake = False
    for sort, value in (("name", key), ("alias", key), ("like", text.match_key(name))):
        alike = library.at(sort, value)
        same = [artist for artist in alike if not artist.is_other(ids)]
        if len(same) == 1:
            return Meant(state=State.KNOWN, artist_id=same[0].id)
        if same:
            return Meant(state=State.AMBIGUOUS, options=[artist.id for artist in same])
        has_namesake = has_namesake or (sort == "name" and bool(alike))
    return Meant(state=State.NEW, has_namesake=has_namesake)


def left_out(entry: Listed, filters: Mapping[str, object]) -> str:
    """Why an entry is left out, as a sentence; empty when it is not."""
    if text.match_key(entry.artist) in NOBODY:
        return "This is no artist."
    least = filters.get("min_plays")
    if isinstance(least, int) and least and (entry.plays or 0) < least:
        return f"Played {_times(entry.plays or 0)}; the list takes {least} and more."
    if filters.get("monitored_only") and not entry.monitored:
        return "It is not monitored there."
    genres = filters.get("genres")
    if isinstance(genres, list) and genres:
        return _other_genre(entry, genres)
    return ""


def _other_genre(entry: Listed, wanted: Sequence[str]) -> str:
    if not entry.genres:
        return "None of its genres is known."
    said = [f" {text.match_key(genre)} " for genre in entry.genres]
    if any(f" {text.match_key(genre)} " in one for genre in wanted for one in said):
        return ""
    return f"Its genres are others: {', '.join(entry.genres[:3])}."


def _keys(artist: Known) -> Iterable[Key]:
    keys: dict[Key, None] = {}
    for kind, values in artist.ids.items():
        keys.update(((kind, value), None) for value in values)
    keys["name", text.name_key(artist.name)] = None
    keys["like", text.match_key(artist.name)] = None
    for alias in artist.aliases:
        keys["alias", text.name_key(alias)] = None
    return keys


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count:,} times")
