"""How each service does: broken ones are left alone until their next try, across restarts."""

from mvidarr import activity
from mvidarr.core import clock, db
from mvidarr.core.errors import ServiceError
from mvidarr.core.http import NotThere
from mvidarr.core.terms import Cause, ServiceState
from mvidarr.governor import budget
from mvidarr.models import Service

BROKEN_AFTER = 3  # failures in a row
PAUSES = (1, 5, 15, 60, 180)  # minutes
LONGEST = 24 * clock.HOUR
WALLS = frozenset({Cause.BOT_WALL, Cause.THROTTLED})
titles: dict[str, str] = {}  # what people call a service; `services` says it


def is_open(name: str) -> int | None:
    """Milliseconds until a broken service may be tried again; None when it may be asked now."""
    with db.session():
        left = budget.row(name).next_try_at - clock.now()
    return left if 0 < left <= LONGEST else None  # more is what a clock wrote that was set back


class LeftAlone(ServiceError):
    """A broken service was not asked: nothing new is known of it."""


def guard(name: str, title: str) -> None:
    """Raise LeftAlone while a broken service has to rest."""
    left = is_open(name)
    if left is not None:
        minutes = -(-left // clock.MINUTE)
        raise LeftAlone(
            name, f"{title} is left alone for {minutes} more min.", retry_after=left / 1000
        )


def failed(
    name: str, error: str, *, cause: Cause | None = None, retry_after: float | None = None
) -> None:
    """Note a failure; `retry_after` in seconds. A wall or a request to wait closes at once."""
    with db.session():
        db.transact(lambda: _fail(name, error, cause, retry_after))


def succeeded(name: str) -> None:
    with db.session():
        row = budget.row(name)
        if row.failures or row.state != ServiceState.WORKING:
            db.transact(lambda: _heal(name))


def let_go(name: str) -> None:
    """Have a broken service asked again at once; it is broken until it answers."""
    with db.session():
        db.transact(lambda: _let_go(name))


def settle(name: str, error: Exception | None) -> None:
    """Note how a call went; what lies with us, or what it does not know, is no failure of it."""
    if error is None or isinstance(error, NotThere):
        succeeded(name)
    elif isinstance(error, ServiceError) and not isinstance(error, LeftAlone):
        cause = getattr(error, "cause", None)
        failed(name, str(error), cause=cause, retry_after=error.retry_after)


def note(name: str, part: str, problem: str | None) -> None:
    """Remember that one part of a service is broken (or, with None, works) while others work."""
    with db.session():
        row = budget.row(name)
        if row.details.get(part) != problem:
            db.transact(lambda: _note(name, part, problem))


def _fail(name: str, error: str, cause: Cause | None, retry_after: float | None) -> None:
    row = budget.locked(name)
    now = clock.now()
    failures = row.failures + 1
    # one that fails at its first try after a rest is as broken as before
    broken = (
        failures >= BROKEN_AFTER
        or cause in WALLS
        or bool(retry_after)
        or row.state == ServiceState.BROKEN
    )
    pause = (
        retry_after * 1000 if retry_after else PAUSES[min(failures, len(PAUSES)) - 1] * clock.MINUTE
    )
    state = ServiceState.BROKEN if broken else ServiceState.DEGRADED
    _move(row, state, failures, error, now + int(min(pause, LONGEST)) if broken else 0)


def _heal(name: str) -> None:
    row = budget.locked(name)
    _move(row, ServiceState.WORKING, 0, None, 0)


def _let_go(name: str) -> None:
    row = budget.locked(name)
    Service.update(next_try_at=0, updated_at=clock.now()).where(Service.id == row.id).execute()
    activity.touch("services")


def _move(
    row: Service, state: ServiceState, failures: int, error: str | None, next_try_at: int
) -> None:
    changed = row.state != state
    Service.update(
        state=state,
        since=clock.now() if changed else row.since,
        failures=failures,
        last_error=error[:1000] if error else None,
        next_try_at=next_try_at,
        updated_at=clock.now(),
    ).where(Service.id == row.id).execute()
    title = titles.get(row.name, row.name)
    if changed and state is ServiceState.BROKEN:
        activity.record("service.broken", f"{title} does not work: {error}", service=row.name)
    if changed and row.state == ServiceState.BROKEN:
        activity.record("service.healed", f"{title} works again", service=row.name)
    activity.touch("services")
    activity.touch("nav")


def _note(name: str, part: str, problem: str | None) -> None:
    row = budget.locked(name)
    details = {key: value for key, value in row.details.items() if key != part}
    if problem is not None:
        details[part] = problem
    Service.update(details=details).where(Service.id == row.id).execute()
    activity.touch("services")
