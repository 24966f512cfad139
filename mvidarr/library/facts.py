"""Facts about artists that services tell: kept with where they come from, never over an edit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mvidarr import activity, models
from mvidarr.core import clock, db, text
from mvidarr.library import aliases, artist_files, artists, edit, origins, pictures, status, words
from mvidarr.library.tables import Artist

FRESH_FOR = 30 * clock.DAY
RETRY_AFTER = clock.DAY  # when a service did not answer
WORDS = ("bio", "country", "genres")  # columns; other names have rows of their own
TOLD = (*WORDS, "aliases")


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What services tell of one artist together. `origins`: field → service."""

    bio: str | None = None
    country: str | None = None
    genres: Sequence[str] = ()
    aliases: Sequence[str] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = True  # no service failed


def asked_at(artist: models.Artist) -> int:
    """When the services were asked about an artist; 0 for never."""
    return artist.described_at or 0


def is_due(artist: models.Artist) -> bool:
    """Whether it is time to ask again; at once where a person wants another picture."""
    has_lost = artist.image_id is None and pictures.LOCK in artist.origins
    # an age below nothing was written by a clock that was ahead
    return has_lost or not 0 <= clock.now() - asked_at(artist) < FRESH_FOR


def sources_of(artist: models.Artist) -> dict[str, str]:
    """The service that each field comes from; `person` for what somebody edited."""
    return {name: by for name, by in artist.origins.items() if by}


def store(artist_id: int, told: Facts) -> list[str]:
    """Write what is new or better known now; the names of the fields that changed.

    Raises NotFound.
    """
    with db.atomic():
        status.lock(Artist, [artist_id])  # somebody may edit it at this moment
        artist = artists.get(artist_id)
        given = _bounded(told, artist.name)
        known = {name: getattr(artist, name) for name in WORDS}
        known["aliases"] = aliases.of(artist_id)
        changes = {
            name: given[name]
            for name in TOLD
            if given[name] and _is_open(artist, name, known[name], told.origins.get(name, ""))
        }
        said = {name: told.origins[name] for name in changes if name in told.origins}
        changed = [name for name in changes if changes[name] != known[name]]
        columns = {name: changes[name] for name in WORDS if name in changed}
        marks = {"origins": {**artist.origins, **said}, "described_at": _stamp(told)}
        edit.write(artist, {**columns, **marks})
        words.add_artist_ids(artist_id, told.ids)
        if "aliases" in changed:
            aliases.replace(artist_id, changes["aliases"])
            words.index_artist(artist)
        if changed:
            artist_files.follow(artist)
        activity.touch("artist", artist_id)
        return changed


def note_picture(artist_id: int, service: str) -> None:
    """Remember which service an artist's picture comes from."""
    with db.atomic():
        artist = artists.get(artist_id)
        edit.write(artist, {"origins": {**artist.origins, pictures.LOCK: service}})


def wants_picture(artist: models.Artist, service: str) -> bool:
    """Whether the picture that a service has is to be shown: there is none, or none better."""
    if pictures.LOCK in artist.locked:
        return False
    held = artist.origins.get(pictures.LOCK, origins.RELEASED)
    order = origins.ARTIST[pictures.LOCK]
    if artist.image_id is None:
        return True
    return origins.rank(service, order) < origins.rank(held, order)


def _bounded(told: Facts, name: str) -> dict[str, Any]:
    """The fields as they are stored: what services send has any length."""
    return {
        "bio": text.tidy_lines(told.bio or "")[:10_000] or None,
        "country": text.tidy(told.country or "")[:64] or None,
        "genres": words.names(told.genres)[: artists.MOST_GENRES],
        "aliases": aliases.tidied(told.aliases, name),
    }


def _is_open(artist: models.Artist, name: str, known: Any, by: str) -> bool:
    if name in artist.locked:
        return False
    held = artist.origins.get(name, None if known else origins.RELEASED)
    return not known or origins.may_replace(held, by, origins.ARTIST[name])


def _stamp(told: Facts) -> int:
    return clock.now() - (0 if told.is_whole else FRESH_FOR - RETRY_AFTER)
