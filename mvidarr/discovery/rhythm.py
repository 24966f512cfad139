"""When an artist is searched next: at a fixed interval, or by the artist's own rhythm.

Intervals differ a little from artist to artist, always in the same way, so that ten thousand that
were added together part evenly over the hours that may be used, and then over the days.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from peewee import JOIN, fn

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.terms import Verdict
from mvidarr.library.tables import Artist, Video, VideoSource
from mvidarr.settings import hours, options

SOONEST, RAREST = clock.DAY, 60 * clock.DAY
RECENT = 90 * clock.DAY  # more of a song often follows its release: a lyric video, a live one
USUAL = 140 * clock.DAY  # who releases as often is searched at just the interval that is set
NEWEST = 12  # releases that the rhythm is taken from: how it was long ago says nothing
SPREAD = 0.1  # of the interval: artists that were added together part over the days
PART = 0.3  # of the interval, a day at the most: they part over the hours of the day
RETRIES = (6 * clock.HOUR, clock.DAY)  # when every service failed: once, and again
# multiples of these fill the unit square evenly, whichever numbers the artists have
# (https://en.wikipedia.org/wiki/Low-discrepancy_sequence#Additive_recurrence)
_STEPS = (0.7548776662466927, 0.5698402909980532)
_ANY = frozenset(range(24))


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How artists are searched. `interval` in ms; `zone` None: the machine's own."""

    interval: int = 7 * clock.DAY
    by_artist: bool = True
    hours: frozenset[int] = _ANY
    zone: tzinfo | None = None


def current() -> Rhythm:
    """As the settings say."""
    return Rhythm(
        interval=settings.get(options.discovery_interval) * clock.DAY,
        by_artist=settings.get(options.discovery_rhythm) == "enhanced",
        hours=hours.parse(settings.get(options.discovery_hours)),
    )


def plan(artist_id: int, *, all_failed: bool) -> int:
    """When an artist that was just searched is due again; earlier where every service failed."""
    now, rhythm = clock.now(), current()
    if all_failed:
        failed_before = Artist.select(Artist.failures).where(Artist.id == artist_id).scalar()
        return retry(now, artist_id, rhythm, again=bool(failed_before))
    releases = _releases(artist_id) if rhythm.by_artist else ()
    return next_check(now, artist_id, releases, rhythm)


def is_open(now: int, rhythm: Rhythm) -> bool:
    """Whether searches may begin by themselves at this hour."""
    return hour(now, rhythm) in rhythm.hours


def hour(now: int, rhythm: Rhythm) -> int:
    """The hour of the day where the machine is."""
    return _local(now, rhythm.zone).hour


def next_check(now: int, artist_id: int, releases: Sequence[int], rhythm: Rhythm) -> int:
    """About an interval from now, at an allowed hour; for each artist a little apart."""
    stretch, shift = _shares(artist_id)
    pause = interval(now, releases, rhythm)
    part = (shift - 0.5) * min(clock.DAY, PART * pause)
    at = now + int(pause * (1 - SPREAD + 2 * SPREAD * stretch) + part)
    if rhythm.hours == _ANY:
        return at
    # into the day after the one before: as often sooner as later, and never in the past
    return _allowed(at - min(clock.DAY, (at - now) // 2), rhythm)


def latest(now: int, rhythm: Rhythm) -> int:
    """No search is planned for later than this."""
    return now + int(max(RAREST, rhythm.interval) * (1 + SPREAD)) + 2 * clock.DAY


def retry(now: int, artist_id: int, rhythm: Rhythm, *, again: bool) -> int:
    """When to search after every service failed: in some hours, but at an allowed one."""
    shift, share = _shares(artist_id)
    at = now + int(RETRIES[again] * (1 + SPREAD * shift))
    day = _local(at, rhythm.zone).date()
    while True:
        for start, end in _spans(day, rhythm):
            if end > at:
                return max(at, start + int((end - start) * share))
        day += timedelta(days=1)


def interval(now: int, releases: Sequence[int], rhythm: Rhythm) -> int:
    """Ms between two searches. `releases`: when each was, ms.

    Nobody knows when the next release comes, but it takes about as long as they usually take, and
    the longer somebody is silent the longer it takes.
    """
    usual = rhythm.interval
    known = [at for at in releases if at <= now + RECENT]  # nobody announces earlier: a misprint
    if not rhythm.by_artist or not known:
        return usual
    silence = max(0, now - max(known))
    found = max(_gap(known), silence) * usual // USUAL
    if silence <= RECENT:
        found = min(found, SOONEST + (usual - SOONEST) * silence // RECENT)
    return max(SOONEST, min(found, max(RAREST, usual)))


def _gap(releases: Sequence[int]) -> int:
    """The median time from one day with releases to the next; 0 where there is only one."""
    days = sorted({at // clock.DAY for at in releases})[-NEWEST:]
    gaps = [later - earlier for earlier, later in pairwise(days)]
    return int(statistics.median(gaps) * clock.DAY) if gaps else 0


def _shares(artist_id: int) -> tuple[float, float]:
    first, second = ((artist_id * step) % 1 for step in _STEPS)
    return first, second


def _allowed(at: int, rhythm: Rhythm) -> int:
    """The moment at the same share of the next day's allowed hours."""
    day = _local(at, rhythm.zone).date()
    start, end = _start(day, 0, rhythm.zone), _start(day, 24, rhythm.zone)
    share = (at - start) / (end - start)
    while True:
        day += timedelta(days=1)
        found = _moment(list(_spans(day, rhythm)), share)
        if found is not None:
            return found
        share = 0.0  # the clocks skipped the only hour of that day


def _moment(spans: Sequence[tuple[int, int]], share: float) -> int | None:
    """The time at this share of all spans together; None when they have no length."""
    left = int(share * sum(end - start for start, end in spans))
    for start, end in spans:
        if left < end - start:
            return start + left
        left -= end - start
    return None


def _spans(day: date, rhythm: Rhythm) -> Iterator[tuple[int, int]]:
    """The allowed times of a local day, ms. An hour that the clocks skip has no length."""
    for allowed in sorted(rhythm.hours):
        yield _start(day, allowed, rhythm.zone), _start(day, allowed + 1, rhythm.zone)


def _start(day: date, at: int, zone: tzinfo | None) -> int:
    """When an hour of a local day begins, ms."""
    if at == 24:
        day, at = day + timedelta(days=1), 0
    return int(datetime.combine(day, time(at), zone).timestamp() * 1000)


def _local(at: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(at / 1000, zone)


def _releases(artist_id: int) -> list[int]:
    """When the artist's videos came out, and when they were uploaded, as far as that is known."""
    used = (VideoSource.video_id == Video.id) & (VideoSource.verdict == Verdict.ACCEPTED)
    query = (
        Video.select(Video.released, Video.year, fn.MIN(VideoSource.published_at))
        .join(VideoSource, JOIN.LEFT_OUTER, on=used)
        .where(Video.artist_id == artist_id)
        .group_by(Video.id, Video.released, Video.year)
    )
    return [at for row in query.tuples() for at in _dates(*row)]


def _dates(released: str | None, year: int | None, published_at: int | None) -> Iterator[int]:
    day = _day(released or "")
    if day is not None:
        yield day
    if published_at is not None:
        yield published_at
    elif day is None and year:
        yield _day(f"{year:04}-07-01") or 0


def _day(text: str) -> int | None:
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None
