"""Who is meant: an artist's name or link, as the catalogues know it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mvidarr.core import clock, db, text
from mvidarr.core.errors import Error, Invalid
from mvidarr.core.http import Conf
from mvidarr.discovery import joining
from mvidarr.governor import calls, services
from mvidarr.integrations import imvdb, links, musicbrainz, musicbrainz_links
from mvidarr.integrations.links import Link
from mvidarr.integrations.protocols import FindsArtists, FoundArtist
from mvidarr.integrations.youtube import search as youtube

MOST = 12
FRESH = 10 * clock.MINUTE  # somebody waits who wants to know what is so now
LONGEST_NAME, LONGEST_LINK = 255, 2000
MOST_LOOKED_UP = 3  # artists of one name whose links are asked for: one request a second
YOUTUBE_KINDS = frozenset({"youtube_channel", "youtube_handle", "youtube_user", "youtube_custom"})
NO_ARTIST = (
    "This link leads to no artist: use a channel of YouTube, or an artist of MusicBrainz, IMVDb, "
    "Spotify, Deezer, Discogs, TheAudioDB or Last.fm."
)
OTHER_LINKS = {
    "youtube_video": "This link leads to a video: use the link of its channel.",
    "youtube_playlist": "This link leads to a playlist: add it under Lists.",
    "vimeo_video": "This link leads to a video: use a link to the artist.",
    "imvdb_video_slug": "This link leads to a video: use the link of its artist.",
}


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Artists of that name, the likeliest first, and what could not be asked.

    `found_by` of one that several catalogues know names them all.
    """

    asked: str
    found: Sequence[FoundArtist]
    problems: Sequence[str]
    is_link: bool = False


Answer = list[FoundArtist] | str


def find(query: str) -> Candidates:
    """Ask the catalogues for a name, or one service for the artist behind a link.

    Never raises for a service: the artist can always be added by the name alone. Raises Invalid
    for a link that leads to no artist, and for what is too long.
    """
    asked = text.tidy(query)
    if not asked:
        raise Invalid({"name": "Enter a name or a link."})
    _check_length(asked)
    link = links.recognise(asked)
    if link is not None or "://" in asked or asked.startswith("www."):
        return _by_link(asked if "://" in asked else f"https://{asked}", link)
    answers = _ask_all(asked)
    found = [one for answer in answers if not isinstance(answer, str) for one in answer]
    return Candidates(
        asked=asked,
        found=rank(asked, _told_apart(found)),
        problems=[answer for answer in answers if isinstance(answer, str)],
    )


def rank(asked: str, found: Sequence[FoundArtist]) -> list[FoundArtist]:
    """One entry per artist, exact names first; entries of several catalogues are joined."""
    wanted = text.name_key(asked)
    likeness = text.match_key(asked)

    def order(one: FoundArtist) -> tuple[bool, bool, int]:
        names = (one.name, *one.aliases)
        return (
            text.name_key(one.name) != wanted,
            likeness not in map(text.match_key, names),
            -one.score,
        )

    return sorted(joining.joined(found), key=order)[:MOST]


def _check_length(asked: str) -> None:
    most = LONGEST_LINK if "://" in asked[:10] else LONGEST_NAME
    if len(asked) > most:
        raise Invalid({"name": f"Use {most:,} characters or fewer."})


def _ask_all(name: str) -> list[Answer]:
    """Every catalogue at once: each keeps its own pace."""
    with db.session():
        kinds = [kind for kind in services.ALL if kind.find_artists and kind.is_on]
    with ThreadPoolExecutor(max_workers=max(1, len(kinds)), thread_name_prefix="who") as pool:
        waiting = [
            pool.submit(_ask, kind, _named(kind.find_artists, name))
            for kind in kinds
            if kind.find_artists
        ]
        return [one.result() for one in waiting]


def _named(finder: FindsArtists, name: str) -> Callable[[Conf], list[FoundArtist]]:
    return lambda conf: list(finder(conf, name))


def _told_apart(found: Sequence[FoundArtist]) -> list[FoundArtist]:
    """With MusicBrainz's links of artists where the name alone leaves open which one is meant."""
    theirs = [one for one in found if one.found_by == musicbrainz.NAME]
    others = [one for one in found if one.found_by != musicbrainz.NAME]
    unclear = {
        text.match_key(one.name)
        for one in others
        if "mb_artist" not in one.ids and joining.is_ambiguous(one, theirs)
    }
    doubtful = [one for one in theirs if text.match_key(one.name) in unclear]
    known = [one for artist in doubtful[:MOST_LOOKED_UP] for one in _looked_up(artist)]
    return [*theirs, *known, *others]


def _looked_up(one: FoundArtist) -> list[FoundArtist]:
    mbid = one.ids["mb_artist"]
    answer = _ask(services.find(musicbrainz.NAME), lambda conf: [musicbrainz.artist(conf, mbid)])
    return [] if isinstance(answer, str) else answer


def _by_link(link: str, named: Link | None) -> Candidates:
    kind, ref = (named.kind, named.value) if named else ("", "")
    if kind in YOUTUBE_KINDS:
        answer = _ask(services.find("youtube"), lambda conf: [youtube.artist_from_url(conf, link)])
    elif kind == "mb_artist":
        answer = _ask(services.find("musicbrainz"), lambda conf: [musicbrainz.artist(conf, ref)])
    elif kind == "imvdb_slug":
        answer = _ask(services.find("imvdb"), lambda conf: [imvdb.artist(conf, ref, by_slug=True)])
    elif kind == "lastfm_artist":  # the address is the name
        return find(ref)
    elif named and kind in musicbrainz_links.PAGES:
        answer = _ask(
            services.find("musicbrainz"), lambda conf: musicbrainz_links.artists(conf, named)
        )
    else:
        raise Invalid({"name": OTHER_LINKS.get(kind, NO_ARTIST)})
    if isinstance(answer, str):
        return Candidates(asked=link, found=(), problems=(answer,), is_link=True)
    return Candidates(asked=link, found=answer, problems=(), is_link=True)


def _ask(kind: services.ServiceKind, ask: Callable[[Conf], list[FoundArtist]]) -> Answer:
    """The service's artists, or a sentence that says why there are none."""
    try:
        return calls.call(kind, ask, services.PAGE_PATIENCE, FRESH)
    except Error as error:
        return calls.said(kind, error)
