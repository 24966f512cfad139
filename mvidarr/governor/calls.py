"""One call of a service: not while it rests, and with a note of how it went."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mvidarr import settings
from mvidarr.core import db, http
from mvidarr.core.errors import Error, ServiceError
from mvidarr.core.http import Conf
from mvidarr.governor import breaker, services
from mvidarr.governor.services import ServiceKind
from mvidarr.settings import Kind

T = TypeVar("T")
log = logging.getLogger(__name__)

# what code meets that reads an answer of another shape than it knows
RUBBISH = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a Test button found out, in a sentence."""

    is_good: bool
    text: str


def call(
    kind: ServiceKind,
    ask: Callable[[Conf], T],
    patience: float = services.JOB_PATIENCE,
    oldest: int | None = None,
) -> T:
    """What `ask` answers, of kept answers only those up to `oldest` ms old.

    Raises an Error with a sentence, whatever the service sent.
    """
    with db.session():
        conf = services.conf(kind, patience, oldest)
    breaker.guard(kind.name, kind.title)
    asked = _Asked(conf.pace)
    return _noted(kind, lambda: ask(replace(conf, pace=asked)), asked.is_so)


def try_out(kind: ServiceKind, typed: Mapping[str, str]) -> Trial:
    """Ask a service once, resting or not; `typed` (option key → text) is used instead of what is
    stored, and then nothing is noted: it is not saved yet."""
    started = time.monotonic()
    try:
        entered = _entered(kind, typed)
        with db.session():
            conf = _conf(kind, entered)
        if entered:
            said = _plain(kind, lambda: kind.check(conf))
        else:
            said = _noted(kind, lambda: _checked(kind, conf), lambda: True)
    except Error as error:
        return Trial(is_good=False, text=str(error))
    return Trial(is_good=True, text=f"{said} Answered in {time.monotonic() - started:.1f} s.")


def said(kind: ServiceKind, error: Error) -> str:
    """What went wrong, in a sentence that names the service."""
    sentence = str(error)
    return sentence if kind.title in sentence else f"{kind.title}: {sentence}"


class _Asked:
    """Whether a service was asked at all: an answer that was kept says nothing of it."""

    def __init__(self, pace: Callable[[], None]) -> None:
        self._pace = pace
        self._is_so = False

    def __call__(self) -> None:
        self._pace()
        self._is_so = True

    def is_so(self) -> bool:
        return self._is_so


def _checked(kind: ServiceKind, conf: Conf) -> str:
    said = kind.check(conf)
    breaker.let_go(kind.name)  # it need not rest any longer
    return said


def _noted(kind: ServiceKind, ask: Callable[[], T], is_asked: Callable[[], bool]) -> T:
    try:
        answer = _plain(kind, ask)
    except BaseException as error:  # also what ends a job: nobody else would let it be tried
        breaker.settle(kind.name, error)
        raise
    if is_asked():
        breaker.succeeded(kind.name)
    else:
        breaker.learnt_nothing(kind.name)
    return answer


def _plain(kind: ServiceKind, ask: Callable[[], T]) -> T:
    try:
        return ask()
    except RUBBISH as error:
        log.exception("service answered rubbish service=%s", kind.name)
        raise ServiceError(
            kind.name, f"{kind.title} answered in a way that MVidarr does not understand."
        ) from error


def _entered(kind: ServiceKind, typed: Mapping[str, str]) -> dict[str, Any]:
    """What of the service was typed and differs from what is stored. Raises Invalid."""
    entered: dict[str, Any] = {}
    for option in (kind.key, kind.url, *kind.also):
        raw = typed.get(option.key) if option else None
        if not option or raw is None:
            continue
        value = option.parse(raw)
        counts = value or option.kind in (Kind.FOLDER, Kind.SWITCH)  # an empty key: the stored one
        if counts and value != settings.get(option):
            entered[option.key] = value
    return entered


def _conf(kind: ServiceKind, entered: Mapping[str, Any]) -> Conf:
    key = entered.get(kind.key.key) if kind.key else None
    url = entered.get(kind.url.key) if kind.url else None
    needs = tuple(option for option in kind.needs if option.key not in entered)
    conf = services.conf(replace(kind, needs=needs), services.PAGE_PATIENCE, oldest=0)
    if not entered:
        return conf
    also = {**conf.also, **{name: value for name, value in entered.items() if name in conf.also}}
    return replace(
        conf,
        key=key or conf.key,
        base_url=url or conf.base_url,
        also=also,
        answers=None,
        note=http.no_note,
    )
