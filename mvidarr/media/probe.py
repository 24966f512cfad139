"""What a file is, measured in a child of its own: never trusted from a name or a service."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mvidarr.core import child
from mvidarr.core.errors import Error
from mvidarr.core.terms import Cause

CHILD = "mvidarr.media.probe_child"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFacts:
    """One media file. Duration in seconds, size in bytes, `mtime` in ms, bit rate in bit/s."""

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


_SENTENCES = {
    Cause.NO_AUDIO: "The file has no sound.",
    Cause.NO_VIDEO: "The file has no moving picture.",
    Cause.UNREADABLE: "The file is damaged, incomplete or no video.",
    Cause.TOOL_FAILED: "The file could not be measured in time.",
    Cause.TOOL_MISSING: "PyAV, which measures files, is missing: install MVidarr again.",
}


class ProbeError(Error):
    """The file is of no use, or (`tool_…`) could not be measured; `detail` is for the log."""

    title = "The file could not be read"

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(_SENTENCES[cause])
        self.cause = cause
        self.detail = detail


def probe(path: Path, *, timeout: float = 60) -> FileFacts:
    """Measure a file; ProbeError when it does not play from its beginning to its end."""
    try:
        stat = path.stat()
    except OSError as error:
        raise ProbeError(Cause.UNREADABLE, str(error)) from error
    facts = ask({"path": str(path.absolute())}, timeout)
    facts["subtitles"] = tuple(facts["subtitles"])
    facts["bit_rate"] = facts["bit_rate"] or int(stat.st_size * 8 / facts["duration"])
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
    else:  # a child that died of the file says nothing
        cause = Cause.TOOL_FAILED if end.timed_out else Cause.UNREADABLE
        detail = f"code={end.code} {end.stderr[-500:]}"
    name = os.fspath(request["path"])
    log.info("probe refused file=%r cause=%s detail=%r", name, cause, detail)
    raise ProbeError(cause, detail)
