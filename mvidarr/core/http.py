"""Outgoing HTTP: one client for addresses that the operator chose, one for all others.

`operator(conf)` talks to one service and nowhere else; it may be on a private network.
`outside(policy)` fetches links that somebody else chose, from the open internet only.
"""

import contextlib
import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import urlencode

import requests
import urllib3
from requests.adapters import BaseAdapter

from mvidarr.core import errors, failures, transport
from mvidarr.core.addresses import GLOBAL, Policy
from mvidarr.core.failures import Blocked, NotThere
from mvidarr.core.outside import Body, OutsideClient, outside
from mvidarr.core.transport import FAILURES, REDIRECTS, TIMEOUTS

__all__ = [
    "GLOBAL",
    "Answer",
    "Answers",
    "Ask",
    "Blocked",
    "Body",
    "Client",
    "Conf",
    "Kept",
    "NotThere",
]
__all__ += ["OutsideClient", "Policy", "no_pace", "operator", "outside"]

log = logging.getLogger(__name__)

MIB = 1024 * 1024

Params = Mapping[str, str | int]


def no_note(part: str, problem: str | None) -> None:
    """Nobody keeps how the parts of a service do."""


def no_pace() -> None:
    """Take no slot: for calls that no budget counts."""


def no_doubt(data: Any) -> None:
    """Take what came with a status of success for an answer."""


def no_cut() -> None:
    """Nobody asks whether a list is whole."""


