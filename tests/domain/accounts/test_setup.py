"""The first run: one token, one administrator, and steps that can be left."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.accounts import setup, users
from mvidarr.accounts.identify import Person
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.core.terms import Role
from mvidarr.models import User
from tests.factories import make_artist, make_user
from tests.fakes.together import together

GOOD = "a long sentence is best"


def token_of(config: Config) -> str:
    token = setup.token(config)
    assert token is not None
    return token


def person(user: User) -> Person:
    found = users.find(user.id)
    return Person(id=found.id, name=found.name, role=Role(found.role), prefs=found.prefs)


def test_a_token_is_made_once_and_kept_for_ourselves(database: Config) -> None:
    token = token_of(database)

    assert len(token) >= 32
    assert setup.token(database) == token
    assert database.setup_token.read_text() == f"{token}\n"
    assert stat.S_IMODE(database.setup_token.stat().st_mode) == 0o600


def test_many_who_start_at_once_have_one_token(database: Config) -> None:
    assert len(set(together(8, lambda _: setup.token(database)))) == 1


def test_an_empty_token_file_is_made_anew(database: Config) -> None:
    database.setup_token.touch()

    assert len(token_of(database)) >= 32


def test_the_greeting_names_address_token_and_file(database: Config) -> None:
    greeting = setup.greeting(database)

    assert greeting is not None
    assert token_of(database) in greeting
    assert "http://127.0.0.1:8642/setup" in greeting
    assert str(database.setup_token) in greeting


def test_the_first_administrator_is_made_and_the_token_is_gone(database: Config) -> None:
    user = setup.create_admin(database, f" {token_of(database)}\n", "maren", GOOD)

    assert (user.role, user.founder) == ("admin", 1)
    assert not database.setup_token.exists()
    assert not setup.is_open()
    assert setup.token(database) is None
    assert setup.greeting(database) is None


@pytest.mark.parametrize("given", ["", "x", "0" * 32, "ⓣoken"])
def test_another_token_makes_nobody(database: Config, given: str) -> None:
    token_of(database)

    with pytest.raises(setup.WrongToken) as caught:
        setup.create_admin(database, given, "maren", GOOD)
    assert caught.value.status == 403
    assert str(database.setup_token) in caught.value.fields["token"]
    assert setup.is_open()


def test_the_token_of_another_folder_makes_nobody(database: Config, tmp_path: Path) -> None:
    elsewhere = replace(database, data=tmp_path)
    token_of(database)

    with pytest.raises(setup.WrongToken):
        setup.create_admin(database, token_of(elsewhere), "maren", GOOD)


@pytest.mark.parametrize(
    ("name", "password", "field"),
    [("", GOOD, "name"), ("maren", "short", "password"), ("maren", "password", "password")],
)
def test_what_cannot_be_taken_leaves_set_up_open(
    database: Config, name: str, password: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        setup.create_admin(database, token_of(database), name, password)

    assert set(caught.value.fields) == {field}
    assert setup.is_open()
    assert database.setup_token.exists()


def test_of_many_who_set_up_at_once_one_is_administrator(database: Config, tmp_path: Path) -> None:
    """Two programs on one database, each with its own folder and token."""
    second = tmp_path / "second"
    second.mkdir()
    instances = [database, replace(database, data=second)]
    tokens = [token_of(instance) for instance in instances]

    outcomes = together(
        8, lambda n: setup.create_admin(instances[n % 2], tokens[n % 2], f"admin {n}", GOOD)
    )

    assert User.select().count() == 1
    assert sum(isinstance(outcome, User) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7
    assert setup.token(instances[0]) is None
    assert setup.token(instances[1]) is None
    assert not second.joinpath("setup-token").exists()


def test_of_many_with_one_name_one_is_administrator(database: Config) -> None:
    token = token_of(database)

    outcomes = together(8, lambda _: setup.create_admin(database, token, "maren", GOOD))

    assert User.select().count() == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7


def test_set_up_is_closed_by_anybody_at_all(database: Config) -> None:
    token = token_of(database)
    make_user(role=Role.READONLY, active=False)

    assert not setup.is_open()
    with pytest.raises(Conflict, match="set up already"):
        setup.create_admin(database, token, "maren", GOOD)


def test_a_stale_token_file_does_not_open_set_up_again(database: Config) -> None:
    setup.create_admin(database, token_of(database), "maren", GOOD)
    database.setup_token.write_text("an old token that came back with a backup")

    assert setup.token(database) is None
    assert not database.setup_token.exists()
    with pytest.raises(Conflict):
        setup.create_admin(database, "an old token that came back with a backup", "x", GOOD)


def test_steps_follow_what_is_there(database: Config, tmp_path: Path) -> None:
    assert states(None) == ["open", "open", "open", "open"]
    assert setup.next_step(None) == "account"
    maren = setup.create_admin(database, token_of(database), "maren", GOOD)
    assert setup.next_step(person(maren)) == "library"

    settings.change({"library_path": str(tmp_path)})
    assert setup.next_step(person(maren)) == "services"
    settings.change({"imvdb_api_key": "0123456789abcdef"})
    assert setup.next_step(person(maren)) == "artist"
    make_artist(name="Björk")
    assert setup.next_step(person(maren)) is None
    assert states(person(maren)) == ["done", "done", "done", "done"]


def test_steps_are_skipped_and_taken_up_again(database: Config) -> None:
    maren = setup.create_admin(database, token_of(database), "maren", GOOD)
    users.set_prefs(maren.id, theme="light")
    for step in ("services", "library", "services"):
        setup.skip(maren.id, step)

    assert states(person(maren)) == ["done", "skipped", "skipped", "open"]
    assert setup.next_step(person(maren)) == "artist"
    setup.skip(maren.id, "artist")
    assert setup.next_step(person(maren)) is None

    setup.resume(maren.id)
    assert setup.next_step(person(maren)) == "library"
    assert users.find(maren.id).prefs["theme"] == "light"


@pytest.mark.parametrize("step", ["account", "", "nonsense"])
def test_what_is_no_step_cannot_be_skipped(database: Config, step: str) -> None:
    with pytest.raises(Invalid):
        setup.skip(make_user().id, step)


def states(who: Person | None) -> list[str]:
    return [step.state for step in setup.steps(who)]
