"""One's own account, over HTTP: password, sessions, keys, the look of the pages."""

import re
from typing import Any

import pytest

from mvidarr.accounts import keys, passwords, sessions, users
from mvidarr.accounts.identify import COOKIE
from mvidarr.core.config import Config
from mvidarr.core.terms import Role
from mvidarr.models import ApiKey, Session, User
from tests.client import Client
from tests.factories import make_user
from tests.fakes.jar import keep_no_cookies

GOOD, NEW = "a long sentence is best", "another sentence, just as long"


@pytest.fixture(autouse=True)
def _no_jar(client: Client) -> None:
    keep_no_cookies(client.http)


@pytest.fixture
def maren(client: Client, database: Config) -> Client:
    """Signed in as a manager with a password."""
    user = users.add("maren", GOOD, Role.MANAGER)
    made = Client(client.http)
    made.user_id = user.id
    made.token = sessions.start(user, "10.0.0.1", "Firefox on a desk")
    return made


def change_password(client: Client, **changed: str) -> Any:
    filled = {"current": GOOD, "password": NEW, "password_again": NEW}
    return client.post("/account/password", {**filled, **changed})


def test_the_page_shows_name_role_browsers_and_keys(maren: Client) -> None:
    assert maren.user_id is not None
    keys.create(maren.user_id, "dashboard", Role.READONLY)
    page = maren.get("/account")

    assert page.status_code == 200
    for text in ("maren", "Manager", "10.0.0.1", "Firefox on a desk", "This browser", "dashboard"):
        assert text in page.text
    assert ApiKey.get().token_hash not in page.text
    assert Session.get().token_hash not in page.text


def test_scripts_see_who_they_are(maren: Client, client: Client) -> None:
    assert maren.user_id is not None
    _, key = keys.create(maren.user_id, "script", Role.USER)

    by_session = maren.get("/api/v1/account").json()
    by_key = client.get("/api/v1/account", **{"X-Api-Key": key}).json()

    assert by_session == {
        "id": maren.user_id,
        "name": "maren",
        "role": "manager",
        "preferences": {"theme": None, "accent": None},
    }
    assert by_key["role"] == "user"


def test_a_new_password_keeps_this_browser_and_ends_the_others(maren: Client) -> None:
    assert maren.user_id is not None
    other = sessions.start(users.find(maren.user_id), "10.0.0.2", "Phone")
    _, key = keys.create(maren.user_id, "script", Role.READONLY)

    answer = change_password(maren)

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert passwords.matches(NEW, users.find(maren.user_id).password_hash)
    assert maren.get("/account").status_code == 303  # the old token, even of this browser
    assert sessions.find(other, "10.0.0.2") is None
    assert keys.find(key) is None
    maren.token = dict(
        line.split(";")[0].split("=", 1) for line in answer.headers.get_list("set-cookie")
    )[COOKIE]
    assert maren.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"current": "wrong sentence"}, "not your present password"),
        ({"password_again": "something else"}, "The two passwords differ."),
        ({"password": "short", "password_again": "short"}, "8 characters or more"),
        ({"password": "maren", "password_again": "maren"}, "8 characters or more"),
        ({"current": ""}, "This is needed."),
    ],
)
def test_a_password_that_cannot_be_taken_changes_nothing(
    maren: Client, changed: dict[str, str], message: str
) -> None:
    answer = change_password(maren, **changed)

    assert answer.status_code == 422
    assert message in answer.text
    assert passwords.matches(GOOD, User.get().password_hash)
    assert maren.get("/account").status_code == 200
    assert GOOD not in answer.text
    assert NEW not in answer.text


def test_guessing_the_present_password_has_an_end(maren: Client) -> None:
    codes = [change_password(maren, current="wrong sentence").status_code for _ in range(11)]

    assert codes == [422] * 10 + [429]


def test_one_browser_is_signed_out(maren: Client) -> None:
    assert maren.user_id is not None
    sessions.start(users.find(maren.user_id), "10.0.0.2", "Phone")
    phone = Session.get(Session.agent == "Phone")

    fragment = maren.fragment(f"/account/sessions/{phone.id}", "sessions", method="DELETE")

    assert fragment.status_code == 200
    assert 'id="sessions"' in fragment.text
    assert "Phone" not in fragment.text
    assert "<html" not in fragment.text
    assert [row.agent for row in Session.select()] == ["Firefox on a desk"]


def test_all_other_browsers_are_signed_out(maren: Client) -> None:
    assert maren.user_id is not None
    for number in range(3):
        sessions.start(users.find(maren.user_id), "10.0.0.2", f"Phone {number}")

    answer = maren.send("DELETE", "/account/sessions")

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert [row.agent for row in Session.select()] == ["Firefox on a desk"]
    assert maren.send("DELETE", "/api/v1/account/sessions", is_json=True).status_code == 204


def test_nobody_ends_sessions_or_keys_of_somebody_else(maren: Client) -> None:
    other = make_user()
    token = sessions.start(other, "10.0.0.2", "Phone")
    row, key = keys.create(other.id, "script", Role.READONLY)
    session = sessions.find(token, "10.0.0.2")
    assert session is not None

    for path in (f"/account/sessions/{session.id}", f"/account/keys/{row.id}"):
        assert maren.send("DELETE", path).status_code == 404
        assert maren.send("DELETE", f"/api/v1{path}", is_json=True).status_code == 404
    assert sessions.find(token, "10.0.0.2") is not None
    assert keys.find(key) is not None
    listed = maren.get("/api/v1/account/sessions").json()["items"]
    assert [item["is_current"] for item in listed] == [True]
    assert maren.get("/api/v1/account/keys").json() == {"items": [], "next": None}


