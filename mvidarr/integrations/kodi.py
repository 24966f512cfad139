"""Kodi: having it scan, clean and read again exactly what changed, by JSON-RPC over HTTP.

https://kodi.wiki/view/JSON-RPC_API. Errors come with status 200. A scan that is asked for while
another one runs stops that one, and cleaning then does nothing (LibraryBuiltins.cpp): so it is
asked first, and scans follow one another.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from mvidarr.core import errors, failures, http
from mvidarr.core.http import Answer, Ask, Client, Conf
from mvidarr.integrations import folders, shapes
from mvidarr.integrations.protocols import Change, Changed, Item

NAME = "kodi"

MOST_FOLDERS = 6  # each is a scan that the next one waits for
LOOKS = 40  # at a scan that runs, before it is left alone; the pace is between them
PAUSE = 600.0  # seconds until it is asked again: a scan of many folders takes its time
AT_ONCE = 100  # videos to read again, in one message
CONTENT = "musicvideos"
UNKNOWN_METHOD, BAD_PARAMS = -32601, -32602

_TAIL = re.compile(r"(?:/jsonrpc)?/*$")
_STACK = re.compile(r"multipath://", re.IGNORECASE)
_ELSEWHERE = (
    "That address is not Kodi's. Enter the one of its web interface, such as "
    "http://127.0.0.1:8080, and allow control by HTTP in Kodi, under Services."
)


def check(conf: Conf, /) -> str:
    """A sentence with its version. Raises ServiceError when it refuses the password or cannot
    open our library, NotThere when that is in none of its sources."""
    ours = folders.ended(folders.library(conf))
    with _client(conf) as client:
        if _result(client, "JSONRPC.Ping") != "pong":
            raise errors.ServiceError(NAME, _ELSEWHERE, permanent=True)
        version = _version(client)
        _need_source(conf, client)
        _need_sight(client, ours)
    return f"Kodi {version} answers, accepts the password and sees {folders.shown(ours)}."


def refresh(conf: Conf, changes: Sequence[Changed], /) -> str:
    """Scan the folders of new and changed videos, clean those of deleted ones, and have videos
    read again whose NFO or pictures changed. Raises TooSoon while it scans."""
    whole = [one for one in changes if one.item is not Item.BESIDE]
    deleted = [one.folder for one in whole if one.change is Change.DELETED]
    scanned = [one.folder for one in whole if one.change is not Change.DELETED]
    with _client(conf) as client:
        _need_source(conf, client)
        _need_quiet(client)
        said = [
            _clean(conf, client, deleted),
            _read_again(conf, client, [one for one in changes if _is_known(one)]),
            _scan(client, list(dict.fromkeys(scanned))),
        ]
    return f"{', '.join(filter(None, said)) or 'nothing to scan'}.".capitalize()


def _is_known(one: Changed) -> bool:
    """Whether it may concern a video that Kodi has: a scan does not read that one again."""
    is_new = one.item is Item.VIDEO and one.change is not Change.MODIFIED
    return one.item is not Item.FOLDER and not is_new


def _scan(client: Client, some: list[str]) -> str:
    for number, folder in enumerate(some):
        if number:
            _need_quiet(client)
        _result(client, "VideoLibrary.Scan", directory=folders.ended(folder), showdialogs=False)
    return f"{_count(some, 'folder')} scanned" if some else ""


def _clean(conf: Conf, client: Client, some: list[str]) -> str:
    if not some:
        return ""
    folder = folders.ended(folders.common(folders.library(conf), some))
    _need_sight(client, folder)  # what it cannot reach for now must not look deleted
    scope = {"showdialogs": False, "content": CONTENT}
    answer = _said(client, _call("VideoLibrary.Clean", **scope, directory=folder))
    if _code(answer) == BAD_PARAMS:  # before version 19 there are no folders
        answer = _said(client, _call("VideoLibrary.Clean", **scope))
    _need_good(answer)
    return "deleted videos cleaned"


def _read_again(conf: Conf, client: Client, changes: list[Changed]) -> str:
    if not changes:
        return ""
    around = folders.common(folders.library(conf), [one.folder for one in changes])
    rule = {"field": "path", "operator": "startswith", "value": folders.ended(around)}
    found = _result(client, "VideoLibrary.GetMusicVideos", properties=["file"], filter=rule)
    known = {
        _bare(str(row.get("file") or "")): number
        for row in shapes.rows(shapes.table(found).get(CONTENT))
        if (number := shapes.whole(row.get("musicvideoid")))
    }
    numbers = list(dict.fromkeys(_numbers(known, changes)))
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        calls = [_call("VideoLibrary.RefreshMusicVideo", musicvideoid=number) for number in some]
        _said(client, calls)
    return f"{_count(numbers, 'video')} read again" if numbers else ""


def _numbers(known: dict[str, int], changes: Sequence[Changed]) -> Iterator[int]:
    for one in changes:
        names = folders.owners(folders.key(one.path))
        number = next((known[name] for name in names if name in known), None)
        if number:
            yield number


def _bare(file: str) -> str:
    return next(folders.owners(folders.key(file)), "") if "." in file else ""


def _need_quiet(client: Client) -> None:
    """Wait a little for a scan to end. Raises TooSoon when it goes on."""
    label = "Library.IsScanningVideo"
    for _ in range(LOOKS):
        found = _result(client, "XBMC.GetInfoBooleans", booleans=[label])
        if not shapes.table(found).get(label):
            return
    raise errors.TooSoon("Kodi scans its library; it is told afterwards.", retry_after=PAUSE)


def _need_source(conf: Conf, client: Client) -> None:
    """Raise NotThere when no source of videos holds our library: it would scan nothing."""
    rows = shapes.rows(
        shapes.table(_result(client, "Files.GetSources", media="video")).get("sources")
    )
    places = [place for row in rows for place in _places(str(row.get("file") or ""))]
    if not any(folders.contains(place, folders.library(conf)) for place in places):
        raise folders.unseen(conf, places, "sources of videos")


def _need_sight(client: Client, folder: str) -> None:
    if _code(_said(client, _call("Files.GetDirectory", directory=folder, media="video"))):
        raise errors.ServiceError(
            NAME,
            f"Kodi cannot open {folders.shown(folder)}. Check that the disk or share is there, "
            "and open it once in Kodi itself.",
        )


def _places(source: str) -> list[str]:
    """The folders of a source; several come stacked into one address."""
    if not _STACK.match(source):
        return [source]
    return [unquote(part) for part in _STACK.sub("", source).split("/") if part]


def _version(client: Client) -> str:
    found = _result(client, "Application.GetProperties", properties=["version"])
    version = shapes.table(shapes.table(found).get("version"))
    return f"{shapes.text(version.get('major'))}.{shapes.text(version.get('minor'))}"


def _client(conf: Conf) -> Client:
    if not conf.base_url:
        raise errors.NotConfigured("Enter the address of Kodi in the settings.")
    user = conf.also.get("kodi_user", "")
    login = base64.b64encode(f"{user}:{conf.key}".encode()).decode("ascii")
    known = replace(conf, base_url=_TAIL.sub("", conf.base_url))
    return http.operator(known, {"Authorization": f"Basic {login}"})


def _call(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def _result(client: Client, method: str, **params: Any) -> Any:
    return _need_good(_said(client, _call(method, **params))).get("result")


def _said(client: Client, body: Any) -> dict[str, Any]:
    """The answer to a call; of several, that they were taken."""
    answer = client.ask(Ask(path="jsonrpc", json=body))
    _need_kodi(answer)
    return shapes.table(client.data(answer))


def _need_kodi(answer: Answer) -> None:
    if answer.status == 401:
        raise errors.ServiceError(
            NAME,
            "Kodi refused the user or the password. Correct them in the settings.",
            permanent=True,
        )
    is_page = failures.is_page(answer.headers, answer.body)
    if answer.status in (404, 405) or (answer.status < 400 and is_page):
        raise errors.ServiceError(NAME, _ELSEWHERE, permanent=True)


def _code(answer: dict[str, Any]) -> int | None:
    return shapes.whole(shapes.table(answer.get("error")).get("code"))


def _need_good(answer: dict[str, Any]) -> dict[str, Any]:
    code = _code(answer)
    if code == UNKNOWN_METHOD:
        raise errors.ServiceError(
            NAME, "This Kodi is too old to be told. Update it to 19 or newer.", permanent=True
        )
    if code is not None or "result" not in answer:
        why = "" if code is None else f" (code {code})"
        raise errors.ServiceError(NAME, f"Kodi could not do what it was asked{why}.")
    return answer


def _count(some: Sequence[object], word: str) -> str:
    return f"{len(some)} {word}{'s' if len(some) != 1 else ''}"
