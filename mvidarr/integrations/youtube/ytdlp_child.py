"""The child that holds yt-dlp: lists what YouTube has, looks whether uploads are still there, or
fetches one into its folder.

Only this module imports yt-dlp, and it only ever runs by `core.child`: yt-dlp costs 36 MB, breaks
monthly and may be newer than the program. The working folder is the staging folder; every name in
here is relative to it, so that no letter of its path can mean something to yt-dlp's templates.
"""

import time
from typing import Any

import yt_dlp
from yt_dlp.postprocessor import PostProcessor

from mvidarr.core import child

EXTRACTORS = ["youtube(:.*)?"]  # never the generic one, which would fetch any address
WATCH = "https://www.youtube.com/watch?v={}"
PAGE = 100  # entries of a list in one message
EVERY = 0.25  # seconds between two messages of progress
WARNINGS = 20
RUNNING = ("is_live", "post_live", "is_upcoming")
ENTRY = (
    "id",
    "url",
    "title",
    "duration",
    "channel",
    "channel_id",
    "channel_is_verified",
    "view_count",
    "availability",
    "live_status",
    "thumbnails",
)
CHANNEL = ("channel", "channel_id", "channel_is_verified", "uploader_id", "thumbnails", "title")
RESULT = (
    "id",
    "title",
    "channel",
    "channel_id",
    "duration",
    "height",
    "width",
    "vcodec",
    "acodec",
    "upload_date",
    "age_limit",
    "availability",
    "view_count",
    "thumbnail",
    "webpage_url",
    "format_id",
)


