"""How ytmusicapi reaches YouTube Music: through our own connections, at our pace, with a limit."""

import contextlib
import io
import json
import locale
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from mvidarr.core import clock, errors, failures, transport
from mvidarr.core.http import Conf

if TYPE_CHECKING:
    from ytmusicapi import YTMusic

VISITOR = "X-Goog-Visitor-Id"
KEPT = 12 * clock.HOUR

_starting = threading.Lock()


@contextlib.contextmanager
def opened(conf: Conf) -> Iterator["YTMusic"]:
    """A client whose requests raise ServiceError, whatever goes wrong on their way."""
    guard = transport.Guard()
    session = transport.open_session(guard, proxy=conf.proxy, ca=conf.ca, transport=conf.transport)
    session.mount("https://", _Door(conf, guard, session.get_adapter("https://")))
    with session:
        music = _start(session)
        _be_known(conf, music)
        yield music


def _start(session: requests.Session) -> "YTMusic":
    """ytmusicapi sets the locale of the whole process; nobody else asked for that."""
    from ytmusicapi import YTMusic

    with _starting:
        before = locale.setlocale(locale.LC_ALL)
        try:
            return YTMusic(requests_session=session)
        finally:
            locale.setlocale(locale.LC_ALL, before)


def _be_known(conf: Conf, music: "YTMusic") -> None:
    """Go on as the visitor that YouTube took us for: else each client fetches its front page."""
    from ytmusicapi.helpers import initialize_headers

    kept = conf.answers.find("visitor") if conf.answers else None
    if kept is not None and kept.is_fresh:
        known = {VISITOR: str(json.loads(kept.body))}
        music.base_headers = CaseInsensitiveDict({**initialize_headers(), **known})
        return
    try:
        visitor = str(music.headers.get(VISITOR) or "")
    except (ValueError, AttributeError):  # a front page of another shape: strangers get answers too
        music.base_headers = CaseInsensitiveDict({**initialize_headers(), VISITOR: ""})
        return
    if conf.answers and visitor:
        conf.answers.keep("visitor", json.dumps(visitor).encode(), None, KEPT)


class _Door(BaseAdapter):
    """Lets each request out in its turn and hands in answers that are whole, small and good."""

    def __init__(self, conf: Conf, guard: transport.Guard, inner: BaseAdapter) -> None:
        super().__init__()
        self._conf, self._guard, self._inner = conf, guard, inner

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        conf = self._conf
        conf.pace()
        self._guard.begin(conf.deadline)
        try:
            with self._inner.send(
                request, stream=True, timeout=conf.timeouts, cert=cert, proxies=proxies
            ) as response:
                body = transport.read_capped(response, conf.max_bytes)
        except transport.FAILURES as failure:
            raise failures.of_failure(conf.service, conf.who, failure) from None
        if request.method == "POST":  # the front page may be anything: it only names the visitor
            self._judge(response, body)
        return _whole(response, body)

    def close(self) -> None:
        self._inner.close()

    def _judge(self, response: requests.Response, body: bytes) -> None:
        service, who = self._conf.service, self._conf.who
        status, headers = response.status_code, response.headers
        if not 200 <= status < 300:
            raise failures.of_status(service, who, status, headers, body)
        if failures.is_page(headers, body):
            raise errors.ServiceError(service, f"{who} answered with a web page instead of data.")
        if body.lstrip()[:1] != b"{":  # ytmusicapi would take it for an answer that has nothing
            raise errors.ServiceError(service, f"{who} answered with damaged data.")


def _whole(response: requests.Response, body: bytes) -> requests.Response:
    """The answer with its body read; a redirect is followed by nobody."""
    answer = requests.Response()
    answer.status_code, answer.headers = response.status_code, response.headers
    answer.request, answer.url, answer.reason = response.request, response.url, response.reason
    answer.encoding = "utf-8"
    answer.raw = io.BytesIO(body)
    return answer
