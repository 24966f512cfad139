"""API keys: shown once, found by their hash, never above their owner."""

import re

import pytest

from mvidarr.accounts import keys
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, Invalid, NotFound, Unavailable
from mvidarr.core.terms import Role
from mvidarr.models import ApiKey, User
from tests.conftest import SetClock
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


def test_a_key_is_found_with_its_owner_in_one_query(set_clock: SetClock) -> None:
    user = make_user(name="maren", role=Role.MANAGER)
    row, text = keys.create(user.id, "  dash  board ", Role.READONLY)
    keys.find(text)  # notes its first use

    with db.counting() as statements:
        found = keys.find(text)

    assert found is not None
    assert (found.name, found.role, found.key_role) == ("maren", "manager", "readonly")
    assert (row.name, row.role) == ("dash board", "readonly")
    assert len(statements) == 1


def test_a_key_has_its_form_and_the_database_not_its_secret() -> None:
    row, text = keys.create(make_user().id, "script", Role.USER)
    stored = " ".join(str(value) for value in ApiKey.get().__data__.values())
    match = re.fullmatch(r"mvd_([0-9a-f]{8})_([0-9a-f]{40})", text)

    assert match is not None
    assert row.prefix == match[1]
    assert match[2] not in stored


@pytest.mark.parametrize("text", ["", "mvd_", "mvd_x_y", "é", "x" * 5000])
def test_a_made_up_key_is_nobody(text: str) -> None:
    keys.create(make_user().id, "script", Role.USER)

    assert keys.find(text) is None
    assert keys.find(ApiKey.get().token_hash) is None
    assert keys.find(f"mvd_{ApiKey.get().prefix}_{'0' * 40}") is None


@pytest.mark.parametrize("owner", Role)
@pytest.mark.parametrize("role", Role)
def test_no_key_is_above_its_owner(owner: Role, role: Role) -> None:
    user = make_user(role=owner)
    if owner.includes(role):
        assert keys.create(user.id, "script", role)[0].role == role
    else:
        with pytest.raises(Invalid) as caught:
            keys.create(user.id, "script", role)
        assert set(caught.value.fields) == {"role"}
        assert ApiKey.select().count() == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 256])
def test_a_key_needs_a_name(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        keys.create(make_user().id, name, Role.READONLY)

    assert set(caught.value.fields) == {"name"}


def test_a_revoked_key_is_nobody_at_once() -> None:
    user = make_user()
    row, text = keys.create(user.id, "script", Role.READONLY)
    _, other = keys.create(user.id, "other", Role.READONLY)

    keys.revoke(row.id, user.id)

    assert keys.find(text) is None
    assert keys.find(other) is not None
    assert [key.name for key in keys.of_user(user.id)] == ["other"]
    with pytest.raises(NotFound):
        keys.revoke(row.id, user.id)


def test_nobody_revokes_the_key_of_somebody_else() -> None:
    row, text = keys.create(make_user().id, "script", Role.READONLY)

    with pytest.raises(NotFound):
        keys.revoke(row.id, make_user().id)
    assert keys.find(text) is not None


def test_the_key_of_somebody_switched_off_is_nobody() -> None:
    _, text = keys.create(make_user().id, "script", Role.READONLY)
    User.update(active=False).execute()

    assert keys.find(text) is None


def test_use_is_noted_once_a_minute(set_clock: SetClock) -> None:
    _, text = keys.create(make_user().id, "script", Role.READONLY)
    assert ApiKey.get().seen_at is None
    for ms in (0, 59_999):
        set_clock.forward(ms)
        keys.find(text)
        assert ApiKey.get().seen_at == clock.now() - ms
    set_clock.forward(1)
    keys.find(text)

    assert ApiKey.get().seen_at == clock.now()


def test_a_database_that_cannot_be_written_does_not_stop_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, text = keys.create(make_user().id, "script", Role.READONLY)

    def atomic() -> None:
        raise Unavailable("The database is busy.")

    monkeypatch.setattr(db, "atomic", atomic)

    assert keys.find(text) is not None


def test_keys_are_listed_newest_first_and_not_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST", 3)
    user = make_user()
    for number in range(3):
        keys.create(user.id, f"key {number}", Role.READONLY)

    with pytest.raises(Conflict, match="revoke one first"):
        keys.create(user.id, "one more", Role.READONLY)
    assert [key.name for key in keys.of_user(user.id)] == ["key 2", "key 1", "key 0"]
    assert keys.create(make_user().id, "of somebody else", Role.READONLY)


def test_nobody_has_no_keys() -> None:
    with pytest.raises(NotFound):
        keys.create(999, "script", Role.READONLY)
    assert keys.of_user(999) == []
    assert keys.revoke_all(999) == 0
