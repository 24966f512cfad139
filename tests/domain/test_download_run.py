"""One download from claim to end, with steps that do what the test says."""

import errno
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import clock, db, errors
from mvidarr.core.config import Config
from mvidarr.core.terms import Cause, Stage, WorkState
from mvidarr.downloads import claims, queue, reconcile, run, steps
from mvidarr.downloads.work import Failed, Job
from mvidarr.integrations.youtube.causes import Failure
from mvidarr.integrations.youtube.download import DownloadFailed, Stopped
from mvidarr.jobs.watch import Left
from mvidarr.media import place
from mvidarr.media.disks import LibraryOffline
from mvidarr.media.probe import ProbeError
from mvidarr.models import Download, QualityProfile, Video
from tests.factories import fresh, make_download, make_source, make_video

pytestmark = pytest.mark.usefixtures("library")
Do = Callable[[Callable[[Job], Job]], Download]


@pytest.fixture
def do(database: Config, monkeypatch: pytest.MonkeyPatch) -> Do:
    """Run the next row with one step in place of all."""

    def do(step: Callable[[Job], Job], stopping: bool = False) -> Download:
        if not Download.select().exists():
            queue.add(make_video(source=True).id)
        Download.update(next_try_at=0).execute()
        monkeypatch.setattr(steps, "STEPS", (("fetch", Stage.FETCH, step),))
        row = claims.claim_next("here.1")
        assert row is not None
        run.run(row, lambda: stopping, database)
        return fresh(row)  # type: ignore[no-any-return]

    return do


def raising(error: BaseException) -> Callable[[Job], Job]:
    def step(job: Job) -> Job:
        raise error

    return step


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (DownloadFailed(Cause.NETWORK, Failure(text="cut")), Cause.NETWORK),
        (ProbeError(Cause.NO_AUDIO), Cause.NO_AUDIO),
        (Failed(Cause.WRONG_DURATION, "Too short."), Cause.WRONG_DURATION),
        (errors.NotFound("It is gone."), Cause.CRASHED),
        (errors.Conflict("Another file is there."), Cause.UNKNOWN),
        (errors.NotConfigured("No folder."), Cause.LIBRARY_OFFLINE),
        (LibraryOffline("It is away."), Cause.LIBRARY_OFFLINE),
        (OSError(errno.ENOSPC, "full"), Cause.DISK_FULL),
        (OSError(errno.EROFS, "read-only"), Cause.LIBRARY_OFFLINE),
        (OSError(errno.EINVAL, "odd"), Cause.UNKNOWN),
        (ZeroDivisionError("division by zero"), Cause.UNKNOWN),
    ],
)
def test_whatever_a_step_raises_has_a_cause(do: Do, error: Exception, cause: Cause) -> None:
    row = do(raising(error))

    assert row.cause == cause
    assert row.last_error
    assert row.state in {WorkState.QUEUED, WorkState.FAILED}


def test_technical_words_stay_in_the_log(do: Do, caplog: pytest.LogCaptureFixture) -> None:
    row = do(raising(ZeroDivisionError("division by zero")))

    assert "division" not in str(row.last_error)
    assert "division by zero" in caplog.text


def test_what_a_service_said_about_time_is_passed_on(do: Do) -> None:
    failed = Failure(text="Premieres soon", starts_at=clock.now() + clock.HOUR)

    row = do(raising(DownloadFailed(Cause.NOT_YET, failed)))

    assert row.next_try_at == failed.starts_at


def test_a_turn_that_has_not_come_is_no_failure(do: Do) -> None:
    row = do(raising(errors.TooSoon(retry_after=30.0)))

    assert (row.state, row.attempts, row.cause) == ("queued", 0, None)
    assert row.next_try_at > clock.now() + 20_000


@pytest.mark.parametrize("error", [Left(), Stopped()])
def test_a_stop_gives_the_row_back(do: Do, error: Exception) -> None:
    row = do(raising(error))

    assert (row.state, row.attempts, row.losses, row.owner) == ("queued", 0, 0, None)


def test_nothing_begins_when_the_program_stops(
    do: Callable[..., Download],
) -> None:
    begun = threading.Event()

    def step(job: Job) -> Job:
        begun.set()
        return job

    assert do(step, stopping=True).state == WorkState.QUEUED
    assert not begun.is_set()