class _Log:
    """Keeps what yt-dlp warned of: its last error alone is often not the reason."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        """Let go: the program logs what it needs from the messages."""

    def warning(self, message: str) -> None:
        self.warnings = [*self.warnings, message][-WARNINGS:]

    def error(self, message: str) -> None:
        """Let go: every error is raised as well."""


class _NotYet(yt_dlp.utils.DownloadCancelled):
    msg = "This live stream has not ended."


class _Meter(PostProcessor):
    """Says how far the files of one upload are, taken together."""

    def __init__(self, say: child.Say) -> None:
        super().__init__()
        self.say = say
        self.sizes: dict[str, float] = {}
        self.have: dict[str, float] = {}
        self.next_at = 0.0
        self.fetching = False

    def run(self, info: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """Learn which files will come; yt-dlp calls this once, before the first."""
        self.fetching = True
        for part in info.get("requested_formats") or [info]:
            size = part.get("filesize") or part.get("filesize_approx") or 0
            self.sizes[str(part.get("format_id"))] = size
        return [], info

    def on_progress(self, at: dict[str, Any]) -> None:
        part = str(at["info_dict"].get("format_id"))
        size = at.get("total_bytes") or at.get("total_bytes_estimate") or self.sizes.get(part)
        self.sizes[part] = size or 0
        self.have[part] = at.get("downloaded_bytes") or size or 0
        now = time.monotonic()
        if now < self.next_at and at["status"] != "finished":
            return
        self.next_at = now + EVERY
        have, known = sum(self.have.values()), all(self.sizes.values())
        total = max(sum(self.sizes.values()), have)
        speed = at.get("speed")
        self.say(
            {
                "is": "progress",
                "percent": 100 * have / total if known and total else None,
                "downloaded": int(have),
                "size": int(total) if known else None,
                "speed": speed,
                "eta": (total - have) / speed if known and speed else None,
            }
        )

    def on_step(self, at: dict[str, Any]) -> None:
        if at["status"] == "started" and at["postprocessor"] == "Merger":
            size = int(sum(self.have.values()))
            self.say({"is": "merge", "downloaded": size, "size": size})


def main(request: dict[str, Any], say: child.Say) -> None:
    """Do one request; whatever fails is told as one message."""
    log, meter = _Log(), _Meter(say)
    try:
        if request["do"] == "list":
            say(_list(request, log, say))
        elif request["do"] == "look":
            say(_look(request, say))
        else:
            say(_fetch(request, log, meter))
    except Exception as error:  # the child's one border: all becomes a message, and it ends
        say(_failure(error, log, meter) | _premiere(request, error))


def _options(request: dict[str, Any], log: _Log) -> dict[str, Any]:
    return {
        "quiet": True,
        "noprogress": True,
        "logger": log,
        "proxy": request["proxy"],
        "compat_opts": {"no-certifi"} if request["own_ca"] else set(),
        "allowed_extractors": EXTRACTORS,
        "socket_timeout": 30,
        "extractor_retries": request.get("extractor_retries", 3),
        "sleep_interval_requests": request.get("pause") or 0,
        "cachedir": request.get("cache") or False,
        "js_runtimes": request.get("js_runtimes") or {},
    }


def _list(request: dict[str, Any], log: _Log, say: child.Say) -> dict[str, Any]:
    """Ask for a flat list: a search (`ytsearchN:words`), a channel's address or a playlist's.

    The entries are said in pages first: thousands of them make no message.
    """
    options = _options(request, log) | {
        "extract_flat": True,
        "playlist_items": f"1-{request['limit']}",
        "extractor_args": {"youtubetab": {"skip": ["webpage"]}},
    }
    with yt_dlp.YoutubeDL(options) as loader:
        info = loader.extract_info(request["address"], download=False)
        entries = [_entry(entry) for entry in info.get("entries") or () if entry]
    for at in range(0, len(entries), PAGE):
        say({"is": "page", "entries": entries[at : at + PAGE]})
    return {"is": "list", "channel": _only(CHANNEL, info)}


def _entry(info: dict[str, Any]) -> dict[str, Any]:
    """What is used of an entry; addresses of pictures are long only for their signatures."""
    pictures = [picture.get("url") or "" for picture in info.get("thumbnails") or ()]
    return _only(ENTRY, info) | {"thumbnails": [{"url": url.split("?")[0]} for url in pictures]}


def _look(request: dict[str, Any], say: child.Say) -> dict[str, Any]:
    """Say of each upload whether YouTube would play it, by as few questions as there are."""
    log = _Log()
    options = _options(request, log) | {
        "skip_download": True,
        "extractor_args": {
            "youtube": {
                "player_skip": ["webpage", "configs", "js", "initial_data"],
                "skip": ["hls", "dash", "translated_subs"],
            }
        },
    }
    with yt_dlp.YoutubeDL(options) as loader:
        for source_id in request["ids"]:
            log.warnings.clear()
            try:
                loader.extract_info(WATCH.format(source_id), download=False, process=False)
                say({"is": "there", "id": source_id})
            except yt_dlp.utils.YoutubeDLError as error:
                say(_failure(error, log) | {"id": source_id})
    return {"is": "looked"}


def _fetch(request: dict[str, Any], log: _Log, meter: _Meter) -> dict[str, Any]:
    options = _options(request, log) | {
        "outtmpl": {"default": f"{request['name']}.%(ext)s"},
        "format": request["format"],
        "format_sort": request["format_sort"],
        "merge_output_format": request["merge_to"],
        "noplaylist": True,
        "continuedl": True,
        "updatetime": False,
        "retries": request["retries"],
        "fragment_retries": request["retries"],
        "file_access_retries": 3,
        "retry_sleep_functions": {"http": _wait, "fragment": _wait},
        "ratelimit": request["rate_limit"],
        "ffmpeg_location": request["ffmpeg"],
        "match_filter": _refuse_running,
        "progress_hooks": [meter.on_progress],
        "postprocessor_hooks": [meter.on_step],
    }
    with yt_dlp.YoutubeDL(options) as loader:
        loader.add_post_processor(meter, when="video")
        info = loader.extract_info(request["address"])
        path = _path_of(info)
        subtitles = _subtitles(request, info, log)
    return {
        "is": "done",
        "file": path,
        "subtitles": subtitles,
        "info": _only(RESULT, info),
        "version": yt_dlp.version.__version__,
    }


def _path_of(info: dict[str, Any] | None) -> str | None:
    """Where the file is; None for the ways in which yt-dlp does nothing and calls it success."""
    done = (info or {}).get("requested_downloads") or [{}]
    path = done[0].get("filepath")
    return str(path) if path else None


def _subtitles(request: dict[str, Any], info: dict[str, Any], log: _Log) -> list[str]:
    """Fetch captions after the video, by themselves: without them the video is still worth it."""
    if not request["subtitle_langs"] or not info.get("subtitles"):
        return []
    options = _options(request, log) | {
        "outtmpl": {"default": f"{request['name']}.%(ext)s"},
        "skip_download": True,
        "ignoreerrors": True,
        "writesubtitles": True,
        "subtitleslangs": request["subtitle_langs"],
        "subtitlesformat": "vtt/srt/best",
    }
    with yt_dlp.YoutubeDL(options) as loader:
        again = loader.process_ie_result(loader.sanitize_info(info), download=True) or {}
    found = (again.get("requested_subtitles") or {}).values()
    return [one["filepath"] for one in found if one.get("filepath")]


def _refuse_running(info: dict[str, Any], *, incomplete: bool = False) -> None:
    if info.get("live_status") in RUNNING:
        raise _NotYet


def _premiere(request: dict[str, Any], error: Exception) -> dict[str, Any]:
    """When an upload that is not out yet will be; asked only when that was the error."""
    text = str(error).casefold()
    if request["do"] != "fetch" or not ("premiere" in text or "will begin" in text):
        return {}
    options = _options(request, _Log()) | {"ignore_no_formats_error": True, "skip_download": True}
    try:
        with yt_dlp.YoutubeDL(options) as loader:
            info = loader.extract_info(request["address"], download=False, process=False) or {}
    except yt_dlp.utils.YoutubeDLError:
        return {}
    starts = info.get("release_timestamp")
    return {"starts_at": int(starts * 1000)} if starts else {}


def _failure(error: Exception, log: _Log, meter: _Meter | None = None) -> dict[str, Any]:
    chain = _chain(error)
    answer = next((e for e in chain if isinstance(e, yt_dlp.networking.exceptions.HTTPError)), None)
    return {
        "is": "failed",
        "text": str(error) or type(error).__name__,
        "warnings": log.warnings,
        "status": answer.status if answer else None,
        "retry_after": answer.response.headers.get("Retry-After") if answer else None,
        "from_media": meter is not None and meter.fetching,
    }


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and what it came from, whichever way yt-dlp tells."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or one in found:
            continue
        found.append(one)
        told = getattr(one, "exc_info", None) or (None, None)
        waiting += [told[1], getattr(one, "cause", None), one.__cause__, one.__context__]
    return found


def _only(names: tuple[str, ...], info: dict[str, Any]) -> dict[str, Any]:
    return {name: info[name] for name in names if info.get(name) is not None}


def _wait(n: int) -> float:
    """Seconds before attempt `n` at a connection; yt-dlp passes it by that name."""
    return min(0.2 * 2.0**n, 10.0)


if __name__ == "__main__":
    child.serve(main)
