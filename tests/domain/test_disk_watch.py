"""The library's disk: said once that it is almost full, and once that there is room again."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.library.tables import Event
from mvidarr.media import disks
from mvidarr.system import disk_watch

MB = 1_000_000
Fill = Callable[[int], None]


@pytest.fixture
def free(library: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Have so many MB free; 1,000 are to be kept."""
    settings.change({"disk_reserve": 1000})
    real = disks.look

    def fill(megabytes: int) -> None:
        from dataclasses import replace

        monkeypatch.setattr(disks, "look", lambda path: replace(real(path), free=megabytes * MB))

    return fill


def events() -> list[str]:
    return [kind for (kind,) in Event.select(Event.kind).order_by(Event.id).tuples()]


def test_it_is_said_once_in_each_direction(free: Fill) -> None:
    for megabytes in (5000, 999, 500, 0, 1050, 1099, 1100, 5000, 900):
        free(megabytes)
        assert disk_watch.look() == f"{megabytes:,} MB are free."

    assert events() == ["disk.low", "disk.healed", "disk.low"]


def test_a_disk_just_at_its_reserve_is_fine(free: Fill) -> None:
    free(1000)
    disk_watch.look()

    assert events() == []


def test_it_survives_a_restart(free: Fill, database: Config) -> None:
    free(10)
    disk_watch.look()
    db.database.close()
    db.disconnect()
    db.connect(database.database_url, db.Options(full_sync=False))
    with db.session():
        disk_watch.look()
        assert events() == ["disk.low"]


def test_the_event_says_how_much_is_free(free: Fill) -> None:
    free(999)
    disk_watch.look()
    event: Any = Event.get()

    assert event.title == (
        "999 MB are free on the library's disk, less than the reserve of 1,000 MB: downloads wait"
    )
    assert event.data == {"free": 999 * MB}


def test_a_library_that_is_away_is_not_full(library: Path) -> None:
    shutil.rmtree(library)

    assert disk_watch.look() == "The library is not there."
    assert events() == []


def test_without_a_library_nothing_is_said(database: Config) -> None:
    assert disk_watch.look() == "The library is not there."


def test_without_a_reserve_no_disk_is_too_full(free: Fill) -> None:
    settings.change({"disk_reserve": 0})
    free(0)
    disk_watch.look()

    assert events() == []
