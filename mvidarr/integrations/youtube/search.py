"""Find uploads, channels and playlists on YouTube through yt-dlp: no key, no quota."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from mvidarr.core import errors, text
from mvidarr.core.http import Conf
from mvidarr.integrations import shapes
from mvidarr.integrations.protocols import FoundArtist, FoundUpload, Wanted
from mvidarr.integrations.youtube import NAME, TITLE, lists, readings, tools, updated
from mvidarr.integrations.youtube.lists import SITE, YouTubeFailed, to_upload

__all__ = [
    "YouTubeFailed",
    "artist_from_url",
    "channel_address",
    "check",
    "find_videos",
    "list_address",
    "playlist",
    "to_upload",
    "uploads",
]

QUERIES = ('"{}" official music video', "{} official video")
HOSTS = ("youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com")
CHANNEL_PATH = re.compile(r"/(@[^/]{1,100}|(?:channel|c|user)/[^/]{1,100})(?:/.*)?")
PLAYLIST_ID = re.compile(r"(?:PL|UU|OL|FL)[A-Za-z0-9_-]{8,80}")
LONGEST_LIST = 5_000
PAGE = 20  # uploads in one answer of YouTube's search


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


def uploads(
    conf: Conf, channel_id: str, limit: int, *, keep: int = lists.KEPT
) -> list[FoundUpload]:
    """The newest uploads of a channel, by the list that YouTube keeps of them.

    Raises NotFound when there is none: of a channel that left, or that has no uploads.
    """
    address = f"{SITE}/playlist?list={readings.uploads_of(channel_id)}"
    found = lists.flat(conf, address, limit, keep=keep)
    owner = {"channel_id": channel_id, **found.channel}
    return [upload for entry in found.entries if (upload := to_upload(entry, owner))]


def playlist(conf: Conf, address: str, limit: int = LONGEST_LIST) -> tuple[str, list[FoundUpload]]:
    """Title and uploads of a playlist or a channel; without those that nobody can see any more.

    Raises Invalid for what is neither, and NotFound for what is not there.
    """
    listed = list_address(address)
    most = min(limit, LONGEST_LIST)
    found = lists.flat(conf, listed, most)
    is_playlist = "list=" in listed
    # whose playlist it is says nothing of who uploaded what is in it
    owner = {} if is_playlist else found.channel
    title = found.channel.get("title" if is_playlist else "channel")
    known = (upload for entry in found.entries if (upload := to_upload(entry, owner)))
    if len(found.entries) >= most:
        conf.cut()
    return shapes.text(title), list({upload.source_id: upload for upload in known}.values())


def artist_from_url(conf: Conf, url: str, /) -> FoundArtist:
    """The artist behind a channel's address. Raises Invalid for any other address."""
    channel = lists.flat(conf, channel_address(url), 1).channel
    name = shapes.text(channel.get("channel")).removesuffix(" - Topic")
    channel_id = lists.channel_id(channel)
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
    parts = _parts(address)
    path = CHANNEL_PATH.fullmatch(unquote(parts.path))
    if parts.hostname not in HOSTS or path is None:
        said = f"This is no address of a YouTube channel. One looks like {SITE}/@name."
        raise errors.Invalid({"url": said})
    return f"{SITE}/{path[1]}"


def list_address(url: str) -> str:
    """The one spelling of the address of a playlist or of a channel's videos; ids do too."""
    typed = url.strip()
    parts = _parts(typed)
    listed = parse_qs(parts.query).get("list", [""])[0] if parts.hostname in HOSTS else typed
    if PLAYLIST_ID.fullmatch(listed):
        return f"{SITE}/playlist?list={listed}"
    if readings.CHANNEL_ID.fullmatch(typed):
        return f"{SITE}/channel/{typed}/videos"
    if listed and listed != typed:
        said = "YouTube makes this list for each person anew, or shows it to its owner alone."
        raise errors.Invalid({"url": f"{said} Choose a playlist that is public or unlisted."})
    try:
        return f"{channel_address(typed)}/videos"
    except errors.Invalid:
        said = "This is no address of a YouTube playlist or channel. One looks like"
        raise errors.Invalid({"url": f"{said} {SITE}/playlist?list=PL…."}) from None


def check(conf: Conf, /) -> str:
    """Ask for one upload, and say that it worked."""
    found = len(list(_uploads(replace(conf, answers=None), "ytsearch1:music video", 1)))
    version = tools.ytdlp_version(updated.current(conf.tools)) or "of an unknown version"
    answer = "answers" if found else "answers, but found nothing"
    return f"{TITLE} {answer}. yt-dlp is {version}."


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:
        return urlsplit("")


def _addresses(wanted: Wanted) -> Iterator[tuple[str, int]]:
    """What to list, and how much of each."""
    channel = wanted.ids.get("youtube_channel", "")
    known = readings.CHANNEL_ID.fullmatch(channel) is not None
    if known:
        yield f"{SITE}/channel/{channel}/videos", wanted.limit
    share = max(PAGE, -(-wanted.limit // len(QUERIES)))
    name = text.tidy(wanted.name).replace('"', "")
    for query in QUERIES[:1] if known else QUERIES:
        yield f"ytsearch{share}:{query.format(name)}", share


def _uploads(conf: Conf, address: str, limit: int) -> Iterator[FoundUpload]:
    try:
        found = lists.flat(conf, address, limit)
    except errors.NotFound:  # a channel that left, or one without uploads of its own
        return
    for entry in found.entries:
        if upload := to_upload(entry, found.channel):
            yield upload


def _avatar(channel: Mapping[str, Any]) -> str | None:
    pictures = shapes.rows(channel.get("thumbnails"))
    sized = [p for p in pictures if p.get("width") and p.get("width") == p.get("height")]
    return shapes.text(sized[-1].get("url")) or None if sized else None
