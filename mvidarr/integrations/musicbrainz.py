"""MusicBrainz: artists, and recordings that are videos with links to where they can be seen.

https://musicbrainz.org/doc/MusicBrainz_API. One request a second for everyone behind an address,
so everything here is arranged to ask as seldom as possible.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from mvidarr.core import http, text
from mvidarr.core.http import Client, Conf, NotThere
from mvidarr.integrations import links, shapes
from mvidarr.integrations.protocols import FoundArtist, FoundUpload, FoundVideo, Wanted

NAME, TITLE = "musicbrainz", "MusicBrainz"
BASE_URL = "https://musicbrainz.org/ws/2"

PAGE = 100  # the most that it hands out at once
CANDIDATES = 10
GENRES = 5
DETAILS = "artist-credits url-rels artist-rels"
PROVIDERS = {"youtube_video": "youtube", "vimeo_video": "vimeo"}
ARTIST_LINKS = ("youtube_channel", "youtube_handle", "youtube_user", "imvdb_slug")

_MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SPECIAL = re.compile(r'([-+&|!(){}\[\]^"~*?:\\/])')
_JUST_A_VIDEO = re.compile(r"(?:the )?(?:official )?(?:music )?(?:video|clip)", re.IGNORECASE)
_GUEST = re.compile(r"\b(?:feat|ft|featuring|with)\b", re.IGNORECASE)


def find_videos(conf: Conf, wanted: Wanted, /) -> Iterator[FoundVideo]:
    """An artist's recordings that are videos, `wanted.limit` of them at most."""
    with _client(conf) as client:
        mbid = wanted.ids.get("mb_artist", "")
        if not _MBID.fullmatch(mbid):
            mbid = _only_artist(client, wanted.name)
        if not mbid:
            return
        listed = _listed(client, mbid, wanted.limit)
        if not listed and (moved := _moved(client, mbid)):
            mbid, listed = moved, _listed(client, moved, wanted.limit)
        for recording in _detailed(client, mbid, listed):
            yield to_video(recording)


def find_artists(conf: Conf, name: str, /) -> list[FoundArtist]:
    """Artists of that name or alias, as MusicBrainz ranks them."""
    with _client(conf) as client:
        return [to_artist(item) for item in _search(client, name)]


def artist(conf: Conf, mbid: str, /) -> FoundArtist:
    """The artist of an id, also of one that was merged, with its links; raises NotThere."""
    if not _MBID.fullmatch(mbid):
        raise NotThere(NAME, "MusicBrainz has no such artist.", permanent=True)
    with _client(conf) as client:
        return to_artist(_get(client, _path("artist", mbid), inc="url-rels aliases genres"))


def check(conf: Conf, /) -> str:
    """A sentence when it answers; raises ServiceError when it does not."""
    with _client(conf) as client:
        _get(client, "artist", query="nirvana", limit=1)
    return "MusicBrainz answers."


def to_artist(item: dict[str, Any]) -> FoundArtist:
    mbid = shapes.text(item.get("id"))
    name = shapes.text(item.get("name"))
    aliases = [
        shapes.text(alias.get("name"))
        for alias in shapes.rows(item.get("aliases"))
        if alias.get("type") != "Search hint"  # misspellings
    ]
    return FoundArtist(
        found_by=NAME,
        name=name,
        ids={"mb_artist": mbid, **_artist_links(item)},
        sort_name=shapes.text(item.get("sort-name")) or None,
        disambiguation=shapes.text(item.get("disambiguation")),
        country=shapes.text(item.get("country")) or None,
        kind=shapes.text(item.get("type")) or None,
        years=_years(shapes.table(item.get("life-span"))),
        genres=_genres(item),
        aliases=tuple(dict.fromkeys(alias for alias in aliases if alias not in ("", name))),
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
        ids={
            "mb_recording": shapes.text(recording.get("id")),
            **({"imvdb_video_slug": slug} if slug else {}),
        },
        uploads=tuple(
            FoundUpload(
                found_by=NAME,
                provider=PROVIDERS[link.kind],
                source_id=link.value,
                title=title,
                evidence=("mb_relation",),
            )
            for link in found
            if link.kind in PROVIDERS
        ),
    )


