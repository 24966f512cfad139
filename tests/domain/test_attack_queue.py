"""The queue under attack: several at once on both databases, settings, clocks, long histories."""

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.activity import changes_since, newest
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.db import Place
from mvidarr.core.errors import Conflict, Error
from mvidarr.core.terms import WorkState
from mvidarr.downloads import claims, line, listing, order, queue, waits, whole
from mvidarr.jobs import wake
from mvidarr.library.tables import Download
from mvidarr.system import configure
from tests.conftest import SetClock
from tests.factories import fresh, make_artist, make_download, make_source, make_video

pytestmark = pytest.mark.usefixtures("database")


def at_once(*works: Callable[[], object]) -> list[Exception]:
    """Each on a thread of its own; answers what was raised that nobody is told of in words."""
    raised: list[Exception] = []
    ready = threading.Barrier(len(works))

    def go(work: Callable[[], object]) -> None:
        with db.session():
            ready.wait()
            try:
                work()
            except Error:
                pass
            except Exception as error:
                raised.append(error)

    threads = [threading.Thread(target=go, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def waiting(count: int) -> list[int]:
    artist = make_artist()
    made = [make_download(make_video(artist, source=True), position=9) for _ in range(count)]
    return [row.id for row in made]


def test_moves_and_claims_at_once_lose_nothing() -> None:
    ids = waiting(12)
    settings.change({"download_concurrency": 4})

    def mover(seed: int) -> Callable[[], None]:
        dice = random.Random(seed)

        def work() -> None:
            for _ in range(15):
                one, other = dice.sample(ids, 2)
                try:
                    order.place_before(one, other)
                    order.move(other, dice.choice(["first", "up", "down", "last"]))
                except Conflict:
                    continue

        return work

    def taker() -> None:
        for _ in range(10):
            row = claims.claim_next("here.1")
            if row is not None:
                claims.give_back(row, str(row.owner))

    assert at_once(mover(1), mover(2), mover(3), taker) == []
    assert sorted(spot.id for spot in line.spots(50)) == ids


def test_holding_and_letting_go_at_once_ends_in_one_of_them() -> None:
    ids = waiting(3)

    assert at_once(*[whole.hold, whole.release] * 3, lambda: claims.claim_next("here.1")) == []

    assert waits.is_held() in (True, False)
    states = {fresh(Download.get_by_id(one)).state for one in ids}
    assert states <= {WorkState.QUEUED, WorkState.RUNNING}


def test_clearing_while_rows_are_added_paused_and_claimed() -> None:
    ids = waiting(8)
    more = [make_video(source=True).id for _ in range(4)]

    raised = at_once(
        whole.clear,
        lambda: [queue.add(one) for one in more],
        lambda: [queue.pause(one) for one in ids],
        lambda: [claims.claim_next("here.1") for _ in ids],
    )

    assert raised == []
    rows = list(Download.select())
    assert all((row.active_key is None) == (row.state == "cancelled") for row in rows)


@pytest.mark.parametrize(
    ("key", "value"),
    [("downloads_paused", True), ("download_hours", "1-2"), ("download_concurrency", 3)],
)
def test_a_change_on_the_settings_page_redraws_the_queue_and_wakes_the_worker(
    monkeypatch: pytest.MonkeyPatch, key: str, value: object
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(wake, "_hooks", [woken.append])
    before = newest()

    configure.change({key: value})
    changed = changes_since(before) or []
    assert {"downloads", "nav"} <= {row.topic for row in changed}
    assert woken == ["downloads"]

    configure.reset(key)
    assert woken == ["downloads"] * 2


def test_another_setting_leaves_the_queue_alone() -> None:
    before = newest()
    configure.change({"history_days": 100})
    assert "downloads" not in {row.topic for row in changes_since(before) or []}


def test_a_row_that_begins_in_the_moment_of_a_retry_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """MariaDB lets a worker take it between the look and the change."""
    [one] = waiting(1)
    real = queue.get

    def slow(download_id: int) -> Download:
        row = real(download_id)
        Download.update(state=WorkState.RUNNING).where(Download.id == one).execute()
        return row

    monkeypatch.setattr(queue, "get", slow)
    with pytest.raises(Conflict, match="It has just begun"):
        queue.retry(one)


def test_another_upload_begins_from_nothing() -> None:
    video = make_video(source=True)
    other = make_source(video=video)
    row = make_download(video, percent=40.0, size=1000, done_bytes=400, attempts=2)

    found = queue.use_source(row.id, other.id)

    assert (found.percent, found.size, found.done_bytes, found.attempts) == (None, None, None, 0)


def test_the_history_reads_whole_rows_only_of_one_page() -> None:
    artist = make_artist()
    for number in range(30):
        video = make_video(artist)
        make_download(video, state="done", active_key=None, ended_at=number)
    with db.counting() as asked:
        page = listing.history(Place(limit=5))

    assert [row.ended_at for row in page.rows] == [29, 28, 27, 26, 25]
    sorting, reading = asked.statements
    assert "ORDER BY" in sorting
    assert "JOIN" not in sorting
    assert "LIMIT" not in reading
    again = listing.history(Place(limit=5, after=page.next))
    assert [row.ended_at for row in again.rows] == [24, 23, 22, 21, 20]


def test_forgetting_looks_at_no_row_twice(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "AT_ONCE", 2)
    for _ in range(5):  # stay: a video's last one, which failed
        make_download(make_video(), state="failed", active_key=None, ended_at=1)
    ended = [
        make_download(make_video(), state="done", active_key=None, ended_at=1) for _ in range(5)
    ]

    assert whole.forget_ended() == len(ended)
    assert {row.state for row in Download.select()} == {"failed"}


def test_nothing_else_is_needed_when_a_clock_was_a_year_ahead(set_clock: SetClock) -> None:
    set_clock.forward(365 * clock.DAY)
    [one] = waiting(1)
    order.move(one, "first")
    set_clock.forward(-365 * clock.DAY)

    row = claims.claim_next("here.1")

    assert row is not None
    assert row.id == one


@pytest.mark.parametrize("position", [-(2**62), 2**62])
def test_places_at_the_ends_of_what_numbers_can_say(database: Config, position: int) -> None:
    one, other, third = waiting(3)
    Download.update(position=position).where(Download.id == other).execute()

    order.place_before(one, other)
    order.place_after(third, other)

    assert [spot.id for spot in line.spots(3)] == [one, other, third]
