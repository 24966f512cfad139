"""The sweep: artists that are due are searched, the longest waiting first, each once."""

from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.governor import breaker
from mvidarr.jobs import claim, jobs, run
from mvidarr.library.tables import Artist, Event
from mvidarr.models import Job
from mvidarr.system import sweep
from tasks import jobs as job_tasks
from tests import factories
from tests.conftest import SetClock
from tests.fakes import finders
from tests.fakes.finders import FakeService

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    return finders.install(monkeypatch)


@pytest.fixture
def at_three(set_clock: SetClock) -> SetClock:
    """Three in the morning where the machine is."""
    here = clock.utc(set_clock.at).astimezone()
    set_clock.forward(((27 - here.hour) % 24) * clock.HOUR)
    return set_clock


def artists(count: int, **columns: Any) -> list[int]:
    return [factories.make_artist(**columns).id for _ in range(count)]


def queued() -> list[int]:
    """Ids of the artists whose searches wait, in the order in which they are taken."""
    ids = claim.due(Job, clock.now(), 1000)
    kinds = {job.id: job for job in Job.select()}
    return [int(kinds[job_id].subject) for job_id in ids if kinds[job_id].kind == "discover"]


def work(rounds: int = 1) -> int:
    """Do searches that are due, as the worker does; how many there were."""
    done = 0
    for _ in range(rounds):
        job = jobs.claim_due("here.1")
        if job is None:
            break
        run.run(job, job_tasks.RUN[job.kind], lambda: False)
        done += 1
    return done


# who is searched


def test_the_longest_waiting_come_first() -> None:
    late, early, new = (factories.make_artist(next_check_at=at).id for at in (5_000, 3_000, 0))

    sweep.run()

    assert queued() == [new, early, late]


def test_only_those_that_are_followed_and_due(set_clock: SetClock) -> None:
    artists(1, monitored=False)
    artists(1, next_check_at=clock.now() + 1)
    due = artists(1, next_check_at=clock.now())

    sweep.run()

    assert queued() == due


def test_no_artist_is_queued_twice() -> None:
    artists(3)

    assert [sweep.search_due_artists() for _ in range(3)] == [3, 0, 0]
    Artist.update(next_check_at=0).execute()
    sweep.search_due_artists()

    assert len(queued()) == 3


