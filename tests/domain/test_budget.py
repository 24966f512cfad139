"""Slots: one pace for everybody who asks a service, and nobody waits without end."""

import time
from typing import Any

import pytest

from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import TooSoon
from mvidarr.governor import budget
from mvidarr.models import Service
from tests.conftest import SetClock
from tests.fakes.together import together


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
