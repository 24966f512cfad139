"""Why nothing is begun: somebody holds the queue, the hour, YouTube, the disk."""

import re
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from mvidarr import settings
from mvidarr.core.terms import Cause
from mvidarr.downloads import claims, queue, settle, space, waits, whole
from mvidarr.governor import breaker
from tests.conftest import SetClock
from tests.factories import make_download, make_video

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def vienna(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine's time zone."""
    monkeypatch.setenv("TZ", "Europe/Vienna")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> int:
    """A time of the machine, in ms."""
    return int(datetime.fromisoformat(text).astimezone().timestamp() * 1000)


@pytest.mark.usefixtures("vienna")
@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        ("", "2026-11-20T12:30", None),
        ("22-6", "2026-11-20T12:30", "2026-11-20T22:00"),
        ("22-6", "2026-11-20T22:00", None),
        ("22-6", "2026-11-21T05:59", None),
        ("22-6", "2026-11-21T06:00", "2026-11-21T22:00"),
        ("9-12, 14-18", "2026-11-20T12:10", "2026-11-20T14:00"),
        ("9-12, 14-18", "2026-11-20T23:59", "2026-11-21T09:00"),
        ("0-24", "2026-11-20T12:30", None),
        ("2-3", "2026-03-28T12:00", "2026-03-30T02:00"),  # of the 29th this hour is left out
        ("3-4", "2026-03-29T01:30", "2026-03-29T03:00"),
        ("2-3", "2026-10-24T12:00", "2026-10-25T02:00"),  # this hour comes twice
    ],
)
def test_downloads_begin_in_the_hours_that_are_allowed(
    set_clock: SetClock, hours: str, now: str, opens: str | None
) -> None:
    settings.change({"download_hours": hours})
    set_clock.at = at(now)

    assert waits.opens_at() == (at(opens) if opens else None)


@pytest.mark.usefixtures("vienna")
def test_nothing_is_claimed_outside_the_hours_and_what_runs_goes_on(set_clock: SetClock) -> None:
    settings.change({"download_hours": "22-6"})
    for _ in range(2):
        queue.add(make_video(source=True).id, priority=queue.URGENT)
    set_clock.at = at("2026-11-21T05:59")
    row = claims.claim_next("here.1")
    assert row is not None

    set_clock.at = at("2026-11-21T06:00")

    assert claims.claim_next("here.1") is None
    wait = waits.look()
    assert wait is not None
    assert (wait.reason, wait.title) == ("hours", "Waits until 22:00")
    assert (wait.until, "22-6" in wait.text) == (at("2026-11-21T22:00"), True)
    assert not waits.is_held()
    set_clock.at = at("2026-11-21T22:00")
    assert claims.claim_next("here.1") is not None


def test_a_held_queue_says_so_before_all_else() -> None:
    settings.change({"download_hours": "1-2, 3-4, 5-6, 7-8"})
    whole.hold()

    wait = waits.look()

    assert wait is not None
    assert (wait.reason, wait.until) == ("held", None)


@pytest.mark.usefixtures("vienna")
def test_youtube_that_rests_is_said_with_its_reason(set_clock: SetClock) -> None:
    set_clock.at = at("2026-11-20T12:00")
    breaker.failed("youtube", "It asks for a pause.", retry_after=600)

    wait = waits.look()

    assert wait is not None
    assert (wait.reason, wait.text) == ("service", "It asks for a pause.")
    assert re.search(r"is left alone until 12:1\d$", wait.title)
    assert wait.until is not None
    assert wait.until >= at("2026-11-20T12:10")


def test_an_obstacle_that_all_downloads_meet_is_said() -> None:
    make_download()
    assert waits.look() is None

    settle.hold(Cause.DISK_FULL, "10 MB are free on the library's disk.")

    wait = waits.look()
    assert wait is not None
    assert (wait.reason, wait.text) == ("obstacle", "10 MB are free on the library's disk.")


def test_what_one_download_waits_for_does_not_keep_the_others() -> None:
    make_download(cause="network", last_error="The connection was cut.")

    assert waits.look() is None


def test_the_room_on_the_disk_is_known_where_there_is_a_library(
    database: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert space.of_library() is None
    folder = tmp_path_factory.mktemp("library")
    settings.change({"library_path": str(folder), "disk_reserve": "10000000"})

    found = space.of_library()

    assert found is not None
    assert 0 < found.free < found.total
    assert (found.path, found.reserve, found.is_low) == (str(folder), 10**13, True)
    assert 0 < found.percent <= 100
    settings.change({"library_path": str(folder / "away")})
    assert space.of_library() is None
