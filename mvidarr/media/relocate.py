"""Files of the library under other names: what goes along with a video, and the moves themselves.

Nothing is ever written over. Every step may be repeated after a crash: what is moved already is
left as it is.
"""

import filecmp
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from mvidarr.core.errors import Conflict, Error, NotFound
from mvidarr.media import naming, place
from mvidarr.media.disks import rename_new

Pair = tuple[str, str]  # former and new path below the library

_ASIDE = ".mvidarr-aside"
_ARTISTS = re.compile(
    r"artist\.nfo|(?:folder|poster|fanart|thumb|banner|clearlogo|logo|landscape|backdrop"
    r"|background|artist-\w+)\.(?:jpe?g|png|webp)",
    re.I,
)
_ALIKE = 20  # characters by which a video's own folder is known in its name


def companions(library: Path, former: str, target: str) -> list[Pair]:
    """What goes along with a video: its sidecars, and all else in a folder that is its own."""
    video, final = library / former, library / target
    own = place.sidecars(video)
    pairs = [(one, final.with_name(final.stem + one.name.removeprefix(video.stem))) for one in own]
    if _has_own_folder(former) and _has_own_folder(target) and not final.parent.exists():
        others = list(video.parent.iterdir())
        if not any(one.is_dir() or _is_other_video(one, video) for one in others):
            rest = [one for one in others if one not in {*own, video}]
            pairs += [(one, final.with_name(one.name)) for one in rest]
    return [(_below(library, one), _below(library, new)) for one, new in sorted(pairs)]


def of_artist(library: Path, former: str, target: str) -> list[Pair]:
    """The files of an artist's own folder, where the other folder has none of that name."""
    old, new = library / former, library / target
    if not old.is_dir():
        return []
    return [
        (f"{former}/{one.name}", f"{target}/{one.name}")
        for one in sorted(old.iterdir())
        if _ARTISTS.fullmatch(one.name) and one.is_file() and not (new / one.name).exists()
    ]


def aside(path: str, move_id: int, number: int) -> str:
    """A name for the time being, in the same folder, which servers do not see."""
    there = PurePosixPath(path)
    return str(there.with_name(f"{_ASIDE}-{move_id}-{number}{there.suffix}"))


def is_aside(path: str) -> bool:
    return PurePosixPath(path).name.startswith(_ASIDE)


def move_all(library: Path, pairs: Sequence[Pair]) -> None:
    """Move files in their order, the video last; when one cannot be moved, those before it go back.

    What others took away from beside a video is left out. Raises Conflict when another file has a
    name, NotFound when the video is gone, LibraryOffline when the library is.
    """
    place.need(library)
    moved: list[tuple[Path, Path]] = []
    try:
        for number, (former, target) in enumerate(pairs, start=1):
            source, final = library / former, library / target
            if number == len(pairs) or _is_there(source) or _is_there(final):
                rename(source, final)
                moved.append((source, final))
    except (Error, OSError):
        for source, final in reversed(moved):
            with suppress(Error, OSError):
                rename(final, source)
        for folder in {(library / target).parent for _, target in pairs}:
            with suppress(OSError):
                place.prune(folder, library)
        raise


def rename(source: Path, final: Path) -> None:
    """Give a file another name that no other file has."""
    if not _is_there(source):
        if _is_there(final):
            return  # moved before
        raise NotFound(f"{source.name} is not there any more.")
    _make_folder(final.parent)
    if _is_respelled(source, final):
        source.rename(final)
        return
    try:
        place.move(source, final, rename_new)
    except FileExistsError as error:
        if not _is_copied(source, final):
            raise Conflict(f"Another file is already at {final}.") from error
        source.unlink()


def _is_respelled(source: Path, final: Path) -> bool:
    """Whether both are one name, for a disk that takes letters' case or accents for the same."""
    is_alike = naming.path_key(source.as_posix()) == naming.path_key(final.as_posix())
    return is_alike and _is_there(final) and _is_same(source, final)


def _is_copied(source: Path, final: Path) -> bool:
    """Whether the same file has that name, too: as a hard link, or since we were stopped between
    copying it to another file system and removing it."""
    if _is_same(source, final):
        return True
    apart = source.stat().st_dev != final.stat().st_dev
    return apart and final.is_file() and filecmp.cmp(source, final, shallow=False)


def _is_same(one: Path, other: Path) -> bool:
    """Links are not followed: one that leads to a file is not that file."""
    return os.path.samestat(one.lstat(), other.lstat())


def _is_there(path: Path) -> bool:
    """A link that leads nowhere is there, too."""
    return os.path.lexists(path)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise Conflict(f"A file stands where the folder {folder} should be.") from error


def _has_own_folder(path: str) -> bool:
    there = PurePosixPath(path)
    return len(there.parts) > 2 and there.parent.name[:_ALIKE] in there.name


def _is_other_video(one: Path, video: Path) -> bool:
    return one != video and one.suffix.lower() in place.VIDEOS


def _below(library: Path, path: Path) -> str:
    return path.relative_to(library).as_posix()
