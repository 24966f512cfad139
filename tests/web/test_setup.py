"""The set-up wizard, over HTTP."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.accounts import setup, users
from mvidarr.accounts.identify import COOKIE
from mvidarr.core.config import Config
from mvidarr.media import disks
from mvidarr.models import User
from mvidarr.settings import file_options, service_options
from tests.client import Client
from tests.factories import make_artist, make_user
from tests.fakes.jar import keep_no_cookies

GOOD = "a long sentence is best"


@pytest.fixture(autouse=True)
def _no_jar(client: Client) -> None:
    keep_no_cookies(client.http)


def form(config: Config, **changed: str) -> dict[str, str]:
    filled = {
        "token": setup.token(config) or "",
        "name": "maren",
        "password": GOOD,
        "password_again": GOOD,
    }
    return {**filled, **changed}


def admin_of(client: Client, config: Config) -> Client:
    """The client after the first step."""
    answer = client.post("/setup", form(config))
    assert (answer.status_code, answer.headers["location"]) == (303, "/setup/library")
    lines = answer.headers.get_list("set-cookie")
    [token] = [
        line.partition("=")[2].partition(";")[0] for line in lines if line.startswith(COOKIE)
    ]
    made = Client(client.http)
    made.token = token
    return made


def next_of(client: Client) -> Any:
    return client.get("/setup").headers.get("location")


def test_the_first_page_asks_for_token_and_account(client: Client) -> None:
    page = client.get("/setup")

    assert page.status_code == 200
    for field in ("token", "name", "password", "password_again"):
        assert f'name="{field}"' in page.text
    assert 'autocomplete="new-password"' in page.text


def test_every_page_leads_to_set_up_while_nobody_exists(client: Client) -> None:
    answer = client.get("/account")
    assert answer.headers["location"].startswith("/login")

    assert client.get(answer.headers["location"]).headers["location"] == "/setup"


def test_the_first_step_makes_the_administrator_and_signs_in(
    client: Client, database: Config
) -> None:
    admin = admin_of(client, database)

    assert [(user.name, user.role) for user in User.select()] == [("maren", "admin")]
    assert admin.get("/account").status_code == 200
    assert not database.setup_token.exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": " "}, "This is needed."),
        ({"password": "short", "password_again": "short"}, "8 characters or more"),
        ({"password_again": "something else"}, "The two passwords differ."),
        ({"password": "password1", "password_again": "password1"}, "everybody tries first"),
        ({"password": "x" * 257}, "256 characters or fewer"),
        ({"token": "a wrong token"}, "not the set-up token"),
    ],
)
def test_what_cannot_be_taken_is_shown_again(
    client: Client, database: Config, changed: dict[str, str], message: str
) -> None:
    filled = form(database, **changed)
    answer = client.post("/setup", filled)

    assert answer.status_code in {403, 422}
    assert message in answer.text
    assert f'value="{filled["token"]}"' in answer.text
    assert GOOD not in answer.text
    assert not users.is_anybody()


def test_set_up_cannot_be_done_twice(client: Client, database: Config) -> None:
    filled = form(database)
    admin = admin_of(client, database)

    assert client.post("/setup", filled).status_code == 409
    assert admin.post("/setup", filled).status_code == 409
    assert User.select().count() == 1
    assert client.get("/setup").headers["location"] == "/login?next=/setup"


def test_another_site_cannot_set_up(client: Client, database: Config) -> None:
    answer = client.post("/setup", form(database), Origin="http://evil.test")

    assert answer.status_code == 403
    assert not users.is_anybody()


def test_the_steps_are_for_administrators(client: Client) -> None:
    make_user()
    manager = client.as_role("manager")

    assert manager.get("/setup").headers["location"] == "/"
    for step in ("library", "services", "artist", "done"):
        assert manager.get(f"/setup/{step}").status_code == 403
        assert client.get(f"/setup/{step}").status_code == 303


def test_each_step_leads_to_the_next(client: Client, database: Config, tmp_path: Path) -> None:
    admin = admin_of(client, database)
    folder = tmp_path / "videos"
    folder.mkdir()

    assert next_of(admin) == "/setup/library"
    answer = admin.post("/setup/library", {"library_path": str(folder)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/setup")
    assert settings.get(file_options.library_path) == str(folder)

    assert next_of(admin) == "/setup/services"
    answer = admin.post("/setup/services", {"imvdb_api_key": "0123456789abcdef"})
    assert answer.headers["location"] == "/setup"
    assert settings.get(service_options.imvdb_api_key) == "0123456789abcdef"

    assert next_of(admin) == "/setup/artist"
    make_artist(name="Björk")
    assert next_of(admin) == "/setup/done"
    assert admin.get("/setup/done").status_code == 200


def test_every_step_can_be_skipped_and_taken_up_again(client: Client, database: Config) -> None:
    admin = admin_of(client, database)
    for step, following in (("library", "services"), ("services", "artist"), ("artist", "done")):
        page = admin.get(f"/setup/{step}")
        assert page.status_code == 200
        assert f'name="step" value="{step}"' in page.text
        answer = admin.post("/setup/skip", {"step": step})
        assert answer.headers["location"] == "/setup"
        assert next_of(admin) == f"/setup/{following}"

    assert admin.get("/setup/services").status_code == 200
    assert "Take up Folder, Services, Artist" in admin.get("/setup/done").text
    admin.post("/setup/resume")
    assert "/setup/resume" not in admin.get("/setup/done").text
    assert next_of(admin) == "/setup/library"


def test_keys_that_stay_empty_are_not_asked_for_again(client: Client, database: Config) -> None:
    admin = admin_of(client, database)
    admin.post("/setup/skip", {"step": "library"})
    admin.post("/setup/services", {"imvdb_api_key": ""})

    assert next_of(admin) == "/setup/artist"
    assert not settings.show(service_options.imvdb_api_key).is_set


def test_a_stored_key_is_never_shown(client: Client, database: Config) -> None:
    admin = admin_of(client, database)
    admin.post("/setup/services", {"imvdb_api_key": "0123456789abcdef"})

    page = admin.get("/setup/services")

    assert "0123456789abcdef" not in page.text
    assert "Saved" in page.text


def test_a_folder_is_tried_before_it_is_taken(
    client: Client, database: Config, tmp_path: Path
) -> None:
    admin = admin_of(client, database)
    for path, message in (
        (str(tmp_path / "missing"), "does not exist"),
        ("relative/path", "beginning with /"),
        ("", "This is needed."),
    ):
        answer = admin.post("/setup/library", {"library_path": path})
        assert answer.status_code == 422
        assert message in answer.text
    assert settings.get(file_options.library_path) == ""


def test_a_folder_is_looked_at_live(client: Client, database: Config, tmp_path: Path) -> None:
    admin = admin_of(client, database)
    address = f"/setup/library/check?library_path={tmp_path}"

    fragment = admin.fragment(address, "library-check")
    page = admin.get(address)
    answer = admin.get(f"/api/v1{address}").json()

    assert fragment.status_code == 200
    assert '<hx-partial hx-target="#library-check"' in fragment.text
    assert "<html" not in fragment.text
    assert 'data-state="ok"' in fragment.text
    assert " free of " in fragment.text
    assert "<html" in page.text
    assert 'data-state="ok"' in page.text
    assert answer["ok"] is True
    assert answer["free"] > 0
    assert answer["filesystem"]


@pytest.mark.parametrize("path", ["/no/such/folder", "relative", ""])
def test_a_folder_that_is_no_use_says_why(client: Client, database: Config, path: str) -> None:
    admin = admin_of(client, database)
    fragment = admin.fragment(f"/setup/library/check?library_path={path}", "library-check")

    assert fragment.status_code == 200
    assert 'data-state="bad"' in fragment.text


def test_a_data_folder_on_a_network_is_warned_of(
    client: Client, database: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = admin_of(client, database)
    mounts = tmp_path / "mounts"
    mounts.write_text(f"rootfs / ext4 rw 0 0\nnas:/vol {database.data} nfs4 rw 0 0\n")
    monkeypatch.setattr(disks, "MOUNTS", mounts)

    fragment = admin.fragment(f"/setup/library/check?library_path={tmp_path}", "library-check")

    assert "network file system (nfs4)" in fragment.text
    assert "MVIDARR_DATA" in fragment.text


def test_a_folder_that_the_environment_fixes_is_passed_by(
    client: Client, database: Config, tmp_path: Path
) -> None:
    admin = admin_of(client, database)
    settings.set_up(database.secrets, {"MVIDARR_LIBRARY_PATH": str(tmp_path)})

    assert next_of(admin) == "/setup/services"
    assert admin.post("/setup/library", {"library_path": str(tmp_path)}).status_code == 303


def test_the_first_artist_is_looked_for_where_artists_are_added(
    client: Client, database: Config
) -> None:
    page = admin_of(client, database).get("/setup/artist")

    assert 'method="get" action="/artists/find"' in page.text
    assert 'name="q"' in page.text


def test_the_last_page_names_the_artist(client: Client, database: Config) -> None:
    admin = admin_of(client, database)
    artist = make_artist(name="Björk")

    assert "Björk" in admin.get(f"/setup/done?artist={artist.id}").text
    assert admin.get("/setup/done?artist=999").status_code == 200
    assert admin.get("/setup/done?artist=x").status_code == 422
