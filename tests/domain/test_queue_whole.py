"""The whole queue at once: held, cleared, tried again; and the history of what ended."""

import threading
from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import VideoStatus, WorkState
from mvidarr.downloads import claims, listing, queue, reconcile, waits, whole
from mvidarr.jobs import claim, jobs, wake
from mvidarr.jobs.run import Context
from mvidarr.jobs.watch import Left, Watch
from mvidarr.library import status
from mvidarr.models import Change, Download, Event, Job, Video
from tests.conftest import SECRET
from tests.factories import fresh, make_artist, make_download, make_user, make_video

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(wake, "_hooks", [heard.append])
    return heard


def states(*rows: Download) -> list[str]:
    return [fresh(row).state for row in rows]


# Hold


def test_nothing_is_claimed_while_all_is_held(woken: list[str]) -> None:
    row = queue.add(make_video(source=True).id)
    woken.clear()
    user = make_user()

    whole.hold(user.id)

    assert waits.is_held()
    assert claims.claim_next("here.1") is None
    assert Event.get(Event.kind == "setting.changed").data == {"key": "downloads_paused"}
    woken.clear()
    whole.release(user.id)
    assert woken == ["downloads"]
    taken = claims.claim_next("here.1")
    assert taken is not None
    assert taken.id == row.id


def test_what_was_paused_by_itself_stays_paused() -> None:
    waiting, paused = make_download(), make_download(state="paused")

    whole.hold()
    whole.release()

    assert states(waiting, paused) == ["queued", "paused"]


def test_holding_redraws_the_pages_and_twice_is_no_news() -> None:
    whole.hold()
    Change.delete().execute()
    Event.delete().execute()

    whole.hold()

    assert {change.topic for change in Change.select()} == {"downloads", "nav"}
    assert Event.select().count() == 0


def test_the_environment_has_the_last_word_on_holding() -> None:
    settings.set_up((SECRET,), {"MVIDARR_DOWNLOADS_PAUSED": "true"})

    with pytest.raises(Conflict):
        whole.release()
    assert waits.is_held()


# Clear


def test_clearing_cancels_what_waits_and_leaves_what_runs(woken: list[str]) -> None:
    videos = [make_video(make_artist(), f"Song {number}", source=True) for number in range(4)]
    rows = [
        make_download(video, state=state)
        for video, state in zip(videos, ("queued", "paused", "parked", "running"), strict=True)
    ]
    done = make_download(state="done", ended_at=5)

    assert whole.clear() == 3

    assert states(*rows, done) == ["cancelled", "cancelled", "cancelled", "running", "done"]
    assert [fresh(video).status for video in videos[:2]] == [VideoStatus.WANTED] * 2
    assert fresh(rows[0]).active_key is None
    assert fresh(rows[0]).ended_at
    cancelled = Event.select().where(Event.kind == "video.cancelled")
    assert {event.video_id for event in cancelled} == {video.id for video in videos[:3]}
    assert woken == ["downloads"]  # somebody clears what they left
    assert whole.clear() == 0


def test_a_long_queue_is_cleared_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "AT_ONCE", 4)
    artist = make_artist()
    for _ in range(10):
        make_download(make_video(artist, source=True))

    assert whole.clear() == 10
    assert listing.stats().waiting == 0


def test_what_is_claimed_meanwhile_is_not_cancelled() -> None:
    settings.change({"download_concurrency": "8"})
    artist = make_artist()
    for _ in range(24):
        make_download(make_video(artist, source=True))
    begin = threading.Barrier(3)
    taken: list[int] = []

    def work(number: int) -> None:
        with db.session():
            begin.wait()
            for _ in range(3):
                row = claims.claim_next(f"worker{number}.1")
                if row is not None:
                    taken.append(row.id)

    def clear() -> None:
        with db.session():
            begin.wait()
            whole.clear()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    threads.append(threading.Thread(target=clear))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for row in Download.select():
        assert row.state == ("running" if row.id in taken else "cancelled")
    for video in Video.select():
        assert video.status in {VideoStatus.DOWNLOADING, VideoStatus.WANTED}


# Try again


@pytest.fixture
def failed() -> list[Download]:
    return [make_download(make_video(source=True), state="failed", ended_at=n) for n in range(3)]


