"""The feeds of YouTube's channels: the newest 15 uploads of each, without a key or a quota.

For days on end they answer that channels do not exist which do. So a feed that fails says nothing
of its channel: the playlist of its uploads is read instead.
"""

import logging
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree

from mvidarr.core import clock, errors, failures, http
from mvidarr.core.http import Ask, Conf
from mvidarr.integrations import shapes
from mvidarr.integrations.protocols import FoundUpload, Wanted
from mvidarr.integrations.youtube import readings, search

log = logging.getLogger(__name__)

NAME, TITLE = "youtube_feeds", "YouTube feeds"
KEPT = 15 * clock.MINUTE  # YouTube itself keeps them as long
NEWEST = 15  # what a feed has at most
MOST_VIEWS = 10**12
LARGEST = 2 * 1024 * 1024  # bytes; read, a feed takes fifty times as much
PART = "feed"
GOOGLE = "UC_x5XG1OV2P6uZZ5FSM9Ttw"  # a channel that will stay: Google for Developers

_ATOM = "{http://www.w3.org/2005/Atom}"
_YT = "{http://www.youtube.com/xml/schemas/2015}"
_MEDIA = "{http://search.yahoo.com/mrss/}"


class FeedFailed(errors.ServiceError):
    """The feed is not what it should be, while YouTube answers."""


def find_videos(conf: Conf, wanted: Wanted, /) -> list[FoundUpload]:
    """The newest uploads of the artist's channel, where it is known."""
    channel_id = wanted.ids.get("youtube_channel", "")
    if not readings.CHANNEL_ID.fullmatch(channel_id):
        return []
    return latest(conf, channel_id)[: wanted.limit]


def latest(conf: Conf, channel_id: str) -> list[FoundUpload]:
    """The newest uploads of a channel by its feed, or where that fails by its list.

    Nothing for a channel that neither knows. Raises ServiceError when neither can be asked.
    """
    try:
        found = newest(conf, channel_id)
    except FeedFailed as error:
        log.info("feed failed channel=%s: %s", channel_id, error)
        return _instead(conf, channel_id, error)
    conf.note(PART, None)
    return found


def newest(conf: Conf, channel_id: str) -> list[FoundUpload]:
    """What a channel's feed has. Raises ServiceError, of which none says that it is gone."""
    root = _feed(conf, channel_id)
    return [upload for entry in root.iter(f"{_ATOM}entry") if (upload := to_upload(entry))]


def check(conf: Conf, /) -> str:
    """Ask for one feed, and say that it worked."""
    newest(replace(conf, answers=None), GOOGLE)
    return f"{TITLE} answer."


def to_upload(entry: Element) -> FoundUpload | None:
    """One upload of a feed; it does not say how long it lasts."""
    source_id, title = _text(entry, f"{_YT}videoId"), _text(entry, f"{_ATOM}title")
    if not title or title in readings.GONE or not readings.SOURCE_ID.fullmatch(source_id):
        return None
    channel_id = _text(entry, f"{_YT}channelId")
    link = entry.find(f"{_ATOM}link")
    views = shapes.whole(_attribute(entry, f".//{_MEDIA}statistics", "views"))
    return FoundUpload(
        found_by=NAME,
        provider="youtube",
        source_id=source_id,
        title=title,
        channel=_text(entry, f"{_ATOM}author/{_ATOM}name") or None,
        channel_id=channel_id if readings.CHANNEL_ID.fullmatch(channel_id) else None,
        published_at=readings.moment(_text(entry, f"{_ATOM}published")),
        view_count=views if views is not None and 0 <= views <= MOST_VIEWS else None,
        image_url=readings.picture(source_id),
        is_short=link is not None and "/shorts/" in link.get("href", ""),
    )


def _instead(conf: Conf, channel_id: str, error: FeedFailed) -> list[FoundUpload]:
    """The newest of the channel's list; the feed is only called broken when the list is there."""
    try:
        listed = search.uploads(conf, channel_id, NEWEST, keep=KEPT)
    except errors.NotFound:
        # The two agree, and still it is not ours to say that the channel is gone.
        return []
    conf.note(PART, str(error))
    return [replace(upload, found_by=NAME) for upload in listed]


def _feed(conf: Conf, channel_id: str) -> Element:
    """A feed, perhaps one that was kept."""
    name = f"{conf.base_url} {channel_id}"
    kept = conf.answers.find(name) if conf.answers else None
    if kept is not None and kept.is_fresh:
        return _parsed(conf, kept.body)
    body = _asked(conf, channel_id)
    root = _parsed(conf, body)
    if conf.answers:
        conf.answers.keep(name, body, None, KEPT)
    return root


def _asked(conf: Conf, channel_id: str) -> bytes:
    accept = {"Accept": "application/atom+xml, text/xml"}
    with http.operator(replace(conf, max_bytes=LARGEST), accept) as client:
        answer = client.ask(Ask(path="", params={"channel_id": channel_id}))
    status = answer.status
    if status in (404, 410) or status >= 500:
        sentence = f"{conf.who} did not answer for this channel (status {status})."
        raise FeedFailed(conf.service, f"{sentence} That happens to channels that exist.")
    if not 200 <= status < 300:
        raise failures.of_status(conf.service, conf.who, status, answer.headers, answer.body)
    if b"<feed" not in answer.body[:2_000]:
        raise FeedFailed(conf.service, f"{conf.who} answered with something else than a feed.")
    return answer.body


def _parsed(conf: Conf, body: bytes) -> Element:
    try:
        root: Element = defusedxml.ElementTree.fromstring(body)
    except (ParseError, LookupError, ValueError):  # an encoding that is none; defusedxml's own
        raise FeedFailed(conf.service, f"{conf.who} answered with damaged data.") from None
    return root


def _text(entry: Element, path: str) -> str:
    return shapes.text(entry.findtext(path) or "")


def _attribute(entry: Element, path: str, name: str) -> Any:
    found = entry.find(path)
    return found.get(name) if found is not None else None
