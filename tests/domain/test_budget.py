"""Slots and tokens: one pace and one budget for everybody who asks a service."""

import random
import time
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import TooSoon
from mvidarr.governor import breaker, budget, services
from mvidarr.models import Service
from tests.conftest import SetClock
from tests.fakes.together import together


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch, set_clock: SetClock) -> list[float]:
    """How long each `reserve` waited; the clock moves on meanwhile."""
    taken: list[float] = []

    def nap(seconds: float) -> None:
        taken.append(seconds)
        set_clock.forward(round(seconds * 1000))

    monkeypatch.setattr(time, "sleep", nap)
    return taken


def row() -> Any:
    return Service.get(Service.name == "imvdb")


def test_the_first_request_does_not_wait(database: Config, naps: list[float]) -> None:
    budget.reserve("imvdb")

    assert naps == []
    assert row().next_slot_at == clock.now() + budget.DEFAULT_PACE


def test_requests_keep_their_pace(database: Config, naps: list[float]) -> None:
    for _ in range(4):
        budget.reserve("imvdb", pace=1100)

    assert naps == [1.1, 1.1, 1.1]


def test_a_pause_is_not_made_up_for(
    database: Config, naps: list[float], set_clock: SetClock
) -> None:
    budget.reserve("imvdb", pace=1000)
    set_clock.forward(10_000)
    budget.reserve("imvdb", pace=1000)
    budget.reserve("imvdb", pace=1000)

    assert naps == [1.0]


def test_services_do_not_wait_for_each_other(database: Config, naps: list[float]) -> None:
    for name in ("imvdb", "musicbrainz", "youtube"):
        budget.reserve(name)

    assert naps == []


def test_who_would_wait_too_long_is_told_so_and_takes_no_slot(
    database: Config, set_clock: SetClock
) -> None:
    budget.reserve("imvdb", pace=6000)
    before = row().next_slot_at

    with pytest.raises(TooSoon) as caught:
        budget.reserve("imvdb", wait=5.0)

    assert caught.value.retry_after == 6.0
    assert row().next_slot_at == before
    assert row().budget_used == 1


def test_no_two_threads_get_the_same_slot(
    database: Config, monkeypatch: pytest.MonkeyPatch, set_clock: SetClock
) -> None:
    """Each process asks by itself; the row alone keeps them apart, even as it is first made."""
    slots: list[float] = []
    monkeypatch.setattr(time, "sleep", slots.append)

    def ask(number: int) -> None:
        for _ in range(8):
            budget.reserve("imvdb", wait=1000, pace=1000)

    assert together(4, ask) == [None] * 4

    assert sorted(slots) == [float(number) for number in range(1, 32)]
    assert Service.select().where(Service.name == "imvdb").count() == 1


def test_no_transaction_is_open_while_it_waits(
    database: Config, monkeypatch: pytest.MonkeyPatch, set_clock: SetClock
) -> None:
    waiting: list[bool] = []
    monkeypatch.setattr(time, "sleep", lambda _: waiting.append(db.database.in_transaction()))
    budget.reserve("imvdb")
    budget.reserve("imvdb")

    assert waiting == [False]


def test_requests_of_this_hour_are_counted(
    database: Config, naps: list[float], set_clock: SetClock
) -> None:
    for _ in range(3):
        budget.reserve("imvdb", pace=0)
    assert budget.used(row()) == 3
    set_clock.forward(clock.HOUR)
    assert budget.used(row()) == 0
    budget.reserve("imvdb")

    assert budget.used(row()) == 1


def test_a_clock_that_was_set_back_does_not_stop_everything(
    database: Config, naps: list[float], set_clock: SetClock
) -> None:
    budget.reserve("imvdb")
    set_clock.forward(-clock.DAY)

    budget.reserve("imvdb", wait=0)
    budget.reserve("imvdb", wait=60)

    assert naps == [budget.DEFAULT_PACE / 1000]


