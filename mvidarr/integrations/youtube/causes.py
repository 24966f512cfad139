"""What yt-dlp's words mean: text of an error → cause, and the sentence that people read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mvidarr.core.terms import Cause

# The first that matches decides: "Video unavailable" stands before many a better reason.
# Texts of YouTube itself, of yt-dlp, of Python's sockets and of ffmpeg, in lower case.
WORDS: tuple[tuple[Cause, str], ...] = (
    (
        Cause.BOT_WALL,
        r"not a bot|captcha|your ip (is likely being|may be) blocked|unusual traffic"
        r"|tls fingerprint",
    ),
    (
        Cause.THROTTLED,
        r"http error 429|too many requests|rate-limited"
        r"|content is(n't| not) available, try again later",
    ),
    (
        Cause.STALE_URL,
        r"page needs to be reloaded|fragment \d+ not found|downloaded file is empty",
    ),
    (Cause.DISK_FULL, r"no space left|errno 28\b|disk quota exceeded|errno 122\b"),
    (
        Cause.LIBRARY_OFFLINE,
        r"read-only file system|stale file handle|endpoint is not connected|input/output error"
        r"|unable to open for writing|permission denied|host is down|errno 2\b",
    ),
    (
        Cause.TOOL_MISSING,
        r"ffmpeg (is )?not (found|installed)|ffmpeg could not be found"
        r"|ffmpeg-location .* does not exist|no module named",
    ),
    (Cause.TOOL_FAILED, r"postprocessing:|ffmpeg exited"),
    (
        Cause.GEO_BLOCKED,
        r"available in your country|in your country|geo.?restrict|from your location"
        r"|administrator",
    ),
    (
        Cause.PREMIUM_ONLY,
        r"premium members|music premium|youtube premium|requires (payment|purchase)"
        r"|purchase or rent",
    ),
    (Cause.MEMBERS_ONLY, r"members.only|this channel's members|join this channel"),
    (
        Cause.AGE_RESTRICTED,
        r"confirm your age|age.restricted|inappropriate for some|age.verification"
        r"|^please sign in|only available for registered users",
    ),
    (
        Cause.NOT_YET,
        r"premier(e|es|ing)\b|live event will begin|will begin (in|shortly|at)"
        r"|live stream has not ended|has not yet started|processing this video|^offline\b",
    ),
    (
        Cause.PRIVATE,
        r"video is private|private video|protected by a password|without embedding url"
        r"|because of its privacy settings",
    ),
    (
        Cause.REMOVED,
        r"video unavailable|(been|was) removed|account .*(terminated|closed)|closed their"
        r"|no longer available|(video|recording) is (not available|unavailable)|does not exist"
        r"|isn't available any ?more|copyright|who has blocked it|live event has ended",
    ),
    (
        Cause.FORMAT_MISSING,
        r"requested format is not available|no video formats found|drm protected"
        r"|only images are available",
    ),
    (Cause.EXTRACTOR, r"challenge solving failed|failed to (extract|parse)|unable to extract"),
    (
        Cause.NETWORK,
        r"timed? ?out|more expected|connection|did not get any data|remote end closed"
        r"|incompleteread|incomplete data received|name or service not known|name resolution"
        r"|getaddrinfo|unreachable|no route to host|proxy|ssl|certificate|eof occurred"
        r"|http error 5\d\d",
    ),
)
# Yt-dlp warns when one of its ways fails and goes on; when all failed, its error only says that
# nothing was found. What may then stand behind it, and behind which words:
BEHIND = (Cause.BOT_WALL, Cause.THROTTLED, Cause.NETWORK, Cause.EXTRACTOR)
NOTHING_FOUND = re.compile(r"no video formats found|failed to extract any player", re.IGNORECASE)

SENTENCES: Mapping[Cause, str] = {
    Cause.PRIVATE: "This upload is private now. Choose another upload of the video.",
    Cause.REMOVED: "This upload is gone from YouTube. Choose another upload of the video.",
    Cause.GEO_BLOCKED: "This upload is blocked in the country that YouTube sees us in. "
    "Choose another upload, or set an outbound proxy elsewhere.",
    Cause.MEMBERS_ONLY: "Only paying members of the channel may watch this upload. "
    "Choose another upload of the video.",
    Cause.PREMIUM_ONLY: "Only Premium members of YouTube may watch this upload. "
    "Choose another upload of the video.",
    Cause.AGE_RESTRICTED: "YouTube shows this upload only to people who signed in and are "
    "old enough. Save cookies of an account in the settings, or choose another upload.",
    Cause.NOT_YET: "This upload is not out yet. It is tried again once it is.",
    Cause.BOT_WALL: "YouTube takes us for a robot and refuses to answer for a while. "
    "It goes on by itself; fewer downloads at a time help.",
    Cause.THROTTLED: "YouTube asks for fewer requests. It goes on by itself in a while.",
    Cause.STALE_URL: "YouTube no longer took the address of the media. It is asked for anew.",
    Cause.FORMAT_MISSING: "YouTube has this upload in none of the wanted formats. "
    "Choose another upload, or allow more in the quality profile.",
    Cause.TOOL_MISSING: "A program that the download needs is missing. "
    "Install what the System page names; it goes on by itself then.",
    Cause.DISK_FULL: "The disk of the library is full. Make room; it goes on by itself then.",
    Cause.LIBRARY_OFFLINE: "The library's folder cannot be written to. "
    "Connect its disk; it goes on by itself then.",
    Cause.NETWORK: "The connection to YouTube broke. It is tried again.",
    Cause.EXTRACTOR: "YouTube answered something that yt-dlp does not understand. "
    "If that stays, update yt-dlp.",
    Cause.TOOL_FAILED: "Picture and sound could not be joined by ffmpeg. It is tried again.",
    Cause.CRASHED: "The download ended without saying why. It is tried again.",
    Cause.UNKNOWN: "The download failed in a way that is new to us. It is tried again.",
}

NETWORK_SENTENCES = (
    ("certificate", "YouTube's certificate was not accepted. Check the clock of this machine, and "
     "MVIDARR_CA where a proxy opens the connections."),
    ("to proxy", "The outbound proxy does not answer. Check its address in the settings."),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a child told of its failure. `text` is one clean line of yt-dlp's words."""

    text: str
    warnings: tuple[str, ...] = ()
    status: int | None = None  # of the HTTP answer that caused it
    retry_after: float | None = None  # seconds
    from_media: bool = False  # while fetching, not while asking what there is
    starts_at: int | None = None  # epoch ms of a premiere


