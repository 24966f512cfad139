"""Lidarr: the artists somebody already collects, and word of those that are added.

https://lidarr.audio/docs/api. An artist's id there is always the one of MusicBrainz.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mvidarr.core import errors, failures, http
from mvidarr.core.http import Answer, Ask, Client, Conf
from mvidarr.integrations import listing, shapes
from mvidarr.integrations.protocols import Listed

NAME, TITLE = "lidarr", "Lidarr"

LARGEST = 64 * 1024 * 1024  # bytes: all artists come in one answer
PATIENCE = 180.0  # seconds for it
PICTURES = ("poster", "fanart", "banner")

_API = re.compile(r"(?:/api(?:/v1)?)?/*$")
_NEXT = re.compile(r"[\s,]*")
_ELSEWHERE = (
    "That address is not Lidarr's API. Enter it with the URL base that Lidarr shows under "
    "Settings, General, such as http://127.0.0.1:8686/lidarr."
)


def artists(conf: Conf, monitored_only: bool) -> Iterator[Listed]:
    """All artists, or those that are monitored."""
    return listing.entries(
        entry for entry in _artists(conf) if entry.monitored or not monitored_only
    )


def check(conf: Conf, /) -> str:
    """A sentence with its version; raises ServiceError when it does not accept the key."""
    with _client(conf) as client:
        status = shapes.table(client.data(_ask(client, "system/status")))
    if shapes.text(status.get("appName")).lower() != NAME:
        raise errors.ServiceError(NAME, _ELSEWHERE, permanent=True)
    return f"Lidarr {shapes.text(status.get('version'))} answers and accepts the key."


def webhook(body: Mapping[str, Any]) -> Listed | None:
    """The artist that a message of Lidarr's says was added; None for all other messages."""
    item = shapes.table(body.get("artist"))
    if _event(body) != "artistadd" or not item:
        return None
    entry = to_listed({**item, "artistName": item.get("name"), "foreignArtistId": item.get("mbId")})
    return entry if entry.artist else None


def is_test(body: Mapping[str, Any]) -> bool:
    """Whether a message only tries out that messages arrive."""
    return _event(body) == "test"


def to_listed(item: dict[str, Any]) -> Listed:
    mbid = shapes.text(item.get("foreignArtistId")) or shapes.text(item.get("mbId"))
    genres = item.get("genres")
    return Listed(
        external_id=mbid.lower() or f"lidarr:{shapes.text(item.get('id'))}",
        artist=shapes.text(item.get("artistName")),
        ids=listing.mb_ids(mbid),
        genres=tuple(filter(None, map(shapes.text, genres))) if isinstance(genres, list) else (),
        image_url=_picture(item.get("images")),
        monitored=item.get("monitored") is not False,
    )


def _event(body: Mapping[str, Any]) -> str:
    return shapes.text(body.get("eventType")).lower()


def _client(conf: Conf) -> Client:
    if not conf.base_url:
        raise errors.NotConfigured("Enter the address of Lidarr in the settings.")
    root = _API.sub("", conf.base_url) + "/api/v1"
    return http.operator(
        replace(conf, base_url=root, title=TITLE, max_bytes=LARGEST, deadline=PATIENCE),
        {"X-Api-Key": conf.key},
    )


def _ask(client: Client, path: str) -> Answer:
    """The answer; where it is a page, the address leads to something else than the API."""
    answer = client.ask(Ask(path=path))
    is_page = failures.is_page(answer.headers, answer.body)
    if answer.status == 404 or (answer.status < 400 and is_page):
        raise errors.ServiceError(NAME, _ELSEWHERE, permanent=True)
    return answer


def _artists(conf: Conf) -> Iterator[Listed]:
    yield from map(to_listed, _items(_array(conf)))


def _array(conf: Conf) -> str:
    """All artists as they came, in JSON."""
    with _client(conf) as client:
        answer = _ask(client, "artist")
        if answer.status >= 300 or not answer.body.lstrip().startswith(b"["):
            client.data(answer)  # tells what is wrong
            raise errors.ServiceError(NAME, "Lidarr answered with something else than artists.")
    return answer.body.decode("utf-8", "replace")


def _items(array: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON array, one after the other: whole ones take ten times the memory."""
    decoder = json.JSONDecoder()
    at = array.index("[") + 1
    while True:
        at = _past(array, at)
        if array[at : at + 1] == "]":
            return
        try:
            item, at = decoder.raw_decode(array, at)
        except (ValueError, RecursionError):
            raise errors.ServiceError(NAME, "Lidarr answered with damaged data.") from None
        if isinstance(item, dict):
            yield item


def _past(array: str, at: int) -> int:
    found = _NEXT.match(array, at)
    return found.end() if found else at


def _picture(images: object) -> str | None:
    """A picture on the open internet: its own copies are only for those who have the key."""
    known = {shapes.text(image.get("coverType")): image for image in shapes.rows(images)}
    for kind in PICTURES:
        image = known.get(kind, {})
        if url := listing.picture(image.get("remoteUrl")):
            return url
    return None
