"""Connections that keep a deadline and let a policy judge each address they are about to use.

Checking a URL's text does not hold: parsers disagree about hosts, names resolve differently the
second time, redirects lead elsewhere. So the one look-up is judged, and its answer connected to.
"""

import functools
import http.client
import importlib.metadata
import io
import logging
import math
import socket
import ssl
import time
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

from mvidarr.core import errors
from mvidarr.core.addresses import Policy

log = logging.getLogger(__name__)

CHUNK = 64 * 1024
REDIRECTS = 5
TIMEOUTS = (5.0, 30.0)  # seconds to connect, and between two pieces of an answer


class TooBig(Exception):
    """A body goes over its limit."""


FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, TooBig)


@functools.cache
def _user_agent() -> str:
    """Name, version and contact: MusicBrainz turns away who does not say them."""
    try:
        version = importlib.metadata.version("mvidarr")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    return f"MVidarr/{version} ( https://github.com/mvidarr/mvidarr )"


def headers(accept: str) -> dict[str, str]:
    """What every request says of itself; `accept` is a media type."""
    return {
        "User-Agent": _user_agent(),
        "Accept": accept,
        "Accept-Encoding": "gzip, deflate",
    }


class Guard:
    """What the connections of one client obey: when to be done, and whom not to talk to."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy
        self._ends = math.inf

    def begin(self, seconds: float) -> None:
        """Give everything until the next call this long in all."""
        self._ends = time.monotonic() + seconds

    def wait(self, turn: Callable[[], None]) -> None:
        """Wait for a turn, which does not count: the service is not slow, others were first."""
        started = time.monotonic()
        turn()
        self._ends += time.monotonic() - started

    def left(self) -> float:
        """Seconds until the deadline; raises TimeoutError once it has passed."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the deadline has passed")
        return seconds


def open_session(
    guard: Guard, *, proxy: str = "", ca: Path | None = None, transport: BaseAdapter | None = None
) -> requests.Session:
    """A session that takes nothing from the environment, keeps no cookies and never retries."""
    if proxy and not proxy.lower().startswith(("http://", "https://")):
        # urllib3 would reach a SOCKS proxy by other connections than the guarded ones
        raise errors.NotConfigured("The outbound proxy must begin with http:// or https://.")
    session = _Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.proxies = {"http": proxy, "https": proxy} if proxy else {}
    adapter = transport or GuardedAdapter(guard, trust(ca))
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


@functools.lru_cache(maxsize=4)
def trust(ca: Path | None) -> ssl.SSLContext:
    """Trust the system's authorities, the bundled ones, and those of `ca`."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if ca:
        context.load_verify_locations(ca)
    return context


def location(response: requests.Response) -> str:
    """Where a redirect leads; empty when it is none."""
    if not response.is_redirect:
        return ""
    target = response.headers["Location"].encode("latin-1", "ignore").decode("utf-8", "replace")
    try:
        return urljoin(str(response.url), target)
    except ValueError:
        return ""


def read_capped(response: requests.Response, max_bytes: int) -> bytes:
    """The decoded body; raises TooBig as soon as it is larger than allowed."""
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > max_bytes:
            response.close()
            raise TooBig
    return bytes(body)


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find none: to prepare the next request, requests reads the whole body, uncapped."""


class GuardedAdapter(HTTPAdapter):
    """requests' own adapter with guarded connections and one TLS context, loaded once."""

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        self._context = context
        self._pools = {
            "http": functools.partial(_Pool, guard=guard),
            "https": functools.partial(_TlsPool, guard=guard),
        }
        super().__init__(pool_connections=4, pool_maxsize=4)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        super().init_poolmanager(
            connections, maxsize, block, ssl_context=self._context, **pool_kwargs
        )
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = super().proxy_manager_for(
            proxy, ssl_context=self._context, proxy_ssl_context=self._context, **proxy_kwargs
        )
        manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the pool as it is: requests would load its bundle again for each connection."""


class _Guarded(HTTPConnection):
    """Judges before it connects, and reads only until the guard's deadline."""

    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guard = guard
        # http.client only calls it, whatever its declaration says
        self.response_class = functools.partial(  # type: ignore[assignment]
            _TimedResponse, guard
        )

    def _new_conn(self) -> socket.socket:
        self._guard.left()
        policy = self._guard.policy
        if policy is None or self.proxy is not None:
            return super()._new_conn()
        return self._connect_judged(policy)

    def _connect_judged(self, policy: Policy) -> socket.socket:
        endpoints = policy.resolve(self._dns_host, self.port)
        if not endpoints or not all(policy.allows(ip) for ip, _ in endpoints):
            log.info("address refused host=%s", self.host)
            raise NewConnectionError(self, "no allowed address")
        for endpoint in endpoints:
            try:
                return create_connection(
                    endpoint,
                    min(self._patience(), self._guard.left()),
                    socket_options=self.socket_options,
                )
            except OSError:
                log.debug("cannot connect host=%s ip=%s", self.host, endpoint[0])
        raise NewConnectionError(self, "no address answers")

    def _patience(self) -> float:
        return self.timeout if isinstance(self.timeout, int | float) else math.inf


class _GuardedTls(_Guarded, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


class _TimedResponse(http.client.HTTPResponse):
    """Reads status, headers and body through `_TimedReader`."""

    def __init__(self, guard: Guard, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReader(guard, sock, self.fp.detach()))


class _TimedReader(io.RawIOBase):
    """A socket's stream where each wait is cut to what is left until the deadline.

    A plain socket timeout starts again with every byte, so a slow drip would never end.
    """

    def __init__(self, guard: Guard, sock: socket.socket, raw: io.RawIOBase) -> None:
        super().__init__()
        self._guard = guard
        self._sock = sock
        self._raw = raw
        self._patience = sock.gettimeout() or math.inf

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(min(self._patience, self._guard.left()))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
