"""When artists are searched next: soon after releases, rarely in silence, evenly, at allowed hours.

The properties hold for every artist, every setting and every day of a year with changing clocks.
"""

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.discovery import rhythm
from mvidarr.discovery.rhythm import Rhythm
from tests import factories
from tests.conftest import SetClock

NOW = 1_790_000_000_000
DAY, HOUR = clock.DAY, clock.HOUR
# the clocks change by an hour at 2 and at midnight, by half an hour, never, and a day was left out
ZONES = ("UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia")
YEARS = range(1_262_304_000_000, 2_000_000_000_000)  # 2010 to 2033

moments = st.integers(YEARS.start, YEARS.stop)
ids = st.integers(1, 10**9)
ago = st.integers(0, 40 * 365 * DAY)
rhythms = st.builds(
    Rhythm,
    interval=st.integers(1, 365).map(lambda days: days * DAY),
    by_artist=st.booleans(),
    hours=st.frozensets(st.integers(0, 23), min_size=1),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)


def days(*numbers: float) -> list[int]:
    """Releases so many days ago."""
    return [NOW - int(number * DAY) for number in numbers]


def found(*numbers: float, **more: Any) -> float:
    """The interval in days of somebody who released so many days ago."""
    return rhythm.interval(NOW, days(*numbers), Rhythm(**more)) / DAY


# how often


def test_a_fixed_rhythm_is_the_same_for_everybody() -> None:
    assert {found(*ago, by_artist=False) for ago in ((), (1,), (9_000,))} == {7}


def test_nothing_known_means_the_interval_that_is_set() -> None:
    assert found() == 7
    assert found(interval=30 * DAY) == 30


def test_a_release_of_yesterday_is_followed_daily() -> None:
    assert found(0, 300, 700) == 1
    assert found(1, 300, 700) < 1.1


def test_the_longer_ago_the_rarer_up_to_sixty_days() -> None:
    intervals = [found(ago, ago + 300, ago + 600) for ago in (0, 45, 90, 200, 800, 5_000)]

    assert intervals == sorted(intervals)
    assert intervals[2] == 7  # three months after a release
    assert intervals[-1] == 60


def test_who_releases_every_month_is_searched_more_often_than_who_releases_every_year() -> None:
    monthly = [100 + 30 * number for number in range(8)]
    yearly = [100 + 365 * number for number in range(8)]

    assert found(*monthly) == 5
    assert found(*yearly) > 18


def test_ten_uploads_of_one_day_are_one_release() -> None:
    album = [100 + number / 100 for number in range(10)]

    assert found(*album, 465) == found(100, 465)


def test_a_long_gap_of_long_ago_does_not_count() -> None:
    lately = [100 + 30 * number for number in range(rhythm.NEWEST)]

    assert found(*lately, 9_000) == found(*lately)


def test_a_date_in_the_far_future_is_a_misprint() -> None:
    assert found(-3_000) == 7
    assert found(-3_000, 2_000) == 60
    assert found(-30) == 1  # announced


def test_a_longer_interval_than_sixty_days_is_kept() -> None:
    assert found(9_000, interval=200 * DAY) == 200


