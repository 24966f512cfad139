"""The breaker: broken services are left alone, across restarts, and heal by one good answer."""

import random
from dataclasses import replace
from typing import Any

import pytest

from mvidarr import models, settings
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid, NotConfigured, ServiceError, TooSoon, Unavailable
from mvidarr.core.http import Conf, NotThere
from mvidarr.core.terms import Cause, ServiceState
from mvidarr.governor import breaker, budget, calls, services
from mvidarr.integrations.youtube.causes import Failure
from mvidarr.integrations.youtube.search import YouTubeFailed
from mvidarr.jobs.watch import Left
from mvidarr.library.tables import Event
from tests.conftest import SetClock
from tests.fakes.together import together

Change: Any = models.Change
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)


def state() -> tuple[str, int]:
    row = budget.row("imvdb")
    return row.state, row.failures


def fail(times: int = 1, **more: object) -> None:
    for _ in range(times):
        breaker.failed("imvdb", "IMVDb took too long to answer.", **more)  # type: ignore[arg-type]


def events() -> list[str]:
    return [kind for (kind,) in Event.select(Event.kind).order_by(Event.id).tuples()]


def test_a_service_begins_as_working() -> None:
    assert state() == (ServiceState.WORKING, 0)
    assert breaker.is_open("imvdb") is None
    breaker.guard("imvdb", "IMVDb")


def test_one_failure_is_noted_and_nothing_else(set_clock: SetClock) -> None:
    fail()

    row = budget.row("imvdb")
    assert state() == (ServiceState.DEGRADED, 1)
    assert (row.last_error, row.since) == ("IMVDb took too long to answer.", set_clock.at)
    assert breaker.is_open("imvdb") is None
    assert events() == []


def test_three_failures_in_a_row_open_it(set_clock: SetClock) -> None:
    fail(3)

    assert state() == (ServiceState.BROKEN, 3)
    assert breaker.is_open("imvdb") == 15 * clock.MINUTE
    assert events() == ["service.broken"]
    with pytest.raises(ServiceError, match="IMVDb is left alone for 15 more min") as caught:
        breaker.guard("imvdb", "IMVDb")
    assert caught.value.retry_after == 900


def test_a_success_between_failures_starts_the_count_again() -> None:
    fail(2)
    breaker.succeeded("imvdb")
    fail(2)

    assert state() == (ServiceState.DEGRADED, 2)


def test_a_request_to_wait_opens_it_at_once_for_that_long(set_clock: SetClock) -> None:
    fail(retry_after=90.0)

    assert state() == (ServiceState.BROKEN, 1)
    assert breaker.is_open("imvdb") == 90_000


def test_nobody_can_ask_us_to_wait_longer_than_a_day(set_clock: SetClock) -> None:
    fail(retry_after=10_000_000.0)

    assert breaker.is_open("imvdb") == clock.DAY


@pytest.mark.parametrize("cause", [Cause.BOT_WALL, Cause.THROTTLED])
def test_a_wall_opens_it_at_once(set_clock: SetClock, cause: Cause) -> None:
    fail(cause=cause)

    assert state() == (ServiceState.BROKEN, 1)
    assert breaker.is_open("imvdb") == 15 * clock.MINUTE


