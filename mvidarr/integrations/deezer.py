"""Deezer: artists' pictures, without a key. https://developers.deezer.com/api

Errors come with a status of success, so each answer is looked into before it is believed.
"""

import re
from dataclasses import replace
from typing import Any

from mvidarr.core import clock, errors, http, text
from mvidarr.core.http import Client, Conf, NotThere
from mvidarr.integrations import shapes
from mvidarr.integrations.protocols import FoundFacts, Wanted

NAME, TITLE = "deezer", "Deezer"

QUOTA, NO_DATA = 4, 800  # codes of errors
QUOTA_PAUSE = 5.0  # seconds: it counts requests in five of them
KEEP_FACTS, KEEP_LISTS = 7 * clock.DAY, 12 * clock.HOUR

# The grey figure that stands for no picture: without a checksum, or with that of nothing.
_PLACEHOLDER = re.compile(r"/artist/(?:d41d8cd98f00b204e9800998ecf8427e)?/")


def describe(conf: Conf, wanted: Wanted, /) -> FoundFacts | None:
    """A picture: by Deezer's id where that is known, else of the best known artist of the name."""
    with _client(conf) as client:
        item = _by_id(client, wanted) or _by_name(client, wanted.name)
    picture = shapes.address(item.get("picture_xl"))
    if not picture or _PLACEHOLDER.search(picture):
        return None
    return FoundFacts(found_by=NAME, pictures=(picture,))


def check(conf: Conf, /) -> str:
    """A sentence when it answers; raises ServiceError when it does not."""
    with _client(conf) as client:
        _search(client, "nirvana", keep=0)
    return "Deezer answers."


def _client(conf: Conf) -> Client:
    return http.operator(replace(conf, title=TITLE), judge=_judge)


def _judge(data: Any) -> None:
    """Raise what an answer tells of an error."""
    error = shapes.table(shapes.table(data).get("error"))
    if not error:
        return
    code = shapes.whole(error.get("code"))
    if code == QUOTA:
        raise errors.ServiceError(NAME, "Deezer asks for a pause.", retry_after=QUOTA_PAUSE)
    if code == NO_DATA:
        raise NotThere(NAME, "Deezer does not have that.", permanent=True)
    raise errors.ServiceError(NAME, f"Deezer has a problem of its own (code {code}).")


def _by_id(client: Client, wanted: Wanted) -> dict[str, Any]:
    number = shapes.digits(wanted.ids.get("deezer_artist"))
    if not number:
        return {}
    try:
        return shapes.table(client.get_json(f"artist/{number}", keep=KEEP_FACTS))
    except NotThere:
        return {}


def _by_name(client: Client, name: str) -> dict[str, Any]:
    """Who is called just so; of several the one with the most fans."""
    key = text.match_key(name)
    found = _search(client, name, keep=KEEP_LISTS) if key else []
    same = [item for item in found if text.match_key(shapes.text(item.get("name"))) == key]
    return max(same, key=lambda item: shapes.whole(item.get("nb_fan")) or 0, default={})


def _search(client: Client, name: str, keep: int) -> list[dict[str, Any]]:
    asked = {"q": text.tidy(name)[: shapes.LONGEST_NAME]}
    return shapes.rows(shapes.table(client.get_json("search/artist", asked, keep=keep)).get("data"))
