"""TheAudioDB: artists' pictures and biographies, and which of their songs have a video where.

https://www.theaudiodb.com/free_music_api. The key is part of the path, and what is not known is
answered with null: so a 404 means a key that is not known either.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from mvidarr.core import clock, errors, http, text
from mvidarr.core.http import Blocked, Client, Conf, NotThere
from mvidarr.integrations import likeness, links, shapes
from mvidarr.integrations.protocols import (
    FoundArtist,
    FoundFacts,
    FoundUpload,
    FoundVideo,
    Wanted,
)

NAME, TITLE = "theaudiodb", "TheAudioDB"

PUBLIC_KEY = "123"
CANDIDATES = 10
KEEP_FACTS, KEEP_LISTS = 7 * clock.DAY, 12 * clock.HOUR
PICTURES = (
    "strArtistThumb",
    *("strArtistFanart", "strArtistFanart2", "strArtistFanart3", "strArtistFanart4"),
)
PROBE = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"  # an artist that it surely knows


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """An artist of TheAudioDB's, and whether an id led there or only the name."""

    item: dict[str, Any]
    is_sure: bool


def find_videos(conf: Conf, wanted: Wanted, /) -> Iterator[FoundVideo]:
    """The songs of an artist that are known to have a video, with its upload where it is told."""
    with _client(conf) as client:
        number = shapes.digits(wanted.ids.get("theaudiodb_artist"))
        name = wanted.name
        if not number:
            found = _artist(client, wanted)
            number = shapes.digits(found.item.get("idArtist"))
            name = shapes.text(found.item.get("strArtist")) or name
        for item in _videos(client, number) if number else ():
            yield to_video(item, name)


def find_artists(conf: Conf, name: str, /) -> list[FoundArtist]:
    """Artists whose names look like this one, the likeliest first."""
    with _client(conf) as client:
        found = [to_artist(item, name) for item in _search(client, name)]
    alike = [artist for artist in found if artist.name and artist.score >= 100 * likeness.ALIKE]
    return sorted(alike, key=lambda artist: -artist.score)[:CANDIDATES]


def describe(conf: Conf, wanted: Wanted, /) -> FoundFacts | None:
    """Biography, genres and pictures. Ids only where an id led to them: names are shared."""
    with _client(conf) as client:
        found = _artist(client, wanted)
    item = found.item
    if not item:
        return None
    artist = to_artist(item, wanted.name)
    return FoundFacts(
        found_by=NAME,
        bio=shapes.prose(item.get("strBiographyEN")) or None,
        country=artist.country,
        genres=artist.genres,
        aliases=artist.aliases,
        pictures=_pictures(item),
        ids=artist.ids if found.is_sure else {},
    )


def check(conf: Conf, /) -> str:
    """A sentence when it answers and knows the key; raises ServiceError when not."""
    with _client(conf) as client:
        _get(client, "artist-mb", 0, i=PROBE)
    return f"TheAudioDB answers{' and accepts the key' if conf.key else ' to the public key'}."


def to_artist(item: dict[str, Any], asked: str) -> FoundArtist:
    """An artist; `asked` is the name that was searched for."""
    name = shapes.text(item.get("strArtist"))
    number = shapes.digits(item.get("idArtist"))
    ids = {"theaudiodb_artist": number, "mb_artist": _mbid(item)}
    aliases = tuple(one for one in shapes.names([item.get("strArtistAlternate")]) if one != name)
    country = shapes.text(item.get("strCountryCode")).upper()
    return FoundArtist(
        found_by=NAME,
        name=name,
        ids={kind: value for kind, value in ids.items() if value},
        country=country if re.fullmatch("[A-Z]{2}", country) else None,
        years=shapes.years(
            shapes.year(item.get("intFormedYear")) or item.get("intBornYear"),
            item.get("intDiedYear"),
        ),
        genres=shapes.names([item.get("strGenre"), item.get("strStyle")]),
        aliases=aliases,
        image_url=shapes.address(item.get("strArtistThumb")) or None,
        score=round(100 * max(likeness.of(known, asked) for known in (name, *aliases))),
        url=f"https://www.theaudiodb.com/artist/{number}" if number else None,
    )