def _client(conf: Conf) -> Client:
    return http.operator(replace(conf, title=TITLE))


def _get(client: Client, path: str, **params: str | int) -> dict[str, Any]:
    return shapes.table(client.get_json(path, {**params, "fmt": "json"}))


def _path(kind: str, mbid: str) -> str:
    return f"{kind}/{quote(mbid, safe='')}"


def _search(client: Client, name: str) -> list[dict[str, Any]]:
    # lower case, because AND, OR and NOT are operators only in capitals
    query = _SPECIAL.sub(r"\\\1", text.tidy(name).lower())
    if not query:
        return []
    return shapes.rows(_get(client, "artist", query=query, limit=CANDIDATES).get("artists"))


def _only_artist(client: Client, name: str) -> str:
    """The id of the artist of that name, when there is exactly one."""
    key = text.name_key(name)
    same = [a for a in _search(client, name) if text.name_key(shapes.text(a.get("name"))) == key]
    return shapes.text(same[0].get("id")) if len(same) == 1 else ""


def _moved(client: Client, mbid: str) -> str:
    """The id that an artist was merged into: the search does not know the old one."""
    try:
        now = shapes.text(_get(client, _path("artist", mbid)).get("id"))
    except NotThere:
        return ""
    return now if now != mbid else ""


def _listed(client: Client, mbid: str, limit: int) -> list[dict[str, Any]]:
    """Videos as the search lists them: all of them in one request, but without links."""
    query = f"arid:{mbid} AND video:true"
    found: dict[str, dict[str, Any]] = {}
    for offset in range(0, limit, PAGE):
        answer = _get(
            client, "recording", query=query, limit=min(PAGE, limit - offset), offset=offset
        )
        items = shapes.rows(answer.get("recordings"))
        found |= {shapes.text(item.get("id")): item for item in items}
        if not items or len(found) >= (shapes.whole(answer.get("count")) or 0):
            break
    return [item for number, item in found.items() if number]


def _detailed(client: Client, mbid: str, listed: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same recordings with their links.

    A browse page details a hundred recordings, but sound among them; a look-up details one.
    Browse while what is left to browse takes fewer requests than what is left to look up.
    """
    missing = {shapes.text(item["id"]): item for item in listed}
    offset, total = 0, PAGE
    while missing and offset < total and -(-(total - offset) // PAGE) < len(missing):
        page = _get(client, "recording", artist=mbid, inc=DETAILS, limit=PAGE, offset=offset)
        items = shapes.rows(page.get("recordings"))
        total = shapes.whole(page.get("recording-count")) or 0
        offset += PAGE
        for item in items:
            if seen := missing.pop(shapes.text(item.get("id")), None):
                yield {**seen, **item}
    for number, item in missing.items():
        try:
            yield {**item, **_get(client, _path("recording", number), inc=DETAILS)}
        except NotThere:
            continue  # removed since the search's index was made


def _links(item: dict[str, Any]) -> list[links.Link]:
    """What the relations to addresses lead to, as far as we know such links."""
    found = [
        links.recognise(shapes.text(shapes.table(relation.get("url")).get("resource")))
        for relation in shapes.rows(item.get("relations"))
        if relation.get("target-type") == "url" and not relation.get("ended")
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


def _years(span: dict[str, Any]) -> str | None:
    """1987–2003, 1987– or –2003."""
    begin, end = shapes.year(span.get("begin")), shapes.year(span.get("end"))
    if not begin and not end:
        return None
    return f"{begin or ''}–{end or ''}"


def _genres(item: dict[str, Any]) -> tuple[str, ...]:
    """The most used genres; a search only has tags."""
    known = shapes.rows(item.get("genres")) or shapes.rows(item.get("tags"))
    used = [genre for genre in known if (shapes.whole(genre.get("count")) or 0) > 0]
    used.sort(key=lambda genre: -(shapes.whole(genre.get("count")) or 0))
    return tuple(filter(None, (shapes.text(genre.get("name")) for genre in used[:GENRES])))
