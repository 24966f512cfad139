"""Webhooks over real HTTP: what is sent, what an answer means, and where nothing is ever sent."""

from collections.abc import Sequence

import pytest

from mvidarr.core import addresses, clock
from mvidarr.core.addresses import Endpoint, Policy
from mvidarr.integrations import webhook
from mvidarr.integrations.notices import NotDelivered, Way
from mvidarr.integrations.webhook import Hook, Letter
from tests.conftest import SetClock
from tests.fakes import raw
from tests.fakes.answers import Answer, too_many
from tests.fakes.hostile_links import LINKS_INSIDE, LINKS_OF_WRONG_FORM
from tests.fakes.internet import FakeInternet
from tests.fakes.raw import RawServer

LETTER = Letter(kind="video.downloaded", delivery="0b6c", body=b'{"id":1}')
OUTSIDE = Way(policy=addresses.GLOBAL)


def refused(url: str, way: Way | None = None) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        webhook.post(Hook(url=url, secret="s3cret"), LETTER, way or Way())
    return caught.value


def answering(status: str, headers: str = "") -> RawServer:
    return RawServer(lambda server: [raw.answer(b"no", status=status, headers=headers)])


def only_to(port: int) -> Policy:
    """Real look-ups and real judgement, but what passes lands on a port of ours."""
    return Policy(
        resolve=lambda host, asked: [(ip, port) for ip, _ in addresses.look_up(host, asked)],
        allows=addresses.is_global,
    )


def test_signature_is_that_of_the_documented_example() -> None:
    signed = webhook.sign("key", "1790000000", b'{"id":1}')

    assert signed == ("sha256=b3841d86e5ee97df96c5a1b904575f094968e8dc3a46349d327e58ae1226c7d4")
    assert signed != webhook.sign("key", "1790000001", b'{"id":1}')
    assert signed != webhook.sign("kez", "1790000000", b'{"id":1}')


def test_letter_arrives_whole(set_clock: SetClock) -> None:
    with RawServer(lambda server: [raw.answer(b"", status="202 Accepted")]) as server:
        assert webhook.post(Hook(url=f"{server.url}/a?b=1", secret="k"), LETTER, Way()) == 202

        head = server.heads[0].decode()
    assert head.startswith("POST /a?b=1 HTTP/1.1\r\n")
    for line in (
        "Content-Type: application/json",
        "X-MVidarr-Event: video.downloaded",
        "X-MVidarr-Delivery: 0b6c",
        f"X-MVidarr-Timestamp: {clock.now() // 1000}",
        f"X-MVidarr-Signature: {webhook.sign('k', str(clock.now() // 1000), LETTER.body)}",
        "User-Agent: MVidarr/",
    ):
        assert f"\r\n{line}" in head


@pytest.mark.parametrize("status", [400, 401, 403, 405, 410, 413, 422, 301, 302, 307, 308])
def test_what_will_not_change_is_final(status: int) -> None:
    with answering(f"{status} No", "Location: http://127.0.0.1:1/\r\n") as server:
        error = refused(server.url)

        assert server.hits == 1
    assert (error.permanent, error.answered) == (True, status)
    assert f"(status {status})." in str(error)


@pytest.mark.parametrize("status", [404, 408, 409, 423, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with answering(f"{status} No") as server:
        error = refused(server.url)

    assert (error.permanent, error.answered, error.retry_after) == (False, status, None)


def test_a_pause_that_is_asked_for_is_told() -> None:
    with answering("429 Slow", "Retry-After: 120\r\n") as server:
        assert refused(server.url).retry_after == 120


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (lambda server: [b"HTTP/1.1 2"], "ended the connection too early"),
        (raw.slow_headers, "took too long"),
        (raw.silence, "took too long"),
    ],
    ids=["cut", "drip", "silence"],
)
def test_a_receiver_that_says_nothing_whole_may_be_asked_again(
    monkeypatch: pytest.MonkeyPatch, script: raw.Script, words: str
) -> None:
    monkeypatch.setattr(webhook, "DEADLINE", 0.5)
    with RawServer(script) as server:
        error = refused(server.url)

    assert words in str(error)
    assert not error.permanent


def test_the_body_of_an_answer_is_not_waited_for() -> None:
    with RawServer(raw.slow_body) as server:
        assert webhook.post(Hook(url=server.url, secret="k"), LETTER, Way()) == 200


