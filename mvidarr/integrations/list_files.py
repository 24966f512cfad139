"""Lists that come as a file or as pasted text: names line by line, CSV, M3U.

Whatever the bytes are, the result is entries or Invalid with a sentence; nothing is fetched.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from mvidarr.core import text
from mvidarr.core.errors import Invalid
from mvidarr.integrations import list_entries, list_tables, listing
from mvidarr.integrations.list_tables import NotATable
from mvidarr.integrations.protocols import Listed

MOST = 20_000  # entries
MOST_LINES = 10 * MOST  # with those that say nothing, or the same again
LARGEST = 5 * 1024 * 1024  # bytes

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WIDE = 0.3  # of 1: when so many of every second byte are 0, characters have two bytes
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BULLET = re.compile(r"^(?:[-*•·–]|\d{1,5}[.)])\s+")
_M3U = "#EXTM3U"
_SONG, _ARTIST = "#EXTINF:", "#EXTART:"
# length, attributes whose values may hold commas, and what is shown
# (each part takes all it can and gives nothing back: a line may be as long as the file)
_EXTINF = re.compile(r'\s*+(-?\d{1,6}+)?+(?:[^",]|"[^"]*")*+,(.*)')


def parse(name: str, content: bytes) -> list[Listed]:
    """The entries of a file; its name and its beginning say what kind it is.

    An entry has an artist, an upload, or both. Raises Invalid for what is no list, for one
    without entries and for one with too many.
    """
    return _parse(name, content, "file")


def parse_text(typed: str) -> list[Listed]:
    """The entries of a text that was typed or pasted. Raises Invalid like `parse`."""
    return _parse("", typed.encode("utf-8", "replace"), "text")


def _parse(name: str, content: bytes, field: str) -> list[Listed]:
    if len(content) > LARGEST:
        raise Invalid({field: "This is more than 5 MiB. Split the list."})
    plain = _decoded(content)
    if _CONTROL.search(plain):
        raise Invalid({field: "This is no text. Export the list as plain text, CSV or M3U."})
    found: list[Listed] = []
    try:
        lines = itertools.islice(_entries(name.lower(), plain), MOST_LINES + 1)
        read = itertools.count()
        for entry in listing.entries(entry for entry, _ in zip(lines, read, strict=False)):
            found.append(entry)
            if len(found) > MOST:
                break
        if len(found) > MOST or next(read) > MOST_LINES:
            raise Invalid({field: f"These are more than {MOST:,} entries. Split the list."})
    except NotATable as error:
        raise Invalid({field: str(error)}) from None
    if not found:
        raise Invalid({field: "No artist was found in it. Put one artist into each line."})
    return found


def _decoded(content: bytes) -> str:
    """The text in the first encoding that fits; old programs write that of Windows."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.removeprefix(mark).decode(encoding, "replace")
    sample = content[:2000]
    for place, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[place::2]
        if half.count(0) > _WIDE * len(half) and not sample[1 - place :: 2].count(0):
            return content.decode(encoding, "replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _entries(name: str, plain: str) -> Iterator[Listed]:
    if name.endswith((".m3u", ".m3u8")) or plain.lstrip()[: len(_M3U)].upper() == _M3U:
        return _playlist(plain)
    if name.endswith((".csv", ".tsv")) or list_tables.has_header(plain):
        return list_tables.entries(plain)
    return _lines(plain)


def _lines(plain: str) -> Iterator[Listed]:
    """One entry in each line; # begins a comment."""
    for line in map(str.strip, plain.splitlines()):
        if not line.startswith("#"):
            said = _BULLET.sub("", line, count=1)
            yield list_entries.said(said.replace("\t", " - ", 1))


def _playlist(plain: str) -> Iterator[Listed]:
    """What is said of each file; where the files lie means nothing here."""
    said = artist = ""
    seconds = 0
    for line in map(str.strip, plain.splitlines()):
        if line.upper().startswith(_SONG):
            if found := _EXTINF.fullmatch(line[len(_SONG) :]):
                said, seconds = found[2], int(found[1] or 0)
        elif line.upper().startswith(_ARTIST):
            artist = line[len(_ARTIST) :]
        elif line and not line.startswith("#"):
            yield _played(line, said, artist, seconds)
            said, artist, seconds = "", "", 0


def _played(path: str, said: str, artist: str, seconds: int) -> Listed:
    """An entry of a playlist; what is said without a dash is the title."""
    before, after = list_entries.split(said)
    if artist:
        title = after if text.match_key(before) == text.match_key(artist) and after else said
    else:
        artist, title = (before, after) if after else ("", said)
    upload = list_entries.upload_of(path, text.tidy(said))
    entry = list_entries.named(artist, title, upload)
    return replace(entry, duration=float(seconds) if seconds > 0 else None)
