"""fanart.tv: artists' pictures, by their MusicBrainz ids alone. https://fanart.tv/api-docs"""

from dataclasses import replace
from typing import Any

from mvidarr.core import clock, errors, http
from mvidarr.core.http import Client, Conf, NotThere
from mvidarr.integrations import links, shapes
from mvidarr.integrations.protocols import FoundFacts, Wanted

NAME, TITLE = "fanarttv", "fanart.tv"

KEEP_FACTS = 7 * clock.DAY
PICTURES = ("artistthumb", "artistbackground")  # portraits first
PROBE = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"  # an artist that it surely knows


def describe(conf: Conf, wanted: Wanted, /) -> FoundFacts | None:
    """Pictures, the best liked first; None for an artist without a MusicBrainz id too."""
    mbid = wanted.ids.get("mb_artist", "")
    if not links.MBID.fullmatch(mbid):
        return None
    with _client(conf) as client:
        try:
            item = _music(client, conf.key, mbid, keep=KEEP_FACTS)
        except NotThere:
            return None
    pictures = tuple(dict.fromkeys(url for kind in PICTURES for url in _liked(item.get(kind))))
    return FoundFacts(found_by=NAME, pictures=pictures) if pictures else None


def check(conf: Conf, /) -> str:
    """A sentence when it answers and accepts the key; raises ServiceError when not."""
    with _client(conf) as client:
        try:
            _music(client, conf.key, PROBE, keep=0)
        except NotThere:
            return "fanart.tv answers and accepts the key, but does not know a famous artist."
    return "fanart.tv answers and accepts the key."


def _client(conf: Conf) -> Client:
    if not conf.key:
        raise errors.NotConfigured("fanart.tv needs a key. Enter one in the settings.")
    return http.operator(replace(conf, title=TITLE), judge=_judge)


def _judge(data: Any) -> None:
    """Raise for an answer that only says that there is none."""
    if shapes.table(data).get("status") == "error":
        raise errors.ServiceError(
            NAME, "fanart.tv refused the request. Check its key in the settings."
        )


def _music(client: Client, key: str, mbid: str, keep: int) -> dict[str, Any]:
    return shapes.table(client.get_json(f"music/{mbid}", secret={"api_key": key}, keep=keep))


def _liked(pictures: object) -> list[str]:
    known = shapes.rows(pictures)
    known.sort(key=lambda picture: -(shapes.whole(picture.get("likes")) or 0))
    return [url for url in (shapes.address(picture.get("url")) for picture in known) if url]
