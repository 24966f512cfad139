"""People: adding and changing them, and the administrator that stays."""

import pytest

from mvidarr.accounts import keys, passwords, sessions, users
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import Role
from mvidarr.models import Event, User
from tests.factories import make_user
from tests.fakes.together import together

pytestmark = pytest.mark.usefixtures("database")
GOOD = "a long sentence is best"


def test_somebody_is_added_with_a_hash_and_an_event() -> None:
    user = users.add("  Maren\u200b  Ødegård ", GOOD, Role.MANAGER)

    assert (user.name, user.role, user.active) == ("Maren Ødegård", "manager", True)
    assert passwords.matches(GOOD, user.password_hash)
    assert [event.kind for event in Event.select()] == ["user.created"]
    assert users.by_name("MAREN ØDEGÅRD").id == user.id  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 256])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        users.add(name, GOOD, Role.USER)

    assert set(caught.value.fields) == {"name"}


def test_names_have_1_to_255_characters() -> None:
    assert users.add("x", GOOD, Role.USER).name == "x"
    assert users.add("é" * 255, GOOD, Role.USER).name == "é" * 255


def test_one_name_is_one_person_however_it_is_written() -> None:
    users.add("Björk", GOOD, Role.USER)

    with pytest.raises(Invalid, match="has this name"):
        users.add("BJÖRK", GOOD, Role.USER)
    assert users.add("Bjork", GOOD, Role.USER).id


def test_two_who_take_one_name_at_once_are_told_apart() -> None:
    outcomes = together(6, lambda n: users.add("maren" if n % 2 else "MAREN", GOOD, Role.USER))

    assert User.select().count() == 1
    assert sum(isinstance(outcome, User) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {User, Invalid}


def test_a_weak_password_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        users.add("maren", "password1", Role.USER)

    assert set(caught.value.fields) == {"password"}
    assert not users.is_anybody()


def test_a_new_password_ends_sessions_and_keys() -> None:
    user = users.add("maren", GOOD, Role.USER)
    token = sessions.start(user, "10.0.0.1", "tests")
    _, key = keys.create(user.id, "script", Role.USER)

    users.set_password(user.id, "another long sentence")

    assert users.find(user.id).epoch == 1
    assert sessions.find(token, "10.0.0.1") is None
    assert keys.find(key) is None
    assert passwords.matches("another long sentence", users.find(user.id).password_hash)


def test_a_new_role_ends_sessions_and_lowers_keys() -> None:
    user = make_user(role=Role.ADMIN)
    make_user(role=Role.ADMIN)
    token = sessions.start(user, "10.0.0.1", "tests")

    users.set_role(user.id, Role.READONLY)

    assert sessions.find(token, "10.0.0.1") is None
    assert users.find(user.id).role == "readonly"


def test_the_same_role_changes_nothing() -> None:
    user = make_user(role=Role.USER)
    token = sessions.start(user, "10.0.0.1", "tests")

    users.set_role(user.id, Role.USER)

    assert sessions.find(token, "10.0.0.1") is not None
    assert users.find(user.id).epoch == 0


def test_somebody_who_is_switched_off_is_out_and_stays_out_when_back() -> None:
    user = make_user(role=Role.USER)
    token = sessions.start(user, "10.0.0.1", "tests")
    _, key = keys.create(user.id, "script", Role.USER)

    users.set_active(user.id, False)
    users.set_active(user.id, True)

    assert sessions.find(token, "10.0.0.1") is None
    assert keys.find(key) is None
    assert users.find(user.id).active


def test_the_last_administrator_stays() -> None:
    admin = make_user(role=Role.ADMIN)
    make_user(role=Role.ADMIN, active=False)
    make_user(role=Role.MANAGER)

    with pytest.raises(Conflict, match="last administrator"):
        users.set_role(admin.id, Role.MANAGER)
    with pytest.raises(Conflict, match="last administrator"):
        users.set_active(admin.id, False)
    users.set_role(admin.id, Role.ADMIN)

    assert users.find(admin.id).active
    assert users.find(admin.id).role == "admin"


def test_administrators_who_all_step_down_at_once_leave_one() -> None:
    admins = [make_user(role=Role.ADMIN) for _ in range(4)]

    def step_down(number: int) -> None:
        if number % 2:
            users.set_role(admins[number].id, Role.USER)
        else:
            users.set_active(admins[number].id, False)

    outcomes = together(4, step_down)

    left = User.select().where(User.role == "admin", User.active == True).count()  # noqa: E712
    assert left == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1


def test_preferences_are_merged() -> None:
    user = make_user(prefs={"theme": "dark"})

    assert users.set_prefs(user.id, accent="pink") == {"theme": "dark", "accent": "pink"}
    assert users.find(user.id).prefs == {"theme": "dark", "accent": "pink"}


def test_nobody_is_not_found() -> None:
    for call in (
        lambda: users.find(999),
        lambda: users.set_password(999, GOOD),
        lambda: users.set_role(999, Role.ADMIN),
        lambda: users.set_active(999, True),
        lambda: users.set_prefs(999, theme="dark"),
    ):
        with pytest.raises(NotFound):
            call()
