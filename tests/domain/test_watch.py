"""Uploads in use are looked after: what is gone is said, once it is certain, and which it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.errors import ServiceError
from mvidarr.core.http import Conf
from mvidarr.core.terms import Availability, Cause, ServiceState
from mvidarr.discovery import watch
from mvidarr.discovery.rhythm import Rhythm
from mvidarr.governor import budget, services
from mvidarr.integrations.youtube import availability, data_api
from mvidarr.integrations.youtube.causes import Failure
from mvidarr.integrations.youtube.search import YouTubeFailed
from mvidarr.jobs import jobs, run
from mvidarr.library import offers
from mvidarr.library.tables import Event, VideoSource
from mvidarr.models import Job
from mvidarr.settings import service_options
from tasks import jobs as job_tasks
from tests import factories
from tests.conftest import SetClock

pytestmark = pytest.mark.usefixtures("database")
HERE, GONE = Availability.AVAILABLE, Availability.REMOVED
YEAR = 365 * clock.DAY


class YouTube:
    """Both ways of asking; an upload that is not named can be had."""

    def __init__(self) -> None:
        self.answers: dict[str, Availability] = {}
        self.api_answers: dict[str, Availability] | None = None
        self.looked: list[str] = []
        self.api_asked: list[list[str]] = []
        self.wall_after: int | None = None
        self.api_error: ServiceError | None = None

    def availabilities(
        self, conf: Conf, ids: Sequence[str], on_answer: Callable[[str, Availability], None]
    ) -> None:
        for number, one in enumerate(ids):
            if number == self.wall_after:
                raise YouTubeFailed(Cause.BOT_WALL, Failure(text="Sign in to confirm"))
            self.looked.append(one)
            on_answer(one, self.answers.get(one, HERE))

    def availability(self, conf: Conf, ids: Sequence[str]) -> Mapping[str, Availability]:
        self.api_asked.append(list(ids))
        if self.api_error:
            raise self.api_error
        known = self.answers if self.api_answers is None else self.api_answers
        return {one: known.get(one, HERE) for one in ids}


@pytest.fixture
def youtube(monkeypatch: pytest.MonkeyPatch) -> YouTube:
    fake = YouTube()
    monkeypatch.setattr(availability, "availabilities", fake.availabilities)
    monkeypatch.setattr(data_api, "availability", fake.availability)
    kind = services.ServiceKind(
        name=data_api.NAME,
        title=data_api.TITLE,
        about="Needs a key.",
        pace=0,
        check=data_api.check,
        enabled=service_options.youtube_api_enabled,
        key=service_options.youtube_api_key,
        needs=(service_options.youtube_api_key,),
    )
    monkeypatch.setattr(services, "BY_NAME", {**services.BY_NAME, kind.name: kind})
    settings.change({"uploads_checked": 24 * 60})
    return fake


@pytest.fixture
def with_key(youtube: YouTube) -> YouTube:
    settings.change({"youtube_api_key": "a key of the tests"})
    return youtube


def used(source_id: str, was: Availability = HERE, **columns: Any) -> int:
    """An upload in use by a video with a file; its row."""
    video = factories.make_video(file=True)
    given = {"checked_at": clock.now() - YEAR, "availability": was.value, **columns}
    return factories.make_source(video=video, source_id=source_id, **given).id


def look(by_user: int | None = None) -> Job:
    job = jobs.add("watch", by_user=by_user)
    claimed = jobs.claim_due("here.1")
    assert claimed is not None
    run.run(claimed, job_tasks.RUN["watch"], lambda: False)
    ended: Job = factories.fresh(job)
    return ended


def how(row: int) -> str:
    return str(VideoSource.get_by_id(row).availability)


def events() -> list[str]:
    rows = Event.select().where(Event.kind == "source.gone").order_by(Event.id)
    return [event.data["availability"] for event in rows]


# which


def test_those_in_use_of_videos_that_somebody_has_or_wants(
    youtube: YouTube, set_clock: SetClock
) -> None:
    used("of_a_file__")
    wanted, ignored = factories.make_video(), factories.make_video(wish="ignore")
    factories.make_source(video=wanted, source_id="of_a_wanted")
    factories.make_source(video=ignored, source_id="of_an_ignor")
    factories.make_source(video=wanted, source_id="refused____", verdict="refused")
    factories.make_source(source_id="candidate__")
    factories.make_source(video=wanted, source_id="12345678", provider="vimeo")

    job = look()

    assert sorted(youtube.looked) == ["of_a_file__", "of_a_wanted"]
    assert (job.note, job.done, job.total) == ("2 uploads looked at, 0 gone.", 2, 2)


def test_those_that_were_looked_at_longest_ago_come_first(set_clock: SetClock) -> None:
    for name, ago in (("days_______", 9), ("months_____", 90), ("today______", 0.5)):
        used(name, checked_at=clock.now() - int(ago * clock.DAY))
    used("never______", checked_at=None)

    assert [one.source_id for one in watch.oldest(10)] == [
        *("never______", "months_____", "days_______")
    ]
    assert [one.source_id for one in watch.oldest(1)] == ["never______"]


@pytest.mark.parametrize("most", [0, 1, 23, 24, 200, 10_000])
@pytest.mark.parametrize("hours", [range(24), (22, 23, 0, 1), (7,)])
def test_a_days_number_is_parted_over_its_hours(most: int, hours: Sequence[int]) -> None:
    from datetime import UTC

    way = Rhythm(hours=frozenset(hours), zone=UTC)
    shares = [watch.share(hour * clock.HOUR, way, most) for hour in hours]

    assert sum(shares) == most
    assert max(shares) - min(shares) <= 1


def test_nothing_is_looked_after_when_that_is_set(youtube: YouTube) -> None:
    used("upload_____")
    settings.change({"uploads_checked": 0})

    assert look().note == "0 uploads looked at, 0 gone."


# gone


@pytest.mark.parametrize("which", [GONE, Availability.PRIVATE, Availability.GEO_BLOCKED])
def test_what_was_there_is_gone_when_it_is_a_day_later_too(
    youtube: YouTube, set_clock: SetClock, which: Availability
) -> None:
    row = used("upload_____")
    youtube.answers["upload_____"] = which

    assert look().note == "1 upload looked at, 0 gone."
    assert (how(row), events()) == ("unknown", [])
    set_clock.forward(clock.HOUR)
    assert look().note == "0 uploads looked at, 0 gone."
    set_clock.forward(23 * clock.HOUR)

    assert look().note == "1 upload looked at, 1 gone."
    assert (how(row), events()) == (which, [which])


def test_what_flapped_is_there(youtube: YouTube, set_clock: SetClock) -> None:
    row = used("upload_____")
    youtube.answers["upload_____"] = GONE
    look()
    youtube.answers.clear()
    set_clock.forward(clock.DAY)

    look()

    assert (how(row), events()) == ("available", [])


def test_those_in_doubt_come_before_all_others(youtube: YouTube, set_clock: SetClock) -> None:
    used("doubted____", Availability.UNKNOWN, checked_at=clock.now() - clock.DAY)
    used("forgotten__", checked_at=clock.now() - 3 * YEAR)

    assert [one.source_id for one in watch.oldest(1)] == ["doubted____"]


def test_the_next_best_takes_the_place_of_a_wanted_one(
    youtube: YouTube, set_clock: SetClock
) -> None:
    video = factories.make_video()
    old = clock.now() - YEAR
    best = factories.make_source(video=video, source_id="best_______", score=90)
    other = factories.make_source(video=video, source_id="other______", score=70)
    VideoSource.update(checked_at=old).execute()
    youtube.answers["best_______"] = Availability.PRIVATE

    look()

    assert how(best.id) == "private"
    found = offers.best_source(video.id)
    assert found is not None
    assert found.id == other.id
    [event] = Event.select().where(Event.kind == "source.gone")
    assert (event.video_id, event.artist_id) == (video.id, video.artist_id)
    assert (event.title, event.data["source_id"]) == (best.title, best.id)


def test_what_came_back_is_there_again(youtube: YouTube, set_clock: SetClock) -> None:
    row = used("upload_____", Availability.PRIVATE)

    assert look().note == "1 upload looked at, 0 gone, 1 back again."
    assert how(row) == "available"


def test_an_answer_that_says_nothing_changes_nothing(youtube: YouTube, set_clock: SetClock) -> None:
    row = used("upload_____")
    youtube.answers["upload_____"] = Availability.UNKNOWN

    look()

    assert how(row) == "available"
    assert VideoSource.get_by_id(row).checked_at == clock.now()


# walls and stops


def test_a_wall_ends_the_run_and_what_was_seen_counts(
    youtube: YouTube, set_clock: SetClock
) -> None:
    for number in range(5):
        used(f"upload____{number}")
    youtube.wall_after = 2

    job = look()

    assert (job.state, job.note) == ("done", "2 uploads looked at, 0 gone.")
    assert job.last_error
    assert budget.row("youtube").state == ServiceState.BROKEN
    assert VideoSource.select().where(VideoSource.checked_at == clock.now()).count() == 2
    again = look()
    assert again.note == "0 uploads looked at, 0 gone."
    assert "left alone" in str(again.last_error)


def test_a_run_that_is_begun_again_does_nothing_twice(
    youtube: YouTube, set_clock: SetClock
) -> None:
    for number in range(5):
        used(f"upload____{number}")
    job = jobs.add("watch")
    claimed = jobs.claim_due("here.1")
    assert claimed is not None
    run.run(claimed, job_tasks.RUN["watch"], lambda: len(youtube.looked) == 2)
    assert factories.fresh(job).state == "queued"

    again = jobs.claim_due("here.2")
    assert again is not None
    run.run(again, job_tasks.RUN["watch"], lambda: False)

    assert sorted(youtube.looked) == [f"upload____{number}" for number in range(5)]


def test_an_upload_that_was_removed_meanwhile_is_passed_over(youtube: YouTube) -> None:
    row = used("upload_____")
    upload = watch.oldest(1)[0]
    VideoSource.delete().where(VideoSource.id == row).execute()

    assert watch.note(upload, GONE) is HERE


def test_outside_the_hours_nothing_is_looked_at(youtube: YouTube, set_clock: SetClock) -> None:
    hour = clock.utc(clock.now()).astimezone().hour
    settings.change({"discovery_hours": f"{(hour + 2) % 24}-{(hour + 3) % 24}"})
    used("upload_____")

    assert look().note == "Nothing begins at this hour."
    assert look(by_user=factories.make_user().id).note == "1 upload looked at, 0 gone."


# with a key


def test_with_a_key_fifty_are_asked_for_at_once(with_key: YouTube, set_clock: SetClock) -> None:
    for number in range(60):
        used(f"upload___{number:02}")

    job = look()

    assert [len(some) for some in with_key.api_asked] == [50, 10]
    assert with_key.looked == []
    assert job.note == "60 uploads looked at, 0 gone."


def test_what_the_api_does_not_find_is_asked_for_the_other_way(
    with_key: YouTube, set_clock: SetClock
) -> None:
    """Two ways agree, and the second one knows which it is."""
    row, there = used("upload_____"), used("there______")
    with_key.api_answers = {"upload_____": GONE}
    with_key.answers["upload_____"] = Availability.PRIVATE

    look()

    assert with_key.looked == ["upload_____"]
    assert (how(row), how(there), events()) == ("private", "available", ["private"])


def test_what_only_the_api_does_not_find_is_there(with_key: YouTube, set_clock: SetClock) -> None:
    row = used("upload_____")
    with_key.api_answers = {"upload_____": GONE}

    look()

    assert (how(row), events()) == ("available", [])


def test_the_api_cannot_tell_that_a_country_is_let_in_again(
    with_key: YouTube, set_clock: SetClock
) -> None:
    row = used("upload_____", Availability.GEO_BLOCKED)
    with_key.answers["upload_____"] = Availability.GEO_BLOCKED
    with_key.api_answers = {}

    look()

    assert with_key.api_asked == []
    assert how(row) == "geo_blocked"


def test_without_youtube_the_api_alone_is_believed_a_day_later(
    with_key: YouTube, set_clock: SetClock
) -> None:
    settings.change({"youtube_enabled": False})
    row = used("upload_____")
    with_key.answers["upload_____"] = GONE

    look()
    assert how(row) == "unknown"
    set_clock.forward(clock.DAY)
    look()

    assert (how(row), events()) == ("removed", ["removed"])


def test_an_api_that_fails_leaves_it_to_the_other_way(
    with_key: YouTube, set_clock: SetClock
) -> None:
    used("upload_____")
    with_key.api_error = ServiceError("youtube_api", "Today's quota is used up.")

    job = look()

    assert with_key.looked == ["upload_____"]
    assert job.last_error == "YouTube Data API: Today's quota is used up."