def run(row: Job, watch: Watch | None = None) -> None:
    context = Context(watch=watch or Watch(Job, row.id, str(row.owner)))
    whole.run_retry_failed(row, context)


def test_all_videos_whose_last_download_failed_are_queued_again(failed: list[Download]) -> None:
    user = make_user()
    better = failed[0].video_id
    make_download(Video.get_by_id(better), state="cancelled", ended_at=9)
    under_way = make_download(Video.get_by_id(failed[1].video_id))
    make_download(
        make_video(file=True), state="failed", ended_at=3
    )  # an upgrade that came to nothing
    make_download(make_video(wish="ignore", source=True), state="failed", ended_at=4)
    assert whole.count_failed() == (1, True)

    run(whole.retry_failed(user.id))

    added = Download.select().where(Download.active_key.is_null(False), Download.id != under_way.id)
    assert [(row.video_id, row.by_user_id) for row in added] == [(failed[2].video_id, user.id)]
    assert whole.count_failed() == (0, True)


def test_asking_twice_is_one_job(failed: list[Download]) -> None:
    assert whole.retry_failed().id == whole.retry_failed().id


def test_a_video_without_uploads_does_not_keep_the_others_back(failed: list[Download]) -> None:
    make_download(make_video(), state="failed", ended_at=1)  # nothing to fetch it from
    job = whole.retry_failed()
    claimed = jobs.claim_due("here.1")
    assert claimed is not None
    assert claimed.id == job.id

    with Watch(Job, claimed.id, str(claimed.owner)) as watch:
        run(claimed, watch)

        assert watch.unwritten["note"] == "3 of 4 queued again."


def test_a_job_that_was_cut_off_goes_on_with_the_others(failed: list[Download]) -> None:
    job = whole.retry_failed()
    stop = Watch(Job, job.id, "here.1", lambda: listing.stats().waiting >= 2)

    with pytest.raises(Left):
        run(job, stop)
    assert listing.stats().waiting == 2
    run(job)

    assert listing.stats().waiting == 3
    assert Download.select().count() == 6


# Forget


def test_the_history_is_cleared_but_for_what_failed_last(library: Path) -> None:
    artist = make_artist()
    (a, b, c, d) = (make_video(artist, source=True) for _ in range(4))
    gone = [
        make_download(a, state="done", ended_at=1),
        make_download(b, state="failed", ended_at=2),
        make_download(b, state="cancelled", ended_at=3),
        make_download(c, state="failed", ended_at=4),
    ]
    kept = [
        make_download(c, state="failed", ended_at=5),
        make_download(d, state="queued"),
        make_download(state="running"),
    ]
    before = {video.id: video.status for video in Video.select()}

    assert whole.forget_ended() == len(gone)

    assert [row.id for row in Download.select().order_by(Download.id)] == [row.id for row in kept]
    assert whole.forget_ended() == 0

    assert status.restate(before) == []  # nobody's status depended on what has gone


def test_a_download_whose_folder_is_there_is_not_forgotten(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "_remove", lambda *_: None)  # its disk is slow
    row = make_download(make_video(source=True), state="cancelled", ended_at=1)
    (library / ".mvidarr" / "staging" / str(row.id)).mkdir(parents=True)

    assert whole.forget_ended() == 0
    assert states(row) == ["cancelled"]


def test_without_a_library_the_history_is_cleared_too() -> None:
    make_download(make_video(source=True), state="done", ended_at=1)

    assert whole.forget_ended() == 1


def test_held_downloads_go_back_to_the_queue_as_they_were() -> None:
    settings.change({"download_concurrency": "1"})
    queue.add(make_video(source=True).id)
    row = claims.claim_next("here.1")
    assert row is not None
    Download.update(percent=40.0, done_bytes=4, size=10, speed=2.0, stage="fetch").execute()

    claims.give_back(row, str(row.owner))

    back = fresh(row)
    assert (back.state, back.attempts, back.losses) == (WorkState.QUEUED, 0, 0)
    assert (back.done_bytes, back.size, back.speed, back.stage) == (4, 10, None, None)
    assert not claim.holds(Download, row.id, str(row.owner))
    assert back.next_try_at <= clock.now()
