"""How each service does: broken ones are left alone until their next try, across restarts.

After its pause one request alone tries a broken service; what comes of that heals it or begins a
longer pause. The others wait meanwhile.
"""

import random
from collections.abc import Mapping
from typing import Any

from mvidarr import activity
from mvidarr.core import clock, db
from mvidarr.core.errors import ServiceError
from mvidarr.core.http import NotThere
from mvidarr.core.terms import Cause, ServiceState
from mvidarr.governor import budget
from mvidarr.models import Service

BROKEN_AFTER = 3  # failures in a row
PAUSES = (1, 5, 15, 60, 180)  # minutes
WALL_PAUSES = (15, 60, 180, 720, 1440)  # minutes; whoever asks on at a wall makes it last
REPEATED = 3 * clock.HOUR  # a wall so soon after the pause for another one is the same wall
JITTER = 0.1  # part of a pause that is added: nobody comes back on the minute
LONGEST = 24 * clock.HOUR
PROBE = 5 * clock.MINUTE  # how long one that tries a broken service may keep the others waiting
WALLS = frozenset({Cause.BOT_WALL, Cause.THROTTLED})
titles: dict[str, str] = {}  # what people call a service; `services` says it

# what is kept among the details of a service, beside the problems of its parts
_PROBE, _WALL = "_probe", "_wall"  # until when (ms); how many walls in a row, until when (ms)


class LeftAlone(ServiceError):
    """A broken service was not asked: nothing new is known of it."""


def is_open(name: str) -> int | None:
    """Milliseconds until a broken service may be tried again; None when it may be asked now."""
    with db.session():
        return _rest(budget.row(name))


def may_probe(name: str) -> bool:
    """Whether a service may be asked now; a broken one that rested enough, by us alone.

    Whoever heard true says how it went, by `succeeded`, `failed` or `learnt_nothing`.
    """
    with db.session():
        row = budget.row(name)
        if row.state != ServiceState.BROKEN:
            return True
        return _rest(row) is None and db.transact(lambda: _probe(name))


def is_probing(row: Service) -> bool:
    """Whether somebody tries a broken service just now."""
    return row.state == ServiceState.BROKEN and _is_ahead(row.details.get(_PROBE, 0))


def is_wall(row: Service) -> bool:
    """Whether a service is broken because it takes us for a robot, or for too many."""
    _, until = row.details.get(_WALL, (0, 0))
    return row.state == ServiceState.BROKEN and until >= row.next_try_at


def parts(row: Service) -> dict[str, str]:
    """The parts of a service that are broken, each with its problem."""
    return {name: said for name, said in row.details.items() if not name.startswith("_")}


