"""Try a yt-dlp in a folder before anything uses it: children import it, and nothing is asked."""

import tempfile
from pathlib import Path
from typing import Any

from mvidarr.core import child
from mvidarr.core.errors import Error
from mvidarr.integrations.youtube import calls

CHILD = "mvidarr.integrations.youtube.ytdlp_check"
TIMEOUT = 120.0  # seconds; the first import compiles


class Broken(Error):
    """A yt-dlp that downloads could not work with."""


def check(folder: Path, version: str) -> None:
    """Raises Broken unless the folder holds that version, whole, and our child works with it."""
    told = _told(folder)
    if told.get("is") != "whole":
        raise Broken(f"It does not start: {told.get('text') or 'it ended without a word'}.")
    if not _is_same(told["version"], version):
        raise Broken(f"It calls itself {told['version']}, not {version}.")
    if not Path(told["from"]).is_relative_to(folder.resolve()):
        raise Broken("It is not what was loaded: another one comes first.")
    _work(folder)


def _told(folder: Path) -> dict[str, Any]:
    said: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="mvidarr-youtube-") as here:
        end = child.run(
            CHILD,
            {},
            on_message=said.append,
            timeout=TIMEOUT,
            env={"PYTHONPATH": str(folder.resolve())},
            cwd=Path(here),
        )
    return said[-1] if said else {"text": calls.failure_of(end)[1].text}


def _work(folder: Path) -> None:
    """Have our own child look after no upload: that makes a loader with all our options."""
    said: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="mvidarr-youtube-") as here:
        end = calls.call(
            {"do": "look", "ids": [], "pause": 0},
            way=calls.Way(tools_dir=folder.resolve()),
            folder=Path(here),
            on_message=said.append,
            timeout=TIMEOUT,
        )
    answer = said[-1] if said else {"text": calls.failure_of(end)[1].text}
    if answer.get("is") != "looked":
        raise Broken(f"MVidarr cannot work with it: {answer.get('text')}.")


def _is_same(one: str, other: str) -> bool:
    """Whether two spellings name one version: packages leave out leading zeros."""
    return _spelled(one) == _spelled(other)


def _spelled(version: str) -> list[str]:
    return [part.lstrip("0") or "0" for part in version.split(".")]