def failure(message: Mapping[str, Any]) -> Failure:
    """Read a child's message of failure."""
    return Failure(
        text=clean(str(message.get("text") or "")),
        warnings=tuple(clean(str(word)) for word in message.get("warnings") or ()),
        status=message.get("status"),
        retry_after=seconds_of(message.get("retry_after")),
        from_media=bool(message.get("from_media")),
        starts_at=message.get("starts_at"),
    )


def classify(failed: Failure, *, has_js_runtime: bool = True) -> Cause:
    """Find the cause: by the words, else by the status, else by what was warned of before."""
    cause = _by_words(failed.text) or _by_status(failed)
    if NOTHING_FOUND.search(failed.text):
        cause = _behind(failed.warnings) or cause
    elif cause is Cause.FORMAT_MISSING and "challenge solving failed" in " ".join(failed.warnings):
        cause = Cause.EXTRACTOR
    if cause in (Cause.FORMAT_MISSING, Cause.EXTRACTOR) and not has_js_runtime:
        return Cause.TOOL_MISSING
    if cause is None:
        return Cause.UNKNOWN if failed.from_media else Cause.EXTRACTOR
    return cause


def sentence(cause: Cause, text: str = "", site: str = "YouTube") -> str:
    """Say a cause to a person; `text` is yt-dlp's, and told where it alone can help."""
    return _sentence(cause, text).replace("YouTube", site)


def _sentence(cause: Cause, text: str) -> str:
    if cause is Cause.NETWORK:
        for words, told in NETWORK_SENTENCES:
            if words in text.casefold():
                return told
    said = SENTENCES.get(cause, SENTENCES[Cause.UNKNOWN])
    if cause in (Cause.EXTRACTOR, Cause.UNKNOWN, Cause.TOOL_FAILED) and text:
        said += f" It said: {text[:200].rstrip('.!')}."
    return said


def clean(text: str) -> str:
    """One line without colours, prefix, advice for yt-dlp's users, and passwords in addresses."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("’", "'")
    text = re.sub(r"//[^/@\s]+@", "//", text)
    # addresses of media carry signatures and our IP address, in their query or in their path
    text = re.sub(r"(googlevideo\.com)/[^\s'\"]*", r"\1/…", text)
    text = re.sub(r"(https?://[^\s?#'\"]+)[?#][^\s'\"]*", r"\1?…", text)
    text = re.sub(r"^(ERROR|WARNING):\s*", "", text.strip())
    # what was asked for may hold any word, so it must not be read as a reason
    text = re.sub(r"^\[[\w:+-]+\] ([\w-]{11}: )?", "", text)
    text = re.sub(r'^(\[[\w:]+\] )?query ".*" page \d+: ', "", text)
    text = re.split(r"; +please report this issue|\n| Use --cookies| \(caused by", text)[0]
    return re.sub(r"\s+", " ", text).strip()[:500]


def seconds_of(value: object) -> float | None:
    """A Retry-After: a number of seconds, or a date."""
    text = str(value or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _by_words(text: str) -> Cause | None:
    low = text.casefold()
    return next((cause for cause, words in WORDS if re.search(words, low)), None)


def _by_status(failed: Failure) -> Cause | None:
    if failed.from_media and failed.status in (403, 404, 410):
        return Cause.STALE_URL
    return _of_status(failed.status)


def _behind(warnings: Iterable[str]) -> Cause | None:
    for warning in warnings:
        status = re.search(r"HTTP Error (\d{3})", warning)
        cause = _of_status(int(status[1])) if status else _by_words(warning)
        if cause in BEHIND:
            return cause
    return None


def _of_status(status: int | None) -> Cause | None:
    if status == 429:
        return Cause.THROTTLED
    if status == 403:
        return Cause.BOT_WALL
    return Cause.NETWORK if status and status >= 500 else None
