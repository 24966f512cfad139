"""Fetch one upload into its staging folder, by yt-dlp in a child; tags and names are not ours."""

import errno
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mvidarr.core import errors
from mvidarr.core.terms import Cause, Stage
from mvidarr.integrations.youtube import causes, tools
from mvidarr.integrations.youtube.calls import Way, call, failure_of
from mvidarr.integrations.youtube.causes import Failure

ADDRESSES = {"youtube": "https://www.youtube.com/watch?v={}"}
SOURCE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
SILENCE = 900.0  # seconds without a word after which a child counts as stalled
OF_ERRNO = {
    errno.ENOSPC: Cause.DISK_FULL,
    errno.EDQUOT: Cause.DISK_FULL,
    errno.ENOMEM: Cause.CRASHED,  # no room for one more process
    errno.EAGAIN: Cause.CRASHED,
    errno.EMFILE: Cause.CRASHED,
}
FULL = 1_000_000  # bytes free below which a failed tool means a full disk
SAME = (  # called the same by yt-dlp and Fetched
    "title",
    "webpage_url",
    "channel",
    "channel_id",
    "duration",
    "height",
    "width",
    "vcodec",
    "acodec",
    "view_count",
    "format_id",
)
CONTAINERS = {"mp4": "mp4/mkv", "mkv": "mkv"}  # what is wished → yt-dlp's list of choices


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to fetch, where to, and how.

    `staging` exists and belongs to this upload alone: a part left in it is continued. `pause` is
    the time in seconds between two questions to YouTube, `rate_limit` bytes per second, `cache` a
    folder that yt-dlp may keep for itself, `tools_dir` an updated yt-dlp to take first.
    """

    source_id: str
    staging: Path
    provider: str = "youtube"
    max_height: int | None = 1080
    container: str = "mp4"
    video_codec: str = "h264"  # preferred, not demanded; empty for the best there is
    audio_codec: str = "aac"
    any_format: bool = False
    subtitle_langs: tuple[str, ...] = ()
    rate_limit: int | None = None
    pause: float = 0.75
    retries: int = 10
    proxy: str = ""
    ca: Path | None = None  # PEM of authorities to trust beside the usual ones
    ffmpeg: Path | None = None
    js_runtime: Path | None = None
    tools_dir: Path | None = None
    cache: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far all files of the upload are, taken together. None where YouTube gave no size."""

    stage: Stage
    percent: float | None = None  # 0 to 100
    speed: float | None = None  # bytes per second
    eta: float | None = None  # seconds
    downloaded: int = 0
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What lies in the staging folder now. The file is not yet measured: that is the probe's."""

    path: Path
    title: str
    webpage_url: str
    channel: str | None = None
    channel_id: str | None = None
    duration: float | None = None
    height: int | None = None
    width: int | None = None
    vcodec: str | None = None
    acodec: str | None = None
    upload_date: str | None = None  # yyyy-mm-dd
    subtitles: tuple[Path, ...] = ()
    thumbnail_url: str | None = None
    age_limit: int = 0
    view_count: int | None = None
    format_id: str | None = None
    ytdlp: str = ""  # the version that fetched it


class DownloadFailed(errors.Error):
    """An upload could not be fetched; `cause` says what may follow, `detail` is for the log."""

    status = 502
    title = "The download failed"

    def __init__(self, cause: Cause, failed: Failure) -> None:
        super().__init__(causes.sentence(cause, failed.text))
        self.cause = cause
        self.detail = failed.text
        self.retry_after = failed.retry_after  # seconds, where YouTube named a time
        self.starts_at = failed.starts_at  # epoch ms, of what is not out yet


class Stopped(Exception):
    """`should_stop` said so: the child is gone, its parts are kept."""


def fetch(
    order: Order,
    *,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
) -> Fetched:
    """Fetch one upload. Raises DownloadFailed or Stopped; no process is left either way."""
    address = ADDRESSES.get(order.provider)
    if address is None or not SOURCE_ID.fullmatch(order.source_id):
        raise DownloadFailed(Cause.REMOVED, Failure(text=f"no such source: {order.source_id}"))
    talk = _Talk(on_progress)
    try:
        end = call(
            _request(order, address.format(order.source_id)),
            way=Way(proxy=order.proxy, ca=order.ca, tools_dir=order.tools_dir),
            folder=order.staging,
            on_message=talk.hear,
            should_stop=lambda: should_stop() or talk.silent_for() > SILENCE,
        )
    except OSError as error:  # not even the child could be started there
        failed = Failure(text=causes.clean(str(error)))
        raise DownloadFailed(
            OF_ERRNO.get(error.errno or 0, Cause.LIBRARY_OFFLINE), failed
        ) from error
    if talk.done is not None:
        return _fetched(order, talk.done)
    if talk.failed is not None:
        failed = causes.failure(talk.failed)
        cause = causes.classify(failed, has_js_runtime=order.js_runtime is not None)
        if cause is Cause.TOOL_FAILED:
            cause = _after_tool(order)
        raise DownloadFailed(cause, failed)
    if end.stopped and talk.silent_for() > SILENCE:
        raise DownloadFailed(Cause.NETWORK, Failure(text="yt-dlp fell silent"))
    if end.stopped:
        raise Stopped
    raise DownloadFailed(*failure_of(end))


