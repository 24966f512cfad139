"""Find uploads and channels on YouTube through yt-dlp's flat lists: no key, no quota, one child.

An entry of a flat list knows title, length and channel, but neither heights nor the day it was
published: YouTube only says "9 years ago" there.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mvidarr.core import errors, text
from mvidarr.core.http import Conf
from mvidarr.core.terms import Availability, Cause
from mvidarr.integrations import shapes
from mvidarr.integrations.protocols import FoundArtist, FoundUpload, Wanted
from mvidarr.integrations.youtube import NAME, TITLE, causes, tools
from mvidarr.integrations.youtube.calls import Way, call, failure_of
from mvidarr.integrations.youtube.causes import Failure

QUERIES = ('"{}" official music video', "{} official video")
SITE = "https://www.youtube.com"
HOSTS = ("youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com")
CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
CHANNEL_PATH = re.compile(r"/(@[^/]{1,100}|(?:channel|c|user)/[^/]{1,100})(?:/.*)?")
SOURCE_ID = re.compile(r"[A-Za-z0-9_-]{11}")  # lists also hold playlists and mixes
PAGE = 20  # uploads in one answer of YouTube's search
TIMEOUT = 120.0  # seconds for one list
LONGEST = 10**6  # seconds; nothing that is said to last longer is a video
MOST_VIEWS = 10**12
GONE = ("[Private video]", "[Deleted video]")
AVAILABILITIES: Mapping[str, Availability] = {
    "public": Availability.AVAILABLE,
    "unlisted": Availability.AVAILABLE,
    "private": Availability.PRIVATE,
    "subscriber_only": Availability.MEMBERS_ONLY,
    "premium_only": Availability.PREMIUM_ONLY,
    "needs_auth": Availability.AGE_RESTRICTED,
}


class YouTubeFailed(errors.ServiceError):
    """YouTube gave no list; `cause` tells a wall from a broken line."""

    def __init__(self, cause: Cause, failed: Failure) -> None:
        said = causes.sentence(cause, failed.text)
        super().__init__(NAME, said, retry_after=failed.retry_after)
        self.cause = cause
        self.detail = failed.text


def find_videos(conf: Conf, wanted: Wanted, /) -> Iterable[FoundUpload]:
    """Uploads of an artist: those of the own channel, where it is known, then what search knows."""
    seen: set[str] = set()
    for address, share in _addresses(wanted):
        for upload in _uploads(conf, address, share):
            if upload.source_id not in seen and len(seen) < wanted.limit:
                seen.add(upload.source_id)
                yield upload
        if len(seen) >= wanted.limit:
            return


def artist_from_url(conf: Conf, url: str, /) -> FoundArtist:
    """The artist behind a channel's address. Raises Invalid for any other address."""
    answer = _list(conf, channel_address(url), 1)
    channel = answer["channel"]
    name = shapes.text(channel.get("channel")).removesuffix(" - Topic")
    channel_id = _channel_id(channel)
    if not name or not channel_id:
        raise errors.NotFound("There is no YouTube channel at this address.")
    return FoundArtist(
        found_by=NAME,
        name=name,
        ids={"youtube_channel": channel_id},
        image_url=_avatar(channel),
        score=100,
        url=f"{SITE}/channel/{channel_id}",
    )


def channel_address(url: str) -> str:
    """The one spelling of a channel's address: of `@handle`, /channel/, /c/ and /user/ links."""
    address = url.strip()
    if re.match(r"@[^/\s]+$", address):
        address = f"{SITE}/{address}"
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:
        parts = urlsplit("")
    path = CHANNEL_PATH.fullmatch(unquote(parts.path))
    if parts.hostname not in HOSTS or path is None:
        said = f"This is no address of a YouTube channel. One looks like {SITE}/@name."
        raise errors.Invalid({"url": said})
    return f"{SITE}/{path[1]}"


def check(conf: Conf, /) -> str:
    """Ask for one upload, and say that it worked."""
    found = len(list(_uploads(conf, "ytsearch1:music video", 1)))
    version = tools.ytdlp_version() or "of an unknown version"
    answer = "answers" if found else "answers, but found nothing"
    return f"{TITLE} {answer}. yt-dlp is {version}."


