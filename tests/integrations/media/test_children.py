"""What the two children do, called here without their process around it."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core.terms import Cause
from mvidarr.media import ffmpeg_child, limits, probe_child

Make = Callable[..., Path]


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits are for a process that ends soon, not for this one."""
    monkeypatch.setattr(limits, "apply", lambda: None)


def answer(work: Callable[..., None], request: dict[str, Any]) -> dict[str, Any]:
    said: list[dict[str, Any]] = []
    work(request, said.append)
    assert len(said) == 1
    return said[0]


@pytest.mark.ffmpeg
def test_a_file_is_measured(film: Path) -> None:
    facts = answer(probe_child.work, {"path": str(film)})

    assert (facts["width"], facts["height"], facts["container"]) == (320, 180, "mp4")


@pytest.mark.ffmpeg
@pytest.mark.parametrize(
    ("name", "options", "container"),
    [
        ("a.mkv", "-c copy", "matroska"),
        ("a.mov", "-c copy", "mov"),
        ("a.webm", "-c:v libvpx -deadline realtime -c:a libopus -t 2", "webm"),
        ("a.ts", "-c:v libx264 -g 999 -c:a copy", "mpegts"),
    ],
)
def test_a_container_is_named(make: Make, name: str, options: str, container: str) -> None:
    facts = answer(probe_child.work, {"path": str(make(name, options))})

    assert facts["container"] == container


@pytest.mark.ffmpeg
def test_dolby_vision_is_seen(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "dolby.mp4"
    path.write_bytes(film.read_bytes().replace(b"avc1", b"dvav"))

    assert answer(probe_child.work, {"path": str(path)})["hdr"] == "dolbyvision"


@pytest.mark.ffmpeg
def test_what_is_missing_in_a_file_is_said(make: Make, tmp_path: Path) -> None:
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(b"noise" * 1000)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(make("a.mkv").read_bytes()[:30_000])
    causes = [
        answer(probe_child.work, {"path": str(path)})["cause"]
        for path in (make("a.m4a", "-vn -c copy"), make("b.mp4", "-an -c copy"), noise, cut)
    ]

    assert causes == [Cause.NO_VIDEO, Cause.NO_AUDIO, Cause.UNREADABLE, Cause.UNREADABLE]


@pytest.mark.ffmpeg
def test_a_frame_is_written_upright(make: Make, tmp_path: Path) -> None:
    turned = make("turned.mp4", "-c copy -metadata:s:v rotate=90")
    into = tmp_path / "frame.jpg"

    size = answer(probe_child.work, {"path": str(turned), "at": 3, "into": str(into)})

    assert size == {"width": 180, "height": 320}
    assert into.read_bytes().startswith(b"\xff\xd8")


@pytest.mark.ffmpeg
def test_a_song_has_no_frame(make: Make, tmp_path: Path) -> None:
    request = {"path": str(make("a.m4a", "-vn -c copy")), "at": 3, "into": str(tmp_path / "x")}

    assert answer(probe_child.work, request)["cause"] is Cause.NO_VIDEO


def test_a_missing_pyav_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "av.error", None)

    said = answer(probe_child.work, {"path": str(tmp_path)})

    assert said["cause"] is Cause.TOOL_MISSING


def test_what_a_command_says_is_told(tmp_path: Path) -> None:
    code = "import sys; print('out'); print('x' * 9000 + 'end', file=sys.stderr); sys.exit(3)"

    said = answer(ffmpeg_child.work, {"command": [sys.executable, "-c", code]})

    assert said["code"] == 3
    assert said["said"].strip().endswith("xend")
    assert len(said["said"]) == ffmpeg_child.KEPT
    assert "missing" in answer(ffmpeg_child.work, {"command": [str(tmp_path / "none")]})


def test_a_child_is_limited() -> None:
    code = (
        "import os, resource; from mvidarr.media import limits; limits.apply(); print(os.nice(0),"
        "resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    nice, memory, cpu = map(int, done.stdout.split())
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    assert nice >= 10
    assert memory == (limits.MEMORY if hard < 0 else min(limits.MEMORY, hard))
    assert 0 < cpu <= limits.CPU