def test_a_key_is_shown_once(maren: Client) -> None:
    answer = maren.post("/account/keys", {"name": "dashboard", "role": "user"})
    key = re.search(r"mvd_[0-9a-f]{8}_[0-9a-f]{40}", answer.text)

    assert answer.status_code == 200
    assert key is not None
    assert keys.find(key[0]) is not None
    assert key[0] not in maren.get("/account").text


def test_a_key_comes_in_the_region_of_the_keys(maren: Client) -> None:
    answer = maren.fragment("/account/keys", "keys", method="POST", name="script", role="readonly")

    assert answer.status_code == 200
    assert 'id="keys"' in answer.text
    assert 'id="new-key"' in answer.text
    assert "<html" not in answer.text


def test_scripts_with_a_session_make_and_revoke_keys(maren: Client, client: Client) -> None:
    made = maren.send("POST", "/api/v1/account/keys", json={"name": "script", "role": "user"})
    body = made.json()

    assert made.status_code == 201
    assert made.headers["location"] == f"/api/v1/account/keys/{body['id']}"
    assert (body["name"], body["role"], body["seen_at"]) == ("script", "user", None)
    assert body["key"].startswith(f"mvd_{body['prefix']}_")
    asked = {"X-Api-Key": body["key"]}
    assert client.get("/api/v1/account", **asked).status_code == 200
    listed = maren.get("/api/v1/account/keys").json()["items"]
    assert [item["id"] for item in listed] == [body["id"]]
    assert "key" not in listed[0]

    gone = maren.send("DELETE", f"/api/v1/account/keys/{body['id']}", is_json=True)
    assert gone.status_code == 204
    assert client.get("/api/v1/account", **asked).status_code == 401


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", "role": "user"}, "key-name-0"),
        ({"name": "x", "role": "admin"}, "key-role"),
        ({"name": "x", "role": "king"}, "key-role"),
    ],
)
def test_a_key_that_cannot_be_made_is_said_beside_the_field(
    maren: Client, form: dict[str, str], field: str
) -> None:
    answer = maren.post("/account/keys", form)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert ApiKey.select().count() == 0


def test_a_key_cannot_make_keys_or_end_anything(maren: Client, client: Client) -> None:
    assert maren.user_id is not None
    row, key = keys.create(maren.user_id, "script", Role.MANAGER)
    asked = {"X-Api-Key": key}
    for method, path in (
        ("POST", "/account/keys"),
        ("DELETE", f"/account/keys/{row.id}"),
        ("DELETE", "/account/sessions"),
        ("DELETE", "/account/sessions/1"),
    ):
        body = {"name": "heir"} if method == "POST" else None
        answer = client.send(method, f"/api/v1{path}", is_json=True, json=body, headers=asked)
        assert answer.status_code == 403, path
    assert ApiKey.select().count() == 1
    assert Session.select().count() == 1


def test_a_key_opens_no_pages(maren: Client, client: Client) -> None:
    assert maren.user_id is not None
    _, key = keys.create(maren.user_id, "script", Role.MANAGER)

    assert client.get("/account", **{"X-Api-Key": key}).status_code == 303


def test_a_revoked_key_opens_nothing_even_beside_a_session(maren: Client) -> None:
    assert maren.get("/api/v1/account", **{"X-Api-Key": "mvd_gone"}).status_code == 401


def test_the_look_is_kept_for_the_person_and_in_cookies(maren: Client, client: Client) -> None:
    answer = maren.post("/preferences", {"theme": "light", "accent": "pink"})
    cookies = answer.headers.get_list("set-cookie")

    assert answer.status_code == 303
    assert any(line.startswith("theme=light") for line in cookies)
    assert any(line.startswith("accent=pink") for line in cookies)
    assert 'data-theme="light" data-accent="pink"' in maren.get("/account").text
    anonymous = client.get("/login", Cookie="theme=light; accent=aqua").text
    assert 'data-theme="light" data-accent="aqua"' in anonymous


def test_a_choice_alone_leaves_the_other(maren: Client) -> None:
    maren.post("/preferences", {"theme": "light", "accent": "pink"})
    answer = maren.send("POST", "/api/v1/preferences", json={"accent": "aqua"})

    assert answer.json() == {"theme": "light", "accent": "aqua"}
    assert users.find(maren.user_id or 0).prefs == {"theme": "light", "accent": "aqua"}


def test_choosing_leads_back_to_where_one_was(maren: Client) -> None:
    for came, goes in (
        ("http://testserver/artists?q=a", "/artists?q=a"),
        ("http://testserver//evil.com", "/account"),
        ("", "/account"),
    ):
        answer = maren.post("/preferences", {"theme": "auto"}, Referer=came)
        assert answer.headers["location"] == goes
    quiet = maren.fragment("/preferences", "busy", method="POST", theme="dark")
    assert quiet.status_code == 204


def test_a_look_that_is_not_offered_is_refused(maren: Client) -> None:
    answer = maren.send("POST", "/api/v1/preferences", json={"theme": "purple"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["theme"]
    assert users.find(maren.user_id or 0).prefs == {}
