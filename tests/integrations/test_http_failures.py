"""The operator client over real connections: every way to fail, and what it says then."""

import email.utils
import gzip
import socket
import tracemalloc
from collections.abc import Iterable
from dataclasses import replace

import pytest

from mvidarr.core.http import Blocked, NotThere
from tests.fakes import answers, raw
from tests.fakes.answers import Answer, Fault
from tests.fakes.asking import HOST, ask, conf, failure, plain
from tests.fakes.internet import FakeInternet
from tests.fakes.raw import RawServer


@pytest.mark.parametrize("answer", [answers.unauthorized(), answers.text_of("<html>", status=401)])
def test_401_means_that_the_key_is_refused(fake_internet: FakeInternet, answer: Answer) -> None:
    error = failure(plain(fake_internet, answer))

    assert error.permanent
    assert "refused the key" in str(error)
    assert len(fake_internet.requests) == 1


def test_403_json_means_that_the_key_is_refused(fake_internet: FakeInternet) -> None:
    error = failure(plain(fake_internet, answers.json_of({"error": "no"}, status=403)))

    assert error.permanent
    assert not isinstance(error, Blocked)


def test_403_page_is_a_block_and_not_a_bad_key(fake_internet: FakeInternet) -> None:
    error = failure(plain(fake_internet, answers.forbidden_html()))

    assert isinstance(error, Blocked)
    assert not error.permanent


@pytest.mark.parametrize("status", [404, 410])
def test_missing_thing_has_an_error_of_its_own(fake_internet: FakeInternet, status: int) -> None:
    error = failure(plain(fake_internet, answers.json_of({"error": "Not Found"}, status=status)))

    assert isinstance(error, NotThere)
    assert error.permanent


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("5", 5),
        ("80000", 80_000),
        ("99999999999999", 604_800),
        ("-5", None),
        ("soon", None),
        ("٣", None),
        ("", None),
        (email.utils.formatdate(0, usegmt=True), 0),
        ("Tue, 01 Jan 2058 00:00:00 GMT", 604_800),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_pause_is_handed_on_and_not_slept(
    fake_internet: FakeInternet, status: int, header: str, seconds: float | None
) -> None:
    headers = {"Retry-After": header.encode().decode("latin-1")} if header else {}
    error = failure(plain(fake_internet, answers.json_of({}, status=status, headers=headers)))

    assert error.retry_after == seconds
    assert not error.permanent
    assert len(fake_internet.requests) == 1


def test_hiccup_is_asked_again(fake_internet: FakeInternet) -> None:
    known = plain(fake_internet)
    fake_internet.fault(Fault(host=HOST, answer=answers.server_error(), times=2))

    assert ask(known) == {"path": "/api/things/1"}


def test_lasting_trouble_is_reported_after_two_more_tries(fake_internet: FakeInternet) -> None:
    error = failure(plain(fake_internet, answers.server_error(502)))

    assert "502" in str(error)
    assert not error.permanent
    assert len(fake_internet.requests) == 3


@pytest.mark.parametrize("status", [400, 405, 422])
def test_request_that_is_not_accepted_is_permanent(
    fake_internet: FakeInternet, status: int
) -> None:
    error = failure(plain(fake_internet, answers.json_of({"error": "bad"}, status=status)))

    assert error.permanent
    assert len(fake_internet.requests) == 1


def test_cut_connection_is_asked_again(fake_internet: FakeInternet) -> None:
    known = plain(fake_internet, answers.json_of({"long": "x" * 5000}))
    fake_internet.fault(Fault(host=HOST, cut_after=100, times=2))

    assert len(ask(known)["long"]) == 5000


def test_connection_that_is_cut_each_time_is_reported(fake_internet: FakeInternet) -> None:
    known = plain(fake_internet, answers.json_of({"long": "x" * 5000}))
    fake_internet.fault(Fault(host=HOST, cut_after=100))

    error = failure(known)

    assert str(error) == "Catalogue ended the connection too early."
    assert len(fake_internet.requests) == 3


def test_connection_that_ends_before_any_answer_is_reported() -> None:
    with RawServer(lambda server: []) as server:
        error = failure(conf(server.url))

        assert not error.permanent
        assert server.hits == 3


@pytest.mark.parametrize(
    "answer",
    [
        answers.invalid_json(),
        answers.html_with_200(),
        Answer(body=b"<html>no type said</html>"),
        Answer(body=b""),
        Answer(body=b"\xff\xfe\x00"),
        Answer(body=b"[" * 100_000),
        Answer(body=b"[" + b"9" * 10_000 + b"]"),
        Answer(body=b"{}", headers={"Content-Encoding": "gzip"}),
        Answer(status=204, body=b""),
    ],
    ids=["broken", "page", "unsaid page", "empty", "bytes", "deep", "number", "not gzip", "204"],
)
def test_what_is_not_json_is_reported(fake_internet: FakeInternet, answer: Answer) -> None:
    error = failure(plain(fake_internet, answer))

    assert not error.permanent


def test_byte_order_mark_is_tolerated(fake_internet: FakeInternet) -> None:
    assert ask(plain(fake_internet, Answer(body=b'\xef\xbb\xbf{"a": 1}'))) == {"a": 1}


def test_compressed_answer_is_read(fake_internet: FakeInternet) -> None:
    packed = Answer(body=gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})

    assert ask(plain(fake_internet, packed)) == {"a": 1}


def test_packed_bomb_is_stopped_at_the_limit(fake_internet: FakeInternet) -> None:
    bomb = gzip.compress(b'"' + b"0" * 200_000_000 + b'"')
    known = plain(fake_internet, Answer(body=bomb, headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        error = failure(replace(known, max_bytes=1_000_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert "more data than expected" in str(error)
    assert peak < 20_000_000


def test_body_that_lies_about_its_length_is_stopped_at_the_limit() -> None:
    def endless(server: RawServer) -> Iterable[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        while not server.pause(0):
            yield b" " * 65536

    with RawServer(endless) as server:
        error = failure(conf(server.url, max_bytes=1_000_000))

    assert "more data than expected" in str(error)


@pytest.mark.parametrize(
    "script", [raw.slow_headers, raw.slow_body, raw.slow_chunks, raw.slow_chunk_size, raw.silence]
)
def test_slow_drip_is_stopped_by_the_deadline(script: raw.Script) -> None:
    with RawServer(script) as server:
        error = failure(conf(server.url, deadline=0.3))

        assert str(error) == "Catalogue took too long to answer."
        assert server.hits == 1


def test_silent_service_is_given_up() -> None:
    with RawServer(raw.silence) as server:
        error = failure(conf(server.url, timeouts=(1.0, 0.1)))

    assert str(error) == "Catalogue took too long to answer."


def test_service_without_an_address_cannot_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)

    assert "cannot be found" in str(failure(conf("http://nowhere.example.org")))


def test_closed_port_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert str(failure(conf(f"http://127.0.0.1:{port}"))) == "Catalogue cannot be reached."


@pytest.mark.parametrize(
    "base_url", ["", "no address", "ftp://example.org", "http://[::1", "http://"]
)
def test_address_that_is_none_is_said_to_be_wrong(base_url: str) -> None:
    error = failure(conf(base_url))

    assert error.permanent
    assert "Correct it in the settings" in str(error)
