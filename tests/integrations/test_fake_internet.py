"""The fake internet does what the tests that stand on it believe."""

from pathlib import Path

import pytest
import requests

from tests.fakes import answers
from tests.fakes.answers import Answer, Fault, Request
from tests.fakes.internet import FakeInternet

HOST = "api.example.org"


def get(
    internet: FakeInternet, url: str, *, proxy: bool = True, span: str = ""
) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        if proxy:
            session.proxies = {"http": internet.proxy_url, "https": internet.proxy_url}
        headers = {"Range": span} if span else {}
        return session.get(url, verify=str(internet.ca_file), headers=headers, timeout=20)


def test_both_schemes_and_a_base_address_reach_the_same_handler(
    fake_internet: FakeInternet,
) -> None:
    fake_internet.add(HOST, lambda request: answers.json_of({"q": request.arg("q")}))

    secure = get(fake_internet, f"https://{HOST}/a?q=1")
    plain = get(fake_internet, f"http://{HOST}/a?q=2")
    direct = get(fake_internet, f"{fake_internet.base_url(HOST)}/a?q=3", proxy=False)

    assert [answer.json()["q"] for answer in (secure, plain, direct)] == ["1", "2", "3"]
    assert [str(request) for request in fake_internet.requests] == [
        f"GET https://{HOST}/a?q=1",
        f"GET http://{HOST}/a?q=2",
        f"GET http://{HOST}/a?q=3",
    ]


def test_unknown_requests_are_noted(tmp_path: Path) -> None:
    with FakeInternet(tmp_path) as internet:
        internet.add(HOST, lambda request: None)

        statuses = [get(internet, f"https://{host}/x").status_code for host in (HOST, "else.org")]

    assert statuses == [404, 404]
    assert len(internet.unknown) == 2


def test_fake_that_breaks_is_noted(tmp_path: Path) -> None:
    def broken(request: Request) -> Answer:
        raise KeyError("oops")

    with FakeInternet(tmp_path) as internet:
        internet.add(HOST, broken)

        assert get(internet, f"https://{HOST}/").status_code == 500
    assert "oops" in internet.unknown[0]


def test_faults_are_used_up_in_order(fake_internet: FakeInternet) -> None:
    fake_internet.add(HOST, lambda request: answers.text_of("fine"))
    fake_internet.fault(Fault(host=HOST, answer=answers.too_many(5), times=1))
    fake_internet.fault(Fault(path="/a*", answer=answers.server_error(503), times=1))

    seen = [get(fake_internet, f"https://{HOST}/abc") for _ in range(3)]

    assert [answer.status_code for answer in seen] == [429, 503, 200]
    assert seen[0].headers["Retry-After"] == "5"


def test_cut_connection_breaks_the_body(fake_internet: FakeInternet) -> None:
    fake_internet.add(HOST, lambda request: answers.text_of("x" * 1000))
    fake_internet.fault(Fault(cut_after=10))

    with pytest.raises(requests.RequestException):
        get(fake_internet, f"https://{HOST}/")


def test_file_is_served_in_ranges(fake_internet: FakeInternet, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(200)))
    fake_internet.add(HOST, lambda request: answers.file_of(path, "video/mp4"))

    part = get(fake_internet, f"https://{HOST}/", span="bytes=10-19")
    beyond = get(fake_internet, f"https://{HOST}/", span="bytes=200-")

    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part.headers["Content-Range"] == "bytes 10-19/200"
    assert beyond.status_code == 416
