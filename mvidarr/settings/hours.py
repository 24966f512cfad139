"""Hours of the day as people write them: `22-6`, `9-12, 14-18`; empty is any time."""

import re
from collections.abc import Iterator

_SPAN = re.compile(r"(\d{1,2})(?::00)?\s*[-–]\s*(\d{1,2})(?::00)?")


def problem(text: str) -> str | None:
    """A sentence when the text names no hours."""
    try:
        parse(text)
    except ValueError as error:
        return str(error)
    return None


def parse(text: str) -> frozenset[int]:
    """The hours (0 to 23) that may be used. Raises ValueError with a sentence."""
    if not text.strip():
        return frozenset(range(24))
    return frozenset(hour for span in text.split(",") for hour in _span(span.strip()))


def _span(text: str) -> Iterator[int]:
    found = _SPAN.fullmatch(text)
    first, last = (int(found[1]), int(found[2])) if found else (24, 24)
    if first > 23 or last > 24 or first == last:
        raise ValueError("Write hours from 0 to 24, for example 22-6 or 9-12, 14-18.")
    yield from range(first, last) if first < last else (*range(first, 24), *range(last))
