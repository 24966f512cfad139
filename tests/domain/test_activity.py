"""Events and touches: written with their transaction, numbered in the order of the commits."""

import threading
from typing import Any

import pytest

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.library.tables import Event
from tests.conftest import SetClock
from tests.fakes.together import together
from tests.fakes.undone import undone

Change: Any = models.Change


def touched() -> list[tuple[int, str, int | None]]:
    return list(
        Change.select(Change.rev, Change.topic, Change.ref_id).order_by(Change.rev).tuples()
    )


def test_touches_are_numbered_in_their_order(database: Config) -> None:
    with db.atomic():
        activity.touch("downloads", 3)
        activity.touch("nav")
        activity.touch("downloads", 3)
    activity.touch("artist", 7)

    assert touched() == [(1, "downloads", 3), (2, "nav", None), (3, "artist", 7)]
    assert activity.newest() == 3


def test_touches_go_with_their_transaction(database: Config) -> None:
    with undone():
        activity.touch("nav")
    with db.atomic():
        activity.touch("jobs")
        with undone():
            activity.touch("nav")

    assert touched() == [(1, "jobs", None)]


def test_before_the_first_change_there_is_nothing(database: Config) -> None:
    assert activity.newest() == 0
    assert activity.changes_since(0) == []


def test_numbers_come_in_the_order_of_the_commits(database: Config) -> None:
    """Whoever has seen number n has seen everything below it, with two writers at work."""
    gaps: list[tuple[int, list[int]]] = []
    writing = threading.Barrier(3)

    def write(topic: str) -> None:
        with db.session():
            writing.wait(10)
            for number in range(40):

                def note(number: int = number) -> None:
                    activity.touch(topic, number)
                    activity.touch("nav", number)

                db.transact(note)

    threads = [threading.Thread(target=write, args=(topic,)) for topic in ("jobs", "videos")]
    for thread in threads:
        thread.start()
    writing.wait(10)
    seen: list[int] = []
    while any(thread.is_alive() for thread in threads) or len(seen) < activity.newest():
        last = seen[-1] if seen else 0
        found = [change.rev for change in activity.changes_since(last) or ()]
        if found and found != list(range(last + 1, last + 1 + len(found))):
            gaps.append((last, found))
            break
        seen += found
    for thread in threads:
        thread.join(60)

    assert gaps == []
    assert seen == list(range(1, 161))


def test_the_first_two_changes_of_all_may_come_at_once(database: Config) -> None:
    touches = together(2, lambda number: db.transact(lambda: activity.touch("nav")))

    assert touches == [None, None]

    assert [rev for rev, _, _ in touched()] == [1, 2]


def test_changes_are_asked_for_from_a_number_on(database: Config) -> None:
    for number in range(5):
        activity.touch("videos", number)

    assert [change.ref_id for change in activity.changes_since(3) or ()] == [3, 4]
    assert [change.ref_id for change in activity.changes_since(1, limit=2) or ()] == [1, 2]
    assert activity.changes_since(5) == []


def test_changes_that_are_gone_mean_to_redraw_all(database: Config, set_clock: SetClock) -> None:
    for number in range(3):
        activity.touch("videos", number)
    set_clock.forward(9 * clock.MINUTE)
    activity.touch("videos", 9)
    assert activity.forget() == 0
    set_clock.forward(2 * clock.MINUTE)
    assert activity.forget() == 3

    assert [change.rev for change in activity.changes_since(3) or ()] == [4]
    assert activity.changes_since(2) is None
    assert activity.newest() == 4


def test_the_newest_change_is_never_forgotten(database: Config, set_clock: SetClock) -> None:
    for _ in range(3):
        activity.touch("nav")
    set_clock.forward(clock.DAY)

    assert activity.forget() == 2
    assert activity.changes_since(3) == []
    assert activity.changes_since(0) is None


def test_a_number_of_before_a_backup_came_back_means_to_redraw_all(database: Config) -> None:
    activity.touch("nav")

    assert activity.changes_since(900) is None


def test_the_one_row_stays_one(database: Config) -> None:
    for _ in range(3):
        activity.touch("nav")

    assert models.Revision.select().count() == 1


# events


def test_an_event_says_what_when_and_who(database: Config, set_clock: SetClock) -> None:
    who = activity.Actor(user_id=4, ip="192.0.2.7", request_id="r1")
    with activity.acting(who):
        made = activity.record("video.failed", "Jóga", artist_id=1, video_id=2, cause="network")

    row = Event.get_by_id(made.id)
    assert (row.at, row.kind, row.level, row.title) == (set_clock.at, "video.failed", "bad", "Jóga")
    assert (row.artist_id, row.video_id, row.data) == (1, 2, {"cause": "network"})
    assert (row.user_id, row.ip, row.request_id) == (4, "192.0.2.7", "r1")
    assert activity.actor() == activity.Actor()


def test_the_program_itself_is_nobody(database: Config) -> None:
    assert activity.record("disk.low", "Almost full").user_id is None


def test_the_feed_redraws_but_for_the_audit(database: Config) -> None:
    activity.record("setting.changed", "Log changed", key="log_level")
    assert touched() == []
    activity.record("artist.added", "Björk")

    assert [topic for _, topic, _ in touched()] == ["feed"]


def test_titles_are_cut_to_their_column(database: Config) -> None:
    activity.record("artist.added", "é" * 600)

    assert len(Event.get().title) == 500


def test_an_undeclared_kind_is_a_mistake(database: Config) -> None:
    with pytest.raises(KeyError):
        activity.record("video.exploded", "x")


def test_kinds_are_nouns_and_past_verbs() -> None:
    names = [kind.name for kind in activity.KINDS]

    assert len(set(names)) == len(names)
    assert all(name.count(".") == 1 and name == name.lower() for name in names)
    assert {kind.level for kind in activity.KINDS} <= {"info", "good", "warn", "bad"}
