"""Plex: the artists of a music library, and reading folders again in which files changed.

https://developer.plex.tv/pms. It answers in XML when something takes our Accept header away.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mvidarr.core import errors, failures, http
from mvidarr.core.http import Answer, Ask, Client, Conf, NotThere, Params
from mvidarr.integrations import folders, listing, shapes
from mvidarr.integrations.protocols import Changed, Listed, Offer

NAME, TITLE = "plex", "Plex"

ARTIST = 8  # its number for that kind of thing
PAGE = 200
MOST_PAGES = 2000
MOST_FOLDERS = 12  # each is a request of its own
CLIENT: Mapping[str, str] = {
    # always the same: each new one becomes a new device in the account
    "X-Plex-Client-Identifier": "mvidarr",
    "X-Plex-Product": "MVidarr",
}

_SECTION = re.compile(r"\w{1,40}", re.ASCII)


def libraries(conf: Conf) -> list[Offer]:
    """Its music libraries."""
    with _client(conf) as client:
        return _music(_sections(client))


def artists(conf: Conf, section: str) -> Iterator[Listed]:
    """The artists of a library, by the `ref` of its offer."""
    return listing.entries(map(_artist, _items(conf, section)))


def check(conf: Conf, /) -> str:
    """What there is to import, and whether it sees our files when it is to be told of them.

    Raises ServiceError when it refuses the token.
    """
    with _client(conf) as client:
        identity = _get(client, "identity")
        if not shapes.text(identity.get("machineIdentifier")):
            raise errors.ServiceError(NAME, "That address is not a Plex server's.", permanent=True)
        sections = _sections(client)
    count = len(_music(sections))
    found = f"{count} music librar{'y' if count == 1 else 'ies'}" if count else "no music library"
    version = shapes.text(identity.get("version")).partition("-")[0]
    said = f"Plex {version} answers and accepts the token; it has {found}."
    return f"{said} {_sight(conf, sections)}" if conf.also.get("plex_refresh") else said


def refresh(conf: Conf, changes: Sequence[Changed], /) -> str:
    """Have the folders read again in which something changed; others are left alone.

    Raises NotThere when no library holds any of them.
    """
    changed = dict.fromkeys(change.folder for change in changes)
    with _client(conf) as client:
        sections = _sections(client)
        wanted = [spot for folder in changed for spot in _spots(sections, folder)]
        if not wanted:
            raise folders.unseen(conf, _locations(sections))
        for key, folder in dict.fromkeys(wanted):
            _refresh(client, key, folder)
    count = len(set(wanted))
    return f"{count} folder{'s' if count != 1 else ''} refreshed."


def _client(conf: Conf) -> Client:
    if not conf.base_url:
        raise errors.NotConfigured("Enter the address of Plex in the settings.")
    return http.operator(replace(conf, title=TITLE), {**CLIENT, "X-Plex-Token": conf.key})


def _get(client: Client, path: str, params: Params | None = None) -> dict[str, Any]:
    answer = _allowed(client.ask(Ask(path=path, params=params or {})))
    if answer.status < 400 and failures.is_page(answer.headers, answer.body):
        raise errors.ServiceError(
            NAME,
            "Plex answered in XML or with a web page instead of JSON. Check its address, and "
            "that no proxy on the way changes requests.",
            permanent=True,
        )
    data = shapes.table(client.data(answer))
    return shapes.table(data.get("MediaContainer")) or data


def _allowed(answer: Answer) -> Answer:
    if answer.status == 401:  # a web page, whatever was asked for
        raise errors.ServiceError(
            NAME, "Plex refused the token. Check it in the settings.", permanent=True
        )
    return answer


def _rows(container: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """What a container holds; servers of before 2017 call it all children."""
    return shapes.rows(container.get(name)) or shapes.rows(container.get("_children"))


def _sections(client: Client) -> list[dict[str, Any]]:
    return _rows(_get(client, "library/sections"), "Directory")


def _music(sections: list[dict[str, Any]]) -> list[Offer]:
    return [
        Offer(ref=shapes.text(section.get("key")), title=shapes.text(section.get("title")))
        for section in sections
        if section.get("type") == "artist" and shapes.text(section.get("key"))
    ]


def _places(section: dict[str, Any]) -> list[str]:
    return [str(row.get("path") or "") for row in _rows(section, "Location")]


def _locations(sections: list[dict[str, Any]]) -> list[str]:
    return [place for section in sections for place in _places(section)]


def _sight(conf: Conf, sections: list[dict[str, Any]]) -> str:
    """A sentence of where it has our library; raises NotThere when it does not see it."""
    folder = folders.library(conf)
    keys = [key for key, _ in _spots(sections, folder)]
    titles = [shapes.text(one.get("title")) for one in sections if _key(one) in keys]
    if not titles:
        raise folders.unseen(conf, _locations(sections))
    return f"It has {folder} in its library {', '.join(f'“{title}”' for title in titles)}."


def _spots(sections: list[dict[str, Any]], folder: str) -> list[tuple[str, str]]:
    """Which section has to read which folder: those whose location is nearest to it.

    A library may also have been given single folders of ours; then those are read.
    """
    around, within = [], []
    for section in filter(_key, sections):
        for place in _places(section):
            if folders.contains(place, folder):
                around.append((len(folders.key(place)), _key(section)))
            elif folders.contains(folder, place):
                within.append((_key(section), place))
    nearest = max(around)[0] if around else 0
    return [(key, folder) for length, key in around if length == nearest] or within


def _key(section: dict[str, Any]) -> str:
    key = shapes.text(section.get("key"))
    return key if _SECTION.fullmatch(key) else ""


def _refresh(client: Client, section: str, folder: str) -> None:
    path, params = f"library/sections/{section}/refresh", {"path": folder}
    answer = _allowed(client.ask(Ask(path=path, params=params)))
    if answer.status in (404, 405):  # what its newest description says, and none does yet
        answer = _allowed(client.ask(Ask(path=path, params=params, form={})))
    client.need_success(answer)


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