def selector(order: Order) -> str:
    """The formats to take, best wish first, in yt-dlp's language."""
    picture = f"[height<=?{order.max_height}]" if order.max_height else ""
    wishes = [f"bv*{picture}+ba", f"b{picture}"]
    if order.any_format:
        wishes += ["bv*+ba", "b"]
    return "/".join(wishes)


def sorting(order: Order) -> list[str]:
    """What to prefer among the formats that are taken."""
    wishes = {"res": order.max_height, "vcodec": order.video_codec, "acodec": order.audio_codec}
    return [f"{name}:{wish}" for name, wish in wishes.items() if wish]


def _request(order: Order, address: str) -> dict[str, Any]:
    return {
        "do": "fetch",
        "address": address,
        "name": order.source_id,
        "format": selector(order),
        "format_sort": sorting(order),
        "merge_to": CONTAINERS[order.container],
        "subtitle_langs": list(order.subtitle_langs),
        "rate_limit": order.rate_limit,
        "pause": order.pause,
        "retries": order.retries,
        "ffmpeg": str(order.ffmpeg) if order.ffmpeg else None,
        "js_runtimes": tools.js_runtimes(order.js_runtime),
        "cache": str(order.cache) if order.cache else None,
    }


class _Talk:
    """What the child has said so far."""

    def __init__(self, on_progress: Callable[[Progress], None]) -> None:
        self.done: Mapping[str, Any] | None = None
        self.failed: Mapping[str, Any] | None = None
        self._on_progress = on_progress
        self._heard_at = time.monotonic()

    def hear(self, message: dict[str, Any]) -> None:
        self._heard_at = time.monotonic()
        match message.pop("is", None):
            case "progress":
                self._on_progress(Progress(stage=Stage.FETCH, **message))
            case "merge":
                self._on_progress(Progress(stage=Stage.MERGE, percent=100.0, **message))
            case "done":
                self.done = message
            case "failed":
                self.failed = message

    def silent_for(self) -> float:
        return time.monotonic() - self._heard_at


def _fetched(order: Order, done: Mapping[str, Any]) -> Fetched:
    path = _inside(order, done.get("file"))
    if path is None or path.stat().st_size == 0:
        # yt-dlp calls it success to have done nothing
        raise DownloadFailed(Cause.UNKNOWN, Failure(text=f"no file: {done.get('file')}"))
    info: dict[str, Any] = {name: done["info"].get(name) for name in SAME}
    day = str(done["info"].get("upload_date") or "")
    subtitles = (_inside(order, name) for name in done["subtitles"])
    return Fetched(
        path=path,
        subtitles=tuple(subtitle for subtitle in subtitles if subtitle),
        upload_date=f"{day[:4]}-{day[4:6]}-{day[6:8]}" if len(day) == 8 else None,
        thumbnail_url=done["info"].get("thumbnail"),
        age_limit=done["info"].get("age_limit") or 0,
        ytdlp=done["version"],
        **info,
    )


def _inside(order: Order, name: str | None) -> Path | None:
    """The file of that name if it is one and lies in the staging folder, links followed."""
    if not name:
        return None
    path = (order.staging / name).resolve()
    return path if path.is_relative_to(order.staging.resolve()) and path.is_file() else None


def _after_tool(order: Order) -> Cause:
    """Tell a full disk behind a tool's failure: ffmpeg's last line seldom names it.

    Otherwise the streams may be no media at all: they go, or every further attempt would find them
    complete and fail alike.
    """
    if shutil.disk_usage(order.staging).free < FULL:
        return Cause.DISK_FULL
    for stream in order.staging.glob(f"{order.source_id}.f*.*"):
        stream.unlink(missing_ok=True)
    return Cause.TOOL_FAILED
