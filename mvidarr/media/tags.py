"""Tags inside the file: atoms in MP4, tags and a cover attachment in Matroska.

Both are written to a copy beside the file, which then takes its place: a crash leaves it as it was.
"""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from mvidarr.core import child
from mvidarr.core.errors import Error
from mvidarr.core.terms import Cause
from mvidarr.media import disks, nfo_facts

MUSIC_VIDEO = 6  # value of the atom stik
MP4_SUFFIXES = (".mp4", ".m4v", ".mov")
MATROSKA = {".mkv": "matroska", ".webm": "webm"}  # suffix → muxer
MAX_TEXT = 10_000  # characters of a description; a command's argument has an end
_FULL = ("No space left", "quota exceeded", "File too large")
# ffmpeg 5 exits with 0 when it could not write the last piece
_UNWRITTEN = (*_FULL, "Error writing trailer", "Error closing file")

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class TagFacts:
    """What a file says of itself; what is empty is taken out of it."""

    title: str
    artists: tuple[str, ...] = ()  # the main artist first, then the featured ones
    album: str = ""
    date: str = ""  # yyyy or yyyy-mm-dd
    genres: tuple[str, ...] = ()
    description: str = ""
    label: str = ""


class TagError(Error):
    """The tags could not be written; `detail` is for the log."""

    title = "The tags could not be written"

    def __init__(self, message: str, cause: Cause = Cause.TOOL_FAILED, detail: str = "") -> None:
        super().__init__(message)
        self.cause = cause
        self.detail = detail


def write(
    path: Path,
    facts: TagFacts,
    cover: bytes | None = None,
    *,
    ffmpeg: str | Path = "ffmpeg",
    timeout: float = 900,
) -> bool:
    """Write the tags and the cover (JPEG or PNG; without one, an old one goes too).

    False when there was nothing to write: an MP4 says it all already, or the container is none to
    tag. WebM takes no cover. Raises TagError, or DiskFull and LibraryOffline of `place`.
    """
    kind = _kind_of(cover) if cover else ""
    suffix = path.suffix.lower()
    if suffix in MP4_SUFFIXES:
        atoms = _atoms(facts) | {"covr": _cover_atom(cover, kind)}
        if _says(path, atoms):
            return False
        with _replacing(path) as copy:
            _write_mp4(path, copy, atoms)
    elif suffix in MATROSKA:
        attached = cover if suffix == ".mkv" else None
        with _replacing(path) as copy, _cover_file(path, attached, kind) as picture:
            command = _command(path, copy, facts, picture, MATROSKA[suffix])
            _run([str(ffmpeg), *command], timeout)
    return suffix in (*MP4_SUFFIXES, *MATROSKA)


def _kind_of(cover: bytes) -> str:
    if cover.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if cover.startswith(b"\x89PNG\r\n"):
        return "png"
    raise TagError("The cover is neither JPEG nor PNG.")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A name beside the file for its successor, which takes its place when all went well.

    Not where another file has the place by then, or the file was deleted or moved meanwhile.
    """
    copy = path.with_name(f".{uuid4().hex}{path.suffix}")
    with disks.disk_errors(path.parent):
        before = _identity(path)
        try:
            yield copy
            with suppress(OSError):  # shares refuse it
                shutil.copymode(path, copy)
            disks.sync(copy)
            if before is None or _identity(path) != before:
                raise TagError("The file was changed, moved or deleted at the same time.")
            copy.replace(path)
        finally:
            copy.unlink(missing_ok=True)


def _identity(path: Path) -> tuple[int, ...] | None:
    """What tells a file from another one of its name; None when there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_size, found.st_mtime_ns


def _says(path: Path, atoms: Mapping[str, Any]) -> bool:
    """Whether an MP4 has all of these atoms as they are; empty ones are not there."""
    from mutagen import MutagenError
    from mutagen.mp4 import MP4

    try:
        found = MP4(path).tags or {}
    except MutagenError as error:
        raise TagError("The MP4 file's tags could not be read.", detail=str(error)) from error
    return all(
        (list(map(_plain, found.get(atom, []))) == ([_plain(value)] if value else []))
        for atom, value in atoms.items()
    )


def _plain(value: Any) -> Any:
    """A cover as its bytes and its form, so that one that was read equals one that was made."""
    form = getattr(value, "imageformat", None)
    return value if form is None else (bytes(value), int(form))


