"""What keeps the whole queue waiting: somebody holds it, the hour, a service, the disk."""

from dataclasses import dataclass
from datetime import datetime

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.terms import WorkState
from mvidarr.downloads import causes, line
from mvidarr.downloads.causes import Then
from mvidarr.governor import breaker, budget
from mvidarr.library.tables import Download
from mvidarr.settings import download_options, hours

SERVICE = "youtube"
SETTINGS = frozenset(
    option.key
    for option in (
        download_options.downloads_paused,
        download_options.download_hours,
        download_options.download_concurrency,
        download_options.disk_reserve,
    )
)
_COMING = range(1, 49)  # hours: of one day, on which a clock is put forward, some may be missing


@dataclass(frozen=True, kw_only=True)
class Wait:
    """`reason`: held, hours, service or obstacle. `until`: ms since 1970, where it is known."""

    reason: str
    title: str
    text: str
    until: int | None = None


def look() -> Wait | None:
    """The first thing that keeps waiting downloads from being begun; None when nothing does."""
    if is_held():
        text = "What was under way keeps what it has, and goes on from there."
        return Wait(reason="held", title="All downloads are held", text=text)
    return _hours() or _service() or _obstacle()


def is_held() -> bool:
    """Whether somebody holds all downloads."""
    return settings.get(download_options.downloads_paused)


def opens_at() -> int | None:
    """When downloads may begin again, in ms since 1970; None when this hour is allowed."""
    allowed = hours.parse(settings.get(download_options.download_hours))
    now = _local(clock.now())
    if now.hour in allowed:
        return None
    full = int(now.replace(minute=0, second=0, microsecond=0).timestamp() * 1000)
    coming = (full + count * clock.HOUR for count in _COMING)
    return next(at for at in coming if _local(at).hour in allowed)


def service_rests() -> int | None:
    """Milliseconds for which the service that downloads come from is left alone."""
    return breaker.is_open(SERVICE)


def _hours() -> Wait | None:
    until = opens_at()
    if until is None:
        return None
    title = f"Waits until {_local(until):%H:%M}"
    text = f"Downloads begin during these hours: {settings.get(download_options.download_hours)}."
    return Wait(reason="hours", title=title, text=text, until=until)


def _service() -> Wait | None:
    left = service_rests()
    if left is None:
        return None
    name, until = breaker.titles.get(SERVICE, SERVICE), clock.now() + left
    title = f"{name} is left alone until {_local(until):%H:%M}"
    text = budget.row(SERVICE).last_error or ""
    return Wait(reason="service", title=title, text=text, until=until)


def _obstacle() -> Wait | None:
    """What all that is due was told to wait for is said in its first row."""
    for spot in line.spots(1, states=(WorkState.QUEUED,)):
        row = Download.get_by_id(spot.id)
        rule = causes.RULES.get(row.cause)
        if rule and rule.then is Then.OBSTACLE:
            text = row.last_error or ""
            return Wait(reason="obstacle", title="Something is in the way", text=text)
    return None


def _local(ms: int) -> datetime:
    """In the time zone of this machine."""
    return clock.utc(ms).astimezone()
