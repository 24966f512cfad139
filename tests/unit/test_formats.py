"""Values as people read them."""

import pytest

from mvidarr.core import clock
from mvidarr.web import formats
from tests.conftest import SetClock


class ArtistRow:
    id = 7


class VideoDetail:
    id = 9


class Named:
    kind_name = "VideoSource"
    id = 3


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0:00"),
        (59.4, "0:59"),
        (59.6, "1:00"),
        (245, "4:05"),
        (3599.9, "1:00:00"),
        (3723, "1:02:03"),
        (-3, "0:00"),
    ],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert formats.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "–"),
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (12_449_000, "12.4 MB"),
        (99_949_999, "99.9 MB"),
        (99_999_999, "100 MB"),
        (999_499_999, "999 MB"),
        (999_500_000, "1.0 GB"),
        (5_000_000_000_000_000_000, "5000 PB"),
    ],
)
def test_size(count: int | None, text: str) -> None:
    assert formats.size(count) == text


def test_speed() -> None:
    assert formats.speed(2_500_000) == "2.5 MB/s"
    assert formats.speed(None) == "–"


@pytest.mark.parametrize(
    ("apart", "text"),
    [
        (0, "just now"),
        (-clock.SECOND, "in a moment"),
        (59 * clock.SECOND, "just now"),
        (clock.MINUTE, "1 minute ago"),
        (-3 * clock.DAY, "in 3 days"),
        (2 * clock.HOUR + 59 * clock.MINUTE, "2 hours ago"),
        (45 * clock.DAY, "1 month ago"),
        (800 * clock.DAY, "2 years ago"),
    ],
)
def test_ago(set_clock: SetClock, apart: int, text: str) -> None:
    assert formats.ago(set_clock.at - apart) == text


def test_a_time_that_never_was() -> None:
    assert formats.ago(None) == formats.ago(0) == "never"
    assert formats.when(None) == ""
    assert formats.date(None) == "–"


def test_times_for_machines_and_for_people() -> None:
    assert formats.when(1_790_000_000_007) == "2026-09-21T14:13:20.007Z"
    assert formats.date(1_790_000_000_007) == "2026-09-21 14:13 UTC"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 second"),
        (20, "20 seconds"),
        (60, "1 minute"),
        (90 * 60, "90 minutes"),
        (3600, "1 hour"),
        (36 * 3600, "36 hours"),
        (86400, "1 day"),
        (7 * 86400, "7 days"),
        (0, "0 seconds"),
    ],
)
def test_span(seconds: float, text: str) -> None:
    assert formats.span(seconds) == text


def test_numbers_and_plurals() -> None:
    assert formats.number(1284) == "1,284"
    assert formats.number(None) == "–"
    assert formats.plural(1, "video") == "1 video"
    assert formats.plural(1284, "video") == "1,284 videos"
    assert formats.plural(0, "entry", "entries") == "0 entries"


def test_label_of_a_type() -> None:
    assert formats.label("behind_the_scenes") == "Behind the scenes"
    assert formats.label("audio_only_upload") == "Audio only"


def test_ids_are_spelled_once() -> None:
    assert formats.dom_id(ArtistRow()) == "artist-7"
    assert formats.dom_id(VideoDetail(), "status") == "video-9-status"
    assert formats.dom_id(Named()) == "video-source-3"
