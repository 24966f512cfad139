"""How values are written for people: the filters and small functions of the templates."""

from typing import Any

from mvidarr.accounts.preferences import ACCENTS, THEMES
from mvidarr.core import clock
from mvidarr.core.terms import VideoType

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
SPANS = (
    (clock.DAY * 365, "year"),
    (clock.DAY * 30, "month"),
    (clock.DAY, "day"),
    (clock.HOUR, "hour"),
    (clock.MINUTE, "minute"),
)


def duration(seconds: float | None) -> str:
    """4:05, 1:02:03; a dash when it is not known."""
    if seconds is None:
        return "–"
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(count: float | None) -> str:
    """12.4 MB; a dash when it is not known."""
    if count is None:
        return "–"
    value, unit = float(count), 0
    while value >= 999.5 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    digits = 0 if unit == 0 or value >= 99.95 else 1
    return f"{value:.{digits}f} {UNITS[unit]}"


def speed(per_second: float | None) -> str:
    return "–" if per_second is None else f"{size(per_second)}/s"


def ago(ms: int | None) -> str:
    """2 hours ago, in 3 days, just now, never."""
    if not ms:
        return "never"
    apart = clock.now() - ms
    for span, name in SPANS:
        if abs(apart) >= span:
            count = plural(abs(apart) // span, name)
            return f"{count} ago" if apart > 0 else f"in {count}"
    return "just now" if apart >= 0 else "in a moment"


def span(seconds: float) -> str:
    """How long an interval is: 7 days, 1 hour, 90 minutes, 20 seconds."""
    for length, name in SPANS:
        if seconds * 1000 >= 2 * length or seconds * 1000 == length:  # never 1.5 as 2
            return plural(round(seconds * 1000 / length), name)
    return plural(round(seconds), "second")


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:,}"


def plural(count: int, word: str, several: str = "") -> str:
    """1 video, 1,284 videos."""
    return f"{number(count)} {word if count == 1 else several or word + 's'}"


def label(kind: str) -> str:
    """A type's name for people."""
    return VideoType(kind).label


def when(ms: int | None) -> str:
    return clock.iso(ms) or ""


def date(ms: int | None) -> str:
    return "–" if ms is None else f"{clock.utc(ms):%Y-%m-%d %H:%M} UTC"


def dom_id(thing: Any, part: str = "") -> str:
    """video-9, video-9-status: one spelling for template, target and test."""
    kind = getattr(thing, "kind_name", None) or type(thing).__name__
    name = "".join(f"-{c.lower()}" if c.isupper() else c for c in kind).lstrip("-")
    name = name.removesuffix("-row").removesuffix("-detail")
    return f"{name}-{thing.id}" + (f"-{part}" if part else "")


FILTERS: dict[str, Any] = {
    "duration": duration,
    "size": size,
    "speed": speed,
    "span": span,
    "ago": ago,
    "number": number,
    "plural": plural,
    "label": label,
    "when": when,
    "date": date,
}
GLOBALS: dict[str, Any] = {"plural": plural, "dom_id": dom_id, "themes": THEMES, "accents": ACCENTS}
