"""MusicBrainz: artists, and recordings that are videos with links to where they can be seen.

https://musicbrainz.org/doc/MusicBrainz_API. One request a second for everyone behind an address,
so everything here is arranged to ask as seldom as possible.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from mvidarr.core import clock, http, text
from mvidarr.core.http import Client, Conf, NotThere
from mvidarr.integrations import links, shapes
from mvidarr.integrations.protocols import (
    FoundArtist,
    FoundFacts,
    FoundUpload,
    FoundVideo,
    Wanted,
)

NAME, TITLE = "musicbrainz", "MusicBrainz"

PAGE = 100  # the most that it hands out at once
MOST_VIDEOS = 2500  # of one artist
CANDIDATES = 10
GENRES = 5
ALIASES = 40
KEEP_FACTS, KEEP_LISTS = 7 * clock.DAY, 12 * clock.HOUR
LONGEST_QUERY = 300  # characters
FACTS = "url-rels aliases genres"
DETAILS = "artist-credits url-rels artist-rels"
# Not Last.fm's: its page of a name is shared by all artists of that name.
ARTIST_LINKS = (
    *("youtube_channel", "youtube_handle", "youtube_user", "youtube_custom"),
    *("imvdb_slug", "discogs_artist", "spotify_artist", "deezer_artist", "theaudiodb_artist"),
)

_SPECIAL = re.compile(r'([-+&|!(){}\[\]^"~*?:\\/])')
_JUST_A_VIDEO = re.compile(r"(?:the )?(?:official )?(?:music )?(?:video|clip)", re.IGNORECASE)
_GUEST = re.compile(r"\b(?:feat|ft|featuring|with)\b", re.IGNORECASE)


def find_videos(conf: Conf, wanted: Wanted, /) -> Iterator[FoundVideo]:
    """An artist's recordings that are videos. Links are looked up for `wanted.limit` of them."""
    with _client(conf) as client:
        mbid = _known(wanted) or _only_artist(client, wanted.name)
        if not mbid:
            return
        listed = _listed(client, mbid)
        if not listed and (moved := _moved(client, mbid)):
            mbid, listed = moved, _listed(client, moved)
        for recording in _detailed(client, mbid, listed, wanted.limit):
            yield to_video(recording)


def find_artists(conf: Conf, name: str, /) -> list[FoundArtist]:
    """Artists of that name or alias, as MusicBrainz ranks them."""
    with _client(conf) as client:
        return [to_artist(item) for item in _search(client, name) if shapes.text(item.get("name"))]


def describe(conf: Conf, wanted: Wanted, /) -> FoundFacts | None:
    """Genres, other names and the artist's ids at other services."""
    with _client(conf) as client:
        mbid = _known(wanted) or _only_artist(client, wanted.name)
        try:
            item = _artist(client, mbid) if mbid else {}
        except NotThere:
            return None
    found = to_artist(item)
    if "mb_artist" not in found.ids:
        return None
    return FoundFacts(
        found_by=NAME,
        country=found.country,
        genres=found.genres,
        aliases=found.aliases,
        ids=found.ids,
    )


def artist(conf: Conf, mbid: str, /) -> FoundArtist:
    """The artist of an id, also of one that was merged, with its links; raises NotThere."""
    if not links.MBID.fullmatch(mbid):
        raise NotThere(NAME, "MusicBrainz has no such artist.", permanent=True)
    with _client(conf) as client:
        return to_artist(_artist(client, mbid))


def check(conf: Conf, /) -> str:
    """A sentence when it answers; raises ServiceError when it does not."""
    with _client(conf) as client:
        _get(client, "artist", 0, query="nirvana", limit=1)
    return "MusicBrainz answers."


def to_artist(item: dict[str, Any]) -> FoundArtist:
    mbid = _id(item)
    span = shapes.table(item.get("life-span"))
    return FoundArtist(
        found_by=NAME,
        name=shapes.text(item.get("name")),
        ids={**({"mb_artist": mbid} if mbid else {}), **_artist_links(item)},
        sort_name=shapes.text(item.get("sort-name")) or None,
        disambiguation=shapes.text(item.get("disambiguation")),
        country=shapes.text(item.get("country")) or None,
        kind=shapes.text(item.get("type")) or None,
        years=shapes.years(span.get("begin"), span.get("end")),
        genres=_genres(item),
        aliases=_aliases(item),
        score=shapes.whole(item.get("score")) or 0,
        url=f"https://musicbrainz.org/artist/{mbid}" if mbid else None,
    )