def guard(name: str, title: str) -> None:
    """Raise LeftAlone while a broken service has to rest, or somebody else tries it."""
    if may_probe(name):
        return
    left = is_open(name) or clock.SECOND
    minutes = -(-left // clock.MINUTE)
    raise LeftAlone(name, f"{title} is left alone for {minutes} more min.", retry_after=left / 1000)


def failed(
    name: str, error: str, *, cause: Cause | None = None, retry_after: float | None = None
) -> None:
    """Note a failure; `retry_after` in seconds. A wall or a request to wait closes at once."""
    with db.session():
        db.transact(lambda: _fail(name, error, cause, retry_after))


def succeeded(name: str) -> None:
    """Note a good answer. One that was asked for before a service broke does not heal it."""
    with db.session():
        row = budget.row(name)
        if row.failures or row.state != ServiceState.WORKING:
            db.transact(lambda: _heal(name))


def learnt_nothing(name: str) -> None:
    """Whoever tried a broken service never came to ask it: the next one may."""
    with db.session():
        if is_probing(budget.row(name)):
            db.transact(lambda: _let_go(name))


def let_go(name: str) -> None:
    """Have a broken service asked again at once; it is broken until it answers."""
    with db.session():
        db.transact(lambda: _let_go(name))


def settle(name: str, error: BaseException | None) -> None:
    """Note how a call went; what lies with us, or what it does not know, is no failure of it."""
    if error is None or isinstance(error, NotThere):
        succeeded(name)
    elif isinstance(error, LeftAlone):
        return
    elif isinstance(error, ServiceError):
        cause = getattr(error, "cause", None)
        failed(name, str(error), cause=cause, retry_after=error.retry_after)
    else:
        learnt_nothing(name)


def note(name: str, part: str, problem: str | None) -> None:
    """Remember that one part of a service is broken (or, with None, works) while others work."""
    with db.session():
        row = budget.row(name)
        if row.details.get(part) != problem:
            db.transact(lambda: _note(name, part, problem))


def _rest(row: Service) -> int | None:
    until = max(row.next_try_at, row.details.get(_PROBE, 0))
    return until - clock.now() if _is_ahead(until) else None


def _is_resting(row: Service) -> bool:
    """Whether nobody was let through: what comes back now was asked for before it broke."""
    is_broken = row.state == ServiceState.BROKEN
    return is_broken and _rest(row) is not None and not is_probing(row)


def _is_ahead(at: int) -> bool:
    return 0 < at - clock.now() <= LONGEST  # more is what a clock wrote that was set back


def _probe(name: str) -> bool:
    row = budget.locked(name)
    if row.state != ServiceState.BROKEN:
        return True
    if _rest(row) is not None:  # somebody was faster
        return False
    _change(row, details={**row.details, _PROBE: clock.now() + PROBE})
    return True


def _fail(name: str, error: str, cause: Cause | None, retry_after: float | None) -> None:
    row = budget.locked(name)
    if _is_resting(row):
        _prolong(row, retry_after)
        return
    failures = row.failures + 1
    # one that fails at its first try after a rest is as broken as before
    broken = (
        failures >= BROKEN_AFTER
        or cause in WALLS
        or bool(retry_after)
        or row.state == ServiceState.BROKEN
    )
    details = _without(row, _PROBE)
    pause = _pause(failures, retry_after)
    if cause in WALLS:
        walls = _walls(row)
        pause = max(pause if retry_after else 0, _jittered(_step(WALL_PAUSES, walls)))
        details[_WALL] = [walls, clock.now() + pause]
    columns = {
        "failures": failures,
        "last_error": error[:1000],
        "next_try_at": clock.now() + pause if broken else 0,
        "details": details,
    }
    _move(row, ServiceState.BROKEN if broken else ServiceState.DEGRADED, columns)


def _pause(failures: int, retry_after: float | None) -> int:
    return _jittered(retry_after * 1000 if retry_after else _step(PAUSES, failures))


def _step(pauses: tuple[int, ...], count: int) -> int:
    return pauses[min(count, len(pauses)) - 1] * clock.MINUTE


def _jittered(pause: float) -> int:
    return int(min(pause * (1 + JITTER * random.random()), LONGEST))


def _walls(row: Service) -> int:
    """How many walls in a row this one makes."""
    count, until = row.details.get(_WALL, (0, 0))
    again = is_wall(row) or abs(clock.now() - until) < REPEATED
    return count + 1 if again else 1


def _prolong(row: Service, retry_after: float | None) -> None:
    """What was asked before a service broke fails as well: that is no news but a request to wait
    longer."""
    until = clock.now() + _pause(1, retry_after) if retry_after else 0
    if until > row.next_try_at:
        _change(row, next_try_at=until)


def _heal(name: str) -> None:
    row = budget.locked(name)
    if _is_resting(row):
        return
    columns = {
        "failures": 0,
        "last_error": None,
        "next_try_at": 0,
        "details": _without(row, _PROBE),
    }
    _move(row, ServiceState.WORKING, columns)


def _let_go(name: str) -> None:
    row = budget.locked(name)
    _change(row, next_try_at=0, details=_without(row, _PROBE))


def _note(name: str, part: str, problem: str | None) -> None:
    row = budget.locked(name)
    details = _without(row, part)
    if problem is not None:
        details[part] = problem
    _change(row, details=details)


def _without(row: Service, key: str) -> dict[str, Any]:
    return {known: value for known, value in row.details.items() if known != key}


def _change(row: Service, **columns: Any) -> None:
    budget.change(row, **columns)
    activity.touch("services")


def _move(row: Service, state: ServiceState, columns: Mapping[str, Any]) -> None:
    changed = row.state != state
    _change(row, state=state, since=clock.now() if changed else row.since, **columns)
    title = titles.get(row.name, row.name)
    if changed and state is ServiceState.BROKEN:
        said = f"{title} does not work: {columns['last_error']}"
        activity.record("service.broken", said, service=row.name)
    if changed and row.state == ServiceState.BROKEN:
        activity.record("service.healed", f"{title} works again", service=row.name)
    activity.touch("nav")
