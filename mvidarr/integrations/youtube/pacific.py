"""The day that Google counts a quota by: it begins at midnight in California. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")


def day(now: int) -> str:
    """The date there, yyyy-mm-dd; `now` in ms since 1970."""
    return _there(now).date().isoformat()


def seconds_left(now: int) -> float:
    """Until the next day begins there; a day of it may last 23 or 25 hours."""
    tomorrow = datetime.combine(_there(now).date() + timedelta(days=1), time(), tzinfo=ZONE)
    return tomorrow.timestamp() - now / 1000


def _there(now: int) -> datetime:
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(ZONE)