def to_video(recording: dict[str, Any]) -> FoundVideo:
    """A recording that is a video, with the uploads that its relations name."""
    title = shapes.text(recording.get("title"))
    artists, featured = _credits(recording)
    released = shapes.text(recording.get("first-release-date"))
    length = shapes.whole(recording.get("length"))
    found = _links(recording)
    slug = next((link.value for link in found if link.kind == "imvdb_video_slug"), "")
    ids = {"mb_recording": _id(recording), "imvdb_video_slug": slug}
    return FoundVideo(
        found_by=NAME,
        title=title,
        artists=artists,
        featured=featured,
        version=_version(recording),
        year=shapes.year(released),
        released=released if re.fullmatch(r"\d{4}-\d\d-\d\d", released) else None,
        duration=length / 1000 if length else None,
        directors=_directors(recording),
        ids={kind: value for kind, value in ids.items() if value},
        uploads=tuple(
            FoundUpload(
                found_by=NAME,
                provider=links.PROVIDERS[link.kind],
                source_id=link.value,
                title=title,
                evidence=("mb_relation",),
            )
            for link in found
            if link.kind in links.PROVIDERS
        ),
    )


def _client(conf: Conf) -> Client:
    return http.operator(replace(conf, title=TITLE))


def _get(client: Client, path: str, keep: int, **params: str | int) -> dict[str, Any]:
    return shapes.table(client.get_json(path, {**params, "fmt": "json"}, keep=keep))


def _path(kind: str, mbid: str) -> str:
    return f"{kind}/{quote(mbid, safe='')}"


def _known(wanted: Wanted) -> str:
    mbid = wanted.ids.get("mb_artist", "")
    return mbid if links.MBID.fullmatch(mbid) else ""


def _id(item: dict[str, Any]) -> str:
    mbid = shapes.text(item.get("id"))
    return mbid if links.MBID.fullmatch(mbid) else ""


def _artist(client: Client, mbid: str) -> dict[str, Any]:
    """An artist with its links; one that was merged comes under its new id."""
    return _get(client, _path("artist", mbid), KEEP_FACTS, inc=FACTS)


def _search(client: Client, name: str) -> list[dict[str, Any]]:
    # lower case, because AND, OR and NOT are operators only in capitals
    query = _SPECIAL.sub(r"\\\1", text.tidy(name)[:LONGEST_QUERY].lower())
    if not query:
        return []
    answer = _get(client, "artist", KEEP_LISTS, query=query, limit=CANDIDATES)
    return shapes.rows(answer.get("artists"))


def _only_artist(client: Client, name: str) -> str:
    """The id of the artist of that name, when there is exactly one."""
    key = text.name_key(name)
    same = [a for a in _search(client, name) if text.name_key(shapes.text(a.get("name"))) == key]
    return _id(same[0]) if len(same) == 1 else ""


def _moved(client: Client, mbid: str) -> str:
    """The id that an artist was merged into: the search does not know the old one."""
    try:
        now = _id(_artist(client, mbid))
    except NotThere:
        return ""
    return now if now != mbid else ""


def _listed(client: Client, mbid: str) -> list[dict[str, Any]]:
    """Videos as the search lists them: a hundred in one request, but without links."""
    query = f"arid:{mbid} AND video:true"
    found: dict[str, dict[str, Any]] = {}
    for offset in range(0, MOST_VIDEOS, PAGE):
        answer = _get(client, "recording", KEEP_LISTS, query=query, limit=PAGE, offset=offset)
        items = {_id(item): item for item in shapes.rows(answer.get("recordings"))}
        if items.keys() <= found.keys():
            break
        found |= items
        if offset + PAGE >= (shapes.whole(answer.get("count")) or 0):
            break
    return [item for number, item in found.items() if number]


