"""Outgoing HTTP: one client for addresses that the operator chose, one for all others.

`operator(conf)` talks to one service and nowhere else; it may be on a private network.
`outside(policy)` fetches links that somebody else chose, from the open internet only.
"""

import contextlib
import functools
import importlib.metadata
import json
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests
import urllib3
from requests.adapters import BaseAdapter

from mvidarr.core import addresses, errors, failures, transport
from mvidarr.core.addresses import GLOBAL, Policy
from mvidarr.core.failures import Blocked, NotThere

__all__ = ["GLOBAL", "Blocked", "Body", "Client", "Conf", "NotThere", "OutsideClient", "Policy"]
__all__ += ["no_pace", "operator", "outside"]

log = logging.getLogger(__name__)

MIB = 1024 * 1024
REDIRECTS = 5
TIMEOUTS = (5.0, 30.0)  # seconds to connect, and between two pieces of an answer
OUTSIDE = "outside"


def no_note(part: str, problem: str | None) -> None:
    """Nobody keeps how the parts of a service do."""


def no_pace() -> None:
    """Take no slot: for calls that no budget counts."""


@dataclass(frozen=True, kw_only=True)
class Conf:
    """What an adapter needs to talk to its service. Times in seconds."""

    service: str
    base_url: str
    key: str = ""
    proxy: str = ""
    ca: Path | None = None
    pace: Callable[[], None] = no_pace
    note: Callable[[str, str | None], None] = no_note  # part of the service, its problem
    transport: BaseAdapter | None = None
    title: str = ""  # what sentences call the service
    timeouts: tuple[float, float] = TIMEOUTS
    deadline: float = 60.0  # for one answer, with its redirects and retries
    max_bytes: int = 16 * MIB
    retries: int = 2
    backoff: float = 0.5  # before the first retry; doubles

    @property
    def who(self) -> str:
        return self.title or self.service


def operator(conf: Conf, headers: Mapping[str, str] | None = None) -> "Client":
    """A client for one service; `headers` go with every request."""
    return Client(conf, headers or {})


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


class Client:
    """Talks to one service, and only there. A context manager, for one thread at a time."""

    def __init__(self, conf: Conf, headers: Mapping[str, str]) -> None:
        self._conf = conf
        self._guard = transport.Guard()
        self._session = transport.open_session(
            self._guard, proxy=conf.proxy, ca=conf.ca, transport=conf.transport
        )
        self._session.headers.update({**_headers("application/json"), **headers})

    def note(self, part: str, problem: str | None) -> None:
        """Tell whoever keeps it that one part of the service is broken, or with None works."""
        self._conf.note(part, problem)

    def get_json(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """What the service answers to a path below its address; the caller quotes the path.

        Raises ServiceError for everything else than JSON with a status of success.
        """
        conf = self._conf
        self._guard.begin(conf.deadline)
        url = f"{conf.base_url.rstrip('/')}/{path.lstrip('/')}"
        try:
            answer = self._ask(self._prepare(url, params, headers), conf.retries)
            return self._data(answer)
        except errors.ServiceError as error:
            log.warning(
                "service failed service=%s path=%s: %s", conf.service, _mask(path, conf.key), error
            )
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def _prepare(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.PreparedRequest:
        try:
            request = requests.Request("GET", url, params=params, headers=headers)
            return self._session.prepare_request(request)
        except _FAILURES as failure:
            raise failures.of_failure(self._conf.service, self._conf.who, failure) from None

    def _ask(self, request: requests.PreparedRequest, retries: int) -> "_Answer":
        """The answer, after up to `retries` more tries where a hiccup may be over soon."""
        try:
            answer = self._follow(request)
        except _FAILURES as failure:
            if not retries or not failures.is_cut(failure):
                raise failures.of_failure(self._conf.service, self._conf.who, failure) from None
        else:
            if not retries or answer.status not in _HICCUPS:
                return answer
        self._back_off(self._conf.retries - retries)
        return self._ask(request, retries - 1)

    def _follow(self, request: requests.PreparedRequest) -> "_Answer":
        home = _origin(request)
        for _ in range(REDIRECTS + 1):
            answer = self._send(request)
            if not answer.location:
                return answer
            request = self._prepare(answer.location, headers=request.headers)
            if _origin(request) != home:
                break
        raise failures.moved(self._conf.service, self._conf.who)

    def _send(self, request: requests.PreparedRequest) -> "_Answer":
        conf = self._conf
        conf.pace()
        with self._session.send(
            request, stream=True, timeout=conf.timeouts, allow_redirects=False
        ) as response:
            body = transport.read_capped(response, conf.max_bytes)
        log.debug("service answered service=%s status=%s", conf.service, response.status_code)
        return _Answer(
            status=response.status_code,
            headers=response.headers,
            body=body.removeprefix(b"\xef\xbb\xbf"),
            location=transport.location(response),
        )

    def _back_off(self, tried: int) -> None:
        pause = self._conf.backoff * 2**tried * random.uniform(0.8, 1.2)
        with contextlib.suppress(TimeoutError):  # the next try reports it
            time.sleep(min(pause, self._guard.left()))

    def _data(self, answer: "_Answer") -> Any:
        service, who = self._conf.service, self._conf.who
        if not 200 <= answer.status < 300:
            raise failures.of_status(service, who, answer.status, answer.headers, answer.body)
        if failures.is_page(answer.headers, answer.body):
            raise errors.ServiceError(service, f"{who} answered with a web page instead of data.")
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise errors.ServiceError(service, f"{who} answered with damaged data.") from None


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
        self._session.headers.update(_headers("*/*"))

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
        except _FAILURES as failure:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    location: str


_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, transport.TooBig)
_HICCUPS = (500, 502, 504, 520, 521, 522, 523, 524)
_UNREACHABLE = "That link cannot be fetched."


@functools.cache
def _user_agent() -> str:
    """Name, version and contact: MusicBrainz turns away who does not say them."""
    try:
        version = importlib.metadata.version("mvidarr")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    return f"MVidarr/{version} ( https://github.com/mvidarr/mvidarr )"


def _headers(accept: str) -> dict[str, str]:
    return {
        "User-Agent": _user_agent(),
        "Accept": accept,
        "Accept-Encoding": "gzip, deflate",
    }


def _origin(request: requests.PreparedRequest) -> tuple[str | None, str | None, int | None]:
    url = urllib3.util.parse_url(str(request.url))
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme or "")


def _content_type(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _mask(text: str, key: str) -> str:
    return text.replace(key, "***") if key else text


def _of_outside_status(status: int) -> errors.ServiceError:
    if status in (404, 410):
        return NotThere(OUTSIDE, "There is nothing at that link.", permanent=True)
    passing = status >= 500 or status in (408, 429)
    return _outside_error(_UNREACHABLE, permanent=not passing)


def _outside_error(sentence: str, *, permanent: bool = True) -> errors.ServiceError:
    return errors.ServiceError(OUTSIDE, sentence, permanent=permanent)
