"""Which programs are there, and in which version, without loading them."""

import subprocess
import sys
from pathlib import Path

import pytest

from mvidarr.integrations.youtube import tools

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bare_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing is installed but what the test puts into this folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "bin" / "python"))
    return folder


def program(folder: Path, name: str, says: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def test_ffmpeg_of_the_machine_comes_first(bare_path: Path) -> None:
    path = program(bare_path, "ffmpeg", "ffmpeg version 7.1")

    assert tools.find_ffmpeg() == path


def test_ffmpeg_of_the_python_package_comes_second(bare_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the extra with an ffmpeg is not installed")

    found = tools.find_ffmpeg()

    assert found is not None
    assert found.parent.parent.name == "imageio_ffmpeg"


def test_no_ffmpeg_is_none(bare_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert tools.find_ffmpeg() is None


@pytest.mark.parametrize(
    ("name", "says", "taken"),
    [
        ("deno", "deno 2.9.8 (stable, release)", True),
        ("deno", "deno 2.2.9", False),
        ("node", "v22.0.0", True),
        ("node", "v20.20.2", False),
        ("node", "", False),
    ],
)
def test_runtime_is_taken_when_it_is_new_enough(
    bare_path: Path, name: str, says: str, taken: bool
) -> None:
    path = program(bare_path, name, says)

    assert tools.find_js_runtime() == (path if taken else None)


def test_deno_beside_the_interpreter_is_found(bare_path: Path) -> None:
    path = program(Path(sys.executable).parent, "deno", "deno 2.9.8")
    program(bare_path, "node", "v20.20.2")

    assert tools.find_js_runtime() == path
    assert tools.js_runtimes(path) == {"deno": {"path": str(path)}}


def test_versions_name_what_is_missing(bare_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    program(bare_path, "node", "v22.3.1")

    versions = tools.versions()

    assert versions["ffmpeg"] is None
    assert versions["javascript"] == "node 22.3.1"
    assert versions["yt-dlp"] == tools.ytdlp_version()


def test_updated_ytdlp_is_the_one_that_counts(tmp_path: Path) -> None:
    info = tmp_path / "yt_dlp-2099.1.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: yt-dlp\nVersion: 2099.1.1\n")

    assert tools.ytdlp_version(tmp_path) == "2099.1.1"
    assert tools.ytdlp_version(tmp_path / "empty") == tools.ytdlp_version()


def test_only_the_child_loads_ytdlp() -> None:
    """Yt-dlp costs 36 MB: neither the web process nor the worker may hold it."""
    program = (
        "import sys\n"
        "from mvidarr.integrations.youtube import download, search, tools\n"
        "tools.ytdlp_version()\n"
        "print([name for name in sys.modules if name.startswith('yt_dlp')])\n"
    )
    command = [sys.executable, "-c", program]

    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)

    assert said.stdout.strip() == "[]"
