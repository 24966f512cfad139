"""Reading Spotify's lists, in the shapes of before and after 2026.

Apps that are new, or small, get `items` and `item` where others still get `tracks` and `track`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mvidarr.core import http, text
from mvidarr.core.http import Ask, Client, Conf, NotThere, Params
from mvidarr.integrations import listing, shapes
from mvidarr.integrations.protocols import Listed, Offer
from mvidarr.integrations.spotify.answers import NAME, TITLE, Closed, Expired, Relink, refusal

BASE_URL = "https://api.spotify.com/v1"

PAGE = 50  # the most that it hands out at once
MOST_PAGES = 1000
RANGES = {
    "short_term": "Last four weeks",
    "medium_term": "Last six months",
    "long_term": "Last year",
}

_ID = re.compile(r"[0-9A-Za-z]{22}")
_PLAYLIST = re.compile(
    r"(?:https?://open\.spotify\.com/(?:[\w-]+/)*playlist/|spotify:(?:user:[^:]+:)?playlist:)?"
    r"([0-9A-Za-z]{22})(?:[/?#].*)?"
)
_CLOSED = "Spotify does not show that to your app."
_NOT_YOURS = (
    "Spotify shows the songs of a playlist only to its owner and to those who work on it. "
    "Connect the account that owns it, or copy its songs into a playlist of your own."
)


def me(conf: Conf, access: str) -> tuple[str, str]:
    """Id and name of the account."""
    with _client(conf) as client:
        person = _get(client, access, "me")
    number = shapes.text(person.get("id"))
    return number, shapes.text(person.get("display_name")) or number


def followed(conf: Conf, access: str) -> Iterator[Listed]:
    """The artists that the account follows."""
    return listing.entries(_followed(conf, access))


def playlists(conf: Conf, access: str) -> Iterator[Offer]:
    """The playlists that the account owns or follows."""
    with _client(conf) as client:
        for item in _items(client, access, "me/playlists"):
            if shapes.text(item.get("id")):
                yield _offer(item)


def playlist_id(typed: str) -> str | None:
    """The id in a playlist's address, in its URI or as it stands; None when there is none."""
    found = _PLAYLIST.fullmatch(typed.strip())
    return found[1] if found else None


def playlist_offer(conf: Conf, access: str, playlist_id: str) -> Offer:
    """Name and size of a playlist. Raises NotThere, Closed."""
    with _client(conf) as client:
        path = _playlist_path(playlist_id)
        return _offer(_get(client, access, path, {"additional_types": "track"}, _NOT_YOURS))


def playlist(conf: Conf, access: str, playlist_id: str) -> Iterator[Listed]:
    """The songs of a playlist, without its podcasts. Raises NotThere, Closed when not shown."""
    return listing.entries(_playlist(conf, access, playlist_id))


def saved(conf: Conf, access: str) -> Iterator[Listed]:
    """The songs in the account's library."""
    return listing.entries(_tracks(conf, access, "me/tracks", {}))


def top_artists(conf: Conf, access: str, time_range: str) -> Iterator[Listed]:
    """The artists that the account plays most, the first the most; see RANGES."""
    return listing.entries(_top_artists(conf, access, time_range))


def top_tracks(conf: Conf, access: str, time_range: str) -> Iterator[Listed]:
    """The songs that the account plays most, the first the most; see RANGES."""
    return listing.entries(_tracks(conf, access, "me/top/tracks", {"time_range": time_range}))


def _client(conf: Conf) -> Client:
    return http.operator(replace(conf, title=TITLE))