def no_spend(units: int) -> None:
    """Count nothing: for services without a quota."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """An answer that was kept. One that is not fresh may be asked for again by its etag."""

    body: bytes
    etag: str | None
    is_fresh: bool


class Answers(Protocol):
    """Where answers are kept. `request` names what was asked, without any key; `keep` in ms."""

    def find(self, request: str, /) -> Kept | None: ...

    def keep(self, request: str, body: bytes, etag: str | None, keep: int, /) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Conf:
    """What an adapter needs to talk to its service. Times in seconds."""

    service: str
    base_url: str
    key: str = field(default="", repr=False)
    also: Mapping[str, Any] = field(default_factory=dict, repr=False)  # other settings, by keys
    proxy: str = ""
    ca: Path | None = None
    tools: Path | None = None  # folder of updated programs
    pace: Callable[[], None] = no_pace
    note: Callable[[str, str | None], None] = no_note  # part of the service, its problem
    spend: Callable[[int], None] = no_spend  # units of the day's quota; raises when it is used up
    cut: Callable[[], None] = no_cut  # the service has more of a list than it hands out
    answers: Answers | None = None
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


def operator(
    conf: Conf, headers: Mapping[str, str] | None = None, judge: Callable[[Any], None] = no_doubt
) -> "Client":
    """A client for one service; `headers` go with every request.

    `judge` raises ServiceError for data that tell of an error, though the status does not.
    """
    return Client(conf, headers or {}, judge)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One request below a service's address; with a `form` or `json` it is a POST.

    `secret` goes along with the params, but is neither logged nor part of a kept answer's name.
    """

    path: str
    params: Params = field(default_factory=dict)
    secret: Params = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)

    @property
    def method(self) -> str:
        return "GET" if self.form is None and self.json is None else "POST"

    @property
    def name(self) -> str:
        """What is asked, in words that are always the same."""
        return f"{self.path}?{urlencode(sorted(self.params.items()))}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, with any status; `location` where it sends us on to."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    location: str = field(repr=False)

    def json(self) -> Any:
        """The body as JSON, None when it is none: an error may be told in any form."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Client:
    """Talks to one service, and only there. A context manager, for one thread at a time."""

    def __init__(
        self, conf: Conf, headers: Mapping[str, str], judge: Callable[[Any], None]
    ) -> None:
        self.sent = 0  # requests so far: a kept answer adds none
        self._conf = conf
        self._judge = judge
        self._guard = transport.Guard()
        self._session = transport.open_session(
            self._guard, proxy=conf.proxy, ca=conf.ca, transport=conf.transport
        )
        self._session.headers.update({**transport.headers("application/json"), **headers})

    def cut(self) -> None:
        """Tell whoever asks that the service has more of a list than it handed out."""
        self._conf.cut()

    def note(self, part: str, problem: str | None) -> None:
        """Tell whoever keeps it that one part of the service is broken, or with None works."""
        self._conf.note(part, problem)

    def get_json(
        self,
        path: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        secret: Params | None = None,
        keep: int = 0,
    ) -> Any:
        """What the service answers to a path below its address; the caller quotes the path.

        With `keep` (ms) an answer that was kept so long ago at most is taken instead, and one
        that is older is asked for by its etag. A key in the params is given as `secret`.
        Raises ServiceError for everything else than JSON with a status of success.
        """
        request = Ask(path=path, params=params or {}, secret=secret or {}, headers=headers or {})
        answers = self._conf.answers
        if not keep or answers is None:
            return self._told(request, lambda: self.data(self.ask(request)))
        return self._told(request, lambda: self._kept(request, keep, answers))

    def ask(self, request: "Ask") -> "Answer":
        """The answer, whatever its status; raises ServiceError when there is none.

        For services whose errors say more than their status does; `data` makes the rest of it.
        """
        self._guard.begin(self._conf.deadline)
        tries = self._conf.retries if request.method == "GET" else 0
        return self._ask(self._prepare(request), tries)

    def data(self, answer: "Answer") -> Any:
        """The JSON of an answer. Raises ServiceError for any other, or an error's status."""
        self.need_success(answer)
        if failures.is_page(answer.headers, answer.body):
            sentence = f"{self._conf.who} answered with a web page instead of data."
            raise errors.ServiceError(self._conf.service, sentence)
        data = self._parsed(answer.body)
        self._judge(data)
        return data

    def need_success(self, answer: "Answer") -> None:
        """Raise ServiceError for a status that tells of an error; the body does not matter."""
        conf = self._conf
        if not 200 <= answer.status < 300:
            raise failures.of_status(
                conf.service, conf.who, answer.status, answer.headers, answer.body
            )

    def _kept(self, request: "Ask", keep: int, answers: Answers) -> Any:
        name = _mask(f"{self._conf.base_url} {request.name}", self._conf.key)
        known = answers.find(name)
        if known is not None and known.is_fresh:
            return self._parsed(known.body)
        etag = known.etag if known is not None and _is_line(known.etag) else None
        asked = replace(request, headers={**request.headers, "If-None-Match": etag or ""})
        answer = self.ask(asked if etag else request)
        if known is not None and answer.status == 304:
            answers.keep(name, known.body, etag, keep)
            return self._parsed(known.body)
        data = self.data(answer)
        answers.keep(name, answer.body, answer.headers.get("ETag"), keep)
        return data

    def _told(self, request: "Ask", ask: Callable[[], Any]) -> Any:
        conf = self._conf
        try:
            return ask()
        except errors.ServiceError as error:
            path = _mask(request.path, conf.key)
            log.warning("service failed service=%s path=%s: %s", conf.service, path, error)
            raise

    def _parsed(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            sentence = f"{self._conf.who} answered with damaged data."
            raise errors.ServiceError(self._conf.service, sentence) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def _prepare(self, request: "Ask") -> requests.PreparedRequest:
        base = self._conf.base_url.rstrip("/")
        url = f"{base}/{request.path.lstrip('/')}" if request.path else base
        return self._ready(
            requests.Request(
                request.method,
                url,
                params={**request.params, **request.secret},
                headers=request.headers,
                data=request.form,
                json=request.json,
            )
        )

    def _ready(self, request: requests.Request) -> requests.PreparedRequest:
        try:
            ready = self._session.prepare_request(request)
            for value in ready.headers.values():
                str(value).encode("latin-1")  # as it will be sent; bytes are there already
        except (requests.exceptions.InvalidHeader, UnicodeEncodeError):
            # without a cause: its text may hold what was typed
            raise failures.bad_key(self._conf.service, self._conf.who) from None
        except FAILURES as failure:
            raise failures.of_failure(self._conf.service, self._conf.who, failure) from None
        return ready

    def _ask(self, request: requests.PreparedRequest, retries: int) -> "Answer":
        """The answer, after up to `retries` more tries where a hiccup may be over soon."""
        try:
            answer = self._follow(request)
        except FAILURES as failure:
            if not retries or not failures.is_cut(failure):
                raise failures.of_failure(self._conf.service, self._conf.who, failure) from None
        else:
            if not retries or answer.status not in _HICCUPS:
                return answer
        self._back_off(self._conf.retries - retries)
        return self._ask(request, retries - 1)

    def _follow(self, request: requests.PreparedRequest) -> "Answer":
        home = _origin(request)
        for _ in range(REDIRECTS + 1):
            answer = self._send(request)
            if not answer.location:
                return answer
            if request.method != "GET":  # what was sent is for that address alone
                break
            request = self._ready(requests.Request("GET", answer.location, headers=request.headers))
            if _origin(request) != home:
                break
        raise failures.moved(self._conf.service, self._conf.who)

    def _send(self, request: requests.PreparedRequest) -> "Answer":
        conf = self._conf
        self._guard.wait(conf.pace)
        self.sent += 1
        with self._session.send(
            request, stream=True, timeout=conf.timeouts, allow_redirects=False
        ) as response:
            body = transport.read_capped(response, conf.max_bytes)
        log.debug("service answered service=%s status=%s", conf.service, response.status_code)
        return Answer(
            status=response.status_code,
            headers=response.headers,
            body=body.removeprefix(b"\xef\xbb\xbf"),
            location=transport.location(response),
        )

    def _back_off(self, tried: int) -> None:
        pause = self._conf.backoff * 2**tried * random.uniform(0.8, 1.2)
        with contextlib.suppress(TimeoutError):  # the next try reports it
            time.sleep(min(pause, self._guard.left()))


_HICCUPS = (500, 502, 504, 520, 521, 522, 523, 524)


def _origin(request: requests.PreparedRequest) -> tuple[str | None, str | None, int | None]:
    url = urllib3.util.parse_url(str(request.url))
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme or "")


def _is_line(etag: str | None) -> bool:
    """Whether it can be said again in a header: some are folded onto several lines."""
    return etag is not None and etag.isascii() and etag.isprintable()


def _mask(text: str, key: str) -> str:
    return text.replace(key, "***") if key else text
