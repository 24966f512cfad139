"""Fetch one upload into its staging folder, by yt-dlp in a child; tags and names are not ours."""

import errno
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mvidarr.core import child, errors
from mvidarr.core.terms import Cause, Stage
from mvidarr.integrations.youtube import causes, tools
from mvidarr.integrations.youtube.calls import Way, call, failure_of
from mvidarr.integrations.youtube.causes import Failure
from mvidarr.integrations.youtube.formats import Wishes


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where uploads are fetched from. The player's page of Vimeo asks for no account."""

    title: str
    address: str
    source_id: re.Pattern[str]


SITES = {
    "youtube": Site(
        title="YouTube",
        address="https://www.youtube.com/watch?v={}",
        source_id=re.compile(r"[A-Za-z0-9_-]{11}"),
    ),
    "vimeo": Site(
        title="Vimeo",
        address="https://player.vimeo.com/video/{}",
        source_id=re.compile(r"[0-9]{1,12}"),
    ),
}
SILENCE = 900.0  # seconds without a word after which a child counts as stalled
OF_ERRNO = {
    errno.ENOSPC: Cause.DISK_FULL,
    errno.EDQUOT: Cause.DISK_FULL,
    errno.ENOMEM: Cause.CRASHED,  # no room for one more process
    errno.EAGAIN: Cause.CRASHED,
    errno.EMFILE: Cause.CRASHED,
}
GONE = (404, 410)
TOLD = 5  # warnings that the log is told of
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

    `staging` exists and belongs to this upload alone: a part left in it is continued. Codecs and
    heights are wished for, the first most; `max_height` is never passed but by `any_format`.
    `better_than`: the height that the upload must surpass to be fetched at all. `pause` is the
    time in seconds between two questions to YouTube, `rate_limit` bytes per second, `cache` a
    folder that yt-dlp may keep for itself, `tools_dir` an updated yt-dlp to take first, `cookies`
    the text of a cookies.txt.
    """

    source_id: str
    staging: Path
    provider: str = "youtube"
    max_height: int | None = 1080
    heights: tuple[int, ...] = ()
    container: str = "mp4"
    video_codecs: tuple[str, ...] = ("h264",)
    audio_codecs: tuple[str, ...] = ("aac",)
    hdr: str = "any"  # or prefer, avoid
    high_fps: str = "any"
    any_format: bool = False
    better_than: int | None = None
    subtitle_langs: tuple[str, ...] = ()
    automatic_subtitles: bool = False  # where nobody wrote any
    chapters: bool = False
    sponsorblock: str = "off"  # what to do with parts without music: or mark, cut
    sponsorblock_url: str = ""
    rate_limit: float | None = None
    cookies: str = field(default="", repr=False)
    pot_url: str = ""  # address of a PO-token provider
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
    duration: float | None = None  # as announced, or what cuts left of it
    cut: float = 0.0  # seconds without music that were taken out
    height: int | None = None
    offered_height: int | None = None  # the greatest of the upload, whatever was wished for
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
    warnings: tuple[str, ...] = ()


class DownloadFailed(errors.Error):
    """An upload could not be fetched; `cause` says what may follow, `detail` is for the log."""

    status = 502
    title = "The download failed"

    def __init__(self, cause: Cause, failed: Failure, site: str = "YouTube") -> None:
        super().__init__(causes.sentence(cause, failed.text, site))
        self.cause = cause
        self.detail = " | ".join([failed.text, *failed.warnings[-TOLD:]])
        self.warnings = failed.warnings
        self.retry_after = failed.retry_after  # seconds, where YouTube named a time
        self.starts_at = failed.starts_at  # epoch ms, of what is not out yet


class NothingBetter(Exception):
    """The upload offers no greater height than the order says that there is already."""


class Stopped(Exception):
    """`should_stop` said so: the child is gone, its parts are kept."""


def fetch(
    order: Order,
    *,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
    rate: Callable[[], float | None] | None = None,
) -> Fetched:
    """Fetch one upload. Raises DownloadFailed, NothingBetter or Stopped; no process is left.

    `rate` is asked for the limit in bytes per second that holds now, several times a second.
    """
    site = SITES.get(order.provider)
    if site is None or not site.source_id.fullmatch(order.source_id):
        raise DownloadFailed(Cause.REMOVED, Failure(text=f"no such source: {order.source_id}"))
    talk = _Talk(on_progress, order.rate_limit, rate)
    try:
        end = call(
            _request(order, site.address.format(order.source_id)),
            way=Way(proxy=order.proxy, ca=order.ca, tools_dir=order.tools_dir),
            folder=order.staging,
            on_message=talk.hear,
            should_stop=lambda: should_stop() or talk.silent_for() > SILENCE,
            tell=talk.tell,
        )
    except OSError as error:  # not even the child could be started there
        failed = Failure(text=causes.clean(str(error)))
        cause = OF_ERRNO.get(error.errno or 0, Cause.LIBRARY_OFFLINE)
        raise DownloadFailed(cause, failed, site.title) from error
    if talk.done is not None:
        return _fetched(order, talk.done)
    if talk.is_vain:
        raise NothingBetter
    cause, failed = _why(order, talk, end)
    raise DownloadFailed(cause, failed, site.title)


def _why(order: Order, talk: "_Talk", end: child.Exit) -> tuple[Cause, Failure]:
    """What an end without a result means. Raises Stopped where that was it."""
    if talk.failed is not None:
        failed = causes.failure(talk.failed)
        cause = causes.classify(failed, has_js_runtime=order.js_runtime is not None)
        if cause is Cause.TOOL_FAILED:
            cause = _after_tool(order)
        if cause is Cause.EXTRACTOR and failed.status in GONE and order.provider == "vimeo":
            cause = Cause.REMOVED  # YouTube has no such answer: it tells why
        return cause, failed
    if end.stopped and talk.silent_for() > SILENCE:
        return Cause.NETWORK, Failure(text="yt-dlp fell silent")
    if end.stopped:
        raise Stopped
    return failure_of(end)


def _request(order: Order, address: str) -> dict[str, Any]:
    wishes = Wishes(
        most=order.max_height,
        heights=order.heights,
        video_codecs=order.video_codecs,
        audio_codecs=order.audio_codecs,
        hdr=order.hdr,
        high_fps=order.high_fps,
        any_format=order.any_format,
    )
    return {
        "do": "fetch",
        "provider": order.provider,
        "address": address,
        "name": order.source_id,
        "wishes": asdict(wishes),
        "better_than": order.better_than,
        "merge_to": CONTAINERS[order.container],
        "subtitle_langs": list(order.subtitle_langs),
        "automatic_subtitles": order.automatic_subtitles,
        "chapters": order.chapters,
        "sponsorblock": order.sponsorblock,
        "sponsorblock_url": order.sponsorblock_url,
        "rate": order.rate_limit,
        "cookies": order.cookies,
        "pot_url": order.pot_url,
        "pause": order.pause,
        "retries": order.retries,
        "ffmpeg": str(order.ffmpeg) if order.ffmpeg else None,
        "js_runtimes": tools.js_runtimes(order.js_runtime),
        "cache": str(order.cache) if order.cache else None,
    }


class _Talk:
    """What the child has said so far, and what it was told of the rate."""

    def __init__(
        self,
        on_progress: Callable[[Progress], None],
        told: float | None,
        rate: Callable[[], float | None] | None,
    ) -> None:
        self.done: Mapping[str, Any] | None = None
        self.failed: Mapping[str, Any] | None = None
        self.is_vain = False
        self._on_progress = on_progress
        self._told = told
        self._rate = rate
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
            case "nothing better":
                self.is_vain = True

    def tell(self) -> dict[str, Any] | None:
        """The rate, when it is another than the child was told."""
        rate = self._rate() if self._rate else self._told
        if rate == self._told:
            return None
        self._told = rate
        return {"rate": rate}

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
    info["duration"] = done["lasts"] or info["duration"]
    return Fetched(
        path=path,
        subtitles=tuple(subtitle for subtitle in subtitles if subtitle),
        upload_date=f"{day[:4]}-{day[4:6]}-{day[6:8]}" if len(day) == 8 else None,
        thumbnail_url=done["info"].get("thumbnail"),
        age_limit=done["info"].get("age_limit") or 0,
        cut=done["cut"],
        offered_height=done["offered"] or None,
        ytdlp=done["version"],
        warnings=tuple(map(causes.clean, done["warnings"])),
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
