"""IMVDb: official music videos by artist, with directors and the uploads that show them.

https://imvdb.com/developers/api. Its search has answered 403 with a web page, whatever the key,
since 2026-09, while single videos answered: so each kind of request counts for itself here.
"""

import logging
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from mvidarr.core import clock, errors, http, text
from mvidarr.core.http import Blocked, Client, Conf, NotThere
from mvidarr.integrations import likeness, links, shapes
from mvidarr.integrations.protocols import FoundArtist, FoundUpload, FoundVideo, Wanted

log = logging.getLogger(__name__)

NAME, TITLE = "imvdb", "IMVDb"

LISTS = ("artist_videos", "featured_artist_videos")
MOST_PAGES = 10
CANDIDATES = 10
LONGEST_QUERY = 300  # characters
BY_SLUG = {"method": "slug"}
WITH_VIDEOS = {"include": "artist_videos,featured_videos"}
WITH_SOURCES = {"include": "sources,credits,featured"}
PROBES = (  # what to ask to see whether a kind of request works
    ("videos", "video/121779770452", {"include": "sources"}),
    ("artists", "entity/838673", {"include": "artist_videos"}),
    ("search", "search/entities", {"q": "robin thicke"}),
)
KEPT = {"videos": 7 * clock.DAY, "artists": 12 * clock.HOUR, "search": 12 * clock.HOUR}
PROBLEMS = {
    "videos": "out of order; uploads and directors are missing",
    "artists": "out of order; videos cannot be listed",
    "search": "out of order; artists are found by their address instead",
}


def find_videos(conf: Conf, wanted: Wanted, /) -> Iterator[FoundVideo]:
    """An artist's released videos. Uploads are asked for up to `wanted.limit` of them."""
    with _client(conf) as client:
        entity = _entity_of(client, wanted)
        listed = list(_listed(client, entity)) if entity else []
        for item in _detailed(client, listed, wanted.limit):
            yield to_video(item)


def find_artists(conf: Conf, name: str, /) -> list[FoundArtist]:
    """Artists whose names look like this one, the likeliest first."""
    with _client(conf) as client:
        found = [to_artist(entity, name) for entity in _search(client, name)]
    alike = [artist for artist in found if artist.score >= 100 * likeness.ALIKE]
    return sorted(alike, key=lambda artist: -artist.score)[:CANDIDATES]


def artist(conf: Conf, ref: str, /, *, by_slug: bool = False) -> FoundArtist:
    """The artist of an id or a slug (say so where it may be a number); raises NotThere."""
    is_slug = by_slug or not shapes.digits(ref)
    if is_slug and not _slug(ref):
        raise NotThere(NAME, "IMVDb has no such artist.", permanent=True)
    with _client(conf) as client:
        return to_artist(_entity(client, ref, BY_SLUG if is_slug else {}), "")


def check(conf: Conf, /) -> str:
    """What works with this key, in a sentence; raises ServiceError when nothing does."""
    working: list[str] = []
    failed: dict[str, errors.ServiceError] = {}
    with _client(conf) as client:
        for kind, path, params in PROBES:
            try:
                _get(client, kind, path, params, keep=0)
            except NotThere:
                working.append(kind)
            except errors.ServiceError as error:
                if error.permanent:  # a refused key is refused everywhere
                    raise
                failed[kind] = error
            else:
                working.append(kind)
    if not working:
        raise next(iter(failed.values()))
    if not failed:
        return "IMVDb answers and accepts the key."
    return f"IMVDb answers for {_and(working)}, but not for {_and(list(failed))} at the moment."


def to_video(item: dict[str, Any]) -> FoundVideo:
    """A video, with sources and credits where the item has them."""
    title = shapes.text(item.get("song_title")) or _words(item.get("song_slug"))
    link = links.recognise(shapes.text(item.get("url")))
    ids = {
        "imvdb_video": shapes.digits(item.get("id")),
        "imvdb_video_slug": link.value if link and link.kind == "imvdb_video_slug" else "",
    }
    return FoundVideo(
        found_by=NAME,
        title=title,
        artists=_names(item.get("artists")),
        featured=_names(item.get("featured_artists")),
        version=_version(item),
        year=shapes.year(item.get("year")),
        released=_day(item.get("release_date_stamp")),
        directors=_directors(item),
        ids={kind: value for kind, value in ids.items() if value},
        image_url=_image(item.get("image")),
        uploads=tuple(_uploads(item, title)),
    )


