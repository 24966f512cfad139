"""The operator client over real connections: where it goes, and what it keeps to itself."""

import logging
import time
import traceback
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from mvidarr.core import errors, http
from tests.fakes import answers, raw
from tests.fakes.answers import Answer, Fault
from tests.fakes.asking import HOST, KEY, ask, conf, failure, plain, redirect
from tests.fakes.internet import FakeInternet
from tests.fakes.raw import RawServer


def raw_json(body: bytes, headers: str = "") -> raw.Script:
    return lambda server: [raw.answer(body, headers=f"Content-Type: application/json\r\n{headers}")]


def test_answer_is_read_from_below_the_base_address(fake_internet: FakeInternet) -> None:
    assert ask(plain(fake_internet)) == {"path": "/api/things/1"}

    request = fake_internet.requests[0]
    assert request.query == {"key": [KEY]}
    assert request.headers["x-key"] == KEY
    assert request.headers["user-agent"].startswith("MVidarr/")
    assert "https://github.com/mvidarr/mvidarr" in request.headers["user-agent"]


def test_name_that_is_an_address_stays_below_the_base_address(fake_internet: FakeInternet) -> None:
    answer = ask(plain(fake_internet), "http://127.0.0.1:1/x")

    assert answer["path"].startswith("/api/http")


def test_every_request_takes_a_slot(fake_internet: FakeInternet) -> None:
    taken: list[int] = []
    known = replace(plain(fake_internet), pace=lambda: taken.append(1))
    fake_internet.fault(Fault(host=HOST, answer=answers.server_error(502), times=2))

    ask(known)

    assert len(taken) == len(fake_internet.requests) == 3


def test_waiting_for_a_slot_is_not_slowness_of_the_service(
    fake_internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = [0.0]
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + moved[0])

    def queue() -> None:
        moved[0] += 100

    assert ask(replace(plain(fake_internet), pace=queue))["path"] == "/api/things/1"


def test_slot_that_is_too_far_away_is_not_waited_for(fake_internet: FakeInternet) -> None:
    def full() -> None:
        raise errors.TooSoon("Later.", retry_after=60)

    with pytest.raises(errors.TooSoon):
        ask(replace(plain(fake_internet), pace=full))
    assert fake_internet.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_within_the_service_is_followed(fake_internet: FakeInternet, status: int) -> None:
    known = plain(fake_internet)
    fake_internet.fault(Fault(path="*/1", answer=redirect("/api/things/2", status), times=1))

    assert ask(known) == {"path": "/api/things/2"}
    assert fake_internet.requests[1].headers["x-key"] == KEY


@pytest.mark.parametrize("kind", ["host", "port", "scheme", "relative"])
def test_redirect_to_elsewhere_is_not_followed(fake_internet: FakeInternet, kind: str) -> None:
    with RawServer(raw_json(b"{}")) as canary:
        known = plain(fake_internet)
        target = {
            "host": known.base_url.replace("127.0.0.1", "localhost"),
            "port": canary.url,
            "scheme": known.base_url.replace("http:", "https:"),
            "relative": f"//127.0.0.1:{canary.port}/x",
        }[kind]
        fake_internet.fault(Fault(path="*/1", answer=redirect(target)))

        error = failure(known)

        assert error.permanent
        assert "Correct its address" in str(error)
        assert canary.hits == 0
        assert len(fake_internet.requests) == 1


def test_redirect_in_a_circle_ends(fake_internet: FakeInternet) -> None:
    error = failure(plain(fake_internet, redirect("/api/things/1")))

    assert error.permanent
    assert len(fake_internet.requests) == 6


def test_redirect_with_an_endless_body_is_stopped_at_the_limit() -> None:
    def endless(server: RawServer) -> Iterable[bytes]:
        yield b"HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n"
        while not server.pause(0):
            yield b" " * 65536

    with RawServer(endless) as server:
        error = failure(conf(server.url, max_bytes=1_000_000))

        assert server.hits == 1
    assert "more data than expected" in str(error)


