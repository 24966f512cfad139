"""A full disk, a real one: downloads wait, nothing half done appears, and all goes on by itself."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.terms import Cause, VideoStatus, WorkState
from mvidarr.downloads import claims, queue, reconcile, run
from mvidarr.media import place, probe
from mvidarr.models import Download, Video, VideoFile
from tests.conftest import until
from tests.factories import fresh, make_artist, make_source, make_video
from tests.fakes import media
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube
from tests.program import Program

pytestmark = [
    pytest.mark.root,
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
]
ID = "dQw4w9WgXcQ"
SIZE = 8 << 20


@pytest.fixture
def small_library(tmp_path: Path) -> Iterator[Path]:
    """A library on a file system of 8 MiB."""
    folder = tmp_path / "library"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here: that needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def filled(folder: Path, free: int) -> Iterator[None]:
    """The disk with only so many bytes left."""
    filler = folder / "filler"
    filler.write_bytes(b"x" * (SIZE - used(folder) - free))
    yield
    filler.unlink()


def used(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def videos_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.mp4") if place.OWN_FOLDER not in path.parts]


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
@pytest.mark.parametrize("free", [4_096, 60_000, 200_000, 400_000, 600_000, 800_000, 1_000_000])
def test_a_disk_that_fills_up_at_any_step_is_waited_for(
    database: Config,
    small_library: Path,
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    free: int,
) -> None:
    changes = {"library_path": str(small_library), "outbound_proxy": fake_internet.proxy_url}
    settings.change({**changes, "disk_reserve": "0"})
    config = replace(database, ca=fake_internet.ca_file)
    fake_youtube.add_video(ID, title="Björk - Jóga", heights=(360,))
    video = make_video(make_artist("Björk"), "Jóga")
    make_source(video=video, source_id=ID)
    row = queue.add(video.id)

    with filled(small_library, free):
        attempt(config)
        row = fresh(row)
        if row.state == WorkState.QUEUED:
            assert (row.cause, row.attempts) == (Cause.DISK_FULL, 0)
            assert videos_in(small_library) == []
            assert fresh(video).status == VideoStatus.QUEUED
    if row.state == WorkState.QUEUED:
        Download.update(next_try_at=clock.now()).execute()
        attempt(config)

    assert fresh(row).state == WorkState.DONE
    assert [small_library / VideoFile.get().path] == videos_in(small_library)
    probe.probe(small_library / VideoFile.get().path)
    reconcile.clear_staging()
    assert list((small_library / place.OWN_FOLDER / "staging").iterdir()) == []


def attempt(config: Config) -> None:
    row = claims.claim_next("here.1")
    assert row is not None
    run.run(row, lambda: False, config)


def test_the_program_waits_for_room_and_goes_on_by_itself(
    tmp_path: Path,
    small_library: Path,
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
) -> None:
    from mvidarr.core import db

    fake_youtube.add_video(ID, title="Björk - Jóga", heights=(144,))
    with Program(tmp_path, fake_internet) as program:
        program.set_up()
        program.api("PUT", "/settings/disk_reserve", {"value": 2})
        db.connect(f"sqlite:///{program.data / 'mvidarr.db'}", db.Options(full_sync=False))
        with db.session():
            with filled(small_library, 1_000_000):
                video = make_video(make_artist("Björk"), "Jóga")
                make_source(video=video, source_id=ID)
                row = queue.add(video.id)
                until(lambda: fresh(row).cause == Cause.DISK_FULL, seconds=30)
                assert fresh(row).state == WorkState.QUEUED
                assert program.answers()
            until(lambda: fresh(row).state == WorkState.DONE, seconds=90)
            assert Video.get().status == VideoStatus.DOWNLOADED
        db.disconnect()
        assert program.stop() == 0
