"""Ask every service that finds videos; one that fails never spoils the rest."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mvidarr.core import db
from mvidarr.core.errors import Error, NotConfigured, ServiceError
from mvidarr.core.http import NotThere
from mvidarr.governor import breaker, services
from mvidarr.integrations.protocols import Found, Wanted

log = logging.getLogger(__name__)
BROKEN = "It answered in a way that MVidarr does not understand."


@dataclass(frozen=True, kw_only=True)
class FinderError:
    """A service that could not be asked, and why."""

    service: str
    title: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What all services found together."""

    found: Sequence[Found]
    errors: Sequence[FinderError]
    asked: Sequence[str]  # names of the services that answered


Told = Callable[[str], None]


def ask(wanted: Wanted, on_answer: Told = lambda note: None) -> Asked:
    """Ask all at once, because each keeps its own pace; `on_answer` gets a sentence after each."""
    kinds = [kind for kind in services.ALL if kind.find_videos is not None and _is_on(kind)]
    found: list[Found] = []
    errors: list[FinderError] = []
    asked: list[str] = []
    with ThreadPoolExecutor(max_workers=max(1, len(kinds)), thread_name_prefix="finder") as pool:
        for kind, answer in zip(kinds, pool.map(lambda one: _ask(one, wanted), kinds), strict=True):
            if isinstance(answer, FinderError):
                errors.append(answer)
                on_answer(f"{kind.title} did not answer")
            else:
                found += answer
                asked.append(kind.name)
                on_answer(f"{kind.title} knows {len(answer)}")
    return Asked(found=found, errors=errors, asked=asked)


def _is_on(kind: services.ServiceKind) -> bool:
    with db.session():
        return kind.is_on


def _ask(kind: services.ServiceKind, wanted: Wanted) -> list[Found] | FinderError:
    found: list[Found] = []
    try:
        breaker.guard(kind.name, kind.title)
        with db.session():
            conf = services.conf(kind)
        if kind.find_videos is not None:
            for one in kind.find_videos(conf, wanted):  # what came before a failure counts
                found.append(one)
    except NotThere:  # the service works, it just does not know the artist
        pass
    except ServiceError as error:
        breaker.settle(kind.name, error)
        return found or _error(kind, str(error))
    except NotConfigured as error:
        return _error(kind, str(error))
    except Error as error:
        return found or _error(kind, str(error))
    except (ValueError, TypeError, KeyError, AttributeError, LookupError):
        log.exception("finder broke service=%s artist=%s", kind.name, wanted.name)
        breaker.failed(kind.name, BROKEN)
        return found or _error(kind, BROKEN)
    breaker.succeeded(kind.name)
    return found


def _error(kind: services.ServiceKind, message: str) -> FinderError:
    log.warning("finder failed service=%s error=%s", kind.name, message)
    return FinderError(service=kind.name, title=kind.title, message=message)