def test_redirect_without_a_target_is_reported(fake_internet: FakeInternet) -> None:
    assert failure(plain(fake_internet, Answer(status=302))).permanent


def test_environment_changes_nothing(
    fake_internet: FakeInternet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = plain(fake_internet)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password thief\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with RawServer(raw_json(b"{}")) as canary:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, canary.url)
        ask(known)

        assert canary.hits == 0
    assert "authorization" not in fake_internet.requests[0].headers


def test_cookies_are_not_kept(fake_internet: FakeInternet) -> None:
    known = plain(fake_internet, answers.json_of({}, headers={"Set-Cookie": "a=b; Path=/"}))
    with http.operator(known) as client:
        client.get_json("1")
        client.get_json("2")

    assert "cookie" not in fake_internet.requests[1].headers


def test_certificate_of_an_own_authority_is_trusted(fake_internet: FakeInternet) -> None:
    fake_internet.add(HOST, lambda request: answers.json_of({"scheme": request.scheme}))

    known = conf(f"https://{HOST}", proxy=fake_internet.proxy_url, ca=fake_internet.ca_file)

    assert ask(known) == {"scheme": "https"}


def test_unknown_authority_is_not_trusted(fake_internet: FakeInternet) -> None:
    error = failure(conf(f"https://{HOST}", proxy=fake_internet.proxy_url))

    assert "certificate" in str(error)
    assert fake_internet.requests == []


def test_proxy_that_refuses_is_named() -> None:
    refusal = raw.answer(b"", status="407 Proxy Authentication Required")
    with RawServer(lambda server: [refusal]) as server:
        error = failure(conf(f"https://{HOST}", proxy=server.url, retries=0))

    assert "outbound proxy" in str(error)


def test_proxy_that_asks_for_a_password_is_named() -> None:
    refusal = raw.answer(b"", status="407 Proxy Authentication Required")
    with RawServer(lambda server: [refusal]) as server:
        error = failure(conf(f"http://{HOST}", proxy=server.url, retries=0))

    assert "outbound proxy" in str(error)


def test_slow_proxy_is_stopped_by_the_deadline() -> None:
    with RawServer(raw.slow_headers) as server:
        error = failure(conf(f"https://{HOST}", proxy=server.url, deadline=0.3))

    assert not error.permanent


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "127.0.0.1:3128"])
def test_proxy_of_another_kind_is_refused(proxy: str) -> None:
    with pytest.raises(errors.NotConfigured):
        http.operator(conf("http://127.0.0.1", proxy=proxy))


class Canned(BaseAdapter):
    """Answers without a connection."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = 200
        response.url = str(request.url)
        response.request = request
        response._content = b'{"canned": true}'
        response._content_consumed = True  # type: ignore[attr-defined]
        return response

    def close(self) -> None:
        pass


def test_transport_can_be_replaced() -> None:
    assert ask(conf("https://catalogue.example.org", transport=Canned())) == {"canned": True}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(answer=answers.server_error()),
        Fault(answer=answers.unauthorized()),
        Fault(answer=answers.forbidden_html()),
        Fault(answer=answers.too_many(5)),
        Fault(answer=answers.invalid_json()),
        Fault(answer=redirect("http://127.0.0.1:1/")),
        Fault(cut_after=3),
        Fault(delay=30),
    ],
    ids=["500", "401", "403", "429", "broken", "moved", "cut", "slow"],
)
def test_key_is_never_written_down(
    fake_internet: FakeInternet, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    caplog.set_level(logging.DEBUG, logger="mvidarr")
    known = replace(plain(fake_internet), timeouts=(1.0, 0.2), deadline=2.0)
    fake_internet.fault(fault)

    error = failure(known, f"json/{KEY}/artist")

    assert caplog.records
    assert KEY not in caplog.text
    assert KEY not in "".join(traceback.format_exception(error))
