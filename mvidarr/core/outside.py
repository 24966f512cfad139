"""Links that somebody else chose: fetched from the open internet only, capped and judged."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import requests
import urllib3

from mvidarr.core import addresses, errors, transport
from mvidarr.core.addresses import GLOBAL, Policy
from mvidarr.core.failures import NotThere
from mvidarr.core.transport import FAILURES, REDIRECTS, TIMEOUTS

log = logging.getLogger(__name__)

OUTSIDE = "outside"
_UNREACHABLE = "That link cannot be fetched."


def outside(
    policy: Policy = GLOBAL,
    *,
    proxy: str = "",
    ca: Path | None = None,
    hosts: Sequence[str] = (),
    deadline: float = 60.0,
) -> "OutsideClient":
    """With a `proxy`, which resolves names in our place, only `hosts` can be reached."""
    return OutsideClient(policy, proxy, ca, hosts, deadline)


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """Something fetched from outside; `url` is where it was in the end."""

    content: bytes
    content_type: str
    url: str


class OutsideClient:
    """Fetches links that somebody else chose. A context manager, for one thread at a time.

    Errors say the same whatever is at a refused address, so that nobody can map our network.
    """

    def __init__(
        self, policy: Policy, proxy: str, ca: Path | None, hosts: Sequence[str], deadline: float
    ) -> None:
        self._hosts = tuple(hosts) if proxy else None
        self._deadline = deadline
        self._guard = transport.Guard(policy)
        self._session = transport.open_session(self._guard, proxy=proxy, ca=ca)
        self._session.headers.update(transport.headers("*/*"))

    def get(self, url: str, *, max_bytes: int, accept: Sequence[str] = ("image/",)) -> Body:
        """What is at a link, if its type begins with one of `accept`; raises ServiceError."""
        self._guard.begin(self._deadline)
        try:
            with self._follow(url) as response:
                kind = _content_type(response)
                if not kind.startswith(tuple(accept)):
                    raise _outside_error("That link leads to something of another kind.")
                content = transport.read_capped(response, max_bytes)
        except transport.TooBig:
            raise _outside_error("What that link leads to is too large.") from None
        except FAILURES as failure:
            log.info("outside failed error=%s", type(failure).__name__)
            malformed = isinstance(failure, ValueError)
            raise _outside_error(_UNREACHABLE, permanent=malformed) from None
        return Body(content=content, content_type=kind, url=str(response.url))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def _follow(self, url: str) -> requests.Response:
        for _ in range(REDIRECTS + 1):
            request = self._session.prepare_request(requests.Request("GET", url))
            if not self._may_ask(request):
                break
            response = self._session.send(
                request, stream=True, timeout=TIMEOUTS, allow_redirects=False
            )
            if response.status_code == 200:
                return response
            response.close()
            url = transport.location(response)
            if not url:
                raise _of_outside_status(response.status_code)
        raise _outside_error(_UNREACHABLE)

    def _may_ask(self, request: requests.PreparedRequest) -> bool:
        """Whether the link's form allows it; where it leads is judged at connecting."""
        url = urllib3.util.parse_url(str(request.url))
        if url.scheme not in ("http", "https") or url.auth is not None or not url.host:
            return False
        if url.port not in (None, 80, 443):
            return False
        if self._hosts is None:
            return True
        return not addresses.is_literal(url.host) and addresses.is_among(url.host, self._hosts)


def _content_type(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _of_outside_status(status: int) -> errors.ServiceError:
    if status in (404, 410):
        return NotThere(OUTSIDE, "There is nothing at that link.", permanent=True)
    passing = status >= 500 or status in (408, 429)
    return _outside_error(_UNREACHABLE, permanent=not passing)


def _outside_error(sentence: str, *, permanent: bool = True) -> errors.ServiceError:
    return errors.ServiceError(OUTSIDE, sentence, permanent=permanent)
