"""Signing in and out, over HTTP."""

import re
from typing import Any

import pytest

from mvidarr.accounts import sessions, throttle, users
from mvidarr.accounts.identify import COOKIE, SECURE_COOKIE
from mvidarr.core.config import Config
from mvidarr.core.terms import Role
from mvidarr.models import Event, Session, User
from mvidarr.web import access
from mvidarr.web.login import destination
from tests.client import Client
from tests.fakes.jar import keep_no_cookies

GOOD = "a long sentence is best"
PROXIED = {"Host": "videos.example.org", "Origin": "https://videos.example.org"}


@pytest.fixture(autouse=True)
def _no_jar(client: Client) -> None:
    keep_no_cookies(client.http)


@pytest.fixture
def maren(database: Config) -> User:
    return users.add("maren", GOOD, Role.MANAGER)


def sign_in(client: Client, **form: str) -> Any:
    return client.post("/login", {"name": "maren", "password": GOOD, **form})


def cookies_of(answer: Any) -> dict[str, str]:
    """Name → the whole Set-Cookie line."""
    lines = answer.headers.get_list("set-cookie")
    return {line.partition("=")[0]: line for line in lines}


def value_of(line: str) -> str:
    return line.partition("=")[2].partition(";")[0]


def as_browser(client: Client, answer: Any) -> Client:
    """A client that keeps the session which `answer` set."""
    made = Client(client.http)
    made.token = value_of(cookies_of(answer)[COOKIE])
    return made


def test_signing_in_leads_home_with_a_session(client: Client, maren: User) -> None:
    answer = sign_in(client)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    line = cookies_of(answer)[COOKIE]
    assert "HttpOnly" in line
    assert "SameSite=lax" in line
    assert "Path=/" in line
    assert "Max-Age=2592000" in line
    assert "Secure" not in line
    assert as_browser(client, answer).get("/account").status_code == 200


def test_over_https_the_cookie_is_bound_to_this_host(client: Client, maren: User) -> None:
    client.http.base_url = client.http.base_url.copy_with(scheme="https")
    answer = client.post("/login", {"name": "maren", "password": GOOD}, Origin="https://testserver")
    line = cookies_of(answer)[SECURE_COOKIE]

    assert COOKIE not in cookies_of(answer)
    assert "Secure" in line
    assert "Path=/" in line
    assert "Domain" not in line


