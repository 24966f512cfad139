"""Files into the library: staging, and the move into place.

A video appears under its name only when it is complete, after its sidecars, since media servers
look the moment something appears. Nothing that is not ours is overwritten.
"""

import errno
import filecmp
import re
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.media import naming
from mvidarr.media.disks import (
    DiskFull,
    LibraryOffline,
    LibraryState,
    disk_errors,
    filesystem_kind,
    free_bytes,
    is_network,
    look,
    rename_new,
    sync,
)

__all__ = [
    "DiskFull",
    "LibraryOffline",
    "LibraryState",
    "clear_leftovers",
    "clear_staging",
    "filesystem_kind",
    "free_bytes",
    "is_network",
    "look",
    "move",
    "need",
    "own_folder",
    "place",
    "prune",
    "replace",
    "sidecars",
    "staging",
]

Rename = Callable[[Path, Path], object]

OWN_FOLDER = ".mvidarr"  # in the library: staging and trash
MARKERS = (".nomedia", ".ignore")  # what keeps Kodi, and Jellyfin and Emby, out of a folder

_SIDECAR = re.compile(
    r"(?:-(?:poster|fanart|thumb|landscape|banner|clearlogo))?\.(?:jpe?g|png|webp)|\.nfo"
    r"|\.info\.json|(?:\.[A-Za-z0-9-]{1,12}){0,2}\.(?:srt|vtt|ass|ssa|lrc)",
    re.I,
)
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}(?:\.part|\.mp4|\.m4v|\.mov|\.mkv|\.webm)?", re.I)
ABANDONED = 120.0  # seconds in which nothing was written: whoever began it is gone
VIDEOS = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".wmv", ".ts", ".mpg", ".mpeg"}
)


def staging(library: Path, download_id: int) -> Path:
    """The folder of one download on the library's disk, made when missing."""
    with disk_errors(library):
        need(library)
        folder = own_folder(library) / "staging" / str(download_id)
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def own_folder(library: Path) -> Path:
    """Our folder in the library, made when missing; servers skip it."""
    folder = library / OWN_FOLDER
    folder.mkdir(exist_ok=True)
    for marker in MARKERS:
        (folder / marker).touch()
    return folder


def clear_staging(library: Path, download_id: int) -> None:
    """Remove the folder of one download with all that is in it."""
    folder = library / OWN_FOLDER / "staging" / str(download_id)
    with disk_errors(library), suppress(FileNotFoundError):
        shutil.rmtree(folder)


def place(staged: Path, sidecars: Mapping[Path, str], target: Path, library: Path) -> Path:
    """Move a staged video to `target`, after its sidecars (file → suffix); return where it lies.

    Repeated after a crash, it does what is left to do, as long as the staging folder is not
    cleared. Sidecars of that name are replaced; Conflict when another video is there.
    """
    with disk_errors(library):
        need(library)
        if not staged.exists():
            return _placed_before(staged, library)
        relative = _relative(target, library)
        final = naming.inside(library, relative)
        if final.exists():
            _finish_copy(staged, final)
            return target
        _note(staged).write_text(f"{staged.stat().st_size} {relative}", "utf-8")
        sync(_note(staged))
        _make_folders(final.parent)
        try:
            _place_all(staged, sidecars, final)
        except BaseException:
            with suppress(OSError):
                prune(final.parent, library.resolve())
            raise
    return target


def need(library: Path) -> None:
    """Never make the library folder: an unmounted share would fill the disk below it."""
    if not library.is_dir():
        raise LibraryOffline(f"The library folder {library} is missing. Is its disk mounted?")


def _relative(path: Path, library: Path) -> str:
    try:
        return path.relative_to(library).as_posix()
    except ValueError:
        raise Invalid({"path": "The path must lie inside the library folder."}) from None


def _note(staged: Path) -> Path:
    """What is about to be placed, and where: found again after a crash."""
    return staged.with_name(f".{staged.name}.placing")