def to_artist(entity: dict[str, Any], asked: str) -> FoundArtist:
    """An artist; `asked` is the name that was searched for. IMVDb mostly names only a slug."""
    slug = _slug(shapes.text(entity.get("slug")))
    name = shapes.text(entity.get("name"))
    alike = max(likeness.of(name, asked), likeness.of(slug, asked))
    ids = {
        "imvdb_entity": shapes.digits(entity.get("id")),
        "imvdb_slug": slug,
        "discogs_artist": shapes.digits(entity.get("discogs_id")),
    }
    return FoundArtist(
        found_by=NAME,
        name=name or (_proper(asked) if alike == 1 else _words(slug)),
        ids={kind: value for kind, value in ids.items() if value},
        image_url=_image(entity.get("image")),
        score=round(100 * alike),
        url=f"https://imvdb.com/n/{quote(slug)}" if slug else None,
    )


def _client(conf: Conf) -> Client:
    if not conf.key:
        raise errors.NotConfigured("IMVDb needs a key. Enter one in the settings.")
    return http.operator(replace(conf, title=TITLE), {"IMVDB-APP-KEY": conf.key})


def _entity_of(client: Client, wanted: Wanted) -> dict[str, Any]:
    """The wanted artist's page with its first videos; empty when IMVDb has none for sure."""
    known: tuple[tuple[str, dict[str, str]], ...] = (
        (shapes.digits(wanted.ids.get("imvdb_entity")), {}),
        (_slug(wanted.ids.get("imvdb_slug", "")), BY_SLUG),
    )
    for ref, how in known:
        if ref:
            try:
                return _entity(client, ref, {**how, **WITH_VIDEOS})
            except NotThere:
                continue  # slugs change, and pages are merged
    key = text.match_key(wanted.name)
    for entity in _search(client, wanted.name):
        names = (shapes.text(entity.get("name")), shapes.text(entity.get("slug")))
        number = shapes.digits(entity.get("id"))
        if number and key in map(text.match_key, names):
            return _entity(client, number, WITH_VIDEOS)
    return {}


def _get(
    client: Client, part: str, path: str, params: Mapping[str, str | int], keep: int
) -> dict[str, Any]:
    """An answer, with a note whether this kind of request works at the moment."""
    sent = client.sent
    try:
        answer = client.get_json(path, params, keep=keep)
    except Blocked:
        client.note(part, PROBLEMS[part])
        raise
    except NotThere:
        client.note(part, None)
        raise
    if client.sent > sent:
        client.note(part, None)
    return shapes.table(answer)


def _entity(client: Client, ref: str, params: Mapping[str, str | int]) -> dict[str, Any]:
    path = f"entity/{quote(ref, safe='')}"
    return _get(client, "artists", path, params, keep=KEPT["artists"])


def _search(client: Client, name: str) -> list[dict[str, Any]]:
    if not text.match_key(name):
        return []
    asked: dict[str, str | int] = {"q": text.tidy(name)[:LONGEST_QUERY], "per_page": 50}
    try:
        found = _get(client, "search", "search/entities", asked, keep=KEPT["search"])
    except Blocked:
        return [_guess(client, name)]
    return shapes.rows(found.get("results"))


def _guess(client: Client, name: str) -> dict[str, Any]:
    """The artist whose slug is the obvious one, for as long as the search is broken."""
    slug = _slug(re.sub(r"[^\w.]+", "-", text.fold(name)).strip("-"))
    try:
        if slug:
            return _entity(client, slug, BY_SLUG)
    except (NotThere, Blocked):
        log.info("no artist of the obvious name service=imvdb slug=%s", slug)
    raise errors.ServiceError(
        NAME,
        "IMVDb's search is out of order, and it has no page that is called just so. "
        "Paste the address of the artist's page at IMVDb instead.",
    )


