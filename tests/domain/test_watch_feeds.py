"""Feeds of channels: read in turn, some at a time; news have their artist searched soon."""

from collections.abc import Callable
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.errors import ServiceError
from mvidarr.core.http import Conf
from mvidarr.core.terms import ServiceState
from mvidarr.discovery import feeds
from mvidarr.governor import budget, services
from mvidarr.integrations.protocols import FoundUpload
from mvidarr.integrations.youtube import feeds as adapter
from mvidarr.jobs import jobs, run
from mvidarr.library import words
from mvidarr.library.tables import Artist
from mvidarr.models import Job
from mvidarr.settings import service_options
from tasks import jobs as job_tasks
from tests import factories
from tests.conftest import SetClock
from tests.fakes import finders

pytestmark = pytest.mark.usefixtures("database")


class Feeds:
    """The channels' feeds. One that is not known answers nothing; a failing one fails."""

    def __init__(self) -> None:
        self.uploads: dict[str, list[FoundUpload]] = {}
        self.failing: set[str] = set()
        self.read: list[str] = []
        self.before: Callable[[str], object] = lambda channel_id: None

    def latest(self, conf: Conf, channel_id: str) -> list[FoundUpload]:
        self.before(channel_id)
        self.read.append(channel_id)
        if channel_id in self.failing:
            raise ServiceError("youtube_feeds", "YouTube feeds did not answer for this channel.")
        return self.uploads.get(channel_id, [])


@pytest.fixture
def youtube(monkeypatch: pytest.MonkeyPatch) -> Feeds:
    fake = Feeds()
    monkeypatch.setattr(adapter, "latest", fake.latest)
    kind = services.ServiceKind(
        name=adapter.NAME,
        title=adapter.TITLE,
        about="Sees new uploads early.",
        pace=0,
        check=adapter.check,
        enabled=service_options.youtube_feeds_enabled,
        url=service_options.youtube_feeds_url,
    )
    monkeypatch.setattr(services, "BY_NAME", {**services.BY_NAME, kind.name: kind})
    return fake


def follow(number: int, **columns: Any) -> int:
    """An artist with a channel that was searched a while ago; its id."""
    later = {"checked_at": clock.now() - clock.DAY, "next_check_at": clock.now() + 9 * clock.DAY}
    artist = factories.make_artist(**{**later, **columns})
    words.set_artist_ids(artist.id, {"youtube_channel": channel(number)})
    return artist.id


def channel(number: int) -> str:
    return f"UC{number:022}"


def upload(source_id: str, hours_ago: float = 1, **facts: Any) -> FoundUpload:
    at = clock.now() - int(hours_ago * clock.HOUR)
    return finders.upload("A - B", source_id=source_id, **{"published_at": at, **facts})


def read(by_user: int | None = None) -> Job:
    """One run; its job as it ended."""
    job = jobs.add("feeds", by_user=by_user)
    claimed = jobs.claim_due("here.1")
    assert claimed is not None
    run.run(claimed, job_tasks.RUN["feeds"], lambda: False)
    ended: Job = factories.fresh(job)
    return ended


def is_due(artist_id: int) -> bool:
    return bool(Artist.get_by_id(artist_id).next_check_at <= clock.now())


# news


def test_an_upload_that_nobody_knows_has_the_artist_searched(
    youtube: Feeds, set_clock: SetClock
) -> None:
    lively, quiet = follow(1), follow(2)
    youtube.uploads[channel(1)] = [upload("newvideo001"), upload("oldvideo001", 900)]

    job = read()

    assert (is_due(lively), is_due(quiet)) == (True, False)
    assert (job.state, job.note) == ("done", "2 feeds read, 1 with something new.")
    assert (job.done, job.total, job.last_error) == (2, 2, None)


def test_what_a_search_has_brought_is_no_news(youtube: Feeds, set_clock: SetClock) -> None:
    artist = follow(1)
    factories.make_source(Artist.get_by_id(artist), source_id="newvideo001", verdict="refused")
    youtube.uploads[channel(1)] = [upload("newvideo001")]

    read()

    assert not is_due(artist)


def test_another_artists_upload_of_that_name_does_not_count(
    youtube: Feeds, set_clock: SetClock
) -> None:
    artist = follow(1)
    factories.make_source(source_id="newvideo001")
    youtube.uploads[channel(1)] = [upload("newvideo001")]

    read()

    assert is_due(artist)


@pytest.mark.parametrize(
    "facts", [{"hours_ago": 30}, {"is_short": True}, {"published_at": None}], ids=str
)
def test_what_the_last_search_passed_over_is_no_news(
    youtube: Feeds, set_clock: SetClock, facts: dict[str, Any]
) -> None:
    artist = follow(1)
    youtube.uploads[channel(1)] = [upload("passedover1", **facts)]

    read()

    assert not is_due(artist)


