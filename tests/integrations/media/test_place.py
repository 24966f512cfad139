import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.media import disks, place
from mvidarr.media.place import DiskFull, LibraryOffline

STEM = "Björk - Jóga (1997)"
FOLDER = Path("Björk/Jóga (1997)")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the test's own."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system")
    folder = shared / f"mvidarr-test-{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def stage(library: Path, video: bytes = b"video", *, folder: Path | None = None) -> Path:
    staged = (folder or place.staging(library, 7)) / "staged.mp4"
    staged.write_bytes(video)
    staged.with_name("staged.nfo").write_bytes(b"nfo")
    staged.with_name("staged.jpg").write_bytes(b"poster")
    return staged


def put(library: Path, staged: Path) -> Path:
    sidecars = {
        staged.with_name("staged.nfo"): ".nfo",
        staged.with_name("staged.jpg"): "-poster.jpg",
    }
    return place.place(staged, sidecars, library / FOLDER / f"{STEM}.mp4", library)


def files(library: Path) -> dict[str, bytes]:
    """What a media server sees."""
    return {
        file.relative_to(library).as_posix(): file.read_bytes()
        for file in sorted(library.rglob("*"))
        if file.is_file() and place.OWN_FOLDER not in file.parts
    }


WHOLE = {
    f"{FOLDER}/{STEM}-poster.jpg": b"poster",
    f"{FOLDER}/{STEM}.mp4": b"video",
    f"{FOLDER}/{STEM}.nfo": b"nfo",
}


def test_staging_lies_in_the_library_where_servers_do_not_look(library: Path) -> None:
    folder = place.staging(library, 7)

    assert folder == library / ".mvidarr/staging/7"
    assert (library / ".mvidarr/.nomedia").is_file()
    assert (library / ".mvidarr/.ignore").is_file()
    assert place.staging(library, 7) == folder


def test_a_missing_library_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(LibraryOffline):
        place.staging(tmp_path / "unmounted", 7)

    assert not (tmp_path / "unmounted").exists()


def test_a_video_and_its_sidecars_are_placed(library: Path) -> None:
    staged = stage(library)

    assert put(library, staged) == library / FOLDER / f"{STEM}.mp4"

    assert files(library) == WHOLE
    assert not staged.exists()
    place.clear_staging(library, 7)
    place.clear_staging(library, 7)
    assert not (library / ".mvidarr/staging/7").exists()


def test_the_video_comes_last(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = place.move

    def move(source: Path, final: Path, *how: Any) -> None:
        seen.append(final.suffix)
        real(source, final, *how)

    monkeypatch.setattr(place, "move", move)
    put(library, stage(library))

    assert seen == [".nfo", ".jpg", ".mp4"]


def test_placing_again_after_a_crash_finds_it_done(library: Path) -> None:
    staged = stage(library)
    put(library, staged)

    assert put(library, staged) == library / FOLDER / f"{STEM}.mp4"
    assert files(library) == WHOLE


def test_placing_again_under_another_name_finds_the_first(library: Path) -> None:
    staged = stage(library)
    first = put(library, staged)

    assert place.place(staged, {}, library / "Elsewhere.mp4", library) == first


KILLED = """
import os, sys
from pathlib import Path
from mvidarr.media import place

left = [int(sys.argv[1])]

def step():
    left[0] -= 1
    if left[0] == 0:
        os._exit(9)

def stepwise(real):
    def rename(source, target):
        step()
        real(source, target)
        step()
    return rename

os.replace, place.rename_new = stepwise(os.replace), stepwise(place.rename_new)
library, staged, target = map(Path, sys.argv[2:])
sidecars = {staged.with_name("staged.nfo"): ".nfo", staged.with_name("staged.jpg"): "-poster.jpg"}
place.place(staged, sidecars, target, library)
"""


@pytest.mark.parametrize("step", range(1, 7))
def test_a_kill_at_any_step_is_made_good(library: Path, step: int) -> None:
    staged = stage(library)
    target = library / FOLDER / f"{STEM}.mp4"
    command = [sys.executable, "-c", KILLED, str(step), str(library), str(staged), str(target)]

    assert subprocess.run(command, check=False).returncode == 9
    assert target.exists() == (step == 6)
    put(library, staged)

    assert files(library) == WHOLE


def test_a_foreign_video_is_not_overwritten(library: Path) -> None:
    target = library / FOLDER / f"{STEM}.mp4"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"other")

    with pytest.raises(Conflict):
        put(library, stage(library))

    assert files(library) == {f"{FOLDER}/{STEM}.mp4": b"other"}