def _get(
    client: Client, access: str, path: str, params: Params | None = None, closed: str = _CLOSED
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {access}"}
    answer = client.ask(Ask(path=path, params=params or {}, headers=headers))
    if refused := refusal(answer, closed):
        raise refused
    return shapes.table(client.data(answer))


def _page(answer: dict[str, Any]) -> dict[str, Any]:
    """The page in an answer, which may be wrapped in the name of what it lists."""
    if isinstance(answer.get("items"), list):
        return answer
    wrapped = (shapes.table(answer.get(name)) for name in ("items", "tracks", "artists"))
    return next((page for page in wrapped if page), {})


def _items(
    client: Client, access: str, path: str, params: Params | None = None
) -> Iterator[dict[str, Any]]:
    """What all pages of a list hold; songs that are gone are null and left out."""
    yield from _onwards(client, access, Ask(path=path, params={**(params or {}), "limit": PAGE}))


def _onwards(
    client: Client, access: str, request: Ask, first: dict[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """The items from the first page on, which may be here already."""
    offset = 0
    for _ in range(MOST_PAGES):
        asked = {**request.params, "offset": offset}
        answer = _get(client, access, request.path, asked) if first is None else first
        first, page = None, _page(answer)
        yield from shapes.rows(page.get("items"))
        # counted, not multiplied: it may hand out less than it was asked for
        items = page.get("items")
        count = len(items) if isinstance(items, list) else 0
        offset += count
        if not page.get("next") and isinstance(items, list):
            return
        if not count:
            break
    client.cut()


def _followed(conf: Conf, access: str) -> Iterator[Listed]:
    params: dict[str, str | int] = {"type": "artist", "limit": PAGE}
    with _client(conf) as client:
        for _ in range(MOST_PAGES):
            page = _page(_get(client, access, "me/following", params))
            yield from map(_artist, shapes.rows(page.get("items")))
            after = shapes.text(shapes.table(page.get("cursors")).get("after"))
            if not page.get("next") and isinstance(page.get("items"), list):
                return
            if not after or after == params.get("after"):
                break
            params["after"] = after
    conf.cut()


def _top_artists(conf: Conf, access: str, time_range: str) -> Iterator[Listed]:
    with _client(conf) as client:
        for item in _items(client, access, "me/top/artists", {"time_range": time_range}):
            yield _artist(item)


def _tracks(conf: Conf, access: str, path: str, params: Params) -> Iterator[Listed]:
    with _client(conf) as client:
        for item in _items(client, access, path, params):
            yield from _song(item)


def _playlist(conf: Conf, access: str, number: str) -> Iterator[Listed]:
    with _client(conf) as client:
        request, first = _opened(client, access, number)
        for item in _onwards(client, access, request, first):
            yield from _song(item)


def _opened(client: Client, access: str, number: str) -> tuple[Ask, dict[str, Any]]:
    """How to ask for a playlist's songs, and the first page of them.

    The old way still shows other people's playlists to apps that Spotify has approved.
    """
    path = _playlist_path(number)
    params: dict[str, str | int] = {"limit": PAGE, "additional_types": "track"}
    refusals: list[NotThere] = []
    for way in ("items", "tracks"):
        request = Ask(path=f"{path}/{way}", params=params)
        try:
            asked = {**params, "offset": 0}
            return request, _get(client, access, request.path, asked, _NOT_YOURS)
        except (Expired, Relink):
            raise
        except NotThere as error:
            refusals.append(error)
    raise next((error for error in refusals if isinstance(error, Closed)), _no_playlist())


def _playlist_path(number: str) -> str:
    if not _ID.fullmatch(number):
        raise _no_playlist()
    return f"playlists/{number}"


def _no_playlist() -> NotThere:
    return NotThere(
        NAME,
        "Spotify has no such playlist, or it is one of its own: those are not shown to apps.",
        permanent=True,
    )


def _offer(item: dict[str, Any]) -> Offer:
    size = shapes.table(item.get("items")) or shapes.table(item.get("tracks"))
    songs = shapes.whole(size.get("total"))
    owner = shapes.table(item.get("owner"))
    count = "" if songs is None else f"{songs:,} song{'' if songs == 1 else 's'}"
    name = shapes.text(owner.get("display_name")) or shapes.text(owner.get("id"))
    return Offer(
        ref=shapes.text(item.get("id")),
        title=shapes.text(item.get("name")) or "Playlist without a name",
        detail=", ".join(filter(None, (count, f"by {name}" if name else ""))),
    )


def _artist(item: dict[str, Any]) -> Listed:
    number, name = shapes.text(item.get("id")), shapes.text(item.get("name"))
    genres = item.get("genres")
    return Listed(
        external_id=number or listing.id_of(text.name_key(name)),
        artist=name,
        ids={"spotify_artist": number} if number else {},
        genres=tuple(filter(None, map(shapes.text, genres))) if isinstance(genres, list) else (),
        image_url=_picture(item.get("images")),
    )


def _song(item: dict[str, Any]) -> Iterator[Listed]:
    """The song of an entry, or that an entry is; nothing for podcasts and what is gone."""
    track = shapes.table(item.get("item")) or shapes.table(item.get("track")) or item
    if track.get("type") == "episode" or track.get("episode") is True:
        return
    artist = next(iter(shapes.rows(track.get("artists"))), {})
    album = shapes.table(track.get("album"))
    number = shapes.text(artist.get("id"))
    name, title = shapes.text(artist.get("name")), shapes.text(track.get("name"))
    length = shapes.whole(track.get("duration_ms"))
    if not name or not title:
        return
    yield Listed(
        external_id=shapes.text(track.get("id")) or _local_id(name, title),
        artist=name,
        ids={"spotify_artist": number} if number else {},
        title=title,
        album=shapes.text(album.get("name")) or None,
        year=shapes.year(album.get("release_date")),
        duration=length / 1000 if length else None,
        isrc=shapes.text(shapes.table(track.get("external_ids")).get("isrc")) or None,
        image_url=_picture(album.get("images")),
    )


def _local_id(artist: str, title: str) -> str:
    """For files of the account's owner, which have no id at Spotify."""
    return f"local:{listing.id_of(text.name_key(artist), text.name_key(title))}"


def _picture(images: object) -> str | None:
    """The first picture is the widest; there may be none, or null in place of the list."""
    return next(filter(None, (listing.picture(i.get("url")) for i in shapes.rows(images))), None)
