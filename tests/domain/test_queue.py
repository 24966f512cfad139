"""The queue of downloads: what people do with it, and which row the worker takes next."""

import threading

import pytest

from mvidarr import settings
from mvidarr.core import clock, db, errors
from mvidarr.core.terms import Availability, VideoStatus, WorkState
from mvidarr.downloads import claims, listing, queue, settle
from mvidarr.governor import breaker
from mvidarr.jobs import claim, wake
from mvidarr.models import Change, Download, Event, Video
from tests.conftest import SetClock
from tests.factories import (
    fresh,
    make_artist,
    make_download,
    make_source,
    make_user,
    make_video,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(wake, "_hooks", [heard.append])
    return heard


@pytest.fixture
def video() -> Video:
    return make_video(make_artist("Björk"), "Jóga", source=True)


# People


def test_adding_queues_the_best_upload_and_wakes_the_worker(video: Video, woken: list[str]) -> None:
    best = make_source(video=video, score=99)
    user = make_user()

    row = queue.add(video.id, by_user=user.id)

    assert (row.state, row.source_id, row.by_user_id) == ("queued", best.id, user.id)
    assert fresh(video).status == VideoStatus.QUEUED
    assert woken == ["downloads"]
    assert Event.get(Event.kind == "video.queued").video_id == video.id


def test_a_second_add_answers_the_active_download(video: Video) -> None:
    first = queue.add(video.id)

    assert queue.add(video.id).id == first.id
    assert Download.select().count() == 1


def test_an_upload_can_be_named(video: Video) -> None:
    other = make_source(video=video, score=1)

    assert queue.add(video.id, other.id).source_id == other.id


def test_an_upload_of_another_video_is_not_found(video: Video) -> None:
    stranger = make_source(video=make_video())

    with pytest.raises(errors.NotFound):
        queue.add(video.id, stranger.id)


def test_an_upload_that_is_gone_or_not_in_use_is_a_conflict(video: Video) -> None:
    gone = make_source(video=video, availability=Availability.REMOVED)
    refused = make_source(video=video, verdict="refused")

    for source in (gone, refused):
        with pytest.raises(errors.Conflict):
            queue.add(video.id, source.id)


def test_a_video_without_uploads_cannot_be_queued() -> None:
    with pytest.raises(errors.Conflict):
        queue.add(make_video().id)
    with pytest.raises(errors.NotFound):
        queue.add(999)


def test_a_cancelled_download_never_comes_back(video: Video) -> None:
    row = queue.add(video.id)

    assert queue.cancel(row.id).state == WorkState.CANCELLED
    assert fresh(video).status == VideoStatus.WANTED
    for change in (queue.cancel, queue.pause, queue.resume, queue.keep):
        with pytest.raises(errors.Conflict):
            change(row.id)


def test_retrying_an_ended_download_adds_a_row(video: Video) -> None:
    row = queue.add(video.id)
    queue.cancel(row.id)

    again = queue.retry(row.id)

    assert again.id != row.id
    assert fresh(row).state == WorkState.CANCELLED


def test_retrying_a_waiting_download_brings_it_forward(video: Video) -> None:
    row = make_download(video, next_try_at=clock.now() + clock.HOUR, cause="network")

    again = queue.retry(row.id)

    assert (again.id, again.cause) == (row.id, None)
    assert again.next_try_at <= clock.now()


def test_a_running_download_cannot_be_retried(video: Video) -> None:
    row = make_download(video, state="running")

    with pytest.raises(errors.Conflict):
        queue.retry(row.id)


def test_pause_and_resume(video: Video, woken: list[str]) -> None:
    row = queue.add(video.id)
    woken.clear()

    assert queue.pause(row.id).state == WorkState.PAUSED
    assert fresh(video).status == VideoStatus.QUEUED
    assert claims.claim_next("here.1") is None
    assert queue.resume(row.id).state == WorkState.QUEUED
    assert woken == ["downloads"]


def test_pausing_a_running_download_takes_it_from_its_worker(video: Video) -> None:
    queue.add(video.id)
    row = claims.claim_next("here.1")
    assert row is not None
    Download.update(speed=5.0, eta=9.0, stage="fetch").execute()

    paused = queue.pause(row.id)

    assert (paused.state, paused.owner, paused.speed, paused.stage) == ("paused", None, None, None)
    assert not claim.holds(Download, row.id, str(row.owner))


def test_a_parked_download_is_kept_as_it_is(video: Video) -> None:
    row = make_download(video, state="parked", notes={"file": "x.mp4", "source": 1})

    kept = queue.keep(row.id)

    assert kept.state == WorkState.QUEUED
    assert kept.notes == {"file": "x.mp4", "source": 1, "keep": True}


def test_another_upload_begins_anew(video: Video) -> None:
    other = make_source(video=video)
    row = make_download(video, state="parked", attempts=2, notes={"file": "x.mp4"})

    changed = queue.use_source(row.id, other.id)

    assert (changed.state, changed.source_id, changed.attempts) == ("queued", other.id, 0)
    assert changed.notes == {}


def test_a_deleted_download_is_not_found() -> None:
    with pytest.raises(errors.NotFound):
        queue.get(5)
    assert listing.one(5) is None


# The worker


def test_the_next_row_is_claimed_and_its_video_downloads(video: Video) -> None:
    queue.add(video.id)

    row = claims.claim_next("here.1")

    assert row is not None
    assert row.state == WorkState.RUNNING
    assert fresh(video).status == VideoStatus.DOWNLOADING


def test_no_more_run_than_the_setting_says() -> None:
    settings.change({"download_concurrency": "2"})
    for _ in range(3):
        queue.add(make_video(source=True).id)

    taken = [claims.claim_next(f"worker{n}.1") for n in range(3)]

    assert [row is not None for row in taken] == [True, True, False]
    assert not claims.may_claim()


def test_nothing_is_claimed_while_youtube_is_left_alone(video: Video) -> None:
    queue.add(video.id)
    breaker.failed("youtube", "It asks for a pause.", retry_after=60)

    assert claims.claim_next("here.1") is None


def test_a_silent_worker_loses_its_row_and_the_video_waits_again(
    video: Video, set_clock: SetClock
) -> None:
    queue.add(video.id)
    row = claims.claim_next("here.1")
    assert row is not None
    set_clock.forward(claim.LEASE_MS + 1)

    claims.reap()

    assert (fresh(row).state, fresh(row).losses) == ("queued", 1)
    assert fresh(video).status == VideoStatus.QUEUED


def test_the_tenth_loss_fails_the_video(video: Video, set_clock: SetClock) -> None:
    make_download(
        video, state="running", losses=9, owner="x.1", lease_until=clock.now() - 1,
        source=video_source(video),
    )  # fmt: skip

    claims.reap()

    assert fresh(video).status == VideoStatus.FAILED
    assert Event.get(Event.kind == "video.failed").data["cause"] == "crashed"


def test_giving_back_counts_nothing(video: Video) -> None:
    queue.add(video.id)
    row = claims.claim_next("here.1")
    assert row is not None

    claims.give_back(row, str(row.owner))

    assert (fresh(row).state, fresh(row).attempts, fresh(row).losses) == ("queued", 0, 0)
    assert fresh(video).status == VideoStatus.QUEUED


def test_a_row_whose_turn_has_not_come_waits(video: Video, set_clock: SetClock) -> None:
    queue.add(video.id)
    row = claims.claim_next("here.1")
    assert row is not None

    claims.postpone(row, str(row.owner), 12.0)

    assert fresh(row).next_try_at == clock.now() + 12_000


def test_all_that_is_due_waits_for_an_obstacle(video: Video, set_clock: SetClock) -> None:
    from mvidarr.core.terms import Cause

    due = queue.add(video.id)
    later = make_download(next_try_at=clock.now() + clock.HOUR)

    settle.hold(Cause.DISK_FULL, "There is no room.")

    assert (fresh(due).cause, fresh(due).last_error) == ("disk_full", "There is no room.")
    assert fresh(due).next_try_at > clock.now()
    assert fresh(later).cause is None


# Lists


def test_rows_show_their_video(video: Video) -> None:
    queue.add(video.id)

    row = listing.waiting(db.Place()).rows[0]

    assert (row.title, row.artist, row.video_id, row.is_active) == ("Jóga", "Björk", video.id, True)
    assert row.provider == "youtube"
    assert listing.one(row.id) == row
    assert listing.running() == []


def test_history_pages_from_the_latest(set_clock: SetClock) -> None:
    ended = [make_download(state="done", ended_at=clock.now() + n) for n in range(5)]
    make_download()

    page = listing.history(db.Place(limit=3))
    rest = listing.history(db.Place(limit=3, after=page.next))

    found = [row.id for row in [*page.rows, *rest.rows]]
    assert found == [row.id for row in reversed(ended)]
    assert rest.next is None


def test_history_can_be_narrowed_to_a_state() -> None:
    make_download(state="done", ended_at=1)
    failed = make_download(state="failed", ended_at=2)

    page = listing.history(db.Place(), [WorkState.FAILED])
    assert [row.id for row in page.rows] == [failed.id]


def test_lists_cost_as_much_however_long_they_are() -> None:
    for _ in range(3):
        make_download()
    with db.counting() as few:
        listing.waiting(db.Place())
    for _ in range(9):
        make_download()
    with db.counting() as many:
        listing.waiting(db.Place())

    assert len(few) == len(many) == 2


def test_the_line_is_read_page_by_page() -> None:
    rows = [make_download(position=-1000 * number).id for number in range(5)]
    late = make_download(priority=10, position=-9000, state="paused").id
    urgent = make_download(priority=1, position=9000, state="parked").id
    make_download(state="running", priority=1)
    expected = [urgent, *reversed(rows), late]

    first = listing.waiting(db.Place(limit=3))
    second = listing.waiting(db.Place(limit=3, after=first.next))
    last = listing.waiting(db.Place(limit=3, last=True))
    back = listing.waiting(db.Place(limit=3, before=second.previous))

    assert ids(first) + ids(second) == expected[:6]
    assert (first.previous, ids(back)) == (None, ids(first))
    assert (ids(last), last.next) == (expected[-3:], None)


def test_stats_sum_the_queue_and_the_day(set_clock: SetClock) -> None:
    make_download(state="running", size=1000, done_bytes=400, speed=100.0, stage="fetch")
    make_download(state="paused", size=500, done_bytes=100)
    make_download(state="done", ended_at=listing.midnight())
    make_download(state="failed", ended_at=clock.now())
    make_download(state="done", ended_at=listing.midnight() - 1)

    found = listing.stats()

    assert (found.running, found.waiting) == (1, 1)
    assert (found.speed, found.left, found.eta, found.unsized) == (100.0, 1000, 10.0, 0)
    assert found.percent == pytest.approx(100 * 500 / 1500)
    assert (found.done_today, found.failed_today) == (1, 1)


def test_what_has_no_size_yet_is_taken_for_as_heavy_as_the_latest_ones() -> None:
    make_download(state="running", size=1000, done_bytes=400, speed=100.0, stage="fetch")
    make_download()
    make_download(state="parked")
    assert (listing.stats().left, listing.stats().unsized) == (600, 2)  # nobody knows better

    for number, size in enumerate((200, 400)):
        make_download(state="done", size=size, ended_at=number)

    assert (listing.stats().left, listing.stats().eta) == (600 + 2 * 300, 12.0)


def test_progress_is_told_from_what_moves_rows_between_the_lists() -> None:
    running, waiting = make_download(state="running").id, make_download().id

    assert listing.is_progress([running])
    assert not listing.is_progress([running, waiting])
    assert not listing.is_progress([running, None])
    assert not listing.is_progress([running, 999])


def test_an_empty_queue_has_no_percentage() -> None:
    assert listing.stats() == listing.Stats()


def test_changes_redraw_queue_and_navigation(video: Video) -> None:
    Change.delete().execute()

    row = queue.add(video.id)

    touched = {(change.topic, change.ref_id) for change in Change.select()}
    assert ("downloads", row.id) in touched
    assert ("nav", None) in touched


def video_source(video: Video) -> int:
    from mvidarr.models import VideoSource

    found: int = VideoSource.get(VideoSource.video == video.id).id
    return found


def test_of_many_workers_at_once_no_more_than_allowed_claim() -> None:
    settings.change({"download_concurrency": "3"})
    for _ in range(8):
        queue.add(make_video(source=True).id)
    taken: list[int] = []

    def work(number: int) -> None:
        with db.session():
            for _ in range(3):
                row = claims.claim_next(f"worker{number}.1")
                if row is not None:
                    taken.append(row.id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 3


def test_of_many_clicks_at_once_one_download_comes() -> None:
    video_id = make_video(source=True).id
    begin = threading.Barrier(4)
    answered: list[int] = []

    def click() -> None:
        with db.session():
            begin.wait()
            answered.append(queue.add(video_id).id)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answered) == 4
    assert len(set(answered)) == 1
    assert Download.select().count() == 1


def ids(page: db.Page) -> list[int]:
    return [row.id for row in page.rows]


def test_a_retried_upgrade_is_one_again(video: Video) -> None:
    row = queue.add(video.id, priority=queue.LATER, is_upgrade=True)
    queue.cancel(row.id)

    again = queue.retry(row.id)

    assert (again.is_upgrade, again.priority) == (True, queue.LATER)


def test_a_raised_limit_holds_for_the_next_claim_and_a_lowered_one_stops_nothing() -> None:
    settings.change({"download_concurrency": "1"})
    for _ in range(4):
        queue.add(make_video(source=True).id)
    first = claims.claim_next("here.1")
    assert claims.claim_next("here.1") is None

    settings.change({"download_concurrency": "3"})
    more = [claims.claim_next("here.1") for _ in range(3)]
    settings.change({"download_concurrency": "1"})

    assert [row is not None for row in more] == [True, True, False]
    assert len(listing.running()) == 3
    assert first is not None
    assert claim.holds(Download, first.id, str(first.owner))
    assert claims.claim_next("here.1") is None
