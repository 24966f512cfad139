"""Jellyfin and Emby: telling them which files changed. They share an ancestor and these paths.

https://api.jellyfin.org. Jellyfin takes its key in one header only since version 12.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mvidarr.core import errors, failures, http
from mvidarr.core.http import Answer, Ask, Client, Conf
from mvidarr.integrations import folders, shapes
from mvidarr.integrations.protocols import Changed, Item

TITLES = {"jellyfin": "Jellyfin", "emby": "Emby"}
OTHER = {"jellyfin": "emby", "emby": "jellyfin"}
ROOTS = {"jellyfin": ("",), "emby": ("emby/", "")}  # a proxy may pass on one of them only
KIND = "musicvideos"  # its word for libraries of them
MOST_FOLDERS = 200
MOST_UPDATES = 500  # in one message; with more, it is told of folders

_PAGE = re.compile(r"(?:/web(?:/index\.html)?)?(?:/*#.*)?/*$")


def check(conf: Conf, /) -> str:
    """A sentence with its version and the library that our files are in.

    Raises ServiceError when it refuses the key, NotThere when it does not see our files.
    """
    with _client(conf) as client:
        version = _version(conf, client)
        found = _sight(conf, _libraries(conf, client))
    named = ", ".join(f"“{shapes.text(library.get('Name'))}”" for library in found)
    said = (
        f"{conf.who} {version} answers and accepts the key. It has {folders.library(conf)} in its "
        f"library {named}."
    )
    if any(library.get("CollectionType") == KIND for library in found):
        return said
    return f"{said} That is not one of music videos: artists and songs may not be told apart."


def refresh(conf: Conf, changes: Sequence[Changed], /) -> str:
    """Tell what changed. It takes any path without a word, so its libraries are looked at first."""
    updates = list(dict.fromkeys(_updates(changes)))
    named = [{"Path": path, "UpdateType": change} for path, change in updates]
    with _client(conf) as client:
        _sight(conf, _libraries(conf, client))
        answer = _ask(conf, client, Ask(path="Library/Media/Updated", json={"Updates": named}))
        client.need_success(answer)
    return f"Told of {len(named)} change{'s' if len(named) != 1 else ''}."


def _updates(changes: Sequence[Changed]) -> Iterator[tuple[str, str]]:
    many = len(changes) > MOST_UPDATES
    for one in changes:
        if many or one.item is Item.BESIDE:
            yield one.folder, "Modified"
        else:
            yield one.path, one.change.capitalize()


def _client(conf: Conf) -> Client:
    if not conf.base_url:
        raise errors.NotConfigured(f"Enter the address of {conf.who} in the settings.")
    return http.operator(replace(conf, base_url=_PAGE.sub("", conf.base_url)), _headers(conf))


def _headers(conf: Conf) -> Mapping[str, str]:
    if conf.service == "emby":
        return {"X-Emby-Token": conf.key}
    return {"Authorization": f'MediaBrowser Token="{conf.key}"'}


def _ask(conf: Conf, client: Client, request: Ask) -> Answer:
    """The answer of the first root that knows the path."""
    answer = None
    for root in ROOTS[conf.service]:
        answer = client.ask(replace(request, path=root + request.path))
        is_page = failures.is_page(answer.headers, answer.body)
        if answer.status not in (404, 405) and not (answer.status < 300 and is_page):
            break
    else:
        raise errors.ServiceError(conf.service, _elsewhere(conf), permanent=True)
    if answer.status == 401 or (answer.status == 403 and not is_page):
        raise errors.ServiceError(
            conf.service,
            f"{conf.who} refused the key. Make one on its dashboard, under API keys, and enter it "
            "in the settings.",
            permanent=True,
        )
    return answer


def _elsewhere(conf: Conf) -> str:
    return (
        f"That address is not {conf.who}'s. Enter the one that its web page has, such as "
        "http://127.0.0.1:8096, with the base URL if it has one."
    )


def _version(conf: Conf, client: Client) -> str:
    """Its version. Raises ServiceError for another program, also for the sibling."""
    answer = _ask(conf, client, Ask(path="System/Info/Public"))
    facts = shapes.table(client.data(answer))
    version = shapes.text(facts.get("Version"))
    if not version or not shapes.text(facts.get("Id")):
        raise errors.ServiceError(conf.service, _elsewhere(conf), permanent=True)
    is_jellyfin = "jellyfin" in shapes.text(facts.get("ProductName")).lower()
    if is_jellyfin != (conf.service == "jellyfin"):
        found = TITLES[OTHER[conf.service]]
        raise errors.ServiceError(
            conf.service,
            f"{found} answers at that address. Enter its address and key under {found}.",
            permanent=True,
        )
    return version


def _libraries(conf: Conf, client: Client) -> list[dict[str, Any]]:
    data = client.data(_ask(conf, client, Ask(path="Library/VirtualFolders")))
    return shapes.rows(shapes.table(data).get("Items")) or shapes.rows(data)


def _locations(library: dict[str, Any]) -> list[str]:
    found = library.get("Locations")
    return [path for path in found if isinstance(path, str)] if isinstance(found, list) else []


def _sight(conf: Conf, libraries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The libraries that hold ours; raises NotThere when none does."""
    ours = folders.library(conf)
    found = [
        library
        for library in libraries
        if any(folders.contains(path, ours) for path in _locations(library))
    ]
    if not found:
        videos = [one for one in libraries if one.get("CollectionType") == KIND]
        known = [path for one in videos or libraries for path in _locations(one)]
        raise folders.unseen(conf, known, "music video folders" if videos else "folders")
    return found