def _detailed(
    client: Client, mbid: str, listed: list[dict[str, Any]], most: int
) -> Iterator[dict[str, Any]]:
    """The same recordings with their links; what comes after `most` look-ups has none.

    A browse page details a hundred recordings, but sound among them; a look-up details one.
    Browse while what is left to browse takes fewer requests than what is left to look up.
    """
    missing = {_id(item): item for item in listed}
    offset, total = 0, PAGE
    while offset < total and -(-(total - offset) // PAGE) < min(len(missing), most):
        page = _get(
            client, "recording", KEEP_LISTS, artist=mbid, inc=DETAILS, limit=PAGE, offset=offset
        )
        items = shapes.rows(page.get("recordings"))
        total = shapes.whole(page.get("recording-count")) or 0
        offset += PAGE
        for item in items:
            if seen := missing.pop(_id(item), None):
                yield {**seen, **item}
    for place, (number, item) in enumerate(missing.items()):
        try:
            yield {**item, **(_recording(client, number) if place < most else {})}
        except NotThere:
            continue  # removed since the search's index was made


def _recording(client: Client, mbid: str) -> dict[str, Any]:
    return _get(client, _path("recording", mbid), KEEP_FACTS, inc=DETAILS)


def _links(item: dict[str, Any]) -> list[links.Link]:
    """What the relations to addresses lead to, as far as we know such links."""
    found = [
        links.recognise(shapes.text(shapes.table(relation.get("url")).get("resource")))
        for relation in shapes.rows(item.get("relations"))
        if relation.get("target-type") == "url"
        and not relation.get("ended")
        and relation.get("type") != "youtube music"  # often a channel of sound alone
    ]
    return list(dict.fromkeys(link for link in found if link))


def _artist_links(item: dict[str, Any]) -> dict[str, str]:
    """The first link of each kind that leads to the artist at another service."""
    ids: dict[str, str] = {}
    for link in _links(item):
        if link.kind in ARTIST_LINKS:
            ids.setdefault(link.kind, link.value)
    return ids


def _credits(recording: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Main artists, and those after the first "feat."."""
    main: list[str] = []
    guests: list[str] = []
    names = main
    for credit in shapes.rows(recording.get("artist-credit")):
        person = shapes.table(credit.get("artist"))
        name = shapes.text(person.get("name")) or shapes.text(credit.get("name"))
        if name and name not in names:
            names.append(name)
        if _GUEST.search(shapes.text(credit.get("joinphrase"))):
            names = guests
    return tuple(main), tuple(guests)


def _version(recording: dict[str, Any]) -> str:
    """What tells it from other recordings; empty when that only says that it is a video."""
    said = shapes.text(recording.get("disambiguation"))
    return "" if _JUST_A_VIDEO.fullmatch(said) else said


def _directors(recording: dict[str, Any]) -> tuple[str, ...]:
    names = [
        shapes.text(shapes.table(relation.get("artist")).get("name"))
        for relation in shapes.rows(recording.get("relations"))
        if relation.get("type") == "video director"
    ]
    return tuple(dict.fromkeys(filter(None, names)))


def _aliases(item: dict[str, Any]) -> tuple[str, ...]:
    """Names that the artist goes by: not misspellings, nor what stands in a passport.

    Of those that nobody sorted only the ones in another script than the name.
    """
    name = shapes.text(item.get("name"))
    known = shapes.rows(item.get("aliases"))
    sure = [alias.get("name") for alias in known if alias.get("type") == "Artist name"]
    bare = [alias.get("name") for alias in known if not alias.get("type")]
    other = [one for one in bare if _is_latin(shapes.text(one)) != _is_latin(name)]
    return tuple(one for one in shapes.names(sure + other) if one != name)[:ALIASES]


def _is_latin(name: str) -> bool:
    return re.search("[a-z]", text.fold(name)) is not None


def _genres(item: dict[str, Any]) -> tuple[str, ...]:
    """The most used genres; a search only has tags."""
    known = shapes.rows(item.get("genres")) or shapes.rows(item.get("tags"))
    used = [genre for genre in known if (shapes.whole(genre.get("count")) or 0) > 0]
    used.sort(key=lambda genre: -(shapes.whole(genre.get("count")) or 0))
    return shapes.names(genre.get("name") for genre in used[:GENRES])