def test_a_clock_that_was_set_back_by_half_an_hour_costs_no_half_hour(
    database: Config, naps: list[float], set_clock: SetClock
) -> None:
    take(61, 60, wait=60)
    set_clock.forward(-30 * clock.MINUTE)

    take(2, 60, wait=60)

    assert sum(naps[1:]) <= 60


def test_nobody_sleeps_longer_than_was_agreed_though_the_clock_is_set(
    database: Config, monkeypatch: pytest.MonkeyPatch, set_clock: SetClock
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    budget.reserve("imvdb")
    taken = db.transact

    def set_back(work: Any) -> Any:
        done = taken(work)
        set_clock.forward(-365 * clock.DAY)
        return done

    monkeypatch.setattr(db, "transact", set_back)
    budget.reserve("imvdb")

    assert slept == [1.0]


def test_slots_are_later_than_the_pace_by_chance_and_never_sooner(
    database: Config, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    chances = iter([0.0, 0.5, 0.999, 0.25])
    monkeypatch.setattr(random, "random", lambda: next(chances))
    for _ in range(4):
        budget.reserve("imvdb", pace=1000)

    assert naps == [1.0, 1.125, 1.25]


# tokens


def take(times: int, hourly: int, **more: Any) -> None:
    for _ in range(times):
        budget.reserve("imvdb", pace=0, hourly=hourly, **more)


def left(hourly: int) -> float:
    return budget.tokens(row(), hourly)


def test_a_bucket_begins_full_and_each_request_takes_a_token(
    database: Config, naps: list[float]
) -> None:
    assert budget.tokens(budget.row("imvdb"), 60) == 60
    take(20, 60)

    assert left(60) == 40
    assert naps == []


def test_a_job_waits_for_the_next_token_of_an_empty_bucket(
    database: Config, naps: list[float]
) -> None:
    take(60, 60)
    take(3, 60, wait=120)

    assert naps == [60.0] * 3
    assert left(60) == 0


def test_a_page_is_told_when_the_bucket_is_empty_and_takes_nothing(
    database: Config, naps: list[float], set_clock: SetClock
) -> None:
    take(60, 60)
    set_clock.forward(15_000)
    before = (row().tokens, row().next_slot_at, row().budget_used)

    with pytest.raises(TooSoon, match="try again shortly") as caught:
        take(1, 60, wait=5)

    assert caught.value.retry_after == 45.0
    assert (row().tokens, row().next_slot_at, row().budget_used) == before
    with pytest.raises(TooSoon, match="used up; try again in 6 min"):
        take(1, 10, wait=5)


def test_the_bucket_fills_evenly_and_never_over_its_size(
    database: Config, naps: list[float], set_clock: SetClock
) -> None:
    take(60, 60)
    set_clock.forward(10 * clock.MINUTE)
    assert left(60) == 10
    set_clock.forward(clock.DAY)

    assert left(60) == 60


def test_a_smaller_budget_holds_at_once(database: Config, naps: list[float]) -> None:
    take(1, 100_000)

    assert left(10) == 10
    take(10, 10)
    with pytest.raises(TooSoon):
        take(1, 10, wait=5)


def test_a_request_may_cost_a_part_of_a_token(database: Config, naps: list[float]) -> None:
    take(10, 60, cost=0.1)

    assert left(60) == pytest.approx(59)
    assert budget.used(row()) == 10


def test_who_spares_some_leaves_them_to_the_others(database: Config, naps: list[float]) -> None:
    take(54, 60, spare=6)
    assert naps == []
    with pytest.raises(TooSoon):
        take(1, 60, spare=6, wait=59)
    take(6, 60, wait=0)
    assert naps == []

    take(1, 60, spare=6, wait=420)  # until all are there again, and one
    assert naps == [420.0]
    assert left(60) == 6


def test_who_spares_some_stands_in_nobodys_way_while_it_waits(
    database: Config, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as searches would use up everything, downloads and pages get their turn at once."""
    others: list[float] = []

    def nap(seconds: float) -> None:
        before = clock.now()
        if not others:
            others.append(0.0)
            budget.reserve("imvdb", wait=0, pace=0, hourly=60)
            others[0] = clock.now() - before
        set_clock.forward(round(seconds * 1000))

    take(54, 60, spare=6)
    monkeypatch.setattr(time, "sleep", nap)
    take(1, 60, spare=6, wait=120)

    assert others == [0.0]
    assert left(60) == 6


def test_jobs_spare_some_for_downloads_and_pages(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.change({"youtube_hourly": 60})
    spared: list[float] = []
    monkeypatch.setattr(budget, "reserve", lambda name, **more: spared.append(more["spare"]))
    youtube = services.find("youtube")

    services.conf(youtube).pace()
    services.conf(youtube, services.PAGE_PATIENCE).pace()
    services.reserve("youtube")

    assert spared == [6, 0, 0]


def test_a_budget_that_is_changed_holds_for_what_is_under_way(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    budgets: list[int] = []
    monkeypatch.setattr(budget, "reserve", lambda name, **more: budgets.append(more["hourly"]))
    conf = services.conf(services.find("youtube"))

    for hourly in (60, 10):
        settings.change({"youtube_hourly": hourly})
        conf.pace()

    assert budgets == [60, 10]


def test_those_who_wait_stand_in_line(database: Config, set_clock: SetClock) -> None:
    """Each of them takes a token that is still to come: nobody gets the same one."""
    slots: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", slots.append)
        take(65, 60, wait=400)

    assert slots == [60.0, 120.0, 180.0, 240.0, 300.0]
    assert left(60) == -5


def test_a_bucket_is_owed_an_hour_at_the_most(
    database: Config, naps: list[float], set_clock: SetClock
) -> None:
    take(1, 60)
    Service.update(tokens=-5_000.0, tokens_at=clock.now()).execute()

    assert left(60) == -60


@pytest.mark.parametrize("jump", [-clock.DAY, clock.DAY, -2 * clock.HOUR])
def test_a_bucket_survives_a_clock_that_jumps(
    database: Config, naps: list[float], set_clock: SetClock, jump: int
) -> None:
    take(60, 60)
    set_clock.forward(jump)

    assert left(60) == 60
    take(60, 60, wait=0)
    assert left(60) == 0
    assert budget.used(row()) == 60


def test_a_small_step_back_costs_that_time_and_wins_nothing(
    database: Config, naps: list[float], set_clock: SetClock
) -> None:
    """Two machines' clocks differ a little: what one has counted the other must not count again."""
    take(60, 60)
    set_clock.forward(2 * clock.MINUTE)
    take(1, 60)
    set_clock.forward(-clock.MINUTE)
    take(1, 60)  # which waits until its slot, a minute later

    assert (naps, left(60)) == ([60.0], 0)


def test_a_reservation_takes_few_statements(database: Config, naps: list[float]) -> None:
    budget.reserve("imvdb")
    with db.counting() as counter:
        budget.reserve("imvdb")

    about = [sql for sql in counter.statements if "service" in sql]
    assert len(about) == 2, about


def test_no_two_threads_get_the_same_token(
    database: Config, monkeypatch: pytest.MonkeyPatch, set_clock: SetClock
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)

    def ask(number: int) -> int:
        taken = 0
        for _ in range(20):
            try:
                budget.reserve("imvdb", wait=0, pace=0, hourly=50)
            except TooSoon:
                continue
            taken += 1
        return taken

    assert sum(together(4, ask)) == 50


def test_rows_of_services_never_asked_are_not_written(database: Config) -> None:
    """Pages look at them, and looking writes nothing."""
    assert breaker.is_open("youtube") is None
    assert breaker.may_probe("youtube")
    budget.reserve("imvdb")
    rows = budget.rows(["imvdb", "youtube"])

    assert rows["imvdb"].budget_used == 1
    assert (rows["youtube"].state, rows["youtube"].details) == ("working", {})
    assert Service.select().count() == 1
