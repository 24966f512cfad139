"""Signing in: who gets in, what is said to the others, and how often one may try."""

from dataclasses import replace

import argon2
import pytest

from mvidarr.accounts import login, passwords, sessions, users
from mvidarr.accounts.login import Browser
from mvidarr.core import clock, db
from mvidarr.core.errors import Invalid, TooSoon
from mvidarr.core.terms import Role
from mvidarr.models import Event, User
from tests.conftest import SetClock
from tests.factories import fresh

pytestmark = pytest.mark.usefixtures("database")
GOOD = "a long sentence is best"
HOME = Browser(ip="10.0.0.1", agent="Firefox")


@pytest.fixture
def maren(database: object) -> User:
    user = users.add("Maren", GOOD, Role.MANAGER)
    Event.delete().execute()
    return user


def kinds() -> list[str]:
    return [event.kind for event in Event.select().order_by(Event.id)]


def refusal(name: str, password: str, browser: Browser = HOME) -> Invalid:
    with pytest.raises(Invalid) as caught:
        login.sign_in(name, password, browser)
    return caught.value


def test_the_right_password_starts_a_session(maren: User) -> None:
    user, token = login.sign_in(" MAREN ", GOOD, HOME)

    assert user.id == maren.id
    row = sessions.find(token, HOME.ip)
    assert row is not None
    assert row.user == maren.id
    [event] = Event.select()
    assert (event.kind, event.user_id, event.ip) == ("login.succeeded", maren.id, "10.0.0.1")
    assert fresh(maren).seen_at is not None


def test_two_sign_ins_have_two_tokens(maren: User) -> None:
    tokens = {login.sign_in("maren", GOOD, HOME)[1] for _ in range(2)}

    assert len(tokens) == 2


def test_every_refusal_says_the_same(maren: User) -> None:
    users.add("off", GOOD, Role.USER)
    User.update(active=False).where(User.name == "off").execute()
    said = {
        str(refusal(name, password).fields)
        for name, password in (
            ("maren", "a wrong sentence"),
            ("nobody", GOOD),
            ("off", GOOD),
            ("", ""),
            ("maren", "lone \ud800 surrogate"),
            ("nul \x00", GOOD),
            ("x" * 255, GOOD),
        )
    }

    assert said == {str({"password": login.REFUSED})}


def test_every_refusal_costs_one_hash(maren: User, monkeypatch: pytest.MonkeyPatch) -> None:
    users.add("off", GOOD, Role.USER)
    User.update(active=False).where(User.name == "off").execute()
    hasher = _Counting()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    passwords.match_nobody("warm up")

    for name in ("maren", "nobody", "off"):
        hasher.verified = 0
        refusal(name, "a wrong sentence")
        assert hasher.verified == 1, name


def test_a_refusal_is_recorded_without_what_was_typed(maren: User) -> None:
    refusal("Maren", "a secret typo")
    refusal("hunter2 typed as the name", "a secret typo")
    known, unknown = Event.select().order_by(Event.id)

    assert (known.kind, known.title) == ("login.failed", "Sign-in as Maren refused")
    assert (unknown.kind, unknown.title) == ("login.failed", "Sign-in refused")
    assert (known.ip, known.user_id, known.data) == ("10.0.0.1", None, {"user": maren.id})
    everything = str([event.__data__ for event in (known, unknown)])
    assert "typo" not in everything
    assert "hunter2" not in everything


def test_a_password_without_end_is_refused_before_anything_is_asked(maren: User) -> None:
    with db.counting() as statements:
        problem = refusal("maren", "x" * 1_000_000)

    assert problem.fields == {"password": "Use 256 characters or fewer."}
    assert len(statements) == 0


def test_an_outdated_hash_is_renewed(maren: User) -> None:
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    User.update(password_hash=old).execute()
    other = sessions.start(maren, "10.0.0.9", "")

    login.sign_in("maren", GOOD, HOME)

    assert not passwords.is_outdated(fresh(maren).password_hash)
    assert passwords.matches(GOOD, fresh(maren).password_hash)
    assert sessions.find(other, "10.0.0.9") is not None


def test_ten_wrong_tries_from_one_address_are_enough(maren: User, set_clock: SetClock) -> None:
    for number in range(10):
        refusal(f"name {number}", "a wrong sentence")

    with pytest.raises(TooSoon) as caught:
        login.sign_in("maren", GOOD, HOME)
    assert 0 < caught.value.retry_after <= 180
    assert kinds() == ["login.failed"] * 10
    login.sign_in("maren", GOOD, Browser(ip="10.0.0.2"))
    set_clock.forward(3 * clock.MINUTE)
    login.sign_in("maren", GOOD, HOME)


