"""Who is behind a request."""

from collections.abc import Mapping

import pytest

from mvidarr.accounts import keys, sessions, users
from mvidarr.accounts.identify import COOKIE, SECURE_COOKIE, Person, identify
from mvidarr.core.terms import Role
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")
IP = "10.0.0.1"


def who(cookies: Mapping[str, str] | None = None, /, **headers: str) -> Person | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return identify(cookies or {}, named, ip=IP)


@pytest.mark.parametrize("cookie", [COOKIE, SECURE_COOKIE])
def test_a_session_is_its_owner(cookie: str) -> None:
    user = make_user(name="maren", role=Role.MANAGER, prefs={"accent": "pink"})
    person = who({cookie: sessions.start(user, IP, "")})

    assert person is not None
    assert (person.id, person.name, person.role) == (user.id, "maren", Role.MANAGER)
    assert person.prefs == {"accent": "pink"}
    assert person.session_id is not None
    assert person.key_id is None
    assert person.can("user")
    assert not person.can("admin")


def test_the_cookie_that_only_https_can_set_comes_first() -> None:
    mine, planted = make_user(), make_user()
    cookies = {
        COOKIE: sessions.start(planted, IP, ""),
        SECURE_COOKIE: sessions.start(mine, IP, ""),
    }

    assert who(cookies).id == mine.id  # type: ignore[union-attr]


def test_a_key_is_its_owner_with_the_lesser_role() -> None:
    user = make_user(role=Role.ADMIN)
    row, text = keys.create(user.id, "script", Role.USER)

    for headers in (
        {"x_api_key": text},
        {"x_api_key": f" {text} "},
        {"authorization": f"Bearer {text}"},
        {"authorization": f"bearer {text}"},
    ):
        person = who(**headers)
        assert person is not None
        assert (person.id, person.role) == (user.id, Role.USER)
        assert (person.key_id, person.session_id) == (row.id, None)


def test_a_key_falls_with_its_owner() -> None:
    user = make_user(role=Role.ADMIN)
    make_user(role=Role.ADMIN)
    _, text = keys.create(user.id, "script", Role.ADMIN)

    users.set_role(user.id, Role.READONLY)

    assert who(x_api_key=text).role is Role.READONLY  # type: ignore[union-attr]


def test_a_wrong_key_is_nobody_in_spite_of_a_session() -> None:
    cookies = {COOKIE: sessions.start(make_user(), IP, "")}

    assert who(cookies, x_api_key="mvd_wrong_key") is None
    assert who(cookies, x_api_key="") is None
    assert who(cookies, authorization="Bearer wrong") is None


def test_another_scheme_is_not_ours() -> None:
    cookies = {COOKIE: sessions.start(make_user(), IP, "")}

    assert who(cookies, authorization="Basic bWFyZW46c2VjcmV0") is not None
    assert who(authorization="Basic bWFyZW46c2VjcmV0") is None


def test_without_anything_it_is_nobody() -> None:
    assert who() is None
    assert who({COOKIE: ""}) is None
    assert who({"other": "x"}) is None