def test_nobody_there_is_told_apart_for_those_who_are_trusted_alone() -> None:
    trusted, other = refused("http://127.0.0.1:1/"), refused("http://127.0.0.1/", OUTSIDE)

    assert str(trusted) == "The receiver cannot be reached."
    assert str(other) == "Only an administrator can enter an address in the own network."
    closed = Policy(resolve=lambda host, port: [("127.0.0.1", 1)], allows=lambda ip: True)
    unknown = Policy(resolve=lambda host, port: [], allows=lambda ip: True)
    inside = Policy(resolve=lambda host, port: [("10.0.0.1", 80)], allows=addresses.is_global)
    said = {
        str(refused("http://a.example.org/", Way(policy=one))) for one in (closed, unknown, inside)
    }
    assert said == {"The receiver cannot be reached."}


@pytest.mark.parametrize("url", LINKS_INSIDE)
def test_an_untrusted_address_never_leads_inside(url: str) -> None:
    with RawServer(lambda server: [raw.answer(b"")]) as canary:
        refused(url, Way(policy=only_to(canary.port)))

        assert canary.hits == 0


@pytest.mark.parametrize("url", LINKS_OF_WRONG_FORM)
def test_an_untrusted_address_of_a_wrong_form_is_not_even_looked_up(url: str) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[Endpoint]:
        asked.append(host)
        return []

    error = refused(url, Way(policy=Policy(resolve=resolve, allows=lambda ip: True)))

    assert asked == []
    assert error.permanent


@pytest.mark.parametrize("url", ["http://[::1", "", "example.org", "ftp://example.org/"])
def test_what_is_no_web_address_is_refused_for_everybody(url: str) -> None:
    assert webhook.problem(url, Way())
    assert refused(url).permanent


def test_a_name_is_looked_up_once_and_that_answer_is_used() -> None:
    """A name that leads elsewhere the second time leads nowhere."""
    with RawServer(lambda server: [raw.answer(b"")]) as server:
        ends = [("127.0.0.1", server.port), ("127.0.0.2", server.port)]
        judged: list[str] = []

        def allows(ip: str) -> bool:
            judged.append(ip)
            return True

        policy = Policy(resolve=lambda host, port: [ends.pop(0)], allows=allows)
        hook = Hook(url="http://rebind.example.org/", secret="k")

        assert webhook.post(hook, LETTER, Way(policy=policy)) == 200
        assert judged == ["127.0.0.1"]


def test_a_redirect_to_the_inside_is_not_followed() -> None:
    with RawServer(lambda server: [raw.answer(b"")], host="127.0.0.5") as canary:
        headers = f"Location: http://127.0.0.5:{canary.port}/\r\n"
        with answering("307 There", headers) as server:
            policy = Policy(
                resolve=lambda host, port: [("127.0.0.1", server.port)], allows=lambda ip: True
            )
            refused("http://a.example.org/", Way(policy=policy))
            refused(server.url)

        assert canary.hits == 0


def test_the_outbound_proxy_carries_what_is_sent(fake_internet: FakeInternet) -> None:
    fake_internet.add("hooks.slack.com", lambda request: Answer(status=200))
    way = Way(proxy=fake_internet.proxy_url, ca=fake_internet.ca_file, policy=addresses.GLOBAL)

    hook = Hook(url="https://hooks.slack.com/services/x", secret="k")

    assert webhook.post(hook, LETTER, way) == 200
    assert fake_internet.requests[0].body == LETTER.body


@pytest.mark.parametrize(
    "url", ["https://example.org/", "https://slack.com.example.org/", "http://93.184.216.34/"]
)
def test_behind_a_proxy_only_known_hosts_are_told_for_others(
    fake_internet: FakeInternet, url: str
) -> None:
    way = Way(proxy=fake_internet.proxy_url, ca=fake_internet.ca_file, policy=addresses.GLOBAL)

    assert refused(url, way).permanent
    assert fake_internet.requests == []


def test_a_certificate_of_nobody_we_trust_is_said(fake_internet: FakeInternet) -> None:
    fake_internet.add("hooks.example.org", lambda request: Answer(status=204))

    error = refused("https://hooks.example.org/", Way(proxy=fake_internet.proxy_url))

    assert str(error).startswith("The certificate of the receiver cannot be trusted.")


def test_a_proxy_answer_of_the_receiver_is_its_answer(fake_internet: FakeInternet) -> None:
    fake_internet.add("example.org", lambda request: too_many(7))
    way = Way(proxy=fake_internet.proxy_url, ca=fake_internet.ca_file)

    assert refused("https://example.org/", way).retry_after == 7


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example.org/T0/SECRET?key=SECRET", "https://hooks.example.org/…"),
        ("http://me:SECRET@nas:8080/SECRET", "http://nas:8080/…"),
    ],
)
def test_what_is_shown_of_an_address_holds_no_secret(url: str, shown: str) -> None:
    assert webhook.shown(url) == shown
