"""The client for links from outside: whatever their text says, they lead to the open internet."""

import gzip
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
import trustme

from mvidarr.core import addresses, errors, http
from mvidarr.core.addresses import Endpoint, Policy
from mvidarr.core.http import NotThere
from tests.fakes import answers, raw
from tests.fakes.answers import Answer, Fault
from tests.fakes.hostile_links import LINKS_INSIDE, LINKS_OF_WRONG_FORM
from tests.fakes.internet import FakeInternet
from tests.fakes.raw import RawServer

PICTURE = b"\x89PNG\r\n\x1a\n" + b"picture"
PNG = "Content-Type: image/png\r\n"
PUBLIC = "93.184.216.34"


class Rebinding:
    """A resolver that answers differently each time it is asked, and counts."""

    def __init__(self, *answers: Sequence[Endpoint]) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    def __call__(self, host: str, port: int) -> Sequence[Endpoint]:
        self.asked.append(host)
        return self._answers[min(len(self.asked), len(self._answers)) - 1]


def only_to(port: int) -> Policy:
    """Real look-ups and real judgement, but what passes lands on a port of ours."""
    return Policy(
        resolve=lambda host, asked: [(ip, port) for ip, _ in addresses.look_up(host, asked)],
        allows=addresses.is_global,
    )


def open_to(port: int) -> Policy:
    """Every host is our port, and that is allowed."""
    return Policy(resolve=lambda host, asked: [("127.0.0.1", port)], allows=lambda ip: True)


def refusal(policy: Policy, url: str) -> errors.ServiceError:
    with (
        http.outside(policy, deadline=5.0) as client,
        pytest.raises(errors.ServiceError) as caught,
    ):
        client.get(url, max_bytes=1000)
    return caught.value


def picture(headers: str = PNG) -> raw.Script:
    return lambda server: [raw.answer(PICTURE, headers=headers)]


def moved_to(url: str) -> bytes:
    return raw.answer(b"", status="302 Found", headers=f"Location: {url}\r\n")


def test_picture_is_fetched() -> None:
    with RawServer(picture("Content-Type: Image/PNG; charset=x\r\n")) as server:
        with http.outside(open_to(server.port)) as client:
            body = client.get("http://i.example.org/a.png?b=1", max_bytes=1000)

        assert body == http.Body(
            content=PICTURE, content_type="image/png", url="http://i.example.org/a.png?b=1"
        )
        assert server.heads[0].startswith(b"GET /a.png?b=1 HTTP/1.1\r\n")
        assert b"\r\nHost: i.example.org\r\n" in server.heads[0]


@pytest.mark.parametrize("url", LINKS_INSIDE)
def test_link_to_the_inside_never_connects(url: str) -> None:
    with RawServer(picture()) as canary:
        error = refusal(only_to(canary.port), url)

        assert canary.hits == 0
    assert str(error) == "That link cannot be fetched."


@pytest.mark.parametrize("url", LINKS_INSIDE)
def test_redirect_to_the_inside_never_connects(url: str) -> None:
    target = url.strip().encode().decode("latin-1")
    with (
        RawServer(picture()) as canary,
        RawServer(lambda server: [moved_to(target)], host="127.0.0.5") as outpost,
    ):

        def resolve(host: str, port: int) -> Sequence[Endpoint]:
            if host == "open.example.org":
                return [("127.0.0.5", outpost.port)]
            return [(ip, canary.port) for ip, _ in addresses.look_up(host, port)]

        def allows(ip: str) -> bool:
            return ip == "127.0.0.5" or addresses.is_global(ip)

        error = refusal(Policy(resolve=resolve, allows=allows), "http://open.example.org/")

        assert outpost.hits == 1
        assert canary.hits == 0
    assert str(error) == "That link cannot be fetched."


@pytest.mark.parametrize("url", LINKS_OF_WRONG_FORM)
def test_link_of_a_wrong_form_is_not_even_looked_up(url: str) -> None:
    with RawServer(picture()) as canary:
        looked_up = Rebinding([])
        error = refusal(Policy(resolve=looked_up, allows=lambda ip: True), url)

        assert canary.hits == 0
    assert looked_up.asked == []
    assert error.permanent


def test_name_is_looked_up_once_and_that_answer_is_used() -> None:
    with RawServer(picture()) as server:
        resolver = Rebinding([("127.0.0.1", server.port)], [("127.0.0.2", server.port)])
        judged: list[str] = []

        def allows(ip: str) -> bool:
            judged.append(ip)
            return True

        with http.outside(Policy(resolve=resolver, allows=allows)) as client:
            client.get("http://rebind.example.org/", max_bytes=1000)

        assert resolver.asked == ["rebind.example.org"]
        assert judged == ["127.0.0.1"]


