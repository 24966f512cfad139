"""Look up the facts of an artist: words, genres, other names, ids and a picture.

Every service is asked that describes artists; each field comes from the one whose word counts
most (`library.origins`), and what a person edited stays.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from mvidarr.core import clock, db
from mvidarr.core.errors import Error, NotFound
from mvidarr.core.http import Conf, NotThere
from mvidarr.governor import calls, services
from mvidarr.governor.services import ServiceKind
from mvidarr.integrations.protocols import FoundFacts, Wanted
from mvidarr.jobs import jobs
from mvidarr.library import artists, facts, origins
from mvidarr.library.facts import Facts

log = logging.getLogger(__name__)

Progress = Callable[[int, int | None, str], None]
FRESH = 10 * clock.MINUTE  # who presses a button wants to know what is so now

FIRST, LAST = "musicbrainz", "youtube"
# Last.fm shows the same star for everybody.
WITHOUT_PICTURES = frozenset({"lastfm"})
CHANNEL = "youtube_channel"
CHANNEL_LINKS = (CHANNEL, "youtube_handle", "youtube_user", "youtube_custom")


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a look-up brought: the fields that changed, and what could not be asked."""

    changed: Sequence[str]
    problems: Sequence[str]

    @property
    def news(self) -> str:
        """What came of it, in words."""
        return f"New: {', '.join(self.changed)}." if self.changed else "Nothing new."


@dataclass(frozen=True, kw_only=True)
class Told:
    """What all services said, each by its own."""

    facts: Sequence[FoundFacts] = ()
    problems: Sequence[str] = ()


def describe(
    artist_id: int, progress: Progress | None = None, *, oldest: int | None = None
) -> Description | None:
    """Look up one artist; None when it was removed meanwhile. Services that fail change nothing."""
    with db.session():
        artist = artists.find(artist_id)
        if artist is None:
            return None
        wanted, name = artists.wanted(artist), artist.name
    if not _able():
        return Description(changed=(), problems=())
    if progress:
        progress(0, None, f"{name}: looking up facts")
    told = ask(wanted, oldest)
    if not told.facts and told.problems:
        return Description(changed=(), problems=told.problems)
    try:
        with db.session():
            changed = db.transact(lambda: _keep(artist_id, told))
    except NotFound:
        return None
    return Description(changed=changed, problems=told.problems)


def ask(wanted: Wanted, oldest: int | None = None) -> Told:
    """What the services say: first the one that knows what the others call the artist, then all
    others at once, and YouTube, which is slow, for what nobody else knew."""
    kinds = _able()
    told = _further(Told(), [kind for kind in kinds if kind.name == FIRST], wanted, oldest)
    others = [kind for kind in kinds if kind.name not in (FIRST, LAST)]
    told = _further(told, others, _known(told, wanted), oldest)
    if not _is_enough(told, wanted):
        last = [kind for kind in kinds if kind.name == LAST]
        told = _further(told, last, _known(told, wanted), oldest)
    return told


def merged(told: Iterable[FoundFacts], *, is_whole: bool = True) -> Facts:
    """One set of facts; each field from the service whose word counts most."""
    said = list(told)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name in facts.TOLD:
        for one in _by_trust(said, name):
            if value := getattr(one, name):
                values[name], sources[name] = value, one.found_by
                break
    return Facts(**values, ids=_ids(said), origins=sources, is_whole=is_whole)


def pictures_of(told: Iterable[FoundFacts]) -> list[tuple[str, str]]:
    """(service, address) of the pictures that were told, the best first."""
    return [
        (one.found_by, link)
        for one in _by_trust(told, "image")
        if one.found_by not in WITHOUT_PICTURES
        for link in one.pictures
    ]


def _further(told: Told, kinds: Sequence[ServiceKind], wanted: Wanted, oldest: int | None) -> Told:
    """What was told, and what these services add."""
    now = _all(kinds, wanted, oldest)
    return Told(
        facts=[*told.facts, *(_certain(one, wanted) for one in now.facts)],
        problems=[*told.problems, *now.problems],
    )


def _known(told: Told, wanted: Wanted) -> Wanted:
    """The artist with the ids that were told; those that are stored count first."""
    for one in told.facts:
        wanted = replace(wanted, ids={**one.ids, **wanted.ids})
    return wanted


def _is_enough(told: Told, wanted: Wanted) -> bool:
    """Whether a picture and the channel are known already."""
    return CHANNEL in _known(told, wanted).ids and bool(pictures_of(told.facts))


def _certain(one: FoundFacts, wanted: Wanted) -> FoundFacts:
    """Without a channel that only the name speaks for: its uploads would be taken on trust."""
    is_linked = one.found_by == LAST and any(kind in wanted.ids for kind in CHANNEL_LINKS)
    if one.found_by == FIRST or is_linked or CHANNEL not in one.ids:
        return one
    return replace(one, ids={kind: value for kind, value in one.ids.items() if kind != CHANNEL})


def _able() -> list[ServiceKind]:
    with db.session():
        on = [kind for kind in services.ALL if kind.describe is not None and kind.is_on]
    doubled = {kind.instead_of for kind in on}
    return [kind for kind in on if kind.name not in doubled]


def _all(kinds: Sequence[ServiceKind], wanted: Wanted, oldest: int | None) -> Told:
    with ThreadPoolExecutor(max_workers=max(1, len(kinds)), thread_name_prefix="facts") as pool:
        answers = list(pool.map(lambda kind: _ask(kind, wanted, oldest), kinds))
    return Told(
        facts=[answer for answer in answers if isinstance(answer, FoundFacts)],
        problems=[answer for answer in answers if isinstance(answer, str)],
    )


def _ask(kind: ServiceKind, wanted: Wanted, oldest: int | None) -> FoundFacts | str | None:
    """The service's facts, None when it does not know the artist, or why there are none."""

    def look_up(conf: Conf) -> FoundFacts | None:
        return kind.describe(conf, wanted) if kind.describe else None

    try:
        return calls.call(kind, look_up, oldest=oldest)
    except (NotThere, NotFound):
        return None
    except Error as error:
        log.warning("no facts service=%s artist=%s error=%s", kind.name, wanted.name, error)
        return calls.said(kind, error)


def _keep(artist_id: int, told: Told) -> list[str]:
    changed = facts.store(artist_id, merged(told.facts, is_whole=not told.problems))
    artist = artists.get(artist_id)
    links = [
        {"service": service, "link": link}
        for service, link in pictures_of(told.facts)
        if facts.wants_picture(artist, service)
    ]
    if links:
        jobs.add("portrait", str(artist_id), {"links": links})
    return changed


def _by_trust(told: Iterable[FoundFacts], name: str) -> list[FoundFacts]:
    order = origins.ARTIST[name]
    return sorted(told, key=lambda one: (origins.rank(one.found_by, order), one.found_by))


def _ids(told: Sequence[FoundFacts]) -> Mapping[str, str]:
    """Every id once; of two that differ the more trusted service's."""
    ids: dict[str, str] = {}
    for one in _by_trust(told, "aliases"):
        ids = {**one.ids, **ids}
    return ids