def test_a_failed_download_leaves_nothing_in_staging(do: Do, library: Path) -> None:
    def step(job: Job) -> Job:
        (job.staging / "part").touch()
        raise Failed(Cause.REMOVED, "Gone.")

    assert do(step).state == WorkState.FAILED
    assert list((library / place.OWN_FOLDER / "staging").iterdir()) == []


def test_a_later_try_finds_what_the_first_one_fetched(do: Do) -> None:
    def first(job: Job) -> Job:
        (job.staging / "part").touch()
        raise Failed(Cause.NETWORK, "Cut.")

    seen: list[bool] = []

    def second(job: Job) -> Job:
        seen.append((job.staging / "part").exists())
        raise Failed(Cause.NETWORK, "Cut.")

    do(first)
    do(second)
    assert seen == [True]


def test_another_upload_finds_an_empty_folder(do: Do) -> None:
    video = make_video(source=True)
    make_source(video=video, score=1)
    queue.add(video.id)

    def step(job: Job) -> Job:
        assert list(job.staging.iterdir()) == []
        (job.staging / "part").touch()
        raise Failed(Cause.REMOVED, "Gone.")

    do(step)
    assert do(step).state == WorkState.FAILED


def test_a_row_that_was_cancelled_meanwhile_is_left_and_cleared(do: Do, library: Path) -> None:
    def step(job: Job) -> Job:
        with db.session():
            queue.cancel(job.row.id)
        job.watch.write(percent=5.0)
        raise AssertionError("the watch did not notice")

    row = do(step)

    assert (row.state, row.percent) == ("cancelled", None)
    assert list((library / place.OWN_FOLDER / "staging").iterdir()) == []


def test_a_video_deleted_meanwhile_takes_its_download_with_it(
    database: Config, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.add(make_video(source=True).id)

    def step(job: Job) -> Job:
        with db.session():
            Video.delete().execute()
        job.watch.write(percent=5.0)
        return job

    monkeypatch.setattr(steps, "STEPS", (("fetch", Stage.FETCH, step),))
    row = claims.claim_next("here.1")
    assert row is not None
    run.run(row, lambda: False, database)

    assert not Download.select().exists()
    assert list((library / place.OWN_FOLDER / "staging").iterdir()) == []


def test_two_threads_are_never_in_one_staging_folder(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paused and resumed before the first attempt has stopped."""
    queue.add(make_video(source=True).id)
    inside, leave = threading.Event(), threading.Event()

    def step(job: Job) -> Job:
        inside.set()
        leave.wait(20)
        raise Left

    monkeypatch.setattr(steps, "STEPS", (("fetch", Stage.FETCH, step),))
    first = claims.claim_next("here.1")
    assert first is not None
    thread = threading.Thread(target=run.run, args=(first, lambda: False, database))
    thread.start()
    assert inside.wait(20)
    queue.pause(first.id)
    queue.resume(first.id)
    second = claims.claim_next("here.1")
    assert second is not None

    run.run(second, lambda: False, database)

    row = fresh(first)
    assert (row.state, row.attempts, row.losses) == ("queued", 0, 0)
    leave.set()
    thread.join(20)
    assert fresh(first).state == WorkState.QUEUED


def test_a_profile_says_what_is_fetched(do: Do) -> None:
    profile = QualityProfile.create(
        name="Small", name_key="small", heights=[480, 360], codecs=["vp9"], container="mkv"
    )
    queue.add(make_video(source=True, profile=profile.id).id)
    seen: list[Any] = []

    def step(job: Job) -> Job:
        seen.append((job.wanted.most, job.wanted.container, job.wanted.video_codecs))
        raise Left

    do(step)
    assert seen == [(480, "mkv", ("vp9",))]


def test_an_upload_that_was_deleted_gives_way(do: Do) -> None:
    video = make_video(source=True)
    row = make_download(video, source=None)

    do(lambda job: job)

    assert fresh(row).source_id is not None


def test_staging_of_ended_downloads_is_cleared(library: Path) -> None:
    ended, active = make_download(state="failed"), make_download(state="paused")
    for row in (ended, active):
        place.staging(library, row.id)
    place.staging(library, 999)

    assert sorted(reconcile.clear_staging()) == [ended.id, 999]
    assert [path.name for path in (library / place.OWN_FOLDER / "staging").iterdir()] == [
        str(active.id)
    ]


def test_clearing_waits_for_a_library_that_is_away(library: Path) -> None:
    library.rmdir()

    assert reconcile.clear_staging() == []
