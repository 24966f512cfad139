"""Ask every service that finds videos; one that fails never spoils the rest."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from itertools import islice

from mvidarr.core import db
from mvidarr.core.errors import Error
from mvidarr.core.http import Conf, NotThere
from mvidarr.discovery import sound
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


def ask(wanted: Wanted, on_answer: Told = lambda note: None, *, oldest: int | None = None) -> Asked:
    """Ask all at once, because each keeps its own pace; `on_answer` gets a sentence after each.

    A service is not asked where one that stands in for it has answered. Kept answers are taken
    when they are `oldest` ms old at most.
    """
    lines = queues()
    with ThreadPoolExecutor(max_workers=max(1, len(lines)), thread_name_prefix="finder") as pool:
        waiting = [pool.submit(_first_answer, line, wanted, oldest) for line in lines]
        for done in as_completed(waiting):
            on_answer(done.result()[-1].note)
    answers = [answer for done in waiting for answer in _counted(done.result())]
    return Asked(
        found=[one for answer in answers for one in answer.found],
        errors=[
            FinderError(service=answer.kind.name, title=answer.kind.title, message=answer.problem)
            for answer in answers
            if answer.problem is not None
        ],
        asked=[answer.kind.name for answer in answers if answer.problem is None or answer.found],
    )


def queues() -> list[list[services.ServiceKind]]:
    """The services that find videos: each alone, or behind those that stand in for it."""
    with db.session():
        kinds = [kind for kind in services.ALL if kind.find_videos is not None and kind.is_on]
    names = {kind.name for kind in kinds}
    standing_in: dict[str, list[services.ServiceKind]] = {}
    for kind in kinds:
        if kind.instead_of in names:
            standing_in.setdefault(str(kind.instead_of), []).append(kind)
    return [
        [*standing_in.get(kind.name, ()), kind] for kind in kinds if kind.instead_of not in names
    ]


def _first_answer(
    line: Sequence[services.ServiceKind], wanted: Wanted, oldest: int | None
) -> list[_Answer]:
    """What the services of a line answered, up to the first that did not fail."""
    answers: list[_Answer] = []
    for kind in line:
        answers.append(_ask(kind, wanted, oldest))
        if answers[-1].problem is None:
            break
    return answers


def _counted(answers: Sequence[_Answer]) -> list[_Answer]:
    """All of a line; where the last one answered, nobody misses those that it stood in for."""
    if answers[-1].problem is not None:
        return list(answers)
    before = [replace(answer, problem=None) for answer in answers[:-1] if answer.found]
    return [*before, answers[-1]]


def _ask(kind: services.ServiceKind, wanted: Wanted, oldest: int | None) -> _Answer:
    found: list[Found] = []

    def collect(conf: Conf) -> None:
        if kind.find_videos is None:
            return
        for one in islice(kind.find_videos(conf, wanted), sound.MOST):
            if (fit := sound.checked(one)) is not None:
                found.append(fit)  # what came before a failure counts

    try:
        calls.call(kind, collect, oldest=oldest)
    except NotThere:  # the service works, it just does not know the artist
        pass
    except Error as error:
        log.warning("finder failed service=%s artist=%s error=%s", kind.name, wanted.name, error)
        return _Answer(kind=kind, found=found, problem=calls.said(kind, error))
    return _Answer(kind=kind, found=found)
