"""Media files of many kinds, made by ffmpeg once per session."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes import media

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def film() -> Path:
    """Twelve seconds of picture and sound in MP4, its index first."""
    if not media.has_ffmpeg():
        pytest.skip("ffmpeg is not installed")
    return media.film(180, seconds=12)


@pytest.fixture
def make(film: Path, tmp_path: Path) -> Make:
    """Make a file of that name from the film, with ffmpeg's options."""

    def run(name: str, options: str = "-c copy", *inputs: Path) -> Path:
        target = tmp_path / name
        sources = [part for source in (film, *inputs) for part in ("-i", str(source))]
        command = [
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            "-y",
            *sources,
            *options.split(),
            str(target),
        ]
        subprocess.run(command, check=True)
        return target

    return run


@pytest.fixture
def cut(tmp_path: Path) -> Callable[[Path, float], Path]:
    """The first part of a file, as a broken download leaves it."""

    def run(path: Path, share: float) -> Path:
        data = path.read_bytes()
        target = tmp_path / f"cut-{path.name}"
        target.write_bytes(data[: int(len(data) * share)])
        return target

    return run


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
