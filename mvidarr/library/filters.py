"""Which videos: the filters of page and JSON, with the same names in both.

A repeated name means any of its values, a leading `!` none of them, `a..b` a range.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from peewee import fn

from mvidarr.core import text
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import VideoStatus, VideoType
from mvidarr.library import availability, search
from mvidarr.library.tables import Genre, Video, VideoFile, VideoGenre

# what lists take beside filters
NOT_FILTERS = frozenset({"after", "before", "last", "limit", "sort", "count", "view"})
# name → least height and least width
QUALITIES: Mapping[str, tuple[int, int]] = {
    "2160p": (2160, 3840),
    "1440p": (1440, 2560),
    "1080p": (1080, 1920),
    "720p": (720, 1280),
    "480p": (480, 854),
    "sd": (0, 0),
}
MOST_VALUES = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Values of one filter: any of `wanted`, none of `unwanted`."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """`choices`: filter name → values; `q`: words that must all be found."""

    choices: Mapping[str, Choice] = field(default_factory=dict)
    q: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """As they stand in an address."""
        found = [("q", self.q)] if self.q else []
        for name, choice in self.choices.items():
            found += [(name, value) for value in choice.wanted]
            found += [(name, f"!{value}") for value in choice.unwanted]
        return found

    def values(self, name: str) -> tuple[str, ...]:
        """The wanted values of one filter."""
        return self.choices[name].wanted if name in self.choices else ()


def parse(given: Iterable[tuple[str, str]]) -> Filters:
    """The filters of a query string. Raises Invalid for unknown names and values."""
    problems: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    q = ""
    for name, value in given:
        if name == "q":
            q = text.tidy(value)[:200]
        elif name in _FILTERS and value:
            values.setdefault(name, []).append(value)
        elif name not in NOT_FILTERS and name not in _FILTERS:
            problems[name] = "There is no such filter."
    choices = {}
    for name, raw in values.items():
        try:
            choices[name] = _choice(name, raw)
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise Invalid(problems)
    return Filters(choices=choices, q=q)


def apply(query: Any, filters: Filters) -> Any:
    """Narrow a query over videos whose main files are joined."""
    for name, choice in filters.choices.items():
        condition = _FILTERS[name].condition
        if choice.wanted:
            query = query.where(reduce(or_, map(condition, choice.wanted)))
        for value in choice.unwanted:
            query = query.where(~condition(value))
    if filters.q:
        query = query.where(search.matching(search.VIDEO, filters.q, Video.id))
    return query


def quality_of(width: int | None, height: int | None) -> str | None:
    """1080p and so on, by the longer and the shorter side; None when it was not measured."""
    if not width or not height:
        return None
    long, short = max(width, height), min(width, height)
    return next(name for name, (low, wide) in QUALITIES.items() if short >= low or long >= wide)


def _choice(name: str, raw: list[str]) -> Choice:
    if len(raw) > MOST_VALUES:
        raise ValueError(f"Give {MOST_VALUES} values or fewer.")
    check = _FILTERS[name].check
    wanted = dict.fromkeys(check(value) for value in raw if not value.startswith("!"))
    unwanted = dict.fromkeys(check(value[1:]) for value in raw if value.startswith("!"))
    return Choice(wanted=tuple(wanted), unwanted=tuple(unwanted))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filter:
    """`check` answers the value as it is kept, or raises ValueError; `condition` is never NULL."""

    check: Callable[[str], str]
    condition: Callable[[str], Any]


def _one_of(offered: Iterable[str]) -> Callable[[str], str]:
    known = tuple(offered)

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"Choose one of: {', '.join(known)}.")
        return value

    return check


def _check_id(value: str) -> str:
    if not value.isascii() or not value.isdecimal() or len(value) > 9:
        raise ValueError("Give the number of an artist.")
    return value


def _check_genre(value: str) -> str:
    return text.tidy(value)[:255]


def _check_years(value: str) -> str:
    low, dots, high = value.partition("..")
    ends = [end for end in (low, high) if end]
    is_year = all(end.isascii() and end.isdecimal() and len(end) == 4 for end in ends)
    if not ends or not is_year or (dots and low and high and low > high):
        raise ValueError("Give a year, or years as 1990..1999.")
    return value


def _has_genre(value: str) -> Any:
    with_it = VideoGenre.select(VideoGenre.video_id).join(Genre)
    return Video.id.in_(with_it.where(Genre.name_key == text.name_key(value)))


def _in_years(value: str) -> Any:
    """One year is found by its index. A span is not: so many would have to be sorted after."""
    low, dots, high = value.partition("..")
    known = Video.year.is_null(False)
    if not dots:
        return known & (Video.year == int(low))
    year = fn.COALESCE(Video.year, 0)
    return known & (year >= int(low or 0)) & (year <= int(high or 9999))


# not the bare columns: MariaDB would start at the files then, and sort all that fit
_height, _width = fn.COALESCE(VideoFile.height, 0), fn.COALESCE(VideoFile.width, 0)


def _has_quality(value: str) -> Any:
    names = list(QUALITIES)
    better = names[: names.index(value)]
    condition = (_height > 0) & (_width > 0) & _reaches(value)
    return condition & ~_reaches(better[-1]) if better else condition


def _reaches(name: str) -> Any:
    low, wide = QUALITIES[name]
    lying = (_width >= _height) & ((_height >= low) | (_width >= wide))
    upright = (_width < _height) & ((_width >= low) | (_height >= wide))
    return lying | upright


def _has_file(value: str) -> Any:
    return VideoFile.id.is_null(value == "no")


_FILTERS: Mapping[str, _Filter] = {
    "status": _Filter(check=_one_of(VideoStatus), condition=lambda value: Video.status == value),
    "type": _Filter(check=_one_of(VideoType), condition=lambda value: Video.type == value),
    "artist": _Filter(check=_check_id, condition=lambda value: Video.artist == int(value)),
    "year": _Filter(check=_check_years, condition=_in_years),
    "genre": _Filter(check=_check_genre, condition=_has_genre),
    "quality": _Filter(check=_one_of(QUALITIES), condition=_has_quality),
    "has_file": _Filter(check=_one_of(("yes", "no")), condition=_has_file),
    "only_copy": _Filter(check=_one_of(("1",)), condition=lambda _: availability.is_only_copy()),
}
NAMES = (*_FILTERS, "q")
