"""What somebody wants of an artist: types, years, words, and how sure a find must be."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, TypeGuard

from mvidarr import settings
from mvidarr.core import text
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import VideoType
from mvidarr.settings import options

AUTO, REVIEW = "auto", "review"
FIRST_YEAR, LAST_YEAR = 1890, 2100


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """`mode` review: a person judges every find. No `min_score`: the setting's accept line."""

    types: tuple[str, ...] = (VideoType.OFFICIAL.value,)
    year_from: int | None = None
    year_to: int | None = None
    words_in: tuple[str, ...] = ()
    words_out: tuple[str, ...] = ()
    min_score: int | None = None
    mode: str = AUTO

    def wants(self, *, kind: str, title: str, version: str = "", year: int | None = None) -> bool:
        """Whether such a video fits; an unknown year does."""
        if kind not in self.types or not self._spans(year):
            return False
        words = f" {text.match_key(title)} {text.match_key(version)} "
        if any(_says(words, phrase) for phrase in self.words_out):
            return False
        return not self.words_in or any(_says(words, phrase) for phrase in self.words_in)

    def accept_score(self) -> int:
        """From here a find is taken without asking."""
        return settings.get(options.accept_score) if self.min_score is None else self.min_score

    def stored(self) -> dict[str, Any]:
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    def _spans(self, year: int | None) -> bool:
        if year is None:
            return True
        return (self.year_from or FIRST_YEAR) <= year <= (self.year_to or LAST_YEAR)


def default() -> Rules:
    types = settings.get(options.default_types)
    return Rules(types=tuple(types))


def offered() -> list[tuple[str, str]]:
    """Types that can be wanted, with their names."""
    return list(options.default_types.choices)


def load(stored: Mapping[str, Any]) -> Rules:
    """Rules as the database keeps them; what is missing there is as for a new artist."""
    known = {field.name for field in fields(Rules)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in stored.items()
        if name in known
    }
    return replace(default(), **values)


def parse(given: Mapping[str, Any], base: Rules | None = None) -> Rules:
    """`base` with the members that a person gave. Raises Invalid with a message for each."""
    values = {field.name: getattr(base or default(), field.name) for field in fields(Rules)}
    problems = {name: "There is no such rule." for name in given if name not in values}
    for name in given:
        try:
            values[name] = _PARSERS[name](given[name]) if name in _PARSERS else None
        except ValueError as error:
            problems[name] = str(error)
    low, high = values["year_from"], values["year_to"]
    if not problems and low is not None and high is not None and low > high:
        problems["year_to"] = "The last year lies before the first."
    if problems:
        raise Invalid(problems)
    return Rules(**values)


def _says(words: str, phrase: str) -> bool:
    return f" {text.match_key(phrase)} " in words


def _types(raw: Any) -> tuple[str, ...]:
    offered = dict(options.default_types.choices)
    if not _is_list_of_text(raw) or any(name not in offered for name in raw):
        raise ValueError("Choose among the offered types.")
    return tuple(name for name in offered if name in raw)


def _words(raw: Any) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not _is_list_of_text(parts):
        raise ValueError("Give words, separated by commas.")
    words = tuple(dict.fromkeys(tidied for part in parts if (tidied := text.tidy(part))))
    if len(words) > 50 or any(len(word) > 100 for word in words):
        raise ValueError("Give 50 words or fewer, each of 100 characters at most.")
    return words


def _year(raw: Any) -> int | None:
    return _whole(raw, FIRST_YEAR, LAST_YEAR)


def _score(raw: Any) -> int | None:
    return _whole(raw, 0, 100)


def _whole(raw: Any, low: int, high: int) -> int | None:
    if raw in (None, ""):
        return None
    if isinstance(raw, bool) or not isinstance(raw, (int, str)) or not str(raw).isdecimal():
        raise ValueError(f"Give a whole number from {low} to {high}.")
    if not low <= int(raw) <= high:
        raise ValueError(f"Give a whole number from {low} to {high}.")
    return int(raw)


def _mode(raw: Any) -> str:
    if raw not in (AUTO, REVIEW):
        raise ValueError("Choose auto or review.")
    return str(raw)


def _is_list_of_text(raw: Any) -> TypeGuard[list[str]]:
    return isinstance(raw, (list, tuple)) and all(isinstance(item, str) for item in raw)


_PARSERS = {
    "types": _types,
    "year_from": _year,
    "year_to": _year,
    "words_in": _words,
    "words_out": _words,
    "min_score": _score,
    "mode": _mode,
}
