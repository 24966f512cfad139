"""Totals of the library, from the sums that artists keep: their cost does not grow with videos."""

from dataclasses import dataclass

from peewee import Case, fn

from mvidarr.library import sources
from mvidarr.library.tables import Artist


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """`videos` known, `have` with a file; seconds and bytes of what is there."""

    artists: int
    monitored: int
    videos: int
    have: int
    wanted: int
    seconds: float
    size: int

    @property
    def missing(self) -> int:
        return self.videos - self.have

    @property
    def hours(self) -> int:
        return round(self.seconds / 3600)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Uploads that wait for a verdict; `exact` false: there are more."""

    count: int
    exact: bool


def totals() -> Totals:
    columns = (Artist.known, Artist.have, Artist.wanted, Artist.seconds, Artist.size)
    query = Artist.select(
        fn.COUNT(Artist.id),
        fn.SUM(Case(None, [(Artist.monitored, 1)], 0)),
        *map(fn.SUM, columns),
    )
    artists, monitored, videos, have, wanted, seconds, size = query.tuples().get()
    return Totals(
        artists=artists,
        monitored=int(monitored or 0),
        videos=int(videos or 0),
        have=int(have or 0),
        wanted=int(wanted or 0),
        seconds=float(seconds or 0),
        size=int(size or 0),
    )


def waiting() -> Waiting:
    count, exact = sources.waiting()
    return Waiting(count=count, exact=exact)
