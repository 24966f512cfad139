"""Flat lists of yt-dlp: a search, a channel or a playlist, asked by one child.

An entry of a flat list knows title, length and channel, but neither heights nor the day it was
published: YouTube only says "9 years ago" there.
"""

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mvidarr.core import clock, errors
from mvidarr.core.http import Conf
from mvidarr.core.terms import Availability, Cause
from mvidarr.integrations import shapes
from mvidarr.integrations.protocols import FoundUpload
from mvidarr.integrations.youtube import NAME, causes, readings, updated
from mvidarr.integrations.youtube.calls import Way, call, failure_of
from mvidarr.integrations.youtube.causes import Failure

SITE = "https://www.youtube.com"
KEPT = 12 * clock.HOUR
TIMEOUT = 120.0  # seconds for a list, and more for a long one
MOST_VIEWS = 10**12
LONG = 200  # entries; to list more than these, yt-dlp takes its time
PAUSE = 0.75  # seconds between its requests then
AVAILABILITIES: Mapping[str, Availability] = {
    "public": Availability.AVAILABLE,
    "unlisted": Availability.AVAILABLE,
    "private": Availability.PRIVATE,
    "subscriber_only": Availability.MEMBERS_ONLY,
    "premium_only": Availability.PREMIUM_ONLY,
    "needs_auth": Availability.AGE_RESTRICTED,
}

_MISSING = re.compile(r"does not (exist|have a)|(playlist|type) is (private|unviewable)")


@dataclass(frozen=True, kw_only=True)
class Flat:
    """A list as yt-dlp told it; `channel` is whose it is, with the list's title."""

    entries: Sequence[Mapping[str, Any]] = ()
    channel: Mapping[str, Any] = field(default_factory=dict)


class YouTubeFailed(errors.ServiceError):
    """YouTube gave no answer; `cause` tells a wall from a broken line."""

    def __init__(self, cause: Cause, failed: Failure) -> None:
        said = causes.sentence(cause, failed.text)
        super().__init__(NAME, said, retry_after=failed.retry_after)
        self.cause = cause
        self.detail = failed.text


def flat(conf: Conf, address: str, limit: int, *, keep: int = KEPT) -> Flat:
    """The first entries at an address, perhaps of an answer that was kept (`keep` in ms).

    Raises YouTubeFailed, and NotFound for a channel or a playlist that nobody can see.
    """
    name = f"list {limit} {address}"
    kept = conf.answers.find(name) if conf.answers else None
    if kept is not None and kept.is_fresh:
        known = shapes.table(json.loads(kept.body))
        return Flat(
            entries=shapes.rows(known.get("entries")), channel=shapes.table(known.get("channel"))
        )
    found = _asked(conf, address, limit)
    if conf.answers:
        body = json.dumps({"entries": found.entries, "channel": found.channel})
        conf.answers.keep(name, body.encode(), None, keep)
    return found


def to_upload(entry: Mapping[str, Any], channel: Mapping[str, Any]) -> FoundUpload | None:
    """An entry of a flat list; a channel's own list names the channel once for all entries."""
    title = shapes.text(entry.get("title"))
    source_id = str(entry.get("id"))
    if not title or title in readings.GONE or not readings.SOURCE_ID.fullmatch(source_id):
        return None
    if entry.get("live_status") == "is_live":
        return None
    by = entry if entry.get("channel_id") else channel
    return FoundUpload(
        found_by=NAME,
        provider=NAME,
        source_id=source_id,
        title=title,
        channel=shapes.text(by.get("channel")) or None,
        channel_id=channel_id(by),
        channel_verified=bool(by.get("channel_is_verified")),
        duration=_number(entry.get("duration"), readings.LONGEST) or None,
        view_count=shapes.whole(_number(entry.get("view_count"), MOST_VIEWS)),
        availability=_availability(entry),
        image_url=_picture(entry),
        is_short="/shorts/" in str(entry.get("url")),
    )


def channel_id(by: Mapping[str, Any]) -> str | None:
    found = shapes.text(by.get("channel_id"))
    return found if readings.CHANNEL_ID.fullmatch(found) else None


def _availability(entry: Mapping[str, Any]) -> Availability:
    if entry.get("live_status") == "is_upcoming":
        return Availability.NOT_YET
    return AVAILABILITIES.get(str(entry.get("availability")), Availability.UNKNOWN)


def _picture(entry: Mapping[str, Any]) -> str:
    """The wide picture: `hq720` where it is listed, else the one that every upload has."""
    listed = " ".join(str(picture.get("url")) for picture in shapes.rows(entry.get("thumbnails")))
    return readings.picture(entry["id"], "hq720" if "/hq720." in listed else "mqdefault")


def _number(value: object, most: int) -> int | float | None:
    """A number from 0 to `most`; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value <= most else None


def _asked(conf: Conf, address: str, limit: int) -> Flat:
    conf.pace()
    said: list[dict[str, Any]] = []
    is_long = limit > LONG
    with tempfile.TemporaryDirectory(prefix="mvidarr-youtube-") as folder:
        end = call(
            {
                "do": "list",
                "address": address,
                "limit": limit,
                "pause": PAUSE if is_long else 0,
            },
            way=Way(proxy=conf.proxy, ca=conf.ca, tools_dir=updated.current(conf.tools)),
            folder=Path(folder),
            on_message=said.append,
            timeout=TIMEOUT + limit / 10 if is_long else TIMEOUT,
        )
    answer = said[-1] if said else {}
    if answer.get("is") == "list":
        pages = (message["entries"] for message in said if message["is"] == "page")
        return Flat(entries=[entry for page in pages for entry in page], channel=answer["channel"])
    if answer.get("is") != "failed":
        raise YouTubeFailed(*failure_of(end))
    raise _failure(causes.failure(answer), address)


def _failure(failed: Failure, address: str) -> errors.Error:
    is_missing = failed.status == 404 or _MISSING.search(failed.text)
    if is_missing and address.startswith(SITE):
        kind = "playlist that everybody may see" if "list=" in address else "channel"
        return errors.NotFound(f"There is no YouTube {kind} at this address.")
    return YouTubeFailed(causes.classify(failed), failed)