def test_each_redirect_is_looked_up_and_judged_again() -> None:
    with RawServer(lambda server: [moved_to("http://rebind.example.org/2")]) as server:
        resolver = Rebinding([("127.0.0.1", server.port)], [("127.0.0.2", server.port)])

        refusal(
            Policy(resolve=resolver, allows=lambda ip: ip == "127.0.0.1"),
            "http://rebind.example.org/1",
        )

        assert len(resolver.asked) == 2
        assert server.hits == 1


def test_one_bad_address_among_good_ones_refuses_all() -> None:
    with RawServer(picture()) as canary:
        resolver = Rebinding([(PUBLIC, canary.port), ("127.0.0.1", canary.port)])

        refusal(Policy(resolve=resolver, allows=addresses.is_global), "http://mixed.example.org/")

        assert canary.hits == 0


def test_next_address_is_tried_when_one_does_not_answer() -> None:
    with RawServer(picture()) as server:
        resolver = Rebinding([("127.0.0.1", 1), ("127.0.0.1", server.port)])
        with http.outside(Policy(resolve=resolver, allows=lambda ip: True)) as client:
            assert client.get("http://two.example.org/", max_bytes=1000).content == PICTURE


def test_name_without_an_address_is_refused() -> None:
    error = refusal(Policy(resolve=Rebinding([]), allows=lambda ip: True), "http://x.example.org/")

    assert str(error) == "That link cannot be fetched."


def test_refused_closed_and_unknown_say_the_same() -> None:
    closed = refusal(open_to(1), "http://a.example.org/")
    unknown = refusal(
        Policy(resolve=Rebinding([]), allows=lambda ip: True), "http://a.example.org/"
    )
    refused = refusal(addresses.GLOBAL, "http://127.0.0.1/")

    assert str(closed) == str(unknown) == str(refused)
    assert closed.permanent == unknown.permanent == refused.permanent is False


def test_redirects_are_followed_five_times() -> None:
    def bounce(server: RawServer) -> Iterable[bytes]:
        yield moved_to("/again") if server.hits <= 5 else raw.answer(PICTURE, headers=PNG)

    with RawServer(bounce) as server, http.outside(open_to(server.port)) as client:
        assert client.get("http://a.example.org/", max_bytes=1000).url.endswith("/again")


def test_sixth_redirect_is_refused() -> None:
    with RawServer(lambda server: [moved_to("/again")]) as server:
        error = refusal(open_to(server.port), "http://a.example.org/")

        assert server.hits == 6
    assert error.permanent


def test_body_of_a_redirect_is_not_read() -> None:
    def script(server: RawServer) -> Iterable[bytes]:
        if server.hits > 1:
            yield raw.answer(PICTURE, headers=PNG)
            return
        yield b"HTTP/1.1 302 Found\r\nLocation: /2\r\n\r\n"
        while not server.pause(0):
            yield b" " * 65536

    with RawServer(script) as server, http.outside(open_to(server.port)) as client:
        assert client.get("http://a.example.org/1", max_bytes=1000).content == PICTURE


@pytest.mark.parametrize("target", ["ftp://example.org/", "http://a:b@example.org/", "http://[::1"])
def test_redirect_of_a_wrong_form_is_refused(target: str) -> None:
    with RawServer(lambda server: [moved_to(target)]) as server:
        refusal(open_to(server.port), "http://a.example.org/")

        assert server.hits == 1


def test_cookies_and_identity_are_not_handed_on() -> None:
    def script(server: RawServer) -> Iterable[bytes]:
        cookie = "Set-Cookie: a=b; Path=/\r\nContent-Type: image/png\r\n"
        yield raw.answer(PICTURE, headers=cookie)

    with RawServer(script) as server:
        with http.outside(open_to(server.port)) as client:
            client.get("http://a.example.org/1", max_bytes=1000)
            client.get("http://a.example.org/2", max_bytes=1000)

        assert b"cookie" not in server.heads[1].lower()
        assert b"referer" not in server.heads[1].lower()


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_missing_picture_has_an_error_of_its_own(status: str) -> None:
    with RawServer(lambda server: [raw.answer(b"", status=status)]) as server:
        assert isinstance(refusal(open_to(server.port), "http://a.example.org/"), NotThere)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        ("403 Forbidden", True),
        ("429 Too Many Requests", False),
        ("500 Oops", False),
        ("304 Not Modified", True),
        ("206 Partial Content", True),
        ("302 Found", True),
    ],
)
def test_other_answers_are_refused(status: str, permanent: bool) -> None:
    with RawServer(lambda server: [raw.answer(PICTURE, status=status)]) as server:
        assert refusal(open_to(server.port), "http://a.example.org/").permanent is permanent


@pytest.mark.parametrize("kind", ["text/html", "", "application/octet-stream", "imagery/x"])
def test_something_of_another_kind_is_refused(kind: str) -> None:
    header = f"Content-Type: {kind}\r\n" if kind else ""
    with RawServer(picture(header)) as server:
        error = refusal(open_to(server.port), "http://a.example.org/")

    assert error.permanent
    assert "another kind" in str(error)