def test_of_two_workers_one_adds_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one had read who is due before the first one wrote."""
    [artist] = artists(1)
    due = sweep._due

    def meanwhile(now: int) -> Any:
        monkeypatch.setattr(sweep, "_due", due)
        found = list(due(now).tuples())
        sweep.search_due_artists()
        Job.update(state="done", active_key=None).execute()  # and it is searched already
        return Artist.select(Artist.id).where(Artist.id.in_([row for (row,) in found]))

    monkeypatch.setattr(sweep, "_due", meanwhile)

    assert sweep.search_due_artists() == 0
    assert [job.subject for job in Job.select()] == [str(artist)]


def test_a_search_that_breaks_off_is_due_again_in_some_hours(set_clock: SetClock) -> None:
    [artist] = artists(1)

    sweep.run()

    assert Artist.get_by_id(artist).next_check_at == clock.now() + sweep.AGAIN_AFTER


# what it says


def test_it_says_what_it_did() -> None:
    assert sweep.run() == "No artist is due."
    artists(1)
    assert sweep.run() == "1 artist queued, 0 due later."
    artists(sweep.AT_ONCE + 3)
    assert sweep.run() == f"{sweep.AT_ONCE - 1} artists queued, 4 due later."
    assert sweep.run() == "Enough searches wait, 4 due later."


def test_the_words_stand_in_the_history_of_jobs() -> None:
    artists(2)
    job = jobs.add("sweep")

    work()

    row = factories.fresh(job)
    assert (row.state, row.note) == ("done", "2 artists queued, 0 due later.")


# going on


def test_searches_have_the_next_ones_added(fakes: dict[str, FakeService]) -> None:
    everybody = set(artists(45))
    sweep.run()

    done = work(rounds=1000)

    assert done == 45
    assert set(fakes["youtube"].asked) == {Artist.get_by_id(one).name for one in everybody}
    assert len(fakes["youtube"].asked) == 45
    assert Event.select().where(Event.kind == "artist.discovered").count() == 45
    assert queued() == []


def test_never_more_wait_than_at_once(fakes: dict[str, FakeService]) -> None:
    artists(60)
    sweep.run()
    most = 0
    while work():
        most = max(most, len(queued()))

    assert sweep.FEW < most <= sweep.AT_ONCE


def test_a_search_by_a_person_begins_no_sweep(fakes: dict[str, FakeService]) -> None:
    wanted, *_ = artists(5)
    user = factories.make_user()
    jobs.add("discover", str(wanted), by_user=user.id)

    assert work(rounds=10) == 1


def test_what_was_searched_before_a_kill_is_not_searched_again(
    fakes: dict[str, FakeService], set_clock: SetClock
) -> None:
    """The worker died after the search was written down, and before the job was."""
    [artist] = artists(1)
    sweep.run()
    set_clock.forward(clock.SECOND)
    job = jobs.claim_due("here.1")
    assert job is not None
    job_tasks.RUN["discover"](job, run.Context(watch=Silent()))  # type: ignore[arg-type]
    claim.release_owner(Job, "here")

    assert work(rounds=5) == 1
    assert fakes["youtube"].asked == [Artist.get_by_id(artist).name]
    assert factories.fresh(job).state == "done"
    assert Event.select().where(Event.kind == "artist.discovered").count() == 1


def test_what_was_searched_by_half_is_searched_again(
    fakes: dict[str, FakeService], set_clock: SetClock
) -> None:
    artists(1)
    sweep.run()
    job = jobs.claim_due("here.1")
    assert job is not None
    claim.release_owner(Job, "here")

    work()

    assert len(fakes["youtube"].asked) == 1


class Silent:
    """Nobody looks whether the row is still ours."""

    def note(self, **columns: Any) -> None:
        """Not written down."""

    def check(self) -> None:
        """Go on."""


# services that rest


def test_while_every_service_rests_nobody_is_searched(
    fakes: dict[str, FakeService], set_clock: SetClock
) -> None:
    artists(30)
    sweep.run()
    for name in fakes:
        for _ in range(3):
            breaker.failed(name, "It does not answer.")

    assert work(rounds=1000) == sweep.AT_ONCE  # those that waited already
    assert sweep.run() == "Every service that finds videos has to rest or is off, 10 due later."
    set_clock.forward(clock.HOUR)
    assert sweep.run() == "10 artists queued, 0 due later."


def test_one_service_that_works_is_enough(fakes: dict[str, FakeService]) -> None:
    artists(1)
    for name in fakes.keys() - {"musicbrainz"}:
        breaker.failed(name, "It asks for a pause.", retry_after=600)

    assert sweep.run() == "1 artist queued, 0 due later."


# people and hours


def test_a_person_goes_before_a_sweep() -> None:
    artists(15)
    sweep.run()
    [mine] = artists(1, next_check_at=clock.now() + clock.DAY)
    jobs.add("discover", str(mine), by_user=factories.make_user().id)

    assert queued()[0] == mine


def test_a_person_hurries_what_a_sweep_queued() -> None:
    *_, last = artists(15)
    sweep.run()

    job = jobs.add("discover", str(last), by_user=factories.make_user().id)

    assert queued()[0] == last
    assert factories.fresh(job).by_user_id is not None


def test_everything_short_goes_before_a_sweep() -> None:
    artists(5)
    sweep.run()
    for kind in ("pictures", "bulk", "feeds", "watch", "sweep"):
        jobs.add(kind)

    kinds = [Job.get_by_id(job_id).kind for job_id in claim.due(Job, clock.now(), 10)]

    assert kinds[-5:] == ["discover"] * 5


def test_outside_the_hours_nothing_begins_by_itself(at_three: SetClock) -> None:
    settings.change({"discovery_hours": "4-6"})
    artists(2)

    assert sweep.run() == "Nothing begins at this hour, 2 due later."
    assert queued() == []
    at_three.forward(clock.HOUR)
    assert sweep.run() == "2 artists queued, 0 due later."
    at_three.forward(2 * clock.HOUR)
    artists(1)
    assert sweep.run() == "Nothing begins at this hour, 1 due later."


def test_a_sweep_stops_when_its_hours_are_over(
    at_three: SetClock, fakes: dict[str, FakeService]
) -> None:
    settings.change({"discovery_hours": "3-4"})
    artists(50)
    sweep.run()
    at_three.forward(clock.HOUR)

    assert work(rounds=1000) == sweep.AT_ONCE


def test_who_asks_for_all_gets_all_at_any_hour(
    at_three: SetClock, fakes: dict[str, FakeService]
) -> None:
    settings.change({"discovery_hours": "4-6"})
    artists(30)
    jobs.add("sweep", by_user=factories.make_user().id)

    assert work(rounds=1000) == 31


def test_a_sweep_that_waits_is_begun_for_the_person_who_asks(at_three: SetClock) -> None:
    settings.change({"discovery_hours": "4-6"})
    artists(2)
    jobs.add("sweep")
    jobs.add("sweep", by_user=factories.make_user().id)

    work()

    assert len(queued()) == 2


def test_filling_up_costs_the_same_for_many_and_for_few(database: Config) -> None:
    artists(100)
    sweep.search_due_artists()
    with db.counting() as counter:
        sweep.search_due_artists()

    assert len(counter) == 1, counter.statements  # there is no room
