"""One call of yt-dlp: start its child with what it may know, and read how it ended."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi

from mvidarr.core import child
from mvidarr.core.terms import Cause
from mvidarr.integrations.youtube import causes, updated
from mvidarr.integrations.youtube.causes import Failure

CHILD = "mvidarr.integrations.youtube.ytdlp_child"


@dataclass(frozen=True, kw_only=True)
class Way:
    """How YouTube is reached: proxy, further authorities, and an updated yt-dlp to take first."""

    proxy: str = ""
    ca: Path | None = None
    tools_dir: Path | None = None


def call(
    request: Mapping[str, Any],
    *,
    way: Way,
    folder: Path,
    on_message: child.Say,
    should_stop: Callable[[], bool] | None = None,
    tell: child.Tell | None = None,
    timeout: float | None = None,
) -> child.Exit:
    """Run one request in `folder`, which also takes the file of authorities for its time."""
    env = {"PYTHONPATH": str(way.tools_dir)} if way.tools_dir else {}
    bundle = _bundle(way.ca, folder) if way.ca else None
    if bundle:
        env["SSL_CERT_FILE"] = str(bundle)
    try:
        with updated.held(way.tools_dir):
            return child.run(
                CHILD,
                {**request, "proxy": way.proxy, "own_ca": bool(way.ca)},
                on_message=on_message,
                should_stop=should_stop,
                tell=tell,
                timeout=timeout,
                env=env,
                cwd=folder,
            )
    finally:
        if bundle:
            bundle.unlink(missing_ok=True)


def failure_of(end: child.Exit) -> tuple[Cause, Failure]:
    """Why a child that told neither result nor failure ended."""
    if end.timed_out:
        return Cause.NETWORK, Failure(text="yt-dlp did not end in time")
    last = end.stderr.strip().splitlines()[-1:] or [f"yt-dlp ended with {end.code}"]
    failed = Failure(text=causes.clean(last[0]))
    # whatever is raised in the work is told: only what fails to load leaves a trace
    is_broken = end.code == 1 and "Traceback" in end.stderr
    return Cause.TOOL_MISSING if is_broken else Cause.CRASHED, failed


def _bundle(extra: Path, folder: Path) -> Path:
    """All authorities in one file: yt-dlp takes certifi's, or this variable's, never both."""
    known = Path(certifi.where()).read_bytes()
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".ca-", suffix=".pem", delete=False) as out:
        out.write(known.rstrip() + b"\n\n" + extra.read_bytes())
    return Path(out.name)
