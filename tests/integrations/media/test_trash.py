"""Files into the trash of a library and back, on one file system and across two."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mvidarr.core.errors import Conflict, NotFound
from mvidarr.media import place, trash
from mvidarr.media.place import LibraryOffline

STEM = "Björk - Jóga (1997)"
FOLDER = Path("Björk/Jóga (1997)")
NAMES = [f"{STEM}.mp4", f"{STEM}-poster.jpg", f"{STEM}.en.srt", f"{STEM}.nfo"]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
def video(library: Path) -> Path:
    (library / FOLDER).mkdir(parents=True)
    for name in NAMES:
        (library / FOLDER / name).write_bytes(name.encode())
    return library / FOLDER / f"{STEM}.mp4"


@pytest.fixture
def mounted(library: Path) -> Iterator[Path]:
    """The artist's folder as a file system of its own."""
    folder = library / "Björk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system cannot be mounted here: that needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def seen(library: Path) -> list[str]:
    """What a media server sees."""
    return sorted(
        file.relative_to(library).as_posix()
        for file in library.rglob("*")
        if file.is_file() and place.OWN_FOLDER not in file.parts
    )


def test_a_video_goes_with_its_sidecars_and_its_empty_folders(library: Path, video: Path) -> None:
    others = ["-fanart.png", ".pt-BR.forced.vtt", ".info.json", ".JPG"]
    for ending in others:
        video.with_name(STEM + ending).touch()

    names = trash.take(library, 7, video)

    assert names[0] == video.name
    assert sorted(names) == sorted([*NAMES, *(STEM + ending for ending in others)])
    assert seen(library) == []
    assert not (library / "Björk").exists()
    assert (library / ".mvidarr/.nomedia").is_file()
    assert trash.size(library, 7) == sum(len(name.encode()) for name in NAMES)
    assert trash.take(library, 7, video) == names


def test_what_is_not_of_this_video_stays(library: Path, video: Path) -> None:
    kept = [
        *(f"{STEM}.Live.mp4", f"{STEM}.Live.nfo", f"{STEM} 2.nfo", f"{STEM}.txt"),
        *(f"{STEM}-poster.psd", "notes.txt"),
    ]
    for name in kept:
        video.with_name(name).touch()

    trash.take(library, 7, video)

    assert sorted(file.name for file in video.parent.iterdir()) == sorted(kept)


def test_sidecars_stay_while_another_video_of_that_name_is_left(library: Path, video: Path) -> None:
    video.with_suffix(".mkv").touch()

    assert trash.take(library, 7, video) == [video.name]


def test_putting_back_gives_all_of_it_back(library: Path, video: Path) -> None:
    trash.take(library, 7, video)

    placed = trash.give_back(library, 7, video.name, video)
    trash.remove(library, 7)

    assert placed[-1] == video
    assert seen(library) == [f"{FOLDER}/{name}" for name in sorted(NAMES)]
    assert video.read_bytes() == NAMES[0].encode()
    assert not trash.folder(library, 7).exists()


def test_putting_back_under_another_name_takes_the_sidecars_along(
    library: Path, video: Path
) -> None:
    trash.take(library, 7, video)
    video.parent.mkdir(parents=True)
    target = video.with_name(f"{STEM} (2).mp4")

    trash.give_back(library, 7, video.name, target)

    assert sorted(file.name for file in video.parent.iterdir()) == sorted(
        name.replace(STEM, f"{STEM} (2)") for name in NAMES
    )


def test_nothing_is_overwritten_on_the_way_back(library: Path, video: Path) -> None:
    trash.take(library, 7, video)
    video.parent.mkdir(parents=True)
    video.with_suffix(".nfo").write_bytes(b"by hand")
    trash.give_back(library, 7, video.name, video)
    assert video.with_suffix(".nfo").read_bytes() == b"by hand"

    video.with_suffix(".nfo").unlink()
    trash.take(library, 8, video)
    video.parent.mkdir(parents=True, exist_ok=True)
    video.write_bytes(b"another")
    with pytest.raises(Conflict):
        trash.give_back(library, 8, video.name, video)
    assert video.read_bytes() == b"another"
    assert (trash.folder(library, 8) / video.name).is_file()


@pytest.mark.parametrize("done", range(len(NAMES) + 1))
def test_both_ways_go_on_where_a_crash_left_them(library: Path, video: Path, done: int) -> None:
    into = trash.folder(library, 7)
    into.mkdir(parents=True)
    for name in NAMES[:done]:
        video.with_name(name).rename(into / name)
    assert sorted(trash.take(library, 7, video)) == sorted(NAMES)

    video.parent.mkdir(parents=True, exist_ok=True)
    for name in list(reversed(NAMES))[:done]:
        (into / name).rename(video.with_name(name))
    trash.give_back(library, 7, video.name, video)
    assert seen(library) == [f"{FOLDER}/{name}" for name in sorted(NAMES)]


def test_what_is_gone_is_said(library: Path, video: Path) -> None:
    trash.take(library, 7, video)
    trash.remove(library, 7)
    trash.remove(library, 7)

    with pytest.raises(NotFound):
        trash.give_back(library, 7, video.name, video)
    assert trash.take(library, 7, video) == []


def test_a_library_that_is_away_is_not_made(tmp_path: Path) -> None:
    away = tmp_path / "unmounted"
    for act in (
        lambda: trash.take(away, 7, away / "a.mp4"),
        lambda: trash.give_back(away, 7, "a.mp4", away / "a.mp4"),
        lambda: trash.remove(away, 7),
    ):
        with pytest.raises(LibraryOffline):
            act()
    assert not away.exists()


@pytest.mark.root
def test_an_artists_folder_may_be_another_disk(library: Path, mounted: Path) -> None:
    staged = place.staging(library, 7) / "staged.mp4"
    staged.write_bytes(b"video")
    staged.with_name("staged.nfo").write_bytes(b"nfo")
    video = library / FOLDER / f"{STEM}.mp4"
    assert mounted.stat().st_dev != library.stat().st_dev

    place.place(staged, {staged.with_name("staged.nfo"): ".nfo"}, video, library)
    assert video.read_bytes() == b"video"
    assert not staged.exists()

    assert trash.take(library, 7, video) == [video.name, f"{STEM}.nfo"]
    assert list(mounted.iterdir()) == []
    assert trash.folder(library, 7).stat().st_dev == library.stat().st_dev

    trash.give_back(library, 7, video.name, video)
    assert video.read_bytes() == b"video"
    assert video.with_suffix(".nfo").read_bytes() == b"nfo"
    assert shutil.disk_usage(mounted).used > 0
