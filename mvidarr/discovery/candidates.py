"""Who is meant: an artist's name or link, as the catalogues know it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mvidarr.core import db, text
from mvidarr.core.errors import Error, Invalid
from mvidarr.core.http import Conf
from mvidarr.governor import calls, services
from mvidarr.integrations import imvdb, links, musicbrainz
from mvidarr.integrations.links import Link
from mvidarr.integrations.protocols import FindsArtists, FoundArtist
from mvidarr.integrations.youtube import search as youtube

MOST = 12
YOUTUBE_KINDS = frozenset({"youtube_channel", "youtube_handle", "youtube_user", "youtube_custom"})
NO_ARTIST = (
    "This link leads to no artist: use a channel of YouTube, or an artist of IMVDb or MusicBrainz."
)


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Artists of that name, the likeliest first, and what could not be asked."""

    asked: str
    found: Sequence[FoundArtist]
    problems: Sequence[str]
    is_link: bool = False


def find(query: str) -> Candidates:
    """Ask the catalogues for a name, or one service for the artist behind a link.

    Never raises for a service: the artist can always be added by the name alone. Raises Invalid
    for a link that leads to no artist.
    """
    asked = text.tidy(query)
    if not asked:
        raise Invalid({"name": "Enter a name or a link."})
    link = links.recognise(asked)
    if link is not None or "://" in asked or asked.startswith("www."):
        return _by_link(asked if "://" in asked else f"https://{asked}", link)
    found: list[FoundArtist] = []
    problems: list[str] = []
    for kind in services.ALL:
        finder = kind.find_artists
        if finder is None or not _is_on(kind):
            continue
        answer = _ask(kind, _named(finder, asked))
        if isinstance(answer, str):
            problems.append(answer)
        else:
            found += answer
    return Candidates(asked=asked, found=rank(asked, found), problems=problems)


def _named(finder: FindsArtists, name: str) -> Callable[[Conf], list[FoundArtist]]:
    return lambda conf: list(finder(conf, name))


def rank(asked: str, found: Sequence[FoundArtist]) -> list[FoundArtist]:
    """One entry per artist, exact names first; entries of several catalogues are joined."""
    merged: list[FoundArtist] = []
    for one in found:
        twin = _twin(one, merged)
        if twin is None:
            merged.append(one)
        else:
            merged[twin] = _joined(merged[twin], one)
    wanted = text.name_key(asked)
    likeness = text.match_key(asked)

    def order(one: FoundArtist) -> tuple[bool, bool, int]:
        names = (one.name, *one.aliases)
        return (
            text.name_key(one.name) != wanted,
            likeness not in map(text.match_key, names),
            -one.score,
        )

    return sorted(merged, key=order)[:MOST]


def _twin(one: FoundArtist, merged: Sequence[FoundArtist]) -> int | None:
    """Where the entry is that means the same artist: by an id, else the only one of the name."""
    for place, other in enumerate(merged):
        if other.ids.items() & one.ids.items():
            return place
    likeness = text.match_key(one.name)
    alike = [
        place
        for place, other in enumerate(merged)
        if text.match_key(other.name) == likeness
        and other.found_by != one.found_by
        and not (other.ids.keys() & one.ids)  # two of one catalogue are two artists
    ]
    return alike[0] if len(alike) == 1 else None


def _joined(first: FoundArtist, second: FoundArtist) -> FoundArtist:
    return replace(
        first,
        ids={**second.ids, **first.ids},
        disambiguation=first.disambiguation or second.disambiguation,
        country=first.country or second.country,
        kind=first.kind or second.kind,
        years=first.years or second.years,
        image_url=first.image_url or second.image_url,
        score=max(first.score, second.score),
    )


def _by_link(link: str, named: Link | None) -> Candidates:
    if named is not None and named.kind in YOUTUBE_KINDS:
        answer = _ask(services.find("youtube"), lambda conf: [youtube.artist_from_url(conf, link)])
    elif named is not None and named.kind == "mb_artist":
        ref = named.value
        answer = _ask(services.find("musicbrainz"), lambda conf: [musicbrainz.artist(conf, ref)])
    elif named is not None and named.kind == "imvdb_slug":
        ref = named.value
        answer = _ask(services.find("imvdb"), lambda conf: [imvdb.artist(conf, ref, by_slug=True)])
    else:
        raise Invalid({"name": NO_ARTIST})
    if isinstance(answer, str):
        return Candidates(asked=link, found=(), problems=(answer,), is_link=True)
    return Candidates(asked=link, found=answer, problems=(), is_link=True)


def _is_on(kind: services.ServiceKind) -> bool:
    with db.session():
        return kind.is_on


def _ask(
    kind: services.ServiceKind, ask: Callable[[Conf], list[FoundArtist]]
) -> list[FoundArtist] | str:
    """The service's artists, or a sentence that says why there are none."""
    try:
        return calls.call(kind, ask, services.PAGE_PATIENCE)
    except Error as error:
        return calls.said(kind, error)
