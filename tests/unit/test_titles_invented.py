"""A table of invented uploads in the shapes and languages of real ones, each read exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mvidarr.core.terms import VideoType
from mvidarr.discovery import titles
from tests.benchmarks.titles import folded

TABLE = Path(__file__).with_name("test_titles_invented.txt")


@dataclass(frozen=True, kw_only=True)
class Row:
    title: str
    channel: str | None
    duration: float | None
    artist: str | None
    song: str | None
    type: VideoType


def rows() -> Iterator[Row]:
    for line in TABLE.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        title, *fields = line.split(" ¦ ")
        channel, seconds, artist, song, kind = (None if cell == "-" else cell for cell in fields)
        yield Row(
            title=title,
            channel=channel,
            duration=float(seconds) if seconds else None,
            artist=artist,
            song=song,
            type=VideoType(kind or ""),
        )


def compared(name: str | None) -> str:
    """The words of a name, or the signs of one without words."""
    return folded(name) or name or ""


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: f"{row.title} ({row.channel})")
def test_invented_title_is_read(row: Row) -> None:
    parsed = titles.parse(row.title, row.channel, row.duration)

    assert compared(parsed.artist) == compared(row.artist)
    assert compared(parsed.title) == compared(row.song)
    assert parsed.type is row.type


def test_table_is_large_and_names_nothing_twice() -> None:
    listed = list(rows())

    assert len(listed) >= 300
    assert len({(row.title, row.channel) for row in listed}) == len(listed)


@pytest.mark.parametrize(
    "row",
    [row for row in rows() if row.song and row.artist and row.type is not VideoType.ART_TRACK],
    ids=lambda row: f"{row.title} ({row.channel})",
)
def test_names_that_were_read_are_read_again(row: Row) -> None:
    parsed = titles.parse(f"{row.artist} - {row.song}", row.artist)

    assert (folded(parsed.artist), folded(parsed.title)) == (folded(row.artist), folded(row.song))