def test_pauses_grow_with_each_failed_try(set_clock: SetClock) -> None:
    fail(3)
    pauses = []
    for _ in range(4):
        pauses.append(breaker.is_open("imvdb") or 0)
        set_clock.forward(pauses[-1])
        assert breaker.is_open("imvdb") is None
        fail()

    assert [pause // clock.MINUTE for pause in pauses] == [15, 60, 180, 180]
    assert events() == ["service.broken"]


def test_it_survives_a_restart(config: Config, set_clock: SetClock) -> None:
    """All of it is in the row: a process that starts now leaves the service alone too."""
    from mvidarr.core import db

    fail(3)
    with db.session():
        db.database.close()
    db.disconnect()
    db.connect(config.database_url, db.Options(full_sync=False))
    with db.session():
        assert breaker.is_open("imvdb") == 15 * clock.MINUTE
        assert state() == (ServiceState.BROKEN, 3)


def test_a_good_answer_heals_it(set_clock: SetClock) -> None:
    fail(3)
    set_clock.forward(15 * clock.MINUTE)
    breaker.succeeded("imvdb")

    row = budget.row("imvdb")
    assert state() == (ServiceState.WORKING, 0)
    assert (row.last_error, row.next_try_at, row.since) == (None, 0, set_clock.at)
    assert events() == ["service.broken", "service.healed"]


def test_a_good_answer_to_what_was_asked_before_it_broke_heals_nothing(set_clock: SetClock) -> None:
    """A download that was half done ends well: whoever asks on makes the wall last."""
    fail(cause=Cause.BOT_WALL)
    breaker.succeeded("imvdb")

    assert state() == (ServiceState.BROKEN, 1)
    assert breaker.is_open("imvdb") == 15 * clock.MINUTE
    assert events() == ["service.broken"]


def test_a_failure_after_a_rest_does_not_count_as_healing(set_clock: SetClock) -> None:
    fail(retry_after=90.0)
    set_clock.forward(90_000)
    fail()

    assert state() == (ServiceState.BROKEN, 2)
    assert breaker.is_open("imvdb") == 5 * clock.MINUTE
    assert events() == ["service.broken"]


def test_a_clock_that_was_set_back_does_not_close_a_service_for_ever(set_clock: SetClock) -> None:
    fail(3)
    set_clock.forward(-30 * clock.DAY)

    assert breaker.is_open("imvdb") is None


def test_pages_redraw_when_something_changed_and_only_then() -> None:
    breaker.succeeded("imvdb")
    assert Change.select().count() == 0
    fail()
    topics = {topic for (topic,) in Change.select(Change.topic).tuples()}
    assert topics == {"services", "nav"}


# what counts


@pytest.mark.parametrize(
    "error",
    [
        NotConfigured("IMVDb needs a key."),
        TooSoon("This service is busy."),
        Unavailable("The database is busy."),
        Invalid({"url": "Not so."}),
        None,
        NotThere("imvdb", "IMVDb does not have that."),
        breaker.LeftAlone("imvdb", "IMVDb is left alone.", retry_after=60),
    ],
)
def test_what_is_not_the_services_fault_is_no_failure(error: Exception | None) -> None:
    breaker.settle("imvdb", error)

    assert state() == (ServiceState.WORKING, 0)


def test_not_knowing_something_is_an_answer() -> None:
    fail(2)
    breaker.settle("imvdb", NotThere("imvdb", "IMVDb does not have that."))

    assert state() == (ServiceState.WORKING, 0)


def test_being_left_alone_heals_nothing(set_clock: SetClock) -> None:
    fail(3)
    breaker.settle("imvdb", breaker.LeftAlone("imvdb", "x.", retry_after=60))

    assert state() == (ServiceState.BROKEN, 3)
    assert breaker.is_open("imvdb") == 15 * clock.MINUTE


def test_a_service_error_counts_with_its_request_to_wait(set_clock: SetClock) -> None:
    breaker.settle("imvdb", ServiceError("imvdb", "IMVDb asks for a pause.", retry_after=30))

    assert breaker.is_open("imvdb") == 30_000


def test_a_wall_that_a_search_met_counts_as_one() -> None:
    failure = Failure(text="Sign in to confirm you are not a bot")
    breaker.settle("imvdb", YouTubeFailed(Cause.BOT_WALL, failure))

    assert state() == (ServiceState.BROKEN, 1)


def test_parts_of_a_service_are_remembered_one_by_one() -> None:
    breaker.note("imvdb", "search", "IMVDb forbids access for now.")
    breaker.note("imvdb", "entity", "It fails.")
    breaker.note("imvdb", "search", None)

    assert budget.row("imvdb").details == {"entity": "It fails."}
    assert state() == (ServiceState.WORKING, 0)


def test_a_long_error_fits_its_column() -> None:
    breaker.failed("imvdb", "é" * 5000)

    assert budget.row("imvdb").last_error == "é" * 1000


# walls


def test_pauses_grow_with_each_wall(set_clock: SetClock) -> None:
    pauses = []
    for _ in range(6):
        fail(cause=Cause.BOT_WALL)
        pauses.append(breaker.is_open("imvdb") or 0)
        set_clock.forward(pauses[-1])

    assert [pause // clock.MINUTE for pause in pauses] == [15, 60, 180, 720, 1440, 1440]
    assert events() == ["service.broken"]


def test_a_wall_soon_after_the_last_one_is_the_same_wall(set_clock: SetClock) -> None:
    fail(cause=Cause.BOT_WALL)
    set_clock.forward(20 * clock.MINUTE)
    breaker.succeeded("imvdb")
    set_clock.forward(clock.HOUR)
    fail(cause=Cause.BOT_WALL)

    assert breaker.is_open("imvdb") == clock.HOUR


def test_a_wall_after_good_hours_is_a_new_one(set_clock: SetClock) -> None:
    fail(cause=Cause.BOT_WALL)
    set_clock.forward(20 * clock.MINUTE)
    breaker.succeeded("imvdb")
    set_clock.forward(5 * clock.HOUR)
    fail(cause=Cause.BOT_WALL)

    assert breaker.is_open("imvdb") == 15 * clock.MINUTE


def test_failures_before_a_wall_do_not_make_it_higher(set_clock: SetClock) -> None:
    fail(3)
    set_clock.forward(15 * clock.MINUTE)
    fail(cause=Cause.BOT_WALL)

    assert breaker.is_open("imvdb") == 15 * clock.MINUTE


def test_many_downloads_at_one_wall_count_once(set_clock: SetClock) -> None:
    fail(8, cause=Cause.BOT_WALL)

    assert state() == (ServiceState.BROKEN, 1)
    assert breaker.is_open("imvdb") == 15 * clock.MINUTE


def test_a_wall_that_names_a_time_rests_at_least_so_long(set_clock: SetClock) -> None:
    fail(cause=Cause.THROTTLED, retry_after=7200.0)
    assert breaker.is_open("imvdb") == 2 * clock.HOUR
    set_clock.forward(2 * clock.HOUR)
    breaker.succeeded("imvdb")
    set_clock.forward(clock.DAY)
    fail(cause=Cause.THROTTLED, retry_after=5.0)

    assert breaker.is_open("imvdb") == 15 * clock.MINUTE


def test_a_longer_request_to_wait_is_heard_while_it_rests(set_clock: SetClock) -> None:
    fail(retry_after=60.0)
    fail(retry_after=600.0)
    fail(retry_after=5.0)

    assert breaker.is_open("imvdb") == 600_000
    assert state() == (ServiceState.BROKEN, 1)


def test_it_is_known_that_it_is_a_wall(set_clock: SetClock) -> None:
    fail(cause=Cause.BOT_WALL)
    assert breaker.is_wall(budget.row("imvdb"))
    breaker.let_go("imvdb")
    assert breaker.is_wall(budget.row("imvdb"))
    set_clock.forward(clock.HOUR)
    fail()
    assert not breaker.is_wall(budget.row("imvdb"))
    breaker.succeeded("imvdb")
    assert not breaker.is_wall(budget.row("imvdb"))


def test_pauses_are_longer_by_chance_and_never_shorter(
    set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.5)
    fail(retry_after=100.0)

    assert breaker.is_open("imvdb") == 105_000


# one try at a time


def test_after_its_pause_one_alone_tries_it(set_clock: SetClock) -> None:
    fail(3)
    assert not breaker.may_probe("imvdb")
    set_clock.forward(15 * clock.MINUTE)

    assert breaker.may_probe("imvdb")
    assert breaker.is_probing(budget.row("imvdb"))
    assert not breaker.may_probe("imvdb")
    assert breaker.is_open("imvdb") == breaker.PROBE
    with pytest.raises(breaker.LeftAlone):
        breaker.guard("imvdb", "IMVDb")


def test_of_many_at_once_one_tries_it(set_clock: SetClock) -> None:
    fail(3)
    set_clock.forward(15 * clock.MINUTE)

    assert sorted(together(4, lambda _: breaker.may_probe("imvdb"))) == [False] * 3 + [True]


def test_a_good_try_lets_all_others_go_on(set_clock: SetClock) -> None:
    fail(3)
    set_clock.forward(15 * clock.MINUTE)
    breaker.guard("imvdb", "IMVDb")
    breaker.succeeded("imvdb")

    assert all(breaker.may_probe("imvdb") for _ in range(3))
    assert not breaker.is_probing(budget.row("imvdb"))
    assert budget.row("imvdb").details == {}


def test_a_failed_try_begins_the_next_pause(set_clock: SetClock) -> None:
    fail(3)
    set_clock.forward(15 * clock.MINUTE)
    breaker.guard("imvdb", "IMVDb")
    fail()

    assert state() == (ServiceState.BROKEN, 4)
    assert breaker.is_open("imvdb") == 60 * clock.MINUTE
    assert not breaker.is_probing(budget.row("imvdb"))


def test_a_try_that_never_ends_keeps_the_others_for_a_while(set_clock: SetClock) -> None:
    """Its process was killed: nobody will say how it went."""
    fail(3)
    set_clock.forward(15 * clock.MINUTE)
    breaker.guard("imvdb", "IMVDb")
    set_clock.forward(breaker.PROBE)

    assert breaker.may_probe("imvdb")


@pytest.mark.parametrize(
    "error", [TooSoon("This service is busy."), Invalid({"url": "Not so."}), Left()]
)
def test_a_try_that_never_asked_leaves_it_to_the_next(
    set_clock: SetClock, error: Exception
) -> None:
    settings.change({"imvdb_api_key": "abc"})
    fail(3)
    set_clock.forward(15 * clock.MINUTE)

    def leave(_: Conf) -> None:
        raise error

    with pytest.raises(type(error)):
        calls.call(services.find("imvdb"), leave)

    assert state() == (ServiceState.BROKEN, 3)
    assert breaker.may_probe("imvdb")


def test_a_test_that_a_person_made_heals_what_rests(set_clock: SetClock) -> None:
    fail(cause=Cause.BOT_WALL)
    kind = replace(services.find("imvdb"), needs=(), check=lambda conf: "It answers.")

    assert calls.try_out(kind, {}).is_good
    assert state() == (ServiceState.WORKING, 0)


def test_a_person_who_asks_for_it_goes_before_a_try(set_clock: SetClock) -> None:
    fail(3)
    set_clock.forward(15 * clock.MINUTE)
    breaker.guard("imvdb", "IMVDb")
    breaker.let_go("imvdb")

    assert breaker.is_open("imvdb") is None
    assert breaker.may_probe("imvdb")


def test_problems_of_parts_are_kept_apart_from_what_the_breaker_notes(
    set_clock: SetClock,
) -> None:
    breaker.note("imvdb", "search", "It forbids access for now.")
    fail(cause=Cause.BOT_WALL)
    set_clock.forward(15 * clock.MINUTE)
    breaker.guard("imvdb", "IMVDb")

    assert breaker.parts(budget.row("imvdb")) == {"search": "It forbids access for now."}
