"""What a file is, measured in a child of its own: never trusted from a name or a service."""

import logging
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mvidarr.core import child
from mvidarr.core.errors import Error
from mvidarr.core.terms import Cause

CHILD = "mvidarr.media.probe_child"
LOOKING = 120  # seconds more
FASTEST = 2**31 - 1  # bit/s; what is more is rubbish, and no column holds it

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFacts:
    """One media file. Duration in seconds, size in bytes, `mtime` in ms, bit rate in bit/s.

    Width and height as a player shows them: turned by `rotation`, pixels stretched as
    `sample_aspect` says. `picture`: the same within black bars, where some were found; it and
    `findings` (of terms.Finding) are empty unless the picture was looked at.
    """

    path: Path
    size: int
    mtime: int
    container: str  # mp4, mov, matroska, webm …
    duration: float
    video_codec: str
    audio_codec: str
    width: int
    height: int
    fps: float | None
    hdr: str | None  # hdr10, hlg, dolbyvision
    bit_rate: int
    channels: int
    subtitles: tuple[str, ...]  # languages, "und" where it is not said
    rotation: int = 0  # degrees, against the clock
    sample_aspect: str = "1:1"
    picture: tuple[int, int] | None = None
    findings: tuple[str, ...] = ()


_SENTENCES = {
    Cause.NO_AUDIO: "The file has no sound.",
    Cause.NO_VIDEO: "The file has no moving picture.",
    Cause.UNREADABLE: "The file is damaged, incomplete or no video.",
    Cause.TOOL_FAILED: "The file could not be measured in time.",
    Cause.CRASHED: "Measuring the file was cut short. It is tried again.",
    Cause.TOOL_MISSING: "PyAV, which measures files, is missing: install MVidarr again.",
}


class ProbeError(Error):
    """The file is of no use, or (`tool_…`) could not be measured; `detail` is for the log."""

    title = "The file could not be read"

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(_SENTENCES[cause])
        self.cause = cause
        self.detail = detail


def probe(path: Path, *, timeout: float = 60, look: bool = False) -> FileFacts:
    """Measure a file; ProbeError when it does not play from its beginning to its end.

    `look`: also at the picture and the sound, which takes some seconds.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise ProbeError(Cause.UNREADABLE, str(error)) from error
    request = {"path": str(path.absolute()), "look": look}
    facts = ask(request, timeout + LOOKING if look else timeout)
    for name in ("subtitles", "findings"):
        facts[name] = tuple(facts[name])
    facts["picture"] = tuple(facts["picture"]) if facts["picture"] else None
    bit_rate = facts["bit_rate"] or int(stat.st_size * 8 / max(facts["duration"], 1))
    facts["bit_rate"] = min(bit_rate, FASTEST)
    mtime = stat.st_mtime_ns // 1_000_000
    return FileFacts(path=path, size=stat.st_size, mtime=mtime, **facts)


def ask(request: dict[str, Any], timeout: float) -> dict[str, Any]:
    """The child's answer to one request; ProbeError when it has none."""
    answers: list[dict[str, Any]] = []
    end = child.run(CHILD, request, on_message=answers.append, timeout=timeout)
    if answers and "cause" not in answers[-1]:
        return answers[-1]
    if answers:
        cause, detail = Cause(answers[-1]["cause"]), str(answers[-1]["detail"])
    else:
        cause = _cause_of(end)
        detail = f"code={end.code} {end.stderr[-500:]}"
    name = os.fspath(request["path"])
    log.info("probe refused file=%r cause=%s detail=%r", name, cause, detail)
    raise ProbeError(cause, detail)


def _cause_of(end: child.Exit) -> Cause:
    """Why a child said nothing: it died of the file, unless somebody ended it."""
    if end.timed_out or end.code == -signal.SIGXCPU:
        return Cause.TOOL_FAILED
    return Cause.CRASHED if end.code == -signal.SIGKILL else Cause.UNREADABLE