def _placed_before(staged: Path, library: Path) -> Path:
    """Where an earlier attempt put the video."""
    with suppress(FileNotFoundError):
        size, _, relative = _note(staged).read_text("utf-8").partition(" ")
        if naming.inside(library, relative).stat().st_size == int(size):
            return library / relative
    raise NotFound("The downloaded file is no longer in the staging folder.")


def _finish_copy(staged: Path, final: Path) -> None:
    """Take the staged file away if an earlier attempt was killed after it had copied it."""
    if not final.is_file() or not filecmp.cmp(staged, final, shallow=False):
        raise Conflict(f"Another file is already at {final}.")
    staged.unlink()


def _place_all(staged: Path, sidecars: Mapping[Path, str], final: Path) -> None:
    finals = {source: final.with_name(final.stem + suffix) for source, suffix in sidecars.items()}
    new = [sidecar for sidecar in finals.values() if not sidecar.exists()]
    try:
        for source, sidecar in finals.items():
            _copy(source, sidecar)
        sync(staged)
        _take(staged, final)
    except BaseException:
        # sidecars without a video would stay for ever when the download is cancelled now
        for sidecar in new:
            with suppress(OSError):
                sidecar.unlink()
        raise


def _take(staged: Path, final: Path) -> None:
    try:
        move(staged, final, rename_new)
    except FileExistsError as error:  # a renaming came first, while the disk wrote
        raise Conflict(f"Another file is already at {final}.") from error


def _make_folders(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise Conflict(f"A file stands where the folder {folder} should be.") from error


def _copy(source: Path, final: Path) -> None:
    """Put a copy into place; the source stays for another attempt."""
    part = source.with_name(f".{source.name}.part")
    shutil.copyfile(source, part)
    sync(part)
    move(part, final)


def move(source: Path, final: Path, rename: Rename = Path.replace) -> None:
    """Rename a file, or carry it to another file system, and wait until that is on the disk.

    With `disks.rename_new` nothing is replaced: it raises FileExistsError.
    """
    try:
        rename(source, final)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry(source, final, rename)
    sync(final.parent)


def _carry(source: Path, final: Path, rename: Rename) -> None:
    """Move to another file system: under a hidden name until it is complete."""
    part = final.with_name(f".{final.name}.part")
    try:
        shutil.copy2(source, part)
        sync(part)
        rename(part, final)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    sync(final.parent)
    source.unlink()


def sidecars(video: Path) -> list[Path]:
    """Files that belong to the video; none while another video of that name is left."""
    if not video.parent.is_dir():
        return []
    others = [
        file
        for file in video.parent.iterdir()
        if file.name.startswith(video.stem) and file != video and file.is_file()
    ]
    if any(file.stem == video.stem and file.suffix.lower() in VIDEOS for file in others):
        return []
    alike = [file.stem for file in others if file.suffix.lower() in VIDEOS]
    return [
        file
        for file in others
        if _is_beside(file, video.stem) and not any(_is_beside(file, stem) for stem in alike)
    ]


def _is_beside(file: Path, stem: str) -> bool:
    ending = file.name.removeprefix(stem)
    return ending != file.name and bool(_SIDECAR.fullmatch(ending))


def replace(path: Path, data: bytes) -> None:
    """Write a file as a whole or not at all: it takes the place of the former one when it is."""
    part = path.with_name(f".{uuid4().hex}.part")
    try:
        part.write_bytes(data)
        sync(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def clear_leftovers(folder: Path) -> None:
    """Remove what a process that was killed had not finished writing, here or by `media.tags`."""
    before = time.time() - ABANDONED
    for found in folder.iterdir():
        if not _UNFINISHED.fullmatch(found.name):
            continue
        with suppress(OSError):  # another process was faster
            if found.stat().st_mtime >= before:
                continue
            if found.is_dir():
                shutil.rmtree(found)
            else:
                found.unlink()


def prune(folder: Path, library: Path) -> None:
    """Remove the folder and those above it while they are empty, up to the library."""
    while folder != library and folder.is_relative_to(library):
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:  # not empty, a link, a mount point, or not ours to remove
            return
        folder = folder.parent
