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
from mvidarr.downloads import claims, queue, run, steps
from mvidarr.downloads.work import Job
from mvidarr.media import disks, place, probe
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


@pytest.fixture
def row(
    database: Config, small_library: Path, fake_internet: FakeInternet, fake_youtube: FakeYouTube
) -> Download:
    """A download that waits, into the small library."""
    changes = {"library_path": str(small_library), "outbound_proxy": fake_internet.proxy_url}
    settings.change({**changes, "disk_reserve": "0"})
    fake_youtube.add_video(ID, title="Björk - Jóga", heights=(360,))
    video = make_video(make_artist("Björk"), "Jóga")
    make_source(video=video, source_id=ID)
    return queue.add(video.id)


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
@pytest.mark.parametrize("free", [4_096, 60_000, 300_000, 600_000])
def test_a_disk_without_room_for_a_download_is_waited_for(
    database: Config, small_library: Path, fake_internet: FakeInternet, row: Download, free: int
) -> None:
    config = replace(database, ca=fake_internet.ca_file)
    with filled(small_library, free):
        attempt(config)
        check_waits(row, small_library)

    check_goes_on(row, small_library, config)


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
@pytest.mark.parametrize("step", ["describe", "place"])
def test_a_disk_that_fills_up_under_way_is_waited_for(
    database: Config,
    small_library: Path,
    fake_internet: FakeInternet,
    row: Download,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = replace(database, ca=fake_internet.ca_file)
    filler = small_library / "filler"

    def fill(name: str, real: steps.Step) -> steps.Step:
        def work(job: Job) -> Job:
            if name == step:
                free = disks.free_bytes(small_library)
                filler.write_bytes(b"x" * (free - 8_192))
            return real(job)

        return work

    with monkeypatch.context() as patch:
        filling = [(name, stage, fill(name, real)) for name, stage, real in steps.STEPS]
        patch.setattr(steps, "STEPS", filling)
        attempt(config)
    check_waits(row, small_library)
    filler.unlink()

    check_goes_on(row, small_library, config)


def check_waits(row: Download, library: Path) -> None:
    row = fresh(row)
    assert (row.state, row.cause, row.attempts) == ("queued", Cause.DISK_FULL, 0)
    assert videos_in(library) == []
    assert Video.get().status == VideoStatus.QUEUED


def check_goes_on(row: Download, library: Path, config: Config) -> None:
    Download.update(next_try_at=clock.now()).execute()
    attempt(config)

    assert fresh(row).state == WorkState.DONE
    assert [library / VideoFile.get().path] == videos_in(library)
    probe.probe(library / VideoFile.get().path)
    assert list((library / place.OWN_FOLDER / "staging").iterdir()) == []


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
                artist = make_artist("Björk", monitored=False)  # no search comes in between
                video = make_video(artist, "Jóga")
                make_source(video=video, source_id=ID)
                row = queue.add(video.id)
                until(lambda: fresh(row).cause == Cause.DISK_FULL, seconds=30)
                assert fresh(row).state == WorkState.QUEUED
                assert program.answers()
            until(lambda: fresh(row).state == WorkState.DONE, seconds=90)
            assert Video.get().status == VideoStatus.DOWNLOADED
        db.disconnect()
        assert program.stop() == 0