def _write_mp4(path: Path, copy: Path, atoms: Mapping[str, Any]) -> None:
    from mutagen import MutagenError
    from mutagen.mp4 import MP4

    shutil.copyfile(path, copy)
    try:
        file = MP4(copy)
        if file.tags is None:
            file.add_tags()
        for atom, value in atoms.items():
            if value:
                file.tags[atom] = [value]
            else:
                file.tags.pop(atom, None)
        file.save()
    except MutagenError as error:
        raise TagError("The MP4 file's tags could not be written.", detail=str(error)) from error


def _cover_atom(cover: bytes | None, kind: str) -> Any:
    from mutagen.mp4 import MP4Cover

    if not cover:
        return None
    form = MP4Cover.FORMAT_JPEG if kind == "jpeg" else MP4Cover.FORMAT_PNG
    return MP4Cover(cover, form)


def _atoms(facts: TagFacts) -> dict[str, Any]:
    words = _words(facts)
    return {
        "\xa9nam": words["title"],
        "\xa9ART": words["artist"],
        "aART": words["album_artist"],
        "\xa9alb": words["album"],
        "\xa9day": words["date"],
        "\xa9gen": words["genre"],
        "desc": words["description"],
        "ldes": words["description"],
        "cprt": words["copyright"],
        "stik": MUSIC_VIDEO,
    }


def _words(facts: TagFacts) -> dict[str, str]:
    """Values by FFmpeg's names of keys. Kodi and Jellyfin split several artists at " / "."""
    words = {
        "title": facts.title,
        "artist": " / ".join(facts.artists),
        "album_artist": facts.artists[0] if facts.artists else "",
        "album": facts.album,
        "date": facts.date,
        "genre": " / ".join(facts.genres),
        "description": facts.description,
        "copyright": facts.label,
    }
    return {key: nfo_facts.clean_xml(value)[:MAX_TEXT].strip() for key, value in words.items()}


@contextmanager
def _cover_file(path: Path, cover: bytes | None, kind: str) -> Iterator[Path | None]:
    """The cover in a file of the name that players look for."""
    if cover is None:
        yield None
        return
    folder = path.with_name(f".{uuid4().hex}")
    folder.mkdir()
    try:
        picture = folder / ("cover.jpg" if kind == "jpeg" else "cover.png")
        picture.write_bytes(cover)
        yield picture
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _command(
    path: Path, copy: Path, facts: TagFacts, picture: Path | None, muxer: str
) -> list[str]:
    """ffmpeg's arguments: copy every stream but the old cover."""
    source = f"file:{path.absolute()}"
    command = ["-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-f", "matroska"]
    # V, not v: an attached cover shows as a video stream and would become one
    command += ["-i", source, "-map", "0:V?", "-map", "0:a?", "-map", "0:s?"]
    command += ["-map", "0:t?"] if muxer == "matroska" else []  # fonts
    command += ["-map_metadata", "0", "-map_chapters", "0", "-c", "copy"]
    words = _words(facts)
    for key, value in {**words, "DATE_RELEASED": words["date"]}.items():
        command += ["-metadata", f"{key}={value}"]
    if picture:
        kind = "png" if picture.suffix == ".png" else "jpeg"
        command += ["-attach", f"file:{picture.absolute()}"]
        command += [f"-metadata:s:m:filename:{picture.name}", f"mimetype=image/{kind}"]
    return [*command, "-f", muxer, f"file:{copy.absolute()}"]


def _run(command: list[str], timeout: float) -> None:
    answers: list[dict[str, Any]] = []
    end = child.run(
        "mvidarr.media.ffmpeg_child",
        {"command": command},
        on_message=answers.append,
        timeout=timeout,
    )
    answer = answers[-1] if answers else {}
    if "missing" in answer:
        raise TagError("ffmpeg is missing: install it.", Cause.TOOL_MISSING, answer["missing"])
    said = str(answer.get("said") or end.stderr)
    if answer.get("code") == 0 and not any(words in said for words in _UNWRITTEN):
        return
    log.info("ffmpeg failed code=%s timed_out=%s said=%r", answer.get("code"), end.timed_out, said)
    if any(words in said for words in _FULL):
        raise disks.DiskFull("There is no room left to write the tags.")
    raise TagError("ffmpeg could not write the file's tags.", detail=said)
