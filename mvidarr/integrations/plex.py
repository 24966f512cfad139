"""Plex: the artists of a music library.

https://developer.plex.tv/pms. It answers in XML when something takes our Accept header away.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mvidarr.core import errors, failures, http
from mvidarr.core.http import Ask, Client, Conf, NotThere, Params
from mvidarr.integrations import listing, shapes
from mvidarr.integrations.protocols import Listed, Offer

NAME, TITLE = "plex", "Plex"

ARTIST = 8  # its number for that kind of thing
PAGE = 200
MOST_PAGES = 2000
CLIENT: Mapping[str, str] = {
    # always the same: each new one becomes a new device in the account
    "X-Plex-Client-Identifier": "mvidarr",
    "X-Plex-Product": "MVidarr",
}

_SECTION = re.compile(r"\w{1,40}", re.ASCII)


def libraries(conf: Conf) -> list[Offer]:
    """Its music libraries."""
    with _client(conf) as client:
        return _libraries(client)


def artists(conf: Conf, section: str) -> Iterator[Listed]:
    """The artists of a library, by the `ref` of its offer."""
    return listing.entries(map(_artist, _items(conf, section)))


def check(conf: Conf, /) -> str:
    """What there is to import, in a sentence; raises ServiceError when it refuses the token."""
    with _client(conf) as client:
        if not shapes.text(_get(client, "identity").get("machineIdentifier")):
            raise errors.ServiceError(NAME, "That address is not a Plex server's.", permanent=True)
        count = len(_libraries(client))
    found = f"{count} music librar{'y' if count == 1 else 'ies'}" if count else "no music library"
    return f"Plex answers and accepts the token; it has {found}."


def _client(conf: Conf) -> Client:
    if not conf.base_url:
        raise errors.NotConfigured("Enter the address of Plex in the settings.")
    return http.operator(replace(conf, title=TITLE), {**CLIENT, "X-Plex-Token": conf.key})


def _get(client: Client, path: str, params: Params | None = None) -> dict[str, Any]:
    answer = client.ask(Ask(path=path, params=params or {}))
    if answer.status == 401:  # a web page, whatever was asked for
        raise errors.ServiceError(
            NAME, "Plex refused the token. Check it in the settings.", permanent=True
        )
    if answer.status < 400 and failures.is_page(answer.headers, answer.body):
        raise errors.ServiceError(
            NAME,
            "Plex answered in XML or with a web page instead of JSON. Check its address, and "
            "that no proxy on the way changes requests.",
            permanent=True,
        )
    data = shapes.table(client.data(answer))
    return shapes.table(data.get("MediaContainer")) or data


def _rows(container: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """What a container holds; servers of before 2017 call it all children."""
    return shapes.rows(container.get(name)) or shapes.rows(container.get("_children"))


def _libraries(client: Client) -> list[Offer]:
    sections = _rows(_get(client, "library/sections"), "Directory")
    return [
        Offer(ref=shapes.text(section.get("key")), title=shapes.text(section.get("title")))
        for section in sections
        if section.get("type") == "artist" and shapes.text(section.get("key"))
    ]


def _items(conf: Conf, section: str) -> Iterator[dict[str, Any]]:
    if not _SECTION.fullmatch(section):
        raise _gone()
    path = f"library/sections/{section}/all"
    offset = 0
    with _client(conf) as client:
        for _ in range(MOST_PAGES):
            container = _page(client, path, offset)
            items = _rows(container, "Metadata")
            yield from items
            offset += len(items)
            total = shapes.whole(container.get("totalSize"))
            # one that does not know of pages sends everything, and no total
            if offset >= (total or 0):
                return
            if not items:
                break
    conf.cut()


def _page(client: Client, path: str, offset: int) -> dict[str, Any]:
    try:
        return _get(
            client,
            path,
            {
                "type": ARTIST,
                "includeGuids": 1,
                "X-Plex-Container-Start": offset,
                "X-Plex-Container-Size": PAGE,
            },
        )
    except NotThere:
        raise _gone() from None


def _gone() -> NotThere:
    return NotThere(NAME, "Plex no longer has this library. Choose another one.", permanent=True)


def _artist(item: dict[str, Any]) -> Listed:
    is_artist = item.get("type") == "artist"
    guids = [shapes.text(guid.get("id")) for guid in shapes.rows(item.get("Guid"))]
    mbid = next((guid for guid in guids if guid.startswith("mbid://")), "")
    genres = [shapes.text(genre.get("tag")) for genre in shapes.rows(item.get("Genre"))]
    name = shapes.text(item.get("title")) if is_artist else ""
    return Listed(
        external_id=shapes.text(item.get("ratingKey")) or shapes.text(item.get("key")),
        artist=name,
        ids=listing.mb_ids(mbid.removeprefix("mbid://")),
        genres=tuple(dict.fromkeys(filter(None, genres))),
    )
