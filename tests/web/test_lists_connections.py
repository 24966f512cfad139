"""Connecting Spotify from the browser: the way there, back, and by a pasted address."""

import html
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.models import Connection
from mvidarr.web import access
from tests.client import Client
from tests.fakes import finders, lists
from tests.fakes.internet import FakeInternet
from tests.fakes.spotify import FakeSpotify

HERE = {"host": "127.0.0.1:8642"}


@pytest.fixture
def fake(
    database: Config, fake_internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> FakeSpotify:
    made = FakeSpotify(fake_internet)
    finders.install(monkeypatch)
    lists.use_spotify(made)
    return made


@pytest.fixture
def admin(client: Client, fake: FakeSpotify) -> Client:
    return client.as_role("admin")


def send(admin: Client, method: str, path: str, **data: Any) -> Any:
    headers = {**HERE, "Origin": "http://127.0.0.1:8642"}
    return admin.send(method, path, data=data, headers=headers)


def begin(admin: Client) -> str:
    """The link to Spotify."""
    answer = send(admin, "POST", "/connections/spotify")
    assert answer.headers["location"] == "/connections#go-on"
    page = send(admin, "GET", "/connections")
    link = re.search(r'href="([^"]*/authorize\?[^"]+)"', page.text)
    assert link is not None
    return html.unescape(link[1])


def come_back(admin: Client, fake: FakeSpotify) -> str:
    """The address of ours that Spotify leads to."""
    parts = urlsplit(fake.agree(begin(admin)))
    assert parts.netloc == "127.0.0.1:8642"
    return f"{parts.path}?{parts.query}"


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None
    return html.unescape(found[1])


def test_the_whole_way_with_one_press_at_the_end(admin: Client, fake: FakeSpotify) -> None:
    page = send(admin, "GET", come_back(admin, fake))
    assert Connection.select().where(Connection.kind == "spotify").count() == 0

    answer = send(
        admin,
        "POST",
        "/connections/spotify/finish",
        code=hidden(page, "code"),
        state=hidden(page, "state"),
    )

    assert answer.headers["location"] == "/connections"
    shown = send(admin, "GET", "/connections")
    assert fake.user_name in shown.text
    assert "Connected" in shown.text
    told = admin.get("/api/v1/connections")
    secrets = [*fake.tokens, *fake.refreshes, Connection.get(Connection.kind == "spotify").token]
    assert not [secret for secret in secrets if secret in shown.text + told.text]
    assert told.json()["items"][0]["name"] == fake.user_name
    again = send(
        admin,
        "POST",
        "/connections/spotify/finish",
        code=hidden(page, "code"),
        state=hidden(page, "state"),
    )
    assert again.status_code == 422


def test_the_address_can_be_pasted_where_spotify_cannot_lead_to(
    client: Client, admin: Client, fake: FakeSpotify
) -> None:
    lan = {"host": "192.168.1.5:8642", "Origin": "http://192.168.1.5:8642"}
    admin.send("POST", "/connections/spotify", headers=lan)
    page = admin.send("GET", "/connections", headers=lan)
    assert "http://127.0.0.1:8642/connections/spotify/callback" in page.text
    assert "a page that cannot be opened" in page.text
    link = re.search(r'href="([^"]*/authorize\?[^"]+)"', page.text)
    assert link is not None

    where = fake.agree(html.unescape(link[1]))
    answer = admin.send("POST", "/connections/spotify/finish", data={"address": where}, headers=lan)

    assert answer.status_code == 303
    assert Connection.select().where(Connection.kind == "spotify").count() == 1


def test_rubbish_in_the_field_is_said_beside_it(admin: Client, fake: FakeSpotify) -> None:
    begin(admin)
    answer = send(admin, "POST", "/connections/spotify/finish", address="hello")

    assert answer.status_code == 422
    assert 'id="address-error"' in answer.text
    assert "/authorize?" in answer.text


def test_another_browser_cannot_finish_the_sign_in(
    client: Client, admin: Client, fake: FakeSpotify
) -> None:
    back = come_back(admin, fake)
    other = client.as_role("admin")

    assert send(other, "GET", back).status_code == 409
    query = dict(pair.split("=") for pair in urlsplit(back).query.split("&"))
    answer = send(other, "POST", "/connections/spotify/finish", **query)
    assert answer.status_code == 422
    assert send(admin, "GET", back).status_code == 200


@pytest.mark.parametrize(
    "query", ["", "code=x", "code=x&state=made-up", "error=access_denied&state=x"]
)
def test_a_callback_that_nobody_waits_for_is_refused(admin: Client, query: str) -> None:
    answer = send(admin, "GET", f"/connections/spotify/callback?{query}")

    assert answer.status_code == 409
    assert "Start again." in answer.text


def test_a_public_address_by_https_is_used(admin: Client) -> None:
    settings.change({"public_url": "https://videos.example.org"})
    access.refresh()
    try:
        page = send(admin, "GET", "/connections")
    finally:
        settings.change({"public_url": ""})
        access.refresh()

    assert "https://videos.example.org/connections/spotify/callback" in page.text


def test_without_an_app_the_page_says_what_to_do(
    client: Client, admin: Client, fake: FakeSpotify
) -> None:
    settings.change({"spotify_client_id": ""})

    page = send(admin, "GET", "/connections")
    assert "Spotify needs an app of yours" in page.text
    assert "/connections/spotify" in page.text
    settings.change({"spotify_client_id": fake.client_id})
    begin(admin)
    settings.change({"spotify_enabled": False})
    assert "/authorize?" not in send(admin, "GET", "/connections").text
    assert send(admin, "POST", "/connections/spotify").status_code == 503


def test_managers_see_accounts_and_administrators_connect_them(
    client: Client, fake: FakeSpotify
) -> None:
    Connection.create(kind="spotify", external_id="x", name="<b>Anna</b>", token="sealed")
    manager = client.as_role("manager")
    page = manager.get("/connections")

    assert "&lt;b&gt;Anna" in page.text
    assert "sealed" not in page.text
    assert "Only an administrator" in page.text
    assert manager.post("/connections/spotify").status_code == 403
    assert client.as_role("user").get("/connections").status_code == 403


def test_an_account_is_disconnected(admin: Client) -> None:
    row = Connection.create(kind="spotify", external_id="x", name="Anna", token="sealed")

    assert "Disconnect" in send(admin, "GET", f"/connections/{row.id}/delete").text
    assert send(admin, "DELETE", f"/connections/{row.id}").headers["location"] == "/connections"
    assert Connection.select().count() == 0


def test_scripts_connect_with_a_key(admin: Client, fake: FakeSpotify) -> None:
    told = admin.send("POST", "/api/v1/connections/spotify", json={}).json()
    where = fake.agree(told["link"])

    answer = admin.send("POST", "/api/v1/connections/spotify/finish", json={"address": where})

    assert answer.status_code == 200
    assert answer.json()["name"] == fake.user_name
    assert answer.json()["is_set"] is True
    assert "token" not in answer.json()
