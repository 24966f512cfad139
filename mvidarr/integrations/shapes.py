"""Other people's JSON, read without trusting its shape: what is not as expected is empty."""

from typing import Any

from mvidarr.core import text as texts


def table(value: object) -> dict[str, Any]:
    """An object; services send lists, null or "" in place of empty ones."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """A text on one line; titles that are numbers come as numbers."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return texts.tidy(str(value)) if is_number or isinstance(value, str) else ""


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
