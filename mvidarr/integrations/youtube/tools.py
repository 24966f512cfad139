"""The programs that downloads need: where they are and which version they have."""

import functools
import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

DENO_MIN, NODE_MIN = (2, 3, 0), (22, 0, 0)  # what yt-dlp accepts


def find_ffmpeg() -> Path | None:
    """The machine's ffmpeg, else the one of the Python package imageio-ffmpeg."""
    if found := shutil.which("ffmpeg"):
        return Path(found)
    spec = importlib.util.find_spec("imageio_ffmpeg")
    if spec is None or spec.origin is None:
        return None
    binaries = Path(spec.origin).parent / "binaries"
    return next((path for path in sorted(binaries.glob("ffmpeg-*")) if path.is_file()), None)


def find_js_runtime() -> Path | None:
    """A JavaScript runtime that yt-dlp takes: Deno of the machine or the environment, else Node."""
    beside = Path(sys.executable).parent
    for name, least in (("deno", DENO_MIN), ("node", NODE_MIN)):
        for folder in (None, str(beside)):
            found = shutil.which(name, path=folder)
            if found and numbers(_version_of(found, "--version")) >= least:
                return Path(found)
    return None


def js_runtimes(runtime: Path | None) -> dict[str, dict[str, str]]:
    """The runtime as yt-dlp's option of that name."""
    return {runtime.stem: {"path": str(runtime)}} if runtime else {}


def ytdlp_version(tools_dir: Path | None = None) -> str | None:
    """Which yt-dlp a child would load: an updated one in `tools_dir` comes first."""
    if tools_dir:
        for found in importlib.metadata.distributions(name="yt-dlp", path=[str(tools_dir)]):
            return found.version
    try:
        return importlib.metadata.version("yt-dlp")
    except importlib.metadata.PackageNotFoundError:
        return None


def versions(tools_dir: Path | None = None) -> dict[str, str | None]:
    """Name → version of every program, None for what is missing. Starts them: not for pages."""
    ffmpeg, runtime = find_ffmpeg(), find_js_runtime()
    return {
        "yt-dlp": ytdlp_version(tools_dir),
        "ffmpeg": _version_of(str(ffmpeg), "-version") if ffmpeg else None,
        "javascript": f"{runtime.stem} {_version_of(str(runtime), '--version')}"
        if runtime
        else None,
    }


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


@functools.cache  # a program does not change under its path while we run, but by an upgrade of all
def _version_of(program: str, flag: str) -> str:
    try:
        said = subprocess.run(
            [program, flag], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\d+(\.\d+)+[^\s,]*", said.stdout)
    return found[0] if found else ""