def _listed(client: Client, entity: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Released videos of an artist, each once, own ones before those as a guest."""
    pages = list(_pages(client, entity))
    seen: set[str] = set()
    for item in (video for name in LISTS for page in pages for video in _videos(page, name)):
        number = shapes.digits(item.get("id"))
        if number and number not in seen and item.get("production_status") in ("r", "", None):
            seen.add(number)
            yield item


def _pages(client: Client, entity: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An artist's pages, until all videos are there or one brings nothing new."""
    number = shapes.digits(entity.get("id"))
    total = sum(_total(entity, name) for name in LISTS)
    seen: set[str] = set()
    for next_page in range(2, MOST_PAGES + 2):
        yield entity
        ids = {shapes.digits(video.get("id")) for name in LISTS for video in _videos(entity, name)}
        if not number or ids <= seen or len(seen | ids) >= total:
            return
        seen |= ids
        entity = _entity(client, number, {**WITH_VIDEOS, "page": next_page})


def _total(entity: dict[str, Any], name: str) -> int:
    return shapes.whole(shapes.table(entity.get(name)).get("total_videos")) or 0


def _videos(entity: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return shapes.rows(shapes.table(entity.get(name)).get("videos"))


def _detailed(client: Client, listed: list[dict[str, Any]], most: int) -> Iterator[dict[str, Any]]:
    """The videos with uploads and credits, for as long as these are told and wanted.

    All entries are given even so; what went wrong is raised after the last.
    """
    problem: errors.Error | None = None
    for place, item in enumerate(listed):
        if problem is None and place < most:
            try:
                item = _with_sources(client, item)
            except errors.Error as error:
                problem = error
        yield item
    if problem is not None and not isinstance(problem, Blocked):
        raise problem


def _with_sources(client: Client, item: dict[str, Any]) -> dict[str, Any]:
    if shapes.rows(item.get("sources")):
        return item
    path = f"video/{shapes.digits(item.get('id'))}"
    try:
        return {**item, **_get(client, "videos", path, WITH_SOURCES, keep=KEPT["videos"])}
    except NotThere:
        return item


def _version(item: dict[str, Any]) -> str:
    """What tells an alternative cut from the video; empty for the first version."""
    name = shapes.text(item.get("version_name"))
    number = shapes.whole(item.get("version_number")) or 1
    if number == 1 and re.fullmatch(r"version \d*", name, re.IGNORECASE):
        return ""
    return name or (f"Version {number}" if number > 1 else "")


def _uploads(item: dict[str, Any], title: str) -> Iterator[FoundUpload]:
    sources = shapes.rows(item.get("sources"))
    seen: set[tuple[str, str]] = set()
    for source in sorted(sources, key=lambda source: not source.get("is_primary")):
        provider, number = shapes.text(source.get("source")), shapes.text(source.get("source_data"))
        pattern = {"youtube": links.YOUTUBE_ID, "vimeo": re.compile(r"\d+")}.get(provider)
        if pattern and pattern.fullmatch(number) and (provider, number) not in seen:
            seen.add((provider, number))
            yield FoundUpload(
                found_by=NAME,
                provider=provider,
                source_id=number,
                title=title,
                evidence=("imvdb_source",),
            )


def _directors(item: dict[str, Any]) -> tuple[str, ...]:
    crew = shapes.rows(shapes.table(item.get("credits")).get("crew"))
    people = [*shapes.rows(item.get("directors")), *crew]
    names = [
        shapes.text(person.get("entity_name")) or _words(person.get("entity_slug"))
        for person in people
        if person.get("position_code") == "dir"
    ]
    return tuple(dict.fromkeys(filter(None, names)))


def _names(credits: object) -> tuple[str, ...]:
    names = [shapes.text(c.get("name")) or _words(c.get("slug")) for c in shapes.rows(credits)]
    return tuple(dict.fromkeys(filter(None, names)))


def _image(value: object) -> str | None:
    """The large picture; `[]`, "" and the bare home page mean that there is none."""
    sizes = shapes.table(value)
    known = [shapes.text(sizes.get(size)) for size in "lbot"] if sizes else [shapes.text(value)]
    picture = r"https?://.+/.+\.(?:jpe?g|png|gif|webp)(?:\?.*)?"
    return next((url for url in known if re.fullmatch(picture, url, re.IGNORECASE)), None)


def _day(stamp: object) -> str | None:
    seconds = shapes.whole(stamp)
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def _words(slug: object) -> str:
    """A name from its slug, better than nothing: robin-thicke is Robin Thicke."""
    return shapes.text(slug).replace("-", " ").title()


def _proper(asked: str) -> str:
    """A name as it was asked for, which knows accents that the slug lost."""
    name = text.tidy(asked)
    return string.capwords(name) if name == name.lower() else name


def _slug(value: str) -> str:
    """A slug as it may stand in a path; empty for what is none."""
    return value if re.fullmatch(r"(?!\.*$)[^/\s]{1,200}", value) else ""


def _and(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