# the round


def test_a_round_goes_on_where_the_last_run_ended(
    youtube: Feeds, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "AT_ONCE", 2)
    for number in range(5):
        follow(number)

    notes = [read().note for _ in range(4)]

    assert youtube.read == [channel(number) for number in range(5)]
    assert notes[-1] == "Every feed was read in the last hours."


def test_a_channel_is_read_again_after_six_hours(youtube: Feeds, set_clock: SetClock) -> None:
    follow(1)
    read()
    set_clock.forward(feeds.ROUND - 1)
    read()
    assert len(youtube.read) == 1

    set_clock.forward(1)
    read()

    assert len(youtube.read) == 2


def test_a_person_need_not_wait_six_hours(youtube: Feeds, set_clock: SetClock) -> None:
    follow(1)
    read()

    read(by_user=factories.make_user().id)

    assert len(youtube.read) == 2


def test_a_killed_run_goes_on_where_it_was(youtube: Feeds, set_clock: SetClock) -> None:
    for number in range(4):
        follow(number)
    job = jobs.add("feeds")
    claimed = jobs.claim_due("here.1")
    assert claimed is not None

    def kill(channel_id: str) -> None:
        if channel_id == channel(2):
            raise KeyboardInterrupt

    youtube.before = kill
    with pytest.raises(KeyboardInterrupt):
        feeds.run(claimed, run.Context(watch=Straight(claimed)))  # type: ignore[arg-type]
    youtube.before = lambda channel_id: None
    Job.update(state="queued", owner=None, next_try_at=0).execute()
    again = jobs.claim_due("here.2")
    assert again is not None
    run.run(again, job_tasks.RUN["feeds"], lambda: False)

    assert youtube.read == [channel(number) for number in range(4)]
    assert factories.fresh(job).note == "2 feeds read, 0 with something new."


class Straight:
    """Writes what is noted at once."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def note(self, **columns: Any) -> None:
        Job.update(**columns).where(jobs.Job.id == self.job.id).execute()

    def check(self) -> None:
        """Go on."""


def test_only_artists_that_are_followed_and_were_searched(
    youtube: Feeds, set_clock: SetClock
) -> None:
    follow(1, monitored=False)
    follow(2, checked_at=None)
    factories.make_artist()

    assert read().note == "Every feed was read in the last hours."
    assert youtube.read == []


# failures


def test_a_feed_that_fails_says_nothing_of_its_channel(youtube: Feeds, set_clock: SetClock) -> None:
    broken, lively = follow(1), follow(2)
    youtube.failing.add(channel(1))
    youtube.uploads[channel(2)] = [upload("newvideo001")]

    job = read()

    assert job.state == "done"
    assert job.note == "2 feeds read, 1 with something new, 1 failed."
    assert job.last_error == "YouTube feeds did not answer for this channel."
    assert words.ids_of_artist(broken)["youtube_channel"] == channel(1)
    assert (is_due(broken), is_due(lively)) == (False, True)


def test_a_wave_of_failures_ends_the_run_and_the_round_goes_on_later(
    youtube: Feeds, set_clock: SetClock
) -> None:
    for number in range(9):
        follow(number)
    youtube.failing = {channel(number) for number in range(9)}

    job = read()

    assert len(youtube.read) == 3
    assert budget.row(adapter.NAME).state == ServiceState.BROKEN
    assert job.note == "3 feeds read, 0 with something new, 3 failed."
    assert "left alone" in str(job.last_error)
    youtube.failing = set()
    set_clock.forward(clock.HOUR)
    read()
    assert youtube.read == [channel(number) for number in range(9)]


def test_feeds_that_are_switched_off_are_not_read(youtube: Feeds) -> None:
    follow(1)
    settings.change({"youtube_feeds_enabled": False})

    assert read().note == "The feeds are switched off in the settings."
    assert youtube.read == []


def test_outside_the_hours_no_feed_is_read(youtube: Feeds, set_clock: SetClock) -> None:
    hour = clock.utc(clock.now()).astimezone().hour
    settings.change({"discovery_hours": f"{(hour + 2) % 24}-{(hour + 3) % 24}"})
    follow(1)

    assert read().note == "Nothing begins at this hour."
    read(by_user=factories.make_user().id)
    assert youtube.read == [channel(1)]


def test_a_stop_of_the_program_gives_the_job_back(youtube: Feeds, set_clock: SetClock) -> None:
    for number in range(3):
        follow(number)
    job = jobs.add("feeds")
    claimed = jobs.claim_due("here.1")
    assert claimed is not None

    run.run(claimed, job_tasks.RUN["feeds"], lambda: len(youtube.read) == 1)

    row = factories.fresh(job)
    assert (row.state, row.attempts) == ("queued", 0)
    assert len(youtube.read) == 1
