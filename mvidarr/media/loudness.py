"""How loud a file is, by EBU R128: measured by ffmpeg in a child, with patience and at rest."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mvidarr.core import child
from mvidarr.core.errors import Error
from mvidarr.core.terms import Cause
from mvidarr.media import probe_child

CHILD = "mvidarr.media.ffmpeg_child"
_LOUDNESS = re.compile(r"^\s*I:\s+(-?[\d.]+|-?inf|nan) LUFS", re.M)
_PEAK = re.compile(r"^\s*Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", re.M)


@dataclass(frozen=True, kw_only=True, slots=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP; None where there is only silence."""

    integrated: float | None
    true_peak: float | None


class LoudnessError(Error):
    """It could not be measured; `detail` is for the log."""

    title = "The loudness could not be measured"

    def __init__(self, message: str, cause: Cause = Cause.TOOL_FAILED, detail: str = "") -> None:
        super().__init__(message)
        self.cause = cause
        self.detail = detail


def measure(
    path: Path,
    *,
    ffmpeg: str | Path = "ffmpeg",
    timeout: float = 900,
    should_stop: Callable[[], bool] | None = None,
) -> Loudness | None:
    """Listen to the file's first sound; None when it was stopped. Raises LoudnessError."""
    answers: list[dict[str, Any]] = []
    end = child.run(
        CHILD,
        {"command": [str(ffmpeg), *_command(path)]},
        on_message=answers.append,
        should_stop=should_stop,
        timeout=timeout,
    )
    if end.stopped:
        return None
    answer = answers[-1] if answers else {}
    if "missing" in answer:
        raise LoudnessError("ffmpeg is missing: install it.", Cause.TOOL_MISSING, answer["missing"])
    said = str(answer.get("said") or end.stderr)
    found = _LOUDNESS.findall(said)
    if answer.get("code") != 0 or not found:
        raise LoudnessError("ffmpeg could not measure the loudness.", detail=said[-1000:])
    return Loudness(
        integrated=_number(found[-1]), true_peak=_number((_PEAK.findall(said) or ["nan"])[-1])
    )


def _command(path: Path) -> list[str]:
    # the filter's summary is information: with fewer words it would be lost
    command = ["-nostdin", "-hide_banner", "-nostats", "-v", "info", "-protocol_whitelist", "file"]
    command += ["-format_whitelist", probe_child.CONTAINERS, "-i", f"file:{path.absolute()}"]
    command += ["-map", "0:a:0", "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"]
    return command


def _number(text: str) -> float | None:
    """One decimal is all that ffmpeg says; silence is below what the scale has."""
    number = float(text)
    return number if math.isfinite(number) and number > -70 else None