def test_one_ipv6_network_is_one_address(maren: User, set_clock: SetClock) -> None:
    for number in range(10):
        refusal(f"name {number}", "wrong wrong", Browser(ip=f"2001:db8::{number + 1:x}"))

    with pytest.raises(TooSoon):
        login.sign_in("maren", GOOD, Browser(ip="2001:db8::ffff"))
    login.sign_in("maren", GOOD, Browser(ip="2001:db8:0:1::1"))


def test_guessing_from_many_addresses_keeps_out_strangers_only(
    maren: User, set_clock: SetClock
) -> None:
    for number in range(10):
        refusal("maren", "a wrong sentence", Browser(ip=f"10.1.{number}.1"))

    with pytest.raises(TooSoon):
        login.sign_in("maren", GOOD, Browser(ip="10.2.0.1"))
    with pytest.raises(TooSoon):
        login.sign_in("maren", GOOD, Browser(ip="10.2.0.1", known_to=maren.id + 1))
    login.sign_in("maren", GOOD, Browser(ip="10.2.0.1", known_to=maren.id))
    login.sign_in(users.add("other", GOOD, Role.USER).name, GOOD, Browser(ip="10.2.0.1"))


def test_guessing_from_the_address_of_a_known_browser_does_not_keep_it_out(
    maren: User, set_clock: SetClock
) -> None:
    for number in range(10):
        refusal(f"name {number}", "a wrong sentence")

    with pytest.raises(TooSoon):
        login.sign_in("maren", GOOD, HOME)
    login.sign_in("maren", GOOD, replace(HOME, known_to=maren.id))


def test_guessing_at_a_name_that_nobody_has_is_limited_alike(set_clock: SetClock) -> None:
    for number in range(10):
        refusal("nobody", "a wrong sentence", Browser(ip=f"10.1.{number}.1"))

    with pytest.raises(TooSoon):
        login.sign_in("nobody", GOOD, Browser(ip="10.2.0.1"))


def test_a_known_browser_may_not_guess_for_ever(maren: User, set_clock: SetClock) -> None:
    known = Browser(ip="10.0.0.1", known_to=maren.id)
    for _ in range(10):
        refusal("maren", "a wrong sentence", known)

    with pytest.raises(TooSoon):
        login.sign_in("maren", GOOD, known)


def test_signing_in_often_is_no_guessing(maren: User, set_clock: SetClock) -> None:
    for _ in range(30):
        login.sign_in("maren", GOOD, HOME)

    assert kinds() == ["login.succeeded"] * 30


def test_a_new_address_is_told_but_not_the_first_one(maren: User) -> None:
    for ip in ("10.0.0.1", "10.0.0.1", "2001:db8::1", "2001:db8::2", "10.0.0.1"):
        login.sign_in("maren", GOOD, Browser(ip=ip))

    assert kinds() == [
        "login.succeeded",
        "login.succeeded",
        "login.new_address",
        "login.succeeded",
        "login.succeeded",
        "login.succeeded",
    ]


def test_the_address_of_somebody_else_is_new_for_me(maren: User) -> None:
    users.add("other", GOOD, Role.USER)
    login.sign_in("other", GOOD, Browser(ip="10.0.0.2"))
    login.sign_in("maren", GOOD, Browser(ip="10.0.0.1"))
    login.sign_in("maren", GOOD, Browser(ip="10.0.0.2"))

    assert kinds().count("login.new_address") == 1


def test_the_present_password_is_confirmed_a_limited_number_of_times(
    maren: User, set_clock: SetClock
) -> None:
    login.confirm(maren.id, GOOD)
    for _ in range(10):
        with pytest.raises(Invalid) as caught:
            login.confirm(maren.id, "a wrong sentence")
        assert set(caught.value.fields) == {"current"}

    with pytest.raises(TooSoon):
        login.confirm(maren.id, GOOD)
    login.sign_in("maren", GOOD, HOME)  # signing in is another matter


class _Counting:
    """Counts what it verifies."""

    def __init__(self) -> None:
        self.real = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    def hash(self, password: str) -> str:
        return self.real.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        self.verified += 1
        return self.real.verify(stored, password)
