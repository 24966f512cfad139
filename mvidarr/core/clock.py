"""Time, as it is stored: whole milliseconds since 1970, UTC."""

import time
from datetime import UTC, datetime, timedelta

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_START = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def utc(ms: int) -> datetime:
    return _START + timedelta(milliseconds=ms)


def iso(ms: int | None) -> str | None:
    """RFC 3339 in UTC with milliseconds and Z; None stays None."""
    if ms is None:
        return None
    return utc(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