def test_behind_a_proxy_that_ends_tls_the_public_address_decides(
    client: Client, maren: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvidarr import settings

    settings.change({"public_url": "https://videos.example.org"})
    access.refresh()
    try:
        answer = client.post("/login", {"name": "maren", "password": GOOD}, **PROXIED)
        assert "Secure" in cookies_of(answer)[SECURE_COOKIE]
    finally:
        settings.reset("public_url")
        access.refresh()


def test_the_page_has_the_form_and_where_it_leads(client: Client, maren: User) -> None:
    page = client.get("/login?next=/artists")

    assert page.status_code == 200
    assert 'name="password"' in page.text
    assert 'autocomplete="current-password"' in page.text
    assert 'value="/artists"' in page.text
    assert page.headers["cache-control"] == "private, no-cache"


def test_a_refusal_keeps_name_and_way_but_not_the_password(client: Client, maren: User) -> None:
    answer = sign_in(client, password="a wrong sentence", next="/artists")

    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="maren"' in answer.text
    assert 'value="/artists"' in answer.text
    assert "a wrong sentence" not in answer.text
    assert COOKIE not in cookies_of(answer)


def test_unknown_wrong_and_disabled_look_the_same(client: Client, maren: User) -> None:
    users.add("other", GOOD, Role.ADMIN)
    users.set_active(users.add("disabled", GOOD, Role.USER).id, False)
    bodies = set()
    for name in ("maren", "unknown", "disabled"):
        answer = client.post("/login", {"name": name, "password": "a wrong sentence"})
        assert answer.status_code == 422
        bodies.add(re.sub(name, "NAME", answer.text))

    assert len(bodies) == 1


@pytest.mark.parametrize("form", [{}, {"name": "maren"}, {"password": GOOD}, {"name": ""}])
def test_an_empty_form_is_shown_again(client: Client, maren: User, form: dict[str, str]) -> None:
    answer = client.post("/login", form)

    assert answer.status_code == 422
    assert "This is needed." in answer.text


def test_a_password_without_end_is_not_hashed(client: Client, maren: User) -> None:
    answer = sign_in(client, password="x" * 1000)

    assert answer.status_code == 422
    assert "256 characters or fewer" in answer.text
    assert Event.select().where(Event.kind == "login.failed").count() == 0


def test_too_many_tries_are_told_when_to_come_back(
    client: Client, maren: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(throttle.by_address("x").burst):
        assert sign_in(client, password="a wrong sentence").status_code == 422

    answer = sign_in(client)

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_a_browser_that_was_signed_in_before_is_let_in_while_strangers_guess(
    client: Client, maren: User
) -> None:
    mark = cookies_of(sign_in(client))["mvidarr_device"]
    bucket = throttle.by_name("maren")
    for _ in range(bucket.burst):
        throttle.take(bucket)

    assert sign_in(client).status_code == 429
    known = f"mvidarr_device={value_of(mark)}"
    form = {"name": "maren", "password": GOOD}
    assert client.post("/login", form, Cookie=known).status_code == 303
    for wrong in (known + "x", "mvidarr_device=1", "mvidarr_device="):
        assert client.post("/login", form, Cookie=wrong).status_code == 429


def test_the_mark_of_one_person_does_not_help_with_another(client: Client, maren: User) -> None:
    users.add("other", GOOD, Role.USER)
    mark = value_of(cookies_of(sign_in(client, name="other"))["mvidarr_device"])
    bucket = throttle.by_name("maren")
    for _ in range(bucket.burst):
        throttle.take(bucket)

    form = {"name": "maren", "password": GOOD}
    assert client.post("/login", form, Cookie=f"mvidarr_device={mark}").status_code == 429


def test_signing_in_again_ends_the_session_before(client: Client, maren: User) -> None:
    first = as_browser(client, sign_in(client))
    second = as_browser(client, sign_in(first))

    assert first.token != second.token
    assert first.get("/account").status_code == 303
    assert second.get("/account").status_code == 200
    assert Session.select().count() == 1


def test_a_session_from_elsewhere_is_not_taken_over(client: Client, maren: User) -> None:
    planted = Client(client.http)
    planted.token = "chosen-by-somebody-else"

    mine = as_browser(client, sign_in(planted))

    assert mine.token != planted.token
    assert planted.get("/account").status_code == 303


def test_signing_out_ends_the_session_on_our_side(client: Client, maren: User) -> None:
    browser = as_browser(client, sign_in(client))
    answer = browser.post("/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "Max-Age=0" in cookies_of(answer)[COOKIE]
    assert browser.get("/account").status_code == 303
    assert Session.select().count() == 0


def test_signing_out_without_a_session_is_no_error(client: Client, maren: User) -> None:
    assert client.post("/logout").status_code == 303


def test_signing_out_takes_a_click_not_a_picture(client: Client, maren: User) -> None:
    browser = as_browser(client, sign_in(client))

    assert browser.get("/logout").status_code == 405
    assert browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    "cookie", ["x", "1", "é", "a.b.c", "%00", "0" * 5000, "' OR 1=1 --", '"quoted"']
)
def test_a_made_up_cookie_is_nobody_and_no_failure(
    client: Client, maren: User, cookie: str
) -> None:
    header = f"{COOKIE}={cookie}".encode()
    answer = client.http.get("/account", headers=[(b"cookie", header)], follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


def test_who_is_signed_in_does_not_see_the_form(client: Client, maren: User) -> None:
    browser = as_browser(client, sign_in(client))
    answer = browser.get("/login?next=/account")

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")


def test_without_any_account_the_way_leads_to_set_up(client: Client) -> None:
    answer = client.get("/login")

    assert (answer.status_code, answer.headers["location"]) == (303, "/setup")


def test_after_signing_in_the_page_that_was_asked_for_comes(client: Client, maren: User) -> None:
    asked = client.get("/account?tab=keys")
    assert asked.headers["location"] == "/login?next=/account%3Ftab%3Dkeys"

    assert sign_in(client, next="/account?tab=keys").headers["location"] == "/account?tab=keys"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.com",
        "/\\evil.com",
        "/%09/evil.com",
        "https://evil.com",
        "https:evil.com",
        "///evil.com",
        "javascript:alert(1)",
        "/no/such/page",
        "/login",
        "/logout",
        "/setup",
        "/api/v1/artists",
        "",
    ],
)
def test_nothing_else_is_a_way_on(client: Client, maren: User, target: str) -> None:
    assert destination(target) == "/"
    assert sign_in(client, next=target).headers["location"] == "/"


@pytest.mark.parametrize("elsewhere", ["http://evil.test", "null"])
def test_another_site_cannot_sign_anybody_in(client: Client, maren: User, elsewhere: str) -> None:
    answer = client.post("/login", {"name": "maren", "password": GOOD}, Origin=elsewhere)

    assert answer.status_code == 403
    assert Session.select().count() == 0


def test_a_disabled_person_is_out_at_once(client: Client, maren: User) -> None:
    browser = as_browser(client, sign_in(client))
    users.set_active(maren.id, False)

    assert browser.get("/account").status_code == 303
    assert sessions.of_user(maren.id) == []