@given(silence=ago, more=ago, gaps=st.lists(ago, max_size=20), way=rhythms, artist=ids)
def test_the_longer_the_silence_the_later(
    silence: int, more: int, gaps: list[int], way: Rhythm, artist: int
) -> None:
    def after(quiet: int) -> int:
        releases, at = [NOW - quiet], NOW - quiet
        for gap in gaps:
            at -= gap // DAY * DAY
            releases.append(at)
        return rhythm.next_check(NOW, artist, releases, way)

    # whole days: the hour of a release must not turn two days into one
    assert after(silence // DAY * DAY) <= after((silence + more) // DAY * DAY)


@given(releases=st.lists(ago, max_size=40), way=rhythms)
def test_never_more_often_than_daily(releases: list[int], way: Rhythm) -> None:
    pause = rhythm.interval(NOW, [NOW - at for at in releases], way)

    assert DAY <= pause <= max(60 * DAY, way.interval)


# when


def hour(at: int, zone: tzinfo | None) -> int:
    return datetime.fromtimestamp(at / 1000, zone).hour


@given(now=moments, artist=ids, releases=st.lists(ago, max_size=5), way=rhythms)
def test_the_next_search_lies_ahead_and_in_an_allowed_hour(
    now: int, artist: int, releases: list[int], way: Rhythm
) -> None:
    known = [now - at for at in releases]
    at = rhythm.next_check(now, artist, known, way)
    pause = rhythm.interval(now, known, way)

    assert hour(at, way.zone) in way.hours
    assert now < at
    # an hour that the clocks skip has to wait for the next day
    assert now + 0.375 * pause <= at <= now + 1.25 * pause + 2 * DAY


@given(now=moments, artist=ids, way=rhythms, again=st.booleans())
def test_another_try_lies_ahead_and_in_an_allowed_hour(
    now: int, artist: int, way: Rhythm, again: bool
) -> None:
    at = rhythm.retry(now, artist, way, again=again)

    assert hour(at, way.zone) in way.hours
    assert now + rhythm.RETRIES[again] <= at <= now + 1.1 * rhythm.RETRIES[again] + 2 * DAY


@given(now=moments, artist=ids, releases=st.lists(ago, max_size=5), way=rhythms)
def test_the_same_question_has_the_same_answer(
    now: int, artist: int, releases: list[int], way: Rhythm
) -> None:
    known = [now - at for at in releases]
    answers = {
        rhythm.next_check(now, artist, order, way)
        for order in (known, known[::-1], known + known[:1])
    }

    assert len(answers) == 1


@pytest.mark.parametrize("given_hours", [(), (22, 23, 0, 1, 2, 3, 4, 5), (9, 10, 11, 14)])
def test_ten_thousand_artists_part_evenly_over_the_hours(given_hours: tuple[int, ...]) -> None:
    allowed = frozenset(given_hours or range(24))
    way = Rhythm(hours=allowed, zone=ZoneInfo("Europe/Berlin"))
    counts = dict.fromkeys(allowed, 0)
    for artist in range(1, 10_001):
        counts[hour(rhythm.next_check(NOW, artist, [], way), way.zone)] += 1

    mean = 10_000 / len(allowed)
    assert all(0.95 * mean < count < 1.05 * mean for count in counts.values()), counts


def test_artists_that_were_searched_together_part_over_days() -> None:
    """Each keeps an interval a little of its own, so that they part further with every search."""
    nexts = dict.fromkeys(range(1, 1001), NOW)
    for _ in range(8):
        nexts = {
            artist: rhythm.next_check(at, artist, [], Rhythm(zone=UTC))
            for artist, at in nexts.items()
        }
    found_days = [at // DAY for at in nexts.values()]

    counts = [found_days.count(day) for day in range(min(found_days), max(found_days) + 1)]
    assert len(counts) >= 9
    assert max(counts) < 250


def test_hours_are_those_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        way = Rhythm(hours=frozenset({3}))
        at = rhythm.next_check(NOW, 7, [], way)
        assert hour(at, ZoneInfo("Asia/Tokyo")) == 3
        assert rhythm.is_open(at, way)
        assert not rhythm.is_open(at + HOUR, way)
    finally:
        monkeypatch.undo()
        time.tzset()


# of an artist in the library


def test_the_dates_of_an_artist_are_those_of_videos_and_uploads(
    database: Config, set_clock: SetClock
) -> None:
    artist = factories.make_artist()
    old = factories.make_video(artist, released="1997-09-15", year=1997)
    factories.make_source(video=old, published_at=clock.now() - 10 * DAY)
    factories.make_source(video=old, published_at=clock.now() - DAY, verdict="refused")
    factories.make_video(artist, year=1995)
    factories.make_video(artist, released="rubbish")
    factories.make_video(factories.make_artist(), released="2026-09-01")

    dates = {clock.iso(at) for at in rhythm._releases(artist.id)}

    assert dates == {
        "1997-09-15T00:00:00.000Z",
        "1995-07-01T00:00:00.000Z",
        clock.iso(clock.now() - 10 * DAY),
    }


def test_an_artist_of_today_is_due_before_one_of_long_ago(
    database: Config, set_clock: SetClock
) -> None:
    lively, silent = factories.make_artist(), factories.make_artist()
    factories.make_video(lively, released=str(clock.utc(clock.now()).date()))
    factories.make_video(silent, released="1987-01-01")

    soon = rhythm.plan(lively.id, all_failed=False)
    late = rhythm.plan(silent.id, all_failed=False)

    assert soon < clock.now() + 2 * DAY
    assert late > clock.now() + 40 * DAY
    settings.change({"discovery_rhythm": "standard", "discovery_interval": 3})
    for artist in (lively, silent):
        at = rhythm.plan(artist.id, all_failed=False)
        assert clock.now() + DAY < at < clock.now() + 5 * DAY


def test_a_plan_asks_the_database_once(database: Config) -> None:
    from mvidarr.core import db

    artist = factories.make_artist()
    for number in range(30):
        factories.make_video(artist, year=1990 + number, source=True)
    settings.refresh()
    for all_failed in (False, True):
        with db.counting() as counter:
            rhythm.plan(artist.id, all_failed=all_failed)
        assert len(counter) == 1, counter.statements


def test_failures_back_off(database: Config, set_clock: SetClock) -> None:
    artist = factories.make_artist()
    first = rhythm.plan(artist.id, all_failed=True)
    assert 6 * HOUR <= first - clock.now() <= 7 * HOUR

    again = rhythm.plan(factories.make_artist(failures=3).id, all_failed=True)

    assert 24 * HOUR <= again - clock.now() <= 27 * HOUR


def test_a_plan_keeps_to_the_hours_that_are_set(database: Config) -> None:
    settings.change({"discovery_hours": "2-4"})

    for number in range(20):
        for all_failed in (False, True):
            at = rhythm.plan(factories.make_artist().id, all_failed=all_failed)
            assert hour(at, None) in {2, 3}, number
