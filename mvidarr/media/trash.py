"""The trash of a library: files taken out of their folders, put back, or removed for good.

Each item has a folder of its own, on the library's disk, where servers do not look. Every step may
be repeated after a crash: what is moved already is left as it is.
"""

import shutil
from contextlib import suppress
from pathlib import Path

from mvidarr.core.errors import Conflict, NotFound
from mvidarr.media import place
from mvidarr.media.disks import disk_errors

FOLDER = "trash"


def folder(library: Path, item_id: int) -> Path:
    """Where the files of one item lie, or will lie."""
    return library / place.OWN_FOLDER / FOLDER / str(item_id)


def take(library: Path, item_id: int, video: Path, *, alone: bool = False) -> list[str]:
    """Move a video into the trash, and its sidecars unless it goes `alone`; the names there.

    The video's name comes first. Empty when there was nothing to move.
    """
    with disk_errors(library):
        place.need(library)
        into = folder(library, item_id)
        # the video first: no server is to see it without what belongs to it
        files = [video, *([] if alone else place.sidecars(video))]
        there = [file for file in files if file.is_file()]
        if there:
            place.own_folder(library)
            into.mkdir(parents=True, exist_ok=True)
        for file in there:
            place.move(file, into / file.name)
        if not alone:
            place.prune(video.parent, library)
        names = sorted(file.name for file in into.iterdir()) if into.is_dir() else []
    return sorted(names, key=lambda name: name != video.name)


def give_back(library: Path, item_id: int, former: str, target: Path) -> list[Path]:
    """Move an item's files beside `target`, the video, that was called `former`, last.

    Answers what lies there now. A sidecar that somebody has put there meanwhile stays. Raises
    Conflict when another video has the place, NotFound when nothing of the item is left.
    """
    placed: list[Path] = []
    with disk_errors(library):
        place.need(library)
        source = folder(library, item_id)
        files = (
            sorted(source.iterdir(), key=lambda file: file.name == former)
            if source.is_dir()
            else []
        )
        if not files and not target.is_file():
            raise NotFound("The files are no longer in the trash.")
        if target.exists() and (source / former).exists():
            raise Conflict(f"Another file is already at {target}.")
        target.parent.mkdir(parents=True, exist_ok=True)
        for file in files:
            final = target.with_name(target.stem + file.name.removeprefix(Path(former).stem))
            if not final.exists():
                with suppress(FileNotFoundError):  # whoever does the same was faster
                    place.move(file, final)
            placed.append(final)
    return placed


def size(library: Path, item_id: int) -> int:
    """Bytes that an item takes."""
    with suppress(OSError):
        return sum(file.stat().st_size for file in folder(library, item_id).iterdir())
    return 0


def remove(library: Path, item_id: int) -> None:
    """Remove an item's files for good."""
    with disk_errors(library), suppress(FileNotFoundError):
        place.need(library)
        shutil.rmtree(folder(library, item_id))
