"""Housekeeping drops what is old, and keeps what somebody decided."""

from typing import Any

import peewee
import pytest

from mvidarr import models
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.library.tables import VideoSource
from mvidarr.models import Job
from mvidarr.system import housekeeping
from tests import factories
from tests.conftest import SetClock

pytestmark = pytest.mark.usefixtures("database", "set_clock")
ImportRow: Any = models.ImportRow
LONG = 91 * clock.DAY


def clean() -> int:
    return housekeeping.clean(lambda done, total, note: None)


def test_refused_uploads_go_when_nobody_finds_them_any_more(set_clock: SetClock) -> None:
    old: dict[str, Any] = {"verdict": "refused", "seen_at": clock.now() - LONG}
    video = factories.make_video()
    gone = factories.make_source(**old)
    kept = [
        factories.make_source(verdict="refused", seen_at=clock.now()),
        factories.make_source(**old, verdict_by=factories.make_user().id),
        factories.make_source(video=video, **old),  # an alternative of the video
        factories.make_source(seen_at=clock.now() - LONG),  # waits for a verdict
        factories.make_source(video=video, seen_at=clock.now() - LONG),  # in use
    ]

    assert clean() == 1
    assert {row.id for row in VideoSource.select()} == {row.id for row in kept}
    assert gone.id not in {row.id for row in kept}


def test_entries_that_left_their_list_go_after_a_while() -> None:
    made: Any = models.ImportList.create(kind="text", name="Favourites")
    for number, (state, ago) in enumerate(
        [("gone", LONG), ("gone", clock.DAY), ("added", LONG), ("skipped", LONG)]
    ):
        ImportRow.create(
            list=made.id,
            external_id=str(number),
            name="Björk",
            state=state,
            seen_at=clock.now() - ago,
        )

    assert clean() == 1
    assert [row.external_id for row in ImportRow.select().order_by(ImportRow.id)] == list("123")


def test_decisions_stay_for_ever() -> None:
    models.Decision.create(
        provider="youtube",
        source_id="upload_____",
        artist_key="björk",
        verdict="refused",
        created_at=0,
        updated_at=0,
    )

    assert clean() == 0
    assert models.Decision.select().count() == 1


def test_the_history_of_jobs_is_kept_for_thirty_days() -> None:
    for days, state in ((29, "done"), (31, "done"), (31, "failed")):
        Job.create(kind="sweep", state=state, ended_at=clock.now() - days * clock.DAY)
    Job.create(kind="discover", subject="1", active_key="discover:1", state="queued")

    assert clean() == 2
    assert sorted(job.state for job in Job.select()) == ["done", "queued"]


def test_it_says_how_much_went() -> None:
    assert housekeeping.said(0) == "Nothing was old."
    assert housekeeping.said(1) == "1 old row dropped."
    assert housekeeping.said(12_345) == "12,345 old rows dropped."


def test_somebody_who_writes_at_the_end_does_not_fail_the_cleaning(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statistics are worth nothing beside a lock that somebody holds."""
    real = db.database.obj.execute_sql

    def busy(sql: str, *args: Any) -> Any:
        if sql == "PRAGMA optimize":
            raise peewee.OperationalError("database is locked")
        return real(sql, *args)

    monkeypatch.setattr(db.database.obj, "execute_sql", busy)
    assert clean() == 0
