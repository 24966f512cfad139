"""A download is held back to a rate that may change while it waits."""

import threading
from types import SimpleNamespace

import pytest

from mvidarr.integrations.youtube import pace
from mvidarr.integrations.youtube.pace import Pace


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The naps that were taken; time passes only by them."""
    naps: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: 1000 + sum(naps), sleep=naps.append)
    monkeypatch.setattr(pace, "time", clock)
    return naps


def test_so_many_bytes_take_as_long_as_they_should(passed: list[float]) -> None:
    held = Pace(1000)

    for _ in range(5):
        held.spend(500)

    assert sum(passed) == pytest.approx(2.5)


def test_without_a_rate_nothing_waits(passed: list[float]) -> None:
    Pace().spend(10**9)
    Pace(0).spend(10**9)

    assert passed == []


def test_time_in_which_nothing_came_is_not_saved_up(passed: list[float]) -> None:
    held = Pace(1000)
    held.spend(100)
    passed.append(60.0)

    held.spend(1000)

    assert sum(passed) == pytest.approx(61.1)


def test_one_wait_never_looks_like_a_stall(passed: list[float]) -> None:
    Pace(1).spend(10**9)

    assert sum(passed) == pytest.approx(pace.LONGEST)


def test_another_rate_holds_at_once() -> None:
    held = Pace(1.0)
    waiting = threading.Thread(target=held.spend, args=(50,))
    waiting.start()

    held.hear({"rate": None})
    waiting.join(timeout=30)

    assert not waiting.is_alive()
    assert held.rate is None


def test_other_messages_change_nothing() -> None:
    held = Pace(5.0)

    held.hear({"something": 1})

    assert held.rate == 5.0
