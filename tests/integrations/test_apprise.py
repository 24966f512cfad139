"""Apprise in its child, against services on loopback; what others than administrators may use."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from mvidarr.core import addresses
from mvidarr.core.errors import Invalid
from mvidarr.integrations import apprise_
from mvidarr.integrations.apprise_ import Described, Note
from mvidarr.integrations.apprise_child import UNSEEN
from mvidarr.integrations.notices import NotDelivered, Way
from tests.fakes import raw
from tests.fakes.answers import Answer, Request, json_of, too_many
from tests.fakes.internet import FakeInternet
from tests.fakes.raw import RawServer
from tests.fakes.server import Server

TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789"
DISCORD = f"discord://123456789012345678/{TOKEN}"
OUTSIDE = Way(policy=addresses.GLOBAL)


@pytest.fixture
def heard() -> Iterator[tuple[str, list[Request]]]:
    """A server on loopback that takes everything, and what it heard."""
    requests: list[Request] = []

    def take(request: Request) -> tuple[Answer, None]:
        requests.append(request)
        return Answer(status=200), None

    server = Server(take)
    yield server.url.removeprefix("http://"), requests
    server.close()


def note(url: str) -> Note:
    return Note(url=url, title="Video downloaded", body="Björk – Jóga", level="good")


def failure(url: str, way: Way) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        apprise_.send(note(url), way)
    return caught.value


def test_a_message_arrives(heard: tuple[str, list[Request]]) -> None:
    where, requests = heard

    apprise_.send(note(f"json://{where}/a"), Way())

    said = requests[0].json()
    assert (said["title"], said["message"], said["type"]) == (
        "Video downloaded",
        "Björk – Jóga",
        "success",
    )


def test_a_service_that_is_away_may_be_asked_again() -> None:
    error = failure("json://127.0.0.1:1/", Way())

    assert str(error) == "JSON cannot be reached."
    assert not error.permanent


def test_a_service_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise_, "PATIENCE", 2.0)
    with RawServer(raw.silence) as server:
        error = failure(f"json://127.0.0.1:{server.port}/", Way())

    assert str(error) == "The service took too long to answer."
    assert not error.permanent


@pytest.mark.parametrize("way", [Way(), OUTSIDE], ids=["trusted", "others"])
def test_messages_go_through_the_proxy_and_trust_its_authority(
    fake_internet: FakeInternet, way: Way
) -> None:
    fake_internet.add("discord.com", lambda request: Answer(status=204))
    out = Way(proxy=fake_internet.proxy_url, ca=fake_internet.ca_file, policy=way.policy)

    apprise_.send(note(DISCORD), out)

    assert [request.host for request in fake_internet.requests] == ["discord.com"]
    assert "Jóga" in str(fake_internet.requests[0].json())


def test_titles_of_strangers_are_no_markup(fake_internet: FakeInternet) -> None:
    """Telegram reads HTML, and refuses a whole message for one `<` too many."""
    fake_internet.add("api.telegram.org", lambda request: json_of({"ok": True}))
    out = Way(proxy=fake_internet.proxy_url, ca=fake_internet.ca_file)
    url = "tgram://123456789:abcdefg_hijklmnop/12315544"

    apprise_.send(Note(url=url, title="Video found", body="We <3 <a href=x>you</a> & me"), out)

    [said] = [request.json() for request in fake_internet.requests]
    assert said["text"].endswith("We &lt;3 &lt;a href=x&gt;you&lt;/a&gt; &amp; me")


def test_titles_of_strangers_call_nobody(fake_internet: FakeInternet) -> None:
    fake_internet.add("discord.com", lambda request: Answer(status=204))
    out = Way(proxy=fake_internet.proxy_url, ca=fake_internet.ca_file)

    apprise_.send(Note(url=DISCORD, title="@here", body="@everyone <@123456> <@&123456>"), out)

    [said] = [request.json()["content"] for request in fake_internet.requests]
    assert not any(call in said for call in ("@everyone", "@here", "<@1", "<@&"))
    assert said.replace(UNSEEN, "").endswith("@everyone <@123456> <@&123456>")


@pytest.mark.parametrize(
    ("answer", "permanent", "wait"),
    [
        (json_of({}, status=400), True, None),
        (json_of({}, status=401), True, None),
        (json_of({}, status=404), False, None),
        (json_of({}, status=503), False, None),
    ],
    ids=["400", "401", "404", "503"],
)
def test_what_a_service_answers_decides(
    fake_internet: FakeInternet, answer: Answer, permanent: bool, wait: float | None
) -> None:
    fake_internet.add("discord.com", lambda request: answer)
    out = Way(proxy=fake_internet.proxy_url, ca=fake_internet.ca_file)

    error = failure(DISCORD, out)

    assert (error.answered, error.permanent, error.retry_after) == (answer.status, permanent, wait)
    assert TOKEN not in str(error)


def test_a_service_that_says_no_with_a_good_status_is_understood(
    fake_internet: FakeInternet,
) -> None:
    fake_internet.add("slack.com", lambda request: json_of({"ok": False, "error": "no_channel"}))
    out = Way(proxy=fake_internet.proxy_url, ca=fake_internet.ca_file)

    error = failure("slack://xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx/#news", out)

    assert str(error) == "Slack did not take it."


def test_a_pause_that_a_service_asks_for_is_told(fake_internet: FakeInternet) -> None:
    fake_internet.add("api.pushover.net", lambda request: too_many(90))
    out = Way(proxy=fake_internet.proxy_url, ca=fake_internet.ca_file)

    assert failure(f"pover://{'u' * 30}@{'a' * 30}", out).retry_after == 90


@pytest.mark.parametrize(
    ("url", "described"),
    [
        (DISCORD, Described(title="Discord", shown="discord://1...8/a...9")),
        (
            f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}",
            Described(title="Discord", shown="discord://1...8/a...9"),
        ),
        ("ntfy://secret-topic", Described(title="ntfy", shown="ntfys://…")),
        (
            "json://me:secret@nas:8080/secret?+X-Key=secret",
            Described(title="JSON", shown="json://nas:8080/…"),
        ),
        ("mailto://me:secret@gmail.com", Described(title="E-Mail", shown="mailtos://gmail.com/…")),
    ],
)
def test_what_is_shown_of_an_address_holds_no_secret(url: str, described: Described) -> None:
    assert apprise_.describe(url, Way()) == described


@pytest.mark.parametrize(
    "url", ["", "nonsense", "https://example.org/", "discord://x", "file:///etc"]
)
def test_what_apprise_does_not_know_is_said(url: str) -> None:
    with pytest.raises(Invalid, match="Apprise does not know") as caught:
        apprise_.describe(url, Way())
    assert set(caught.value.fields) == {"url"}


@pytest.mark.parametrize("kind", ["syslog://", "dbus://", "windows://", "gnome://", "macosx://"])
def test_what_acts_on_the_server_is_for_nobody(kind: str) -> None:
    with pytest.raises(Invalid):
        apprise_.describe(kind, Way())


@pytest.mark.parametrize(
    "url",
    [
        *("json://127.0.0.1/", "jsons://example.org/", "xml://10.0.0.1/", "form://localhost/"),
        *("gotify://example.org/token123456789012", "ntfy://192.168.0.1/topic", "kodi://nas/"),
        *("mailto://me:secret@example.org", "ntfys://example.org/topic?mode=private"),
        *("apprise://localhost/token", "rsyslog://example.org"),
    ],
)
def test_others_reach_only_services_whose_host_is_fixed(url: str) -> None:
    with pytest.raises(Invalid, match="Only an administrator"):
        apprise_.describe(url, OUTSIDE)
    assert failure(url, OUTSIDE).permanent


@pytest.mark.parametrize(
    "url",
    [
        *(DISCORD, "ntfy://topic", "ntfys://tk_abcdefghijklmnop@ntfy.sh/topic"),
        *(f"pover://{'u' * 30}@{'a' * 30}", f"tgram://123456789:{TOKEN}/12345"),
    ],
)
def test_others_may_use_services_whose_host_is_fixed(url: str) -> None:
    assert apprise_.describe(url, OUTSIDE).title


GUARDED = """
import socket, sys
from mvidarr.integrations import apprise_child
apprise_child.keep_outside(sys.argv[2])
try:
    socket.create_connection((sys.argv[3], int(sys.argv[1])), 5)
except OSError as error:
    print(error)
else:
    print("connected")
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::ffff:127.0.0.1"])
def test_the_child_of_others_connects_to_no_address_inside(host: str) -> None:
    with RawServer(lambda server: [raw.answer(b"")]) as canary:
        assert "not in the open internet" in _connected(canary.port, host)
        assert canary.hits == 0


def test_the_child_of_others_may_go_to_the_proxy() -> None:
    with RawServer(lambda server: [raw.answer(b"")]) as proxy:
        assert _connected(proxy.port, "127.0.0.1", proxy.url) == "connected"


def _connected(port: int, host: str, proxy: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, str(port), proxy, host],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()
