"""A whole internet on loopback: an HTTP proxy that ends every TLS connection itself.

A client is given `proxy_url` (the setting `outbound_proxy`) and `ca_file` (the boot fact
`MVIDARR_CA`), nothing else; whatever host it asks for, the fakes registered here answer.

    def test_photo_is_fetched(fake_internet):
        fake_internet.add("i.example.org", lambda request: answers.text_of("hello"))

        session.get("https://i.example.org/a", proxies={"https": fake_internet.proxy_url},
                    verify=str(fake_internet.ca_file))

        assert [str(r) for r in fake_internet.requests] == ["GET https://i.example.org/a"]

A handler takes a `Request` and answers an `Answer`, or None when it does not know the request;
the handler that was added last is asked first, and hosts may be patterns (`*.example.org`).
What nobody knows is answered by 404 and written to `unknown`: the fixture fails the test for it.
Faults come on top, for every fake alike, and are used up in the order in which they were added:

    fake_internet.fault(Fault(host="i.example.org", answer=answers.too_many(5), times=1))
    fake_internet.fault(Fault(host="*.googlevideo.com", cut_after=50_000, times=1))
    fake_internet.fault(Fault(host="api.example.org", path="/search*", bytes_per_s=2_000))

A client that takes a base address instead of a proxy gets `base_url("api.example.org")`: the same
handlers and faults over plain HTTP on a port of their own.
"""

import ssl
import threading
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Self

import trustme

from tests.fakes.answers import Answer, Fault, Request, text_of
from tests.fakes.server import Server

Handler = Callable[[Request], Answer | None]


class FakeInternet:
    """Routes by host; see the module. A context manager: servers stop when it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ca_file = folder / "ca.pem"
        self.requests: list[Request] = []
        self.unknown: list[str] = []
        self._handlers: list[tuple[str, Handler]] = []
        self._faults: list[Fault] = []
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self._authority = trustme.CA()
        self._authority.cert_pem.write_to_path(str(self.ca_file))
        self._proxy = Server(self.exchange, tls=self._context)
        self._plain: dict[str, Server] = {}

    @property
    def proxy_url(self) -> str:
        return self._proxy.url

    def base_url(self, host: str) -> str:
        """Answer for `host` over plain HTTP too, and say where."""
        if host not in self._plain:
            self._plain[host] = Server(self.exchange, host=host)
        return self._plain[host].url

    def add(self, host: str, handler: Handler) -> None:
        self._handlers.insert(0, (host, handler))

    def fault(self, fault: Fault) -> None:
        self._faults.append(fault)

    def heal(self) -> None:
        """Take all faults back."""
        self._faults.clear()

    def asked(self, host: str = "*", path: str = "*") -> list[Request]:
        """The requests so far to a host and path (patterns)."""
        return [r for r in self.requests if fnmatch(r.host, host) and fnmatch(r.path, path)]

    def exchange(self, request: Request) -> tuple[Answer, Fault | None]:
        """Log the request and find its answer, and the fault to send it with."""
        with self._lock:
            self.requests.append(request)
            fault = next((f for f in self._faults if f.fits(request)), None)
            if fault:
                fault.use()
        if fault and fault.answer:
            return fault.answer, fault
        return self._ask(request), fault

    def _ask(self, request: Request) -> Answer:
        for pattern, handler in self._handlers:
            if not fnmatch(request.host, pattern):
                continue
            try:
                answer = handler(request)
            except Exception as error:  # a fake that breaks must fail its test, not its thread
                self.unknown.append(f"{request} broke its fake: {error!r}")
                return text_of("the fake broke", status=500)
            if answer is not None:
                return answer
        self.unknown.append(f"{request} {request.body[:200]!r}")
        return text_of("nobody here", status=404)

    def _context(self, host: str) -> ssl.SSLContext:
        with self._lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in (self._proxy, *self._plain.values()):
            server.close()