def to_video(item: dict[str, Any], artist: str = "") -> FoundVideo:
    """A song with a video; `artist` is whose, where the entry does not say."""
    title = shapes.text(item.get("strTrack"))
    length = shapes.whole(item.get("intDuration")) or 0
    ids = {
        "theaudiodb_track": shapes.digits(item.get("idTrack")),
        "imvdb_video": shapes.digits(item.get("idIMVDB")),
    }
    return FoundVideo(
        found_by=NAME,
        title=title,
        artists=shapes.names([item.get("strArtist") or artist]),
        album=shapes.text(item.get("strAlbum")) or None,
        duration=length / 1000 if 0 < length < clock.DAY else None,
        directors=shapes.names([item.get("strMusicVidDirector")]),
        genres=shapes.names([item.get("strGenre")]),
        ids={kind: value for kind, value in ids.items() if value},
        image_url=shapes.address(item.get("strTrackThumb")) or None,
        uploads=_uploads(item, title),
    )


def _client(conf: Conf) -> Client:
    # spelled as in the address, so that the names of kept answers leave it out
    key = quote(conf.key.strip(), safe="")
    base_url = f"{conf.base_url.rstrip('/')}/{key or PUBLIC_KEY}"
    return http.operator(replace(conf, title=TITLE, base_url=base_url, key=key))


def _get(client: Client, what: str, keep: int, **params: str) -> dict[str, Any]:
    try:
        return shapes.table(client.get_json(f"{what}.php", params, keep=keep))
    except NotThere:
        raise errors.ServiceError(
            NAME,
            "TheAudioDB knows neither this address nor this key. Check both in the settings.",
            permanent=True,
        ) from None


def _artist(client: Client, wanted: Wanted) -> _Entry:
    """The wanted artist: by an id, else the only one of the name that is no other for sure."""
    mbid = wanted.ids.get("mb_artist", "")
    number = shapes.digits(wanted.ids.get("theaudiodb_artist"))
    ways = (
        ("artist-mb", mbid if links.MBID.fullmatch(mbid) else ""),
        ("artist", number),
    )
    for what, ref in ways:
        if ref and (items := shapes.rows(_get(client, what, KEEP_FACTS, i=ref).get("artists"))):
            return _Entry(item=items[0], is_sure=True)
    key = text.match_key(wanted.name)
    same = [
        item
        for item in _search(client, wanted.name)
        if text.match_key(shapes.text(item.get("strArtist"))) == key
        and (not mbid or _mbid(item) in ("", mbid))
    ]
    return _Entry(item=same[0] if len(same) == 1 else {}, is_sure=False)


def _search(client: Client, name: str) -> list[dict[str, Any]]:
    if not text.match_key(name):
        return []
    asked = text.tidy(name)[: shapes.LONGEST_NAME]
    return shapes.rows(_get(client, "search", KEEP_LISTS, s=asked).get("artists"))


def _videos(client: Client, number: str) -> Iterator[dict[str, Any]]:
    """What has a title, each song once; nothing where they are told to other keys only."""
    sent = client.sent
    try:
        answer = client.get_json("mvid.php", {"i": number}, keep=KEEP_LISTS)
    except errors.ServiceError as error:
        if not error.permanent and not isinstance(error, Blocked):
            raise
        client.note("videos", "not told at the moment; pictures and biographies may well be")
        return
    if client.sent > sent:
        client.note("videos", None)
    seen: set[str] = set()
    for item in shapes.rows(shapes.table(answer).get("mvids")):
        track = shapes.digits(item.get("idTrack"))
        if shapes.text(item.get("strTrack")) and not (track and track in seen):
            seen.add(track)
            yield item


def _uploads(item: dict[str, Any], title: str) -> tuple[FoundUpload, ...]:
    link = links.recognise(shapes.text(item.get("strMusicVid")))
    if link is None or link.kind not in links.PROVIDERS:
        return ()
    upload = FoundUpload(
        found_by=NAME,
        provider=links.PROVIDERS[link.kind],
        source_id=link.value,
        title=title,
        evidence=("theaudiodb_link",),
    )
    return (upload,)


def _pictures(item: dict[str, Any]) -> tuple[str, ...]:
    known = (shapes.address(item.get(field)) for field in PICTURES)
    return tuple(dict.fromkeys(filter(None, known)))


def _mbid(item: dict[str, Any]) -> str:
    mbid = shapes.text(item.get("strMusicBrainzID")).lower()
    return mbid if links.MBID.fullmatch(mbid) else ""
