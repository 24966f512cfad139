"""Media servers are told exactly what changed: once for a burst, later when one is down."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from mvidarr import activity, models, settings
from mvidarr.core import clock, db
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import NotConfigured, NotFound, ServiceError
from mvidarr.core.terms import ServiceState, WorkState
from mvidarr.delivery import outbox, servers
from mvidarr.governor import breaker, budget
from mvidarr.jobs import claim
from mvidarr.media import place
from tests.conftest import SECRET, SetClock
from tests.fakes import answers, finders
from tests.fakes.emby import FakeEmby
from tests.fakes.internet import FakeInternet
from tests.fakes.jellyfin import FakeJellyfin
from tests.fakes.kodi import FakeKodi
from tests.fakes.plex import FakePlex

OWNER = "test-1"
VAULT = Vault((SECRET,))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    finders.unhurried(monkeypatch)


@pytest.fixture
def jellyfin(library: Path, fake_internet: FakeInternet) -> FakeJellyfin:
    fake = FakeJellyfin(fake_internet)
    fake.add_library("Music videos", "/data/mv")
    settings.change(
        {"jellyfin_url": fake.url, "jellyfin_api_key": fake.key, "jellyfin_folder": "/data/mv"}
    )
    return fake


@pytest.fixture
def plex(library: Path, fake_internet: FakeInternet) -> FakePlex:
    fake = FakePlex(fake_internet)
    fake.add_section("Music videos", "movie", str(library))
    settings.change({"plex_url": fake.base_url, "plex_token": fake.token, "plex_refresh": True})
    return fake


@pytest.fixture
def kodi(library: Path, fake_internet: FakeInternet) -> FakeKodi:
    fake = FakeKodi(fake_internet)
    fake.sources = ["smb://nas/mv/"]
    settings.change(
        {"kodi_url": fake.url, "kodi_password": fake.password, "kodi_folder": "smb://nas/mv"}
    )
    return fake


def made(library: Path, *paths: str) -> list[tuple[str, str]]:
    """Make files and say that they are new."""
    for path in paths:
        (library / path).parent.mkdir(parents=True, exist_ok=True)
        (library / path).touch()
    return [(path, "created") for path in paths]


def burst(library: Path, count: int = 30) -> None:
    """What as many downloads do: a video each, with all that lies beside it."""
    for number in range(count):
        name = f"Artist {number % 10}/Song {number}/Artist {number % 10} - Song {number}"
        beside = [f"{name}.nfo", f"{name}-poster.jpg", f"{name}-thumb.jpg"]
        activity.files_changed(made(library, *beside, f"{name}.mp4"))


def rows(target: str) -> list[Any]:
    table: Any = models.Outbox
    return list(table.select().where(table.target == target).order_by(table.id))


def states(target: str) -> set[str]:
    return {row.state for row in rows(target)}


def deliver() -> int:
    """Do what is due; how many attempts that took."""
    count = 0
    while row := outbox.claim_next(OWNER):
        outbox.run(row, lambda: False, VAULT)
        count += 1
    return count


def settle(set_clock: SetClock) -> None:
    set_clock.forward(activity.events.SETTLE)


# one call


def test_files_are_told_as_the_server_names_them(jellyfin: FakeJellyfin, library: Path) -> None:
    some = made(library, "Björk/Jóga 100%/Björk - Jóga.mp4", "Björk/Jóga 100%/Björk - Jóga.nfo")

    assert servers.refresh("jellyfin", some) == "Told of 1 change."
    assert jellyfin.told == [("/data/mv/Björk/Jóga 100%/Björk - Jóga.mp4", "Created")]


def test_without_a_mapping_paths_are_the_same(plex: FakePlex, library: Path) -> None:
    some = made(library, "Air/x/x.mp4", "Air/x/x.nfo", "Air/y/y.mp4")

    assert servers.refresh("plex", some) == "2 folders refreshed."
    assert sorted(plex.refreshed) == [("1", f"{library}/Air/x"), ("1", f"{library}/Air/y")]


def test_emby_is_told_with_its_own_header(library: Path, fake_internet: FakeInternet) -> None:
    fake = FakeEmby(fake_internet)
    fake.add_library("Music videos", "\\\\nas\\mv")
    settings.change({"emby_url": fake.url, "emby_api_key": fake.key, "emby_folder": "\\\\nas\\mv"})

    servers.refresh("emby", made(library, "Air/x.mp4"))

    assert fake.told == [("\\\\nas\\mv\\Air\\x.mp4", "Created")]


def test_of_what_is_gone_the_nearest_folder_is_read(plex: FakePlex, library: Path) -> None:
    made(library, "Air/y/y.mp4")

    servers.refresh("plex", [("Air/x/x.mp4", "deleted"), ("Björk/x/x.mp4", "deleted")])

    assert set(plex.refreshed) == {("1", str(library))}


@pytest.mark.parametrize("name", ["x" * 300, "x\0y", "..."], ids=range(3))
def test_of_what_no_disk_can_hold_the_nearest_folder_is_read(
    plex: FakePlex, library: Path, name: str
) -> None:
    made(library, "Air/y/y.mp4")

    servers.refresh("plex", [(f"Air/{name}/x.mp4", "deleted")])

    assert plex.refreshed == [("1", f"{library}/Air")]


def test_an_artist_of_whom_all_changed_is_read_once(plex: FakePlex, library: Path) -> None:
    some = made(library, *(f"Air/{number}/{number}.mp4" for number in range(5)))
    made(library, "Björk/1/1.mp4")

    servers.refresh("plex", some)

    assert plex.refreshed == [("1", f"{library}/Air")]


def test_kodi_scans_cleans_and_reads_again(kodi: FakeKodi, library: Path) -> None:
    kodi.videos = {"smb://nas/mv/Air/y.mp4": 7, "smb://nas/mv/Air/z.mp4": 8}
    some = made(library, "Björk/x.mp4", "Air/y.nfo")

    said = servers.refresh("kodi", [*some, ("Air/z.mp4", "deleted")])

    assert said == "Deleted videos cleaned, 1 video read again, 1 folder scanned."
    assert kodi.cleaned == ["smb://nas/mv/Air/"]
    assert kodi.read_again == [7]
    assert kodi.scanned == ["smb://nas/mv/Björk/"]


def test_the_whole_library_can_be_read_again(
    jellyfin: FakeJellyfin, plex: FakePlex, kodi: FakeKodi, library: Path
) -> None:
    for name in ("jellyfin", "plex", "kodi"):
        servers.refresh_library(name)

    assert jellyfin.told == [("/data/mv", "Modified")]
    assert plex.refreshed == [("1", str(library))]
    assert kodi.scanned == ["smb://nas/mv/"]


def test_nothing_is_asked_when_nothing_concerns_the_server(
    jellyfin: FakeJellyfin, library: Path
) -> None:
    assert servers.refresh("jellyfin", [(".mvidarr/trash/x.mp4", "created")]) == "Nothing to tell."
    assert jellyfin.asked == []


def test_a_library_that_is_away_is_not_told_of(jellyfin: FakeJellyfin, library: Path) -> None:
    """A server that looked now would take everything for deleted."""
    library.rmdir()

    with pytest.raises(place.LibraryOffline):
        servers.refresh("jellyfin", [("Air/x.mp4", "deleted")])
    assert jellyfin.asked == []


def test_a_server_that_is_not_told_is_not_asked(plex: FakePlex, library: Path) -> None:
    settings.change({"plex_refresh": False})

    with pytest.raises(NotConfigured, match="Plex is not told of changed files"):
        servers.refresh("plex", made(library, "Air/x.mp4"))
    with pytest.raises(NotFound):
        servers.refresh("youtube", [])
    assert plex.asked == []


def test_a_library_that_it_does_not_see_is_no_failure_of_the_server(
    jellyfin: FakeJellyfin, library: Path
) -> None:
    settings.change({"jellyfin_folder": "/other"})

    with pytest.raises(ServiceError, match="no library that contains /other") as caught:
        servers.refresh("jellyfin", made(library, "Air/x.mp4"))

    assert caught.value.permanent
    assert budget.row("jellyfin").state == ServiceState.WORKING


def test_a_server_that_fails_is_noted_and_left_alone(jellyfin: FakeJellyfin, library: Path) -> None:
    jellyfin.fails(500)
    some = made(library, "Air/x.mp4")
    for _ in range(breaker.BROKEN_AFTER):
        with pytest.raises(ServiceError):
            servers.refresh("jellyfin", some)
    asked = len(jellyfin.asked)

    with pytest.raises(breaker.LeftAlone):
        servers.refresh("jellyfin", some)

    assert len(jellyfin.asked) == asked
    assert budget.row("jellyfin").state == ServiceState.BROKEN


# rows


@pytest.mark.usefixtures("database")
def test_a_burst_of_downloads_is_few_requests(
    jellyfin: FakeJellyfin, plex: FakePlex, kodi: FakeKodi, library: Path, set_clock: SetClock
) -> None:
    burst(library)
    assert deliver() == 0  # more may follow
    settle(set_clock)

    assert deliver() == 3

    assert jellyfin.messages == 1
    assert len(jellyfin.told) == 30
    assert {change for _, change in jellyfin.told} == {"Created"}
    assert len(jellyfin.asked) == 2
    # all videos of each of the ten artists are new
    assert sorted(plex.refreshed) == [("1", f"{library}/Artist {n}") for n in range(10)]
    assert len(plex.asked) == 11
    assert kodi.scanned == ["smb://nas/mv/"]
    assert states("jellyfin") == states("plex") == states("kodi") == {WorkState.DONE}
    assert len(rows("jellyfin")) == 30
    assert deliver() == 0


def test_a_server_that_was_down_hears_of_everything_afterwards(
    jellyfin: FakeJellyfin, library: Path, set_clock: SetClock
) -> None:
    jellyfin.fails(503)
    for number in range(5):
        activity.files_changed(made(library, f"Air/{number}.mp4"))
        settle(set_clock)
        deliver()
    assert states("jellyfin") == {WorkState.QUEUED}
    assert jellyfin.told == []

    jellyfin.internet.heal()
    until_told(jellyfin, set_clock)

    assert jellyfin.messages == 1
    assert sorted(jellyfin.told) == [(f"/data/mv/Air/{n}.mp4", "Created") for n in range(5)]
    assert states("jellyfin") == {WorkState.DONE}


def until_told(fake: FakeJellyfin, set_clock: SetClock, most: int = 200) -> None:
    for _ in range(most):
        set_clock.forward(clock.MINUTE)
        deliver()
        if fake.told:
            return
    raise AssertionError("it was never told")


def test_a_kill_loses_nothing(jellyfin: FakeJellyfin, library: Path, set_clock: SetClock) -> None:
    activity.files_changed(made(library, "Air/x.mp4"))
    settle(set_clock)
    row = outbox.claim_next("killed-1")
    assert row is not None
    assert deliver() == 0  # it is under way
    activity.files_changed(made(library, "Air/y.mp4"))

    set_clock.forward(10 * clock.MINUTE)
    db.transact(lambda: claim.reap(models.Outbox, clock.now()))
    until_told(jellyfin, set_clock)

    assert jellyfin.messages == 1
    assert sorted(jellyfin.told) == [
        ("/data/mv/Air/x.mp4", "Created"),
        ("/data/mv/Air/y.mp4", "Created"),
    ]


def test_what_a_server_that_is_switched_off_waited_for_is_cancelled(
    jellyfin: FakeJellyfin, library: Path, set_clock: SetClock
) -> None:
    burst(library, 3)
    settings.change({"jellyfin_enabled": False})
    settle(set_clock)

    deliver()

    assert states("jellyfin") == {WorkState.CANCELLED}
    assert jellyfin.asked == []


def test_kodi_hears_of_it_after_its_scan(
    kodi: FakeKodi, library: Path, set_clock: SetClock
) -> None:
    kodi.running = 100
    activity.files_changed(made(library, "Air/x.mp4"))
    settle(set_clock)

    for _ in range(5):
        deliver()
        set_clock.forward(11 * clock.MINUTE)

    assert kodi.scanned == ["smb://nas/mv/Air/"]
    assert states("kodi") == {WorkState.DONE}
    assert budget.row("kodi").state == ServiceState.WORKING


def test_every_attempt_is_in_the_log(
    jellyfin: FakeJellyfin, library: Path, set_clock: SetClock
) -> None:
    jellyfin.fails(answers.server_error(500), path="/Library/Media/Updated", times=1)
    activity.files_changed(made(library, "Air/x.mp4"))
    settle(set_clock)
    deliver()
    until_told(jellyfin, set_clock)

    logged = [(one.is_good, one.detail) for one in log_of()]

    assert logged == [
        (False, "Jellyfin has a problem of its own (status 500)."),
        (True, "Told of 1 change."),
    ]


def log_of() -> Iterable[Any]:
    table: Any = models.Delivery
    return list(table.select().order_by(table.id))
