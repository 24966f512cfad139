"""Other people's JSON, read without trusting its shape: what is not as expected is empty."""

import re
from collections.abc import Iterable
from typing import Any

from mvidarr.core import text as texts

LONGEST_NAME = 200  # characters; what is longer is no name
LONGEST_TEXT = 20_000

_ADDRESS = re.compile(r"https?://[^\s/]+/\S{1,2000}", re.IGNORECASE)


def table(value: object) -> dict[str, Any]:
    """An object; services send lists, null or "" in place of empty ones."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """A text on one line, never a book; titles that are numbers come as numbers."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return texts.tidy(str(value)[:LONGEST_TEXT]) if is_number or isinstance(value, str) else ""


def prose(value: object) -> str:
    """A text of several lines, cut where it becomes a book."""
    return texts.tidy_lines(value[:LONGEST_TEXT]) if isinstance(value, str) else ""


def names(values: Iterable[object]) -> tuple[str, ...]:
    """What may be names: none empty, none twice, none endless."""
    found = {name: None for name in map(text, values) if 0 < len(name) <= LONGEST_NAME}
    return tuple(found)


def digits(value: object) -> str:
    """An id that is a number, as text; empty for anything else, so it may stand in a path."""
    said = text(value)
    return said if said.isascii() and said.isdecimal() and len(said) <= 20 else ""


def address(value: object) -> str:
    """Where something is on the web; empty for what is no such address."""
    said = text(value)
    return said if _ADDRESS.fullmatch(said) else ""


def whole(value: object) -> int | None:
    """A whole number, also one that is spelled as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def year(value: object) -> int | None:
    """The year of "1987", 1987 or "1987-11-30"; None for "", 0 and nonsense."""
    number = whole(text(value)[:4])
    return number if number and 1880 <= number <= 2200 else None


def years(begin: object, end: object) -> str | None:
    """A span of time: 1987–2003, 1987– or –2003."""
    first, last = year(begin), year(end)
    return f"{first or ''}–{last or ''}" if first or last else None