def test_a_file_in_place_of_a_folder_is_a_conflict(library: Path) -> None:
    (library / "Björk").write_bytes(b"file")

    with pytest.raises(Conflict):
        put(library, stage(library))

    assert files(library) == {"Björk": b"file"}


def test_a_staged_file_that_is_gone_is_said(library: Path) -> None:
    staged = stage(library)
    staged.unlink()

    with pytest.raises(NotFound):
        put(library, staged)


def test_a_target_outside_the_library_is_refused(library: Path, tmp_path: Path) -> None:
    staged = stage(library)
    (library / "out").symlink_to(tmp_path)
    for target in (tmp_path / "a.mp4", library / "../a.mp4", library / "out/a.mp4", library):
        with pytest.raises(Invalid):
            place.place(staged, {}, target, library)

    assert staged.exists()
    assert not (tmp_path / "a.mp4").exists()


def test_another_file_system_is_copied_to(library: Path, elsewhere: Path) -> None:
    staged = stage(library, folder=elsewhere)

    put(library, staged)

    assert files(library) == WHOLE
    assert not staged.exists()


def test_a_copy_that_was_killed_before_its_source_went_is_finished(library: Path) -> None:
    target = library / FOLDER / f"{STEM}.mp4"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"video")
    staged = stage(library)

    assert put(library, staged) == target

    assert not staged.exists()


@pytest.mark.root
def test_a_full_disk_leaves_nothing_behind_and_says_so(small_disk: Path, library: Path) -> None:
    staged = stage(library, b"v" * 400_000)

    with pytest.raises(DiskFull) as full:
        put(small_disk, staged)

    assert str(small_disk) in str(full.value)
    assert not list(small_disk.iterdir())
    assert staged.stat().st_size == 400_000


@pytest.mark.root
def test_a_disk_that_is_read_only_is_offline(small_disk: Path, library: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    with pytest.raises(LibraryOffline):
        put(small_disk, stage(library))
    with pytest.raises(LibraryOffline):
        place.staging(small_disk, 1)
    state = place.look(small_disk)
    assert (state.exists, state.writable) == (True, False)
    assert "Read-only" in state.problem


def test_a_share_that_cannot_sync_is_borne(monkeypatch: pytest.MonkeyPatch, library: Path) -> None:
    def fsync(_: int) -> None:
        raise OSError(errno.EINVAL, "no such thing")

    monkeypatch.setattr(os, "fsync", fsync)

    put(library, stage(library))

    assert files(library) == WHOLE


def test_a_disk_that_fails_to_sync_is_offline(
    monkeypatch: pytest.MonkeyPatch, library: Path
) -> None:
    def fsync(_: int) -> None:
        raise OSError(errno.EIO, "broken")

    staged = stage(library)
    monkeypatch.setattr(os, "fsync", fsync)

    with pytest.raises(LibraryOffline):
        put(library, staged)


def test_a_video_that_gets_the_name_while_the_disk_writes_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged, library = tmp_path / "lib/.mvidarr/staging/1/a.mp4", tmp_path / "lib"
    staged.parent.mkdir(parents=True)
    staged.write_text("downloaded")
    real, target = disks.sync, library / "Björk/Jóga.mp4"

    def slow(path: Path) -> None:
        if path == staged:
            target.write_text("renamed meanwhile")
        real(path)

    monkeypatch.setattr(place, "sync", slow)
    with pytest.raises(Conflict):
        place.place(staged, {}, target, library)

    assert (target.read_text(), staged.read_text()) == ("renamed meanwhile", "downloaded")


def test_what_lies_beside_another_video_that_begins_alike_is_its_own(tmp_path: Path) -> None:
    names = ("T.mp4", "T.nfo", "T.en.srt", "T.live.mp4", "T.live.nfo", "T.live.srt", "T-thumb.jpg")
    for name in names:
        (tmp_path / name).touch()

    assert {one.name for one in place.sidecars(tmp_path / "T.mp4")} == {
        *("T.nfo", "T.en.srt", "T-thumb.jpg")
    }
    assert {one.name for one in place.sidecars(tmp_path / "T.live.mp4")} == {
        *("T.live.nfo", "T.live.srt")
    }
