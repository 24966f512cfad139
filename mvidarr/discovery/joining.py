"""One entry for each artist that catalogues name: joined by ids, or by a name that is unique."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mvidarr.core import text
from mvidarr.integrations.protocols import FoundArtist

BETWEEN = ", "  # names of services in `found_by` of what several of them know

# What the catalogue means by an artist: two such ids of one kind are two artists.
IDENTITIES = frozenset({"mb_artist", "imvdb_entity", "theaudiodb_artist", "discogs_artist"})


def joined(found: Iterable[FoundArtist]) -> list[FoundArtist]:
    """The entries in their order; those of one artist together, at the first one's place."""
    given = list(found)
    merged: list[FoundArtist] = []
    for one in given:
        _add(merged, one, [place for place, other in enumerate(merged) if _is_same(one, other)])
    return _by_name(merged)


def is_ambiguous(one: FoundArtist, others: Sequence[FoundArtist]) -> bool:
    """Whether an entry may mean several of the others, so that only an id can tell."""
    return len(_namesakes(one, others)) > 1


def _by_name(entries: Sequence[FoundArtist]) -> list[FoundArtist]:
    """Join what ids did not: an entry and the only one of its name in another catalogue."""
    merged: list[FoundArtist] = []
    for one in entries:
        alike = _namesakes(one, merged)
        _add(merged, one, alike if len(alike) == 1 and not _has_twin(one, entries) else [])
    return merged


def _add(merged: list[FoundArtist], one: FoundArtist, places: Sequence[int]) -> None:
    """Put an entry to those that mean the same; it may bring two together that were apart."""
    if not places:
        merged.append(one)
        return
    first, *rest = places
    merged[first] = _join(merged[first], one)
    for place in reversed(rest):
        if not _differ(merged[first], merged[place]):
            merged[first] = _join(merged[first], merged.pop(place))


def _is_same(one: FoundArtist, other: FoundArtist) -> bool:
    return bool(one.ids.items() & other.ids.items()) and not _differ(one, other)


def _differ(one: FoundArtist, other: FoundArtist) -> bool:
    both = one.ids.keys() & other.ids.keys() & IDENTITIES
    return any(one.ids[kind] != other.ids[kind] for kind in both)


def _namesakes(one: FoundArtist, others: Sequence[FoundArtist]) -> list[int]:
    """Places of the entries of the same name that other catalogues alone know."""
    likeness = text.match_key(one.name)
    mine = set(one.found_by.split(BETWEEN))
    return [
        place
        for place, other in enumerate(others)
        if text.match_key(other.name) == likeness
        and not mine & set(other.found_by.split(BETWEEN))
        and not one.ids.keys() & other.ids.keys() & IDENTITIES
    ]


def _has_twin(one: FoundArtist, entries: Sequence[FoundArtist]) -> bool:
    """Whether its own catalogue has another artist of the name: then the name says nothing."""
    likeness = text.match_key(one.name)
    return any(
        other is not one
        and text.match_key(other.name) == likeness
        and set(one.found_by.split(BETWEEN)) & set(other.found_by.split(BETWEEN))
        for other in entries
    )


def _join(first: FoundArtist, second: FoundArtist) -> FoundArtist:
    return replace(
        first,
        found_by=_union(first.found_by.split(BETWEEN), second.found_by.split(BETWEEN)),
        ids={**second.ids, **first.ids},
        sort_name=first.sort_name or second.sort_name,
        disambiguation=first.disambiguation or second.disambiguation,
        country=first.country or second.country,
        kind=first.kind or second.kind,
        years=first.years or second.years,
        genres=first.genres or second.genres,
        aliases=tuple(dict.fromkeys((*first.aliases, *second.aliases))),
        image_url=first.image_url or second.image_url,
        score=max(first.score, second.score),
        url=first.url or second.url,
    )


def _union(first: Sequence[str], second: Sequence[str]) -> str:
    return BETWEEN.join(dict.fromkeys((*first, *second)))
