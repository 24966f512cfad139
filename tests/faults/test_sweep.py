"""Killing the real worker during a sweep: every artist is searched, none is searched twice.

`--seed N` repeats a run; it is printed.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.terms import ACTIVE
from mvidarr.jobs import jobs
from mvidarr.library import words
from mvidarr.library.tables import Artist, Event
from mvidarr.models import Job
from mvidarr.settings import service_options
from tasks import queues
from tests.conftest import SECRET, until
from tests.factories import make_artist
from tests.fakes.internet import FakeInternet
from tests.fakes.musicbrainz import FakeMusicBrainz
from tests.program import Program

KILLS = 4


@dataclass
class Setting:
    """A program with artists that are due; the test looks into its database."""

    program: Program
    musicbrainz: FakeMusicBrainz
    random: random.Random
    kills: int = 0

    def searched(self) -> int:
        found: int = Event.select().where(Event.kind == "artist.discovered").count()
        return found

    def is_done(self) -> bool:
        waiting = Job.select().where(
            jobs.Job.kind.in_(["sweep", "discover"]), jobs.Job.state.in_(ACTIVE)
        )
        due = Artist.select().where(Artist.next_check_at <= clock.now())
        return not (waiting.exists() or due.exists())

    def has(self, goal: int) -> bool:
        return self.searched() >= goal or self.is_done()

    def sweep(self, artists: int) -> None:
        """Have all searched, and kill the worker each time when some more are."""
        self.program.api("POST", "/schedule/sweep/run")
        for _ in range(KILLS):
            goal = self.searched() + self.random.randint(1, max(1, artists // KILLS))
            until(partial(self.has, goal), seconds=120)
            if self.is_done():
                break
            self.program.kill("worker")
            self.kills += 1
        until(self.is_done, seconds=240, every=0.2)


@pytest.fixture
def setting(
    request: pytest.FixtureRequest, tmp_path: Path, fake_internet: FakeInternet
) -> Iterator[Setting]:
    seed = request.config.getoption("--seed")
    seed = random.randrange(1 << 32) if seed is None else seed
    print(f"--seed {seed}")  # noqa: T201 - how to repeat this run
    with Program(tmp_path, fake_internet) as program:
        program.set_up()
        for option in service_options.ALL:
            if option.key.endswith("_enabled"):
                program.api("PUT", f"/settings/{option.key}", {"value": False})
        db.connect(f"sqlite:///{program.data / 'mvidarr.db'}", db.Options(full_sync=False))
        settings.set_up((SECRET,), {})
        with db.session():
            yield Setting(program, FakeMusicBrainz(fake_internet), random.Random(seed))
        db.disconnect()


def check(setting: Setting, artists: int) -> None:
    times = Counter(
        event.artist_id for event in Event.select().where(Event.kind == "artist.discovered")
    )
    assert len(times) == artists
    assert set(times.values()) == {1}
    assert not Artist.select().where(Artist.checked_at.is_null()).exists()
    failed = [job.last_error for job in Job.select().where(jobs.Job.state == "failed")]
    assert failed == []
    assert setting.kills >= 2
    assert setting.program.stop() == 0


def test_a_sweep_that_is_killed_again_and_again_is_finished(setting: Setting) -> None:
    """Feeds have nothing to ask for artists without a channel: so the kills meet the writing."""
    setting.program.api("PUT", "/settings/youtube_feeds_enabled", {"value": True})
    with db.atomic():
        for number in range(400):
            make_artist(f"Artist {number}")

    setting.sweep(400)

    check(setting, 400)


def test_what_a_service_answered_before_a_kill_is_not_asked_for_again(setting: Setting) -> None:
    setting.program.api("PUT", "/settings/musicbrainz_enabled", {"value": True})
    with db.atomic():
        for number in range(12):
            known = setting.musicbrainz.add_artist(f"Artist {number}")
            setting.musicbrainz.add_video(known, f"Song {number}")
            artist = make_artist(known.name)
            words.set_artist_ids(artist.id, {"mb_artist": known.mbid})

    setting.sweep(12)

    check(setting, 12)
    assert Artist.select().where(Artist.known == 1).count() == 12
    asked = setting.musicbrainz.asked
    again = len(asked) - len(set(asked))
    assert again <= KILLS * queues.JOB_THREADS  # only what was under way when it was killed
