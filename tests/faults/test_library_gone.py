"""A library that is write-protected or not mounted: downloads wait, and nothing is lost."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.errors import Unavailable
from mvidarr.core.terms import Cause, VideoStatus, WorkState
from mvidarr.downloads import claims, queue, reconcile, room, run, settle
from mvidarr.library import files
from mvidarr.media import place
from mvidarr.models import Artist, Download, Video, VideoFile
from tests.factories import fresh, make_artist, make_source, make_video
from tests.fakes import media
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube

pytestmark = [
    pytest.mark.root,
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
    pytest.mark.parametrize("config", ["sqlite"], indirect=True),
]
FIRST, SECOND = "dQw4w9WgXcQ", "dQw4w9WgXc2"


def mount(folder: Path, *how: str) -> None:
    folder.mkdir(exist_ok=True)
    command = ["mount", *(how or ("-t", "tmpfs", "-o", "size=32m", "tmpfs")), str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a file system cannot be mounted here: that needs root")


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "-l", str(folder)], check=True)


def protect(folder: Path, how: str) -> None:
    """`ro` or `rw`."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own."""
    folder = tmp_path / "disk"
    mount(folder)
    yield folder
    unmount(folder)


@pytest.fixture
def share(disk: Path) -> Iterator[Path]:
    """A library on that disk, mounted once more."""
    folder = disk.with_name("share")
    mount(folder, "--bind", str(disk))
    yield folder
    while folder.is_mount():
        unmount(folder)


@pytest.fixture
def setting(
    database: Config, share: Path, fake_internet: FakeInternet, fake_youtube: FakeYouTube
) -> Config:
    """One video is there, another one waits."""
    changes = {"library_path": str(share), "outbound_proxy": fake_internet.proxy_url}
    settings.change({**changes, "disk_reserve": "0"})
    artist = make_artist("Björk")
    for upload, title in ((FIRST, "Jóga"), (SECOND, "Hunter")):
        fake_youtube.add_video(upload, title=f"Björk - {title}", heights=(360,))
        video = make_video(artist, title)
        make_source(video=video, source_id=upload)
    config = replace(database, ca=fake_internet.ca_file)
    queue.add(Video.get(Video.title == "Jóga").id)
    take(config)
    assert VideoFile.select().count() == 1
    queue.add(Video.get(Video.title == "Hunter").id)
    return config


def take(config: Config) -> Download:
    """As the worker does: unless something is in every download's way."""
    Download.update(next_try_at=clock.now()).where(Download.state == WorkState.QUEUED).execute()
    obstacle = room.obstacle()
    if obstacle is not None:
        settle.hold(obstacle.cause, obstacle.sentence)
    else:
        row = claims.claim_next("here.1")
        assert row is not None
        run.run(row, lambda: False, config)
    return newest()


def newest() -> Download:
    row: Download = fresh(list(Download.select().order_by(Download.id))[-1])
    return row


def check_waits() -> None:
    row = newest()
    assert (row.state, row.cause, row.attempts) == ("queued", Cause.LIBRARY_OFFLINE, 0)
    assert row.last_error is not None
    assert row.last_error.endswith((".", "?"))
    assert Video.get(Video.title == "Jóga").status == VideoStatus.DOWNLOADED
    assert VideoFile.select().count() == 1


def test_write_protected_library_is_waited_for(setting: Config, share: Path, disk: Path) -> None:
    protect(disk, "ro")
    take(setting)
    check_waits()

    protect(disk, "rw")

    assert take(setting).state == WorkState.DONE
    assert VideoFile.select().count() == 2


def test_empty_mount_point_is_not_taken_for_the_library(
    setting: Config, share: Path, disk: Path
) -> None:
    unmount(share)
    take(setting)
    reconcile.clear_staging()

    check_waits()
    assert list(share.iterdir()) == []
    with pytest.raises(Unavailable, match="mounted"):
        files.need_library()

    mount(share, "--bind", str(disk))

    assert take(setting).state == WorkState.DONE
    assert VideoFile.select().count() == 2


def test_library_without_our_folder_is_fine_while_its_files_are_there(
    setting: Config, share: Path
) -> None:
    subprocess.run(["rm", "-r", str(share / place.OWN_FOLDER)], check=True)

    assert take(setting).state == WorkState.DONE


def test_artist_on_another_disk_is_filed_there(setting: Config, share: Path) -> None:
    folder = share / "elsewhere"
    mount(folder)
    try:
        Artist.update(folder="elsewhere").execute()

        assert take(setting).state == WorkState.DONE
        [path] = [file.path for file in VideoFile.select() if "Hunter" in file.path]
        assert path.startswith("elsewhere/")
        assert (share / path).stat().st_dev == folder.stat().st_dev != share.stat().st_dev
        assert list((share / place.OWN_FOLDER / "staging").iterdir()) == []
    finally:
        unmount(folder)