def _addresses(wanted: Wanted) -> Iterator[tuple[str, int]]:
    """What to list, and how much of each."""
    channel = wanted.ids.get("youtube_channel", "")
    known = CHANNEL_ID.fullmatch(channel) is not None
    if known:
        yield f"{SITE}/channel/{channel}/videos", wanted.limit
    share = max(PAGE, -(-wanted.limit // len(QUERIES)))
    name = text.tidy(wanted.name).replace('"', "")
    for query in QUERIES[:1] if known else QUERIES:
        yield f"ytsearch{share}:{query.format(name)}", share


def _uploads(conf: Conf, address: str, limit: int) -> Iterator[FoundUpload]:
    try:
        answer = _list(conf, address, limit)
    except errors.NotFound:  # a channel that left, or one without uploads of its own
        return
    for entry in answer["entries"]:
        if upload := to_upload(entry, answer["channel"]):
            yield upload


def to_upload(entry: Mapping[str, Any], channel: Mapping[str, Any]) -> FoundUpload | None:
    """An entry of a flat list; a channel's own list names the channel once for all entries."""
    title = shapes.text(entry.get("title"))
    if not title or title in GONE or not SOURCE_ID.fullmatch(str(entry.get("id"))):
        return None
    if entry.get("live_status") == "is_live":
        return None
    by = entry if entry.get("channel_id") else channel
    return FoundUpload(
        found_by=NAME,
        provider=NAME,
        source_id=str(entry["id"]),
        title=title,
        channel=shapes.text(by.get("channel")) or None,
        channel_id=_channel_id(by),
        channel_verified=bool(by.get("channel_is_verified")),
        duration=_number(entry.get("duration"), LONGEST) or None,
        view_count=shapes.whole(_number(entry.get("view_count"), MOST_VIEWS)),
        availability=_availability(entry),
        image_url=_picture(entry),
        is_short="/shorts/" in str(entry.get("url")),
    )


def _availability(entry: Mapping[str, Any]) -> Availability:
    if entry.get("live_status") == "is_upcoming":
        return Availability.NOT_YET
    return AVAILABILITIES.get(str(entry.get("availability")), Availability.UNKNOWN)


def _picture(entry: Mapping[str, Any]) -> str:
    """The wide picture: `hq720` where it is listed, else the one that every upload has."""
    listed = " ".join(str(picture.get("url")) for picture in shapes.rows(entry.get("thumbnails")))
    name = "hq720" if "/hq720." in listed else "mqdefault"
    return f"https://i.ytimg.com/vi/{entry['id']}/{name}.jpg"


def _avatar(channel: Mapping[str, Any]) -> str | None:
    pictures = shapes.rows(channel.get("thumbnails"))
    sized = [p for p in pictures if p.get("width") and p.get("width") == p.get("height")]
    return shapes.text(sized[-1].get("url")) or None if sized else None


def _channel_id(by: Mapping[str, Any]) -> str | None:
    found = shapes.text(by.get("channel_id"))
    return found if CHANNEL_ID.fullmatch(found) else None


def _number(value: object, most: int) -> int | float | None:
    """A number from 0 to `most`; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value <= most else None


def _list(conf: Conf, address: str, limit: int) -> Mapping[str, Any]:
    """One flat list by yt-dlp. Raises YouTubeFailed, and NotFound for a channel that is not."""
    conf.pace()
    said: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="mvidarr-youtube-") as folder:
        end = call(
            {"do": "list", "address": address, "limit": limit},
            way=Way(proxy=conf.proxy, ca=conf.ca),
            folder=Path(folder),
            on_message=said.append,
            timeout=TIMEOUT,
        )
    answer = said[-1] if said else None
    if answer is None:
        raise YouTubeFailed(*failure_of(end))
    if answer["is"] == "list":
        return answer
    failed = causes.failure(answer)
    missing = failed.status == 404 or re.search(r"does not (exist|have a)", failed.text)
    if missing and address.startswith(SITE):
        raise errors.NotFound("There is no YouTube channel at this address.")
    raise YouTubeFailed(causes.classify(failed), failed)
