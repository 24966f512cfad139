"""What an NFO file says of a video, and what of it survives the way through XML. Pure."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from mvidarr.core import text as texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Streams:
    """What the file is, for `<streamdetails>`. Duration in seconds; subtitles as languages."""

    video_codec: str = ""
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    hdr: str = ""
    audio_codec: str = ""
    channels: int | None = None
    subtitles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NfoFacts:
    """What an NFO says of one video. Duration in seconds, `added_at` in ms."""

    title: str
    artists: tuple[str, ...] = ()  # the main artist first, then the featured ones
    original_title: str = ""
    sort_title: str = ""
    album: str = ""
    plot: str = ""
    duration: float | None = None
    released: str | None = None  # yyyy-mm-dd
    year: int | None = None
    genres: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    studios: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    country: str = ""
    youtube_id: str = ""
    imvdb_id: str = ""
    mb_recording: str = ""
    rating: int | None = None  # 1 to 10
    added_at: int | None = None
    streams: Streams | None = None


_LAST_SECOND = 253_402_300_799  # of the year 9999
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SCRAPED = re.compile(r"\S*(?:imvdb|theaudiodb)\.com\S*", re.I)


def clean_xml(text: str) -> str:
    """The text without what XML 1.0 cannot hold, line ends as XML reads them."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean(facts: NfoFacts) -> NfoFacts:
    """The facts as a reader gets them: nothing illegal, whole minutes and seconds, real dates."""
    released = _date(facts.released)
    return replace(
        facts,
        title=line(facts.title) or "Untitled",
        artists=values(facts.artists),
        original_title=line(facts.original_title),
        sort_title=line(facts.sort_title),
        album=line(facts.album),
        plot=lines(facts.plot),
        duration=_whole(facts.duration, 60),
        released=released,
        year=_year(facts.year) or (int(released[:4]) if released else None),
        genres=values(facts.genres),
        tags=values(facts.tags),
        directors=values(facts.directors),
        studios=values(facts.studios),
        credits=values(facts.credits),
        country=line(facts.country),
        youtube_id=line(facts.youtube_id),
        imvdb_id=line(facts.imvdb_id),
        mb_recording=line(facts.mb_recording),
        rating=facts.rating if 1 <= (facts.rating or 0) <= 10 else None,
        added_at=_moment(facts.added_at),
        streams=_clean_streams(facts.streams) if facts.streams else None,
    )


def line(text: str) -> str:
    """One line as every reader takes it."""
    return texts.tidy(_unscraped(texts.tidy(text)))


def lines(text: str) -> str:
    """The same with line ends kept."""
    return texts.tidy_lines(_unscraped(texts.tidy_lines(text)))


def values(given: Iterable[str]) -> tuple[str, ...]:
    """None empty, none twice; Kodi splits a value at " / "."""
    found = (re.sub(r"\s+/\s+", "/", line(value)).strip(" /") for value in given)
    return tuple(dict.fromkeys(filter(None, found)))


def _clean_streams(streams: Streams) -> Streams | None:
    cleaned = Streams(
        video_codec=line(streams.video_codec),
        width=_positive(streams.width),
        height=_positive(streams.height),
        duration=_whole(streams.duration, 1),
        hdr=line(streams.hdr),
        audio_codec=line(streams.audio_codec),
        channels=_positive(streams.channels),
        subtitles=tuple(filter(None, map(line, streams.subtitles))),
    )
    return cleaned if cleaned != Streams() else None


def _unscraped(text: str) -> str:
    """Without addresses that Kodi takes for an order to ask its scrapers."""
    return _SCRAPED.sub(" ", clean_xml(text))


def _date(value: str | None) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if value else None
    except ValueError:
        return None


def _year(value: int | None) -> int | None:
    """Jellyfin takes none before 1851."""
    return value if value and 1850 < value <= 9999 else None


def _whole(seconds: float | None, unit: int) -> float | None:
    """The duration in whole units of seconds, rounded up."""
    if not seconds or not 0 < seconds < _LAST_SECOND:
        return None
    return float(max(1, math.ceil(seconds / unit)) * unit)


def _moment(ms: int | None) -> int | None:
    if ms is None or not 0 <= ms <= _LAST_SECOND * 1000:
        return None
    return ms // 1000 * 1000


def _positive(number: int | None) -> int | None:
    return number if number and number > 0 else None
