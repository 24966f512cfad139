"""Health: each check says what it found and what to do; the worst comes first."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mvidarr import models, settings
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.terms import Cause
from mvidarr.governor import breaker, quota, services
from mvidarr.integrations.youtube import tools
from mvidarr.media import disks
from mvidarr.settings import service_options
from mvidarr.system import health, instance
from mvidarr.system.health import Finding
from tests.conftest import SetClock

FRESH = {"yt-dlp": "2026.09.20", "ffmpeg": "7.1", "javascript": "deno 2.9.8"}


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """What the machine has; a test takes something away."""
    found: dict[str, str | None] = {**FRESH}
    monkeypatch.setattr(tools, "versions", lambda folder: found)
    return found


def finding(config: Config, check: str) -> Finding:
    [one] = [one for one in health.findings(config) if one.check == check]
    return one


def checks(config: Config) -> set[str]:
    return {one.check for one in health.findings(config)}


def test_everything_fine_is_said_too(
    database: Config, library: Path, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.51.3")
    with instance.hold(database, patience=1):
        found = health.findings(database)

    assert {one.tone for one in found} == {"good"}
    assert {one.check for one in found} == {
        *("library", "ffmpeg", "javascript", "yt-dlp", "worker", "database")
    }


def test_the_worst_comes_first(database: Config, set_clock: SetClock) -> None:
    breaker.failed("musicbrainz", "It took too long to answer.")
    tones = [one.tone for one in health.findings(database)]

    assert tones == sorted(tones, key=("bad", "warn", "good").index)
    assert set(tones) == {"bad", "warn", "good"}


def test_every_finding_says_something_one_can_act_on(database: Config) -> None:
    for one in health.findings(database):
        assert one.title
        assert not one.title.endswith(".")
        assert one.tone != "bad" or one.detail.endswith("."), one


# the library and the disks


def test_no_library_is_chosen(database: Config) -> None:
    found = finding(database, "library")

    assert (found.tone, found.link) == ("bad", "/settings#library")


def test_a_library_that_went_away(database: Config, library: Path) -> None:
    library.rmdir()

    found = finding(database, "library")

    assert found.tone == "bad"
    assert str(library) in found.detail


def test_a_library_that_cannot_be_written_to(
    database: Config, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    assert "read-only" in finding(database, "library").title


def test_a_library_whose_disk_is_almost_full(database: Config, library: Path) -> None:
    assert "disk" not in checks(database)
    settings.change({"disk_reserve": 10_000_000})

    assert finding(database, "disk").tone == "bad"


def test_disks_are_shown_with_their_room(database: Config, library: Path) -> None:
    found = {disk.name: disk for disk in health.disk_space(database)}

    assert found["Library"].path == str(library)
    assert found["Data"].path == str(database.data)
    assert 0 <= found["Data"].percent_used <= 100
    assert 0 < found["Data"].free < found["Data"].total
    assert health.Disk(name="x", path="/", free=0, total=0).percent_used == 0


def test_a_disk_that_is_away_is_not_shown(database: Config, library: Path) -> None:
    library.rmdir()

    assert [disk.name for disk in health.disk_space(database)] == ["Data"]


def test_a_data_folder_on_the_network_is_a_warning(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "data" not in checks(database)
    monkeypatch.setattr(disks, "filesystem_kind", lambda path: "nfs4")

    found = finding(database, "data")
    assert (found.tone, "nfs4" in found.detail) == ("warn", True)


# programs


@pytest.mark.parametrize(
    ("name", "tone"), [("ffmpeg", "bad"), ("javascript", "warn"), ("yt-dlp", "bad")]
)
def test_a_missing_program(
    database: Config, programs: dict[str, str | None], name: str, tone: str
) -> None:
    programs[name] = None

    found = finding(database, name)
    assert found.tone == tone
    assert found.detail.endswith(".")


@pytest.mark.parametrize(
    ("days", "tone"), [(0, "good"), (90, "good"), (91, "warn"), (400, "warn"), (-3, "good")]
)
def test_an_old_ytdlp_is_a_warning(
    database: Config,
    programs: dict[str, str | None],
    set_clock: SetClock,
    days: int,
    tone: str,
) -> None:
    made = clock.utc(set_clock.at - days * clock.DAY)
    programs["yt-dlp"] = f"{made:%Y.%m.%d}.232841.dev0"

    found = finding(database, "yt-dlp")

    assert found.tone == tone
    assert tone == "good" or f"{days} days old" in found.title


@pytest.mark.parametrize("version", ["unknown", "2026.99.99", "7"])
def test_an_odd_version_of_ytdlp_is_no_crash(
    database: Config, programs: dict[str, str | None], version: str
) -> None:
    programs["yt-dlp"] = version

    assert finding(database, "yt-dlp").title == f"yt-dlp {version}"


# the worker and the database


def test_a_worker_that_does_not_run(database: Config) -> None:
    assert finding(database, "worker").tone == "bad"


def test_a_worker_that_runs_is_seen_by_its_lock(database: Config) -> None:
    with instance.hold(database, patience=1):
        assert finding(database, "worker").tone == "good"
    assert not health.worker_runs(database)


def test_looking_for_the_worker_does_not_keep_it_from_starting(database: Config) -> None:
    (database.data / "worker.lock").touch()
    assert not health.worker_runs(database)

    with instance.hold(database, patience=0):
        assert health.worker_runs(database)


def test_the_database_is_named(database: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.40.1")

    found = finding(database, "database")

    if database.is_sqlite:
        assert (found.tone, found.title) == ("warn", "SQLite 3.40.1 has a rare fault")
    else:
        assert (found.tone, found.title) == ("good", "MariaDB answers")


# services


def test_services_that_work_or_are_off_say_nothing(database: Config) -> None:
    for _ in range(3):
        breaker.failed("imvdb", "It failed.")  # has no key: it is off

    assert not {"youtube", "musicbrainz", "imvdb"} & checks(database)
    assert health.problem_count() == 0


def test_a_broken_service_counts_as_a_problem(database: Config) -> None:
    breaker.failed("youtube", "YouTube took too long to answer.")
    for _ in range(3):
        breaker.failed("musicbrainz", "MusicBrainz cannot be reached.")

    assert finding(database, "youtube").tone == "warn"
    found = finding(database, "musicbrainz")
    assert (found.tone, found.title) == ("bad", "MusicBrainz is broken")
    assert found.detail == "MusicBrainz cannot be reached."
    assert health.problem_count() == 1


# searches and lists


def test_hours_are_said_with_the_time_of_this_machine(
    database: Config, set_clock: SetClock
) -> None:
    assert "hours" not in checks(database)
    settings.change({"discovery_hours": "22-6"})

    found = finding(database, "hours")

    here = clock.utc(clock.now()).astimezone()
    assert found.tone == "good"
    assert "22-6" in found.title
    assert f"{here:%H:%M}" in found.detail


def test_a_list_that_could_not_be_read(database: Config) -> None:
    for name, followed, problem in (
        ("Loved songs", True, "Last.fm does not know this user."),
        ("One-off", False, "It failed."),
        ("Fine", True, None),
    ):
        models.ImportList.create(kind="lastfm", name=name, followed=followed, last_error=problem)

    found = finding(database, "lists")

    assert (found.tone, found.title) == ("warn", "The list Loved songs could not be read")
    assert found.detail == "Last.fm does not know this user."


def test_a_quota_that_is_used_up(database: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = tuple(
        replace(kind, quota=service_options.youtube_api_quota) if kind.name == "youtube" else kind
        for kind in services.ALL
    )
    monkeypatch.setattr(services, "ALL", kinds)
    settings.change({"youtube_api_quota": 100})
    quota.spend("youtube", 99, 100)
    assert "youtube_quota" not in checks(database)

    quota.spend("youtube", 1, 100)

    found = finding(database, "youtube_quota")
    assert (found.tone, found.title) == ("warn", "YouTube: today's quota is used up")


def test_a_wall_of_youtube_says_what_helps(database: Config) -> None:
    breaker.failed("youtube", "YouTube wants to know whether we are a robot.", cause=Cause.BOT_WALL)

    found = finding(database, "youtube")

    assert (found.tone, found.link) == ("bad", "/settings#service-youtube")
    assert "Cookies of an account help." in found.detail
    assert "PO-token" in found.detail
    settings.change({"youtube_pot_url": "http://127.0.0.1:4416"})
    assert "PO-token" not in finding(database, "youtube").detail


def test_an_old_or_missing_ytdlp_leads_to_its_update(
    database: Config, programs: dict[str, str | None]
) -> None:
    for version in ("2020.1.1", None):
        programs["yt-dlp"] = version
        assert finding(database, "yt-dlp").link == "/system#ytdlp"


def test_looking_at_health_writes_nothing(database: Config) -> None:
    health.findings(database)

    assert models.Service.select().count() == 0
