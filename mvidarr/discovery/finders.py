"""Ask every service that finds videos; one that fails never spoils the rest."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from mvidarr.core import db
from mvidarr.core.errors import Error
from mvidarr.core.http import Conf, NotThere
from mvidarr.governor import calls, services
from mvidarr.integrations.protocols import Found, Wanted

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class FinderError:
    """A service that could not be asked, or not to the end, and why."""

    service: str
    title: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What all services found together."""

    found: Sequence[Found]
    errors: Sequence[FinderError]
    asked: Sequence[str]  # names of the services that answered


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What one service gave before it was through or failed."""

    kind: services.ServiceKind
    found: Sequence[Found]
    problem: str | None = None

    @property
    def note(self) -> str:
        if self.problem is None:
            return f"{self.kind.title} knows {len(self.found)}"
        return f"{self.kind.title} did not answer"


Told = Callable[[str], None]


def ask(wanted: Wanted, on_answer: Told = lambda note: None) -> Asked:
    """Ask all at once, because each keeps its own pace; `on_answer` gets a sentence after each."""
    kinds = [kind for kind in services.ALL if kind.find_videos is not None and _is_on(kind)]
    with ThreadPoolExecutor(max_workers=max(1, len(kinds)), thread_name_prefix="finder") as pool:
        waiting = [pool.submit(_ask, kind, wanted) for kind in kinds]
        for done in as_completed(waiting):
            on_answer(done.result().note)
    answers = [done.result() for done in waiting]
    return Asked(
        found=[one for answer in answers for one in answer.found],
        errors=[
            FinderError(service=answer.kind.name, title=answer.kind.title, message=answer.problem)
            for answer in answers
            if answer.problem is not None
        ],
        asked=[answer.kind.name for answer in answers if answer.problem is None or answer.found],
    )


def _is_on(kind: services.ServiceKind) -> bool:
    with db.session():
        return kind.is_on


def _ask(kind: services.ServiceKind, wanted: Wanted) -> _Answer:
    found: list[Found] = []

    def collect(conf: Conf) -> None:
        if kind.find_videos is not None:
            found.extend(kind.find_videos(conf, wanted))  # what came before a failure counts

    try:
        calls.call(kind, collect)
    except NotThere:  # the service works, it just does not know the artist
        pass
    except Error as error:
        log.warning("finder failed service=%s artist=%s error=%s", kind.name, wanted.name, error)
        return _Answer(kind=kind, found=found, problem=calls.said(kind, error))
    return _Answer(kind=kind, found=found)
