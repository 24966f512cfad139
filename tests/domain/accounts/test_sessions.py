"""Sessions: how long they hold, what ends them, and what the database knows of them."""

import peewee
import pytest

from mvidarr import settings
from mvidarr.accounts import sessions
from mvidarr.core import clock, db
from mvidarr.core.errors import NotFound, Unavailable
from mvidarr.models import Session, User
from tests.conftest import SetClock
from tests.factories import fresh, make_user

pytestmark = pytest.mark.usefixtures("database")
IP = "10.0.0.1"
DAY, HOUR = clock.DAY, clock.HOUR


def holds(token: str) -> bool:
    return sessions.find(token, IP) is not None


def test_a_session_is_found_with_its_owner_in_one_query() -> None:
    user = make_user(name="maren", prefs={"theme": "light"})
    token = sessions.start(user, IP, "Firefox")

    with db.counting() as statements:
        row = sessions.find(token, IP)

    assert row is not None
    assert (row.name, row.role, row.prefs) == ("maren", "admin", {"theme": "light"})
    assert len(statements) == 1


def test_the_database_does_not_hold_the_token() -> None:
    token = sessions.start(make_user(), IP, "Firefox")
    row = Session.get()
    stored = " ".join(str(value) for value in row.__data__.values())

    assert len(token) >= 43
    assert token not in stored
    assert len(row.token_hash) == 64


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "1", "é", "a.b", "x" * 5000])
def test_a_made_up_token_is_nobody(token: str) -> None:
    sessions.start(make_user(), IP, "Firefox")

    assert not holds(token)
    assert not holds(Session.get().token_hash)


def test_a_session_ends_when_idle_for_too_long(set_clock: SetClock) -> None:
    token = sessions.start(make_user(), IP, "")
    set_clock.forward(7 * DAY - 1)
    assert holds(token)  # which counts as use

    set_clock.forward(7 * DAY - 1)
    assert holds(token)
    set_clock.forward(7 * DAY)
    assert not holds(token)


def test_a_session_ends_after_its_days_however_much_it_is_used(set_clock: SetClock) -> None:
    token = sessions.start(make_user(), IP, "")
    for _ in range(30 * 24 - 1):
        set_clock.forward(HOUR)
        assert holds(token)

    set_clock.forward(HOUR)
    assert not holds(token)


def test_a_session_that_ended_does_not_come_back_with_the_clock(set_clock: SetClock) -> None:
    token = sessions.start(make_user(), IP, "")
    set_clock.forward(8 * DAY)
    assert not holds(token)

    set_clock.forward(-4 * DAY)
    assert not holds(token)


def test_a_clock_that_is_set_back_does_not_extend(set_clock: SetClock) -> None:
    token = sessions.start(make_user(), IP, "")
    before = Session.get()
    set_clock.forward(-2 * HOUR)
    assert holds(token)

    assert fresh(before).expires_at == before.expires_at
    assert fresh(before).seen_at == before.seen_at


def test_shorter_settings_hold_for_sessions_that_there_are(set_clock: SetClock) -> None:
    token = sessions.start(make_user(), IP, "")
    settings.change({"session_idle_days": 90, "session_days": 30})
    set_clock.forward(3 * DAY)
    assert holds(token)

    settings.change({"session_days": 2})
    assert not holds(token)


def test_longer_settings_do_not_extend_sessions_that_there_are(set_clock: SetClock) -> None:
    token = sessions.start(make_user(), IP, "")
    settings.change({"session_idle_days": 90, "session_days": 365})
    set_clock.forward(31 * DAY)

    assert not holds(token)


def test_use_is_noted_once_a_minute(set_clock: SetClock) -> None:
    user = make_user()
    token = sessions.start(user, IP, "")
    started = clock.now()

    set_clock.forward(59_999)
    sessions.find(token, "10.0.0.2")
    assert (Session.get().seen_at, Session.get().ip) == (started, IP)

    set_clock.forward(1)
    sessions.find(token, "10.0.0.2")
    assert (Session.get().seen_at, Session.get().ip) == (started + 60_000, "10.0.0.2")
    assert fresh(user).seen_at == started + 60_000


def test_a_database_that_cannot_be_written_does_not_stop_reading(
    set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sessions.start(make_user(), IP, "")
    set_clock.forward(clock.HOUR)
    for error in (Unavailable("busy"), peewee.OperationalError("attempt to write a readonly")):
        monkeypatch.setattr(sessions, "_seen", _raising(error))
        assert holds(token)


def _raising(error: Exception):  # type: ignore[no-untyped-def]
    def write(*_: object) -> None:
        raise error

    return write


def test_a_risen_epoch_ends_a_session_even_if_its_row_stayed() -> None:
    user = make_user()
    token = sessions.start(user, IP, "")
    User.update(epoch=User.epoch + 1).execute()

    assert not holds(token)
    assert sessions.of_user(user.id) == []
    assert holds(sessions.start(user, IP, ""))  # `user` is older than the epoch


def test_somebody_switched_off_is_nobody() -> None:
    user = make_user()
    token = sessions.start(user, IP, "")
    User.update(active=False).execute()

    assert not holds(token)


def test_one_session_is_ended_and_others_stay() -> None:
    user = make_user()
    first, second = sessions.start(user, IP, ""), sessions.start(user, IP, "")
    row = sessions.find(first, IP)
    assert row is not None

    sessions.revoke(row.id, user.id)

    assert not holds(first)
    assert holds(second)


def test_nobody_ends_the_session_of_somebody_else() -> None:
    mine, yours = make_user(), make_user()
    token = sessions.start(yours, IP, "")

    with pytest.raises(NotFound):
        sessions.revoke(Session.get().id, mine.id)
    assert holds(token)


def test_all_sessions_but_one_are_ended() -> None:
    user, other = make_user(), make_user()
    tokens = [sessions.start(user, IP, "") for _ in range(3)]
    others = sessions.start(other, IP, "")
    row = sessions.find(tokens[1], IP)
    assert row is not None

    assert sessions.revoke_all(user.id, keep=row.id) == 2

    assert [holds(token) for token in tokens] == [False, True, False]
    assert holds(others)


def test_sessions_are_listed_last_used_first(set_clock: SetClock) -> None:
    user = make_user()
    for agent in ("first", "second", "third"):
        sessions.start(user, IP, agent)
        set_clock.forward(3 * DAY)
    sessions.start(make_user(), IP, "somebody else")

    assert [row.agent for row in sessions.of_user(user.id)] == ["third", "second"]


def test_old_sessions_are_cleared_away(set_clock: SetClock) -> None:
    user = make_user()
    sessions.start(user, IP, "old")
    set_clock.forward(6 * DAY)
    token = sessions.start(user, IP, "new")
    set_clock.forward(2 * DAY)

    assert sessions.purge() == 1
    assert holds(token)


def test_what_a_browser_says_of_itself_is_cut() -> None:
    sessions.start(make_user(), "x" * 500, "y" * 5000)

    assert (len(Session.get().ip), len(Session.get().agent)) == (64, 255)


def test_a_session_goes_with_its_person() -> None:
    user = make_user()
    sessions.start(user, IP, "")
    sessions.end(999)
    user.delete_instance()

    assert Session.select().count() == 0
    assert User.select().count() == 0