def test_body_is_capped_after_unpacking() -> None:
    bomb = gzip.compress(b"0" * 5_000_000)
    headers = "Content-Type: image/png\r\nContent-Encoding: gzip\r\n"
    with RawServer(lambda server: [raw.answer(bomb, headers=headers)]) as server:
        error = refusal(open_to(server.port), "http://a.example.org/")

    assert error.permanent
    assert "too large" in str(error)


def test_body_of_exactly_the_limit_is_taken() -> None:
    with (
        RawServer(lambda server: [raw.answer(b"x" * 1000, headers=PNG)]) as server,
        http.outside(open_to(server.port)) as client,
    ):
        assert len(client.get("http://a.example.org/", max_bytes=1000).content) == 1000


@pytest.mark.parametrize("script", [raw.slow_headers, raw.slow_body, raw.slow_chunks])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_slow_drip_is_stopped_by_the_deadline(
    script: raw.Script, scheme: str, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.pem"
    tls = certificate(ca) if scheme == "https" else None
    with (
        RawServer(script, tls=tls) as server,
        http.outside(open_to(server.port), ca=ca if tls else None, deadline=0.4) as client,
        pytest.raises(errors.ServiceError) as caught,
    ):
        client.get(f"{scheme}://good.example.org/", max_bytes=1000, accept=("",))

    assert not caught.value.permanent
    assert server.hits == 1


def certificate(ca: Path) -> ssl.SSLContext:
    """A server's context for good.example.org; its authority is written to `ca`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("good.example.org").configure_cert(context)
    return context


def test_certificate_must_fit_the_name(tmp_path: Path) -> None:
    context = certificate(tmp_path / "ca.pem")
    with (
        RawServer(picture(), tls=context) as server,
        http.outside(open_to(server.port), ca=tmp_path / "ca.pem") as client,
    ):
        assert client.get("https://good.example.org/", max_bytes=1000).content == PICTURE
        with pytest.raises(errors.ServiceError):
            client.get("https://other.example.org/", max_bytes=1000)


PHOTOS = "i.ytimg.com"


def test_listed_host_is_fetched_through_the_proxy(fake_internet: FakeInternet) -> None:
    fake_internet.add(PHOTOS, lambda request: Answer(body=PICTURE, kind="image/png"))
    with http.outside(
        proxy=fake_internet.proxy_url, ca=fake_internet.ca_file, hosts=addresses.IMAGE_HOSTS
    ) as client:
        assert client.get(f"https://{PHOTOS}/vi/1.png", max_bytes=1000).content == PICTURE
        assert client.get(f"http://{PHOTOS}/vi/2.png", max_bytes=1000).content == PICTURE

    assert [request.path for request in fake_internet.requests] == ["/vi/1.png", "/vi/2.png"]


@pytest.mark.parametrize(
    "url", ["https://example.com/", "https://i.ytimg.com.example.org/", "http://localhost/"]
)
def test_unlisted_host_is_not_asked_of_the_proxy(fake_internet: FakeInternet, url: str) -> None:
    with (
        http.outside(proxy=fake_internet.proxy_url, hosts=addresses.IMAGE_HOSTS) as client,
        pytest.raises(errors.ServiceError),
    ):
        client.get(url, max_bytes=1000)

    assert fake_internet.requests == []


@pytest.mark.parametrize("url", [*LINKS_INSIDE, "http://8.8.8.8/", "http://[2606:4700::1111]/"])
def test_addresses_are_not_asked_of_the_proxy(fake_internet: FakeInternet, url: str) -> None:
    hosts = ("8.8.8.8", "127.0.0.1", *addresses.IMAGE_HOSTS)
    with (
        http.outside(proxy=fake_internet.proxy_url, hosts=hosts) as client,
        pytest.raises(errors.ServiceError),
    ):
        client.get(url, max_bytes=1000)

    assert fake_internet.requests == []


def test_redirect_to_an_unlisted_host_is_refused(fake_internet: FakeInternet) -> None:
    moved = answers.json_of({}, status=302, headers={"Location": "https://example.com/"})
    fake_internet.fault(Fault(host=PHOTOS, answer=moved))
    with (
        http.outside(
            proxy=fake_internet.proxy_url, ca=fake_internet.ca_file, hosts=addresses.IMAGE_HOSTS
        ) as client,
        pytest.raises(errors.ServiceError),
    ):
        client.get(f"https://{PHOTOS}/", max_bytes=1000)

    assert len(fake_internet.requests) == 1


def test_without_a_proxy_no_list_of_hosts_is_needed() -> None:
    with (
        RawServer(picture()) as server,
        http.outside(open_to(server.port), hosts=addresses.IMAGE_HOSTS) as client,
    ):
        assert client.get("http://any.example.org/", max_bytes=1000).content == PICTURE
