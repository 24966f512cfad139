"""The order of the queue: priorities, places, and the room between two rows."""

import random

import pytest

from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.downloads import claims, line, listing, order, queue
from mvidarr.models import Change, Download
from tests.factories import fresh, make_artist, make_download, make_video

pytestmark = pytest.mark.usefixtures("database")


def standing() -> list[int]:
    return [row.id for row in listing.waiting(db.Place(limit=200)).rows]


def many(count: int, **columns: object) -> list[int]:
    """As many that wait, as if they had been added one after the other."""
    artist = make_artist()
    made = [make_download(make_video(artist), **columns) for _ in range(count)]
    for row in made:
        Download.update(position=row.id * queue.SPACING).where(Download.id == row.id).execute()
    return [row.id for row in made]


def test_rows_are_moved_through_the_line() -> None:
    a, b, c = many(3)
    assert standing() == [a, b, c]

    order.move(c, "first")
    assert standing() == [c, a, b]
    order.move(c, "down")
    assert standing() == [a, c, b]
    order.move(b, "up")
    assert standing() == [a, b, c]
    order.move(a, "last")
    assert standing() == [b, c, a]
    order.move(a, "down")
    order.move(b, "up")
    order.move(a, "last")
    assert standing() == [b, c, a]


def test_a_row_goes_to_any_place() -> None:
    a, b, c, d, e = many(5)

    order.place_after(a, c)
    assert standing() == [b, c, a, d, e]
    order.place_before(e, b)
    assert standing() == [e, b, c, a, d]
    order.place_after(d, None)
    assert standing() == [d, e, b, c, a]
    order.place_after(d, a)
    assert standing() == [e, b, c, a, d]
    order.place_after(b, e)  # where it is already
    order.place_before(b, b)
    assert standing() == [e, b, c, a, d]


def test_what_is_added_later_still_comes_last() -> None:
    a, b = many(2)
    for row in (a, b, a, b, a):
        order.move(row, "last")

    new = queue.add(make_video(source=True).id).id

    assert standing() == [b, a, new]


def test_a_row_moved_before_an_urgent_one_becomes_as_urgent() -> None:
    usual = queue.add(make_video(source=True).id).id
    urgent = queue.add(make_video(source=True).id, priority=queue.URGENT).id
    assert standing() == [urgent, usual]

    order.move(usual, "first")
    assert standing() == [usual, urgent]
    assert fresh_priority(usual) == queue.URGENT
    order.move(usual, "down")
    assert standing() == [urgent, usual]


def test_a_dropped_row_takes_the_priority_of_the_one_beside_it() -> None:
    (urgent,) = many(1, priority=queue.URGENT)
    a, b = many(2)
    (late,) = many(1, priority=queue.LATER)

    order.place_before(late, b)
    assert (standing(), fresh_priority(late)) == ([urgent, a, late, b], queue.NORMAL)
    order.place_after(late, urgent)
    assert (standing(), fresh_priority(late)) == ([urgent, late, a, b], queue.URGENT)
    order.place_after(urgent, b)
    assert (standing(), fresh_priority(urgent)) == ([late, a, b, urgent], queue.NORMAL)


def test_a_priority_is_set_and_decides_what_is_taken_next() -> None:
    a, b, c = many(3)

    order.set_priority(b, queue.URGENT)
    order.set_priority(a, queue.LATER)

    assert standing() == [b, c, a]
    taken = claims.claim_next("here.1")
    assert taken is not None
    assert taken.id == b
    with pytest.raises(Conflict):
        order.set_priority(b, queue.NORMAL)
    with pytest.raises(Invalid):
        order.set_priority(c, 3)


def test_paused_and_parked_rows_are_moved_too() -> None:
    a, b = many(2)
    parked = make_download(state="parked", position=10**9).id
    queue.pause(a)

    order.place_before(parked, a)
    order.move(a, "last")

    assert standing() == [parked, b, a]


def test_what_does_not_wait_has_no_place() -> None:
    running, ended = make_download(state="running").id, make_download(state="done").id
    (a,) = many(1)

    for one in (running, ended):
        with pytest.raises(Conflict):
            order.move(one, "first")
        with pytest.raises(Conflict):
            order.place_after(a, one)
    with pytest.raises(Invalid):
        order.move(a, "away")
    with pytest.raises(NotFound):
        order.place_before(a, 999)


def test_rows_without_room_between_them_are_spread() -> None:
    ids = many(300)
    for number, row in enumerate(ids):
        Download.update(position=number).where(Download.id == row).execute()

    order.place_before(ids[299], ids[150])
    order.place_after(ids[0], ids[200])

    assert standing_all() == [*ids[1:150], ids[299], *ids[150:201], ids[0], *ids[201:299]]


def test_rows_at_one_place_are_told_apart() -> None:
    ids = many(8)
    Download.update(position=0).execute()

    order.place_before(ids[7], ids[3])

    assert standing() == [*ids[:3], ids[7], *ids[3:7]]


def test_many_moves_into_one_gap_always_find_room() -> None:
    ids = many(40)
    expected = list(ids)
    for row in ids[20:]:
        order.place_after(row, ids[0])
        expected.remove(row)
        expected.insert(1, row)

    assert standing() == expected


def test_any_moves_come_to_what_a_list_would() -> None:
    chance = random.Random(4)
    ids = many(12)
    Download.update(position=Download.id % 3).execute()  # as crowded as can be
    expected = standing()
    for _ in range(60):
        row, other = chance.sample(ids, 2)
        before = chance.random() < 0.5
        place = order.place_before if before else order.place_after
        place(row, other)
        expected.remove(row)
        expected.insert(expected.index(other) + (0 if before else 1), row)

        assert standing() == expected


def test_a_move_costs_as_much_however_long_the_line_is() -> None:
    ids = many(5)
    with db.counting() as few:
        order.place_after(ids[0], ids[3])
    ids += many(60)
    with db.counting() as more:
        order.place_after(ids[0], ids[40])

    assert len(more) == len(few)


def test_the_place_in_the_line_is_counted() -> None:
    a, b, c = many(3)
    order.move(c, "first")

    assert [order.rank(queue.get(one)) for one in (c, a, b)] == [1, 2, 3]


def test_moves_redraw_the_pages() -> None:
    a, _ = many(2)
    Change.delete().execute()

    order.move(a, "last")

    assert [(one.topic, one.ref_id) for one in Change.select()] == [("downloads", a)]


def test_the_line_is_read_from_both_ends_and_beyond_a_spot() -> None:
    a, b, c = many(3)
    spots = line.spots(9)

    assert [spot.id for spot in spots] == [a, b, c]
    assert [spot.id for spot in line.spots(2, backwards=True)] == [c, b]
    assert [spot.id for spot in line.spots(9, spots[0])] == [b, c]
    assert [spot.id for spot in line.spots(9, spots[2], backwards=True)] == [b, a]


def test_a_moved_row_keeps_when_it_is_due() -> None:
    (a,) = many(1, next_try_at=clock.now() + clock.HOUR)
    (b,) = many(1)

    order.move(a, "first")

    taken = claims.claim_next("here.1")
    assert taken is not None
    assert taken.id == b


def standing_all() -> list[int]:
    return [spot.id for spot in line.spots(1000)]


def fresh_priority(download_id: int) -> int:
    return int(fresh(queue.get(download_id)).priority)
