"""The child that holds yt-dlp: lists what YouTube has, looks whether uploads are still there, or
fetches one into its folder.

Only this module and its siblings `ytdlp_…` import yt-dlp, and they only ever run by
`core.child`: yt-dlp costs 36 MB, breaks monthly and may be newer than the program. The working
folder is the staging folder; every name in here is relative to it, so that no letter of its path
can mean something to yt-dlp's templates.
"""

import functools
import io
from typing import Any

import yt_dlp

from mvidarr.core import child
from mvidarr.integrations.youtube.formats import Wishes
from mvidarr.integrations.youtube.pace import Pace
from mvidarr.integrations.youtube.ytdlp_steps import (
    Aftercare,
    Aside,
    Choice,
    Meter,
    NothingBetter,
    Parts,
)

# never the generic one, which would fetch any address
EXTRACTORS = {"youtube": ["youtube(:.*)?"], "vimeo": ["vimeo(:.*)?"]}
WATCH = "https://www.youtube.com/watch?v={}"
PAGE = 100  # entries of a list in one message
BLOCK = 32 * 1024  # bytes between two looks at the pace
WARNINGS = 20
LONGEST = 4000  # characters of one text: what is longer would be no message
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
        self.warnings = [*self.warnings, message[:LONGEST]][-WARNINGS:]

    def error(self, message: str) -> None:
        """Let go: every error is raised as well."""


class _NotYet(yt_dlp.utils.DownloadCancelled):
    msg = "This live stream has not ended."


def main(request: dict[str, Any], say: child.Say, pace: Pace) -> None:
    """Do one request; whatever fails is told as one message."""
    log, meter = _Log(), Meter(say, pace)
    try:
        if request["do"] == "list":
            say(_list(request, log, say))
        elif request["do"] == "look":
            say(_look(request, say))
        else:
            say(_fetch(request, log, meter))
    except NothingBetter:
        say({"is": "nothing better"})
    except Exception as error:  # the child's one border: all becomes a message, and it ends
        say(_failure(error, log, meter) | _premiere(request, error))


def _options(request: dict[str, Any], log: _Log) -> dict[str, Any]:
    return {
        "quiet": True,
        "noprogress": True,
        "logger": log,
        "proxy": request["proxy"],
        "compat_opts": {"no-certifi"} if request["own_ca"] else set(),
        "allowed_extractors": EXTRACTORS[request.get("provider", "youtube")],
        "socket_timeout": 30,
        "extractor_retries": request.get("extractor_retries", 3),
        "sleep_interval_requests": request.get("pause") or 0,
        "cachedir": request.get("cache") or False,
        "js_runtimes": request.get("js_runtimes") or {},
        "extractor_args": _tokens(request, log),
        # yt-dlp writes what it gets back into it: into memory, and gone with the child
        "cookiefile": io.StringIO(request["cookies"]) if request.get("cookies") else None,
    }


def _tokens(request: dict[str, Any], log: _Log) -> dict[str, Any]:
    if not request.get("pot_url"):
        return {}
    try:  # the youngest of yt-dlp's interfaces: without it, all else still works
        from mvidarr.integrations.youtube import ytdlp_pot
    except (ImportError, AttributeError) as error:
        log.warning(f"the PO-token provider failed: {error}")
        return {}
    return ytdlp_pot.arguments(request["pot_url"])


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


def _fetch(request: dict[str, Any], log: _Log, meter: Meter) -> dict[str, Any]:
    meter.pace.rate = request["rate"]
    choice = Choice(Wishes(**request["wishes"]), request["better_than"])
    with yt_dlp.YoutubeDL(_fetch_options(request, log, meter)) as loader:
        care = Aftercare(request, loader, functools.partial(_captions, request, log))
        loader.add_post_processor(choice, when="after_filter")
        loader.add_post_processor(Parts(request["name"]), when="video")
        loader.add_post_processor(meter, when="video")
        for step in care.steps():
            loader.add_post_processor(Aside(step, log.warning))
        info = loader.extract_info(request["address"])
    return {
        "is": "done",
        "file": _path_of(info),
        "subtitles": care.subtitles,
        "cut": care.cut,
        "lasts": care.lasts,
        "offered": choice.offered,
        "info": _only(RESULT, info or {}),
        "warnings": log.warnings,
        "version": yt_dlp.version.__version__,
    }


def _fetch_options(request: dict[str, Any], log: _Log, meter: Meter) -> dict[str, Any]:
    return _options(request, log) | {
        "outtmpl": {"default": f"{request['name']}.%(ext)s"},
        "format": "bv*+ba/b",  # of what the choice leaves
        "merge_output_format": request["merge_to"],
        "noplaylist": True,
        "continuedl": True,
        "updatetime": False,
        "retries": request["retries"],
        "fragment_retries": request["retries"],
        "file_access_retries": 3,
        "retry_sleep_functions": {"http": _wait, "fragment": _wait},
        "buffersize": BLOCK,
        "noresizebuffer": True,
        "ffmpeg_location": request["ffmpeg"],
        "match_filter": _refuse_running,
        "progress_hooks": [meter.on_progress],
        "postprocessor_hooks": [meter.on_step],
    }


def _path_of(info: dict[str, Any] | None) -> str | None:
    """Where the file is; None for the ways in which yt-dlp does nothing and calls it success."""
    done = (info or {}).get("requested_downloads") or [{}]
    path = done[0].get("filepath")
    return str(path) if path else None


def _captions(request: dict[str, Any], log: _Log, info: dict[str, Any]) -> dict[str, Any]:
    """Fetch captions by a loader of their own, so that what fails there ends nothing here."""
    wanted = _wanted_captions(request, info)
    if not wanted:
        return {}
    options = _options(request, log) | {
        "outtmpl": {"default": f"{request['name']}.%(ext)s"},
        "skip_download": True,
        "ignoreerrors": True,
        "writesubtitles": True,
        "overwrites": True,
        "subtitleslangs": list(wanted),
        "subtitlesformat": "vtt/srt/best",
    }
    with yt_dlp.YoutubeDL(options) as loader:
        alone = loader.sanitize_info({**info, "subtitles": wanted, "requested_subtitles": None})
        again = loader.process_ie_result(alone, download=True) or {}
    return again.get("requested_subtitles") or {}


def _wanted_captions(request: dict[str, Any], info: dict[str, Any]) -> dict[str, Any]:
    """Those that people wrote; else, if wished, what YouTube heard, but nothing it translated."""
    written, heard = info.get("subtitles") or {}, info.get("automatic_captions") or {}
    wanted = {one: written[one] for one in request["subtitle_langs"] if one in written}
    if request["automatic_subtitles"]:
        for language in request["subtitle_langs"]:
            if language not in wanted and f"{language}-orig" in heard:
                wanted[language] = heard[f"{language}-orig"]
    return wanted


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


def _failure(error: Exception, log: _Log, meter: Meter | None = None) -> dict[str, Any]:
    chain = _chain(error)
    answer = next((e for e in chain if isinstance(e, yt_dlp.networking.exceptions.HTTPError)), None)
    return {
        "is": "failed",
        "text": (str(error) or type(error).__name__)[:LONGEST],
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
    return {name: _short(info[name]) for name in names if info.get(name) is not None}


def _short(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value


def _wait(n: int) -> float:
    """Seconds before attempt `n` at a connection; yt-dlp passes it by that name."""
    return min(0.2 * 2.0**n, 10.0)


if __name__ == "__main__":
    own_pace = Pace()
    child.serve(functools.partial(main, pace=own_pace), hear=own_pace.hear)
