"""Pages by key: forwards, backwards, the last one, ties, and cursors that fit nothing."""

import base64
import json
from typing import Any

import pytest

from mvidarr import models
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid
from mvidarr.library.tables import Event

TIES = [5, 5, 5, 5, 3, 9, 9, 1]


@pytest.fixture
def events(database: Config) -> list[int]:
    """Ids of events in the order of their time; many happened at the same moment."""
    made = [Event.create(at=at, kind="video.found", title=f"T{at}") for at in TIES]
    return [row.id for row in sorted(made, key=lambda row: (row.at, row.id))]


def order(*, descending: bool = False, column: Any = Event.at, name: str = "at") -> db.Order:
    return db.Order(name=name, column=column, id=Event.id, descending=descending)


def page(by: db.Order, **place: Any) -> db.Page:
    def key(row: models.Event) -> tuple[Any, int]:
        value: Any = row.at if by.name == "at" else row.title
        return value, row.id

    return db.page(Event.select(), by, db.Place(limit=3, **place), key)


def ids(found: db.Page) -> list[int]:
    return [row.id for row in found.rows]


@pytest.mark.parametrize("descending", [False, True])
def test_walking_forwards_meets_every_row_once(events: list[int], *, descending: bool) -> None:
    by, seen, after = order(descending=descending), [], None
    for _ in range(9):
        found = page(by, after=after)
        seen += ids(found)
        after = found.next
        if after is None:
            break

    assert seen == (events[::-1] if descending else events)


@pytest.mark.parametrize("descending", [False, True])
def test_walking_backwards_from_the_last_page_meets_every_row_once(
    events: list[int], *, descending: bool
) -> None:
    by = order(descending=descending)
    found = page(by, last=True)
    seen = ids(found)
    assert len(seen) == 3
    assert found.next is None
    while found.previous is not None:
        found = page(by, before=found.previous)
        seen = ids(found) + seen

    assert seen == (events[::-1] if descending else events)


def test_next_and_previous_lead_to_each_other(events: list[int]) -> None:
    by = order()
    first = page(by)
    second = page(by, after=first.next)
    back = page(by, before=second.previous)

    assert first.previous is None
    assert ids(back) == ids(first)
    assert (back.previous, back.next) == (None, first.next)


def test_the_last_page_forgets_other_places(events: list[int]) -> None:
    by = order()

    assert ids(page(by, last=True, before=page(by).next)) == events[-3:]


def test_after_wins_over_before(events: list[int]) -> None:
    by = order()
    first = page(by)

    assert ids(page(by, after=first.next, before=first.next)) == events[3:6]


def test_text_is_compared_by_code_points_on_every_database(database: Config) -> None:
    for title in ("a", "B", "é", "Z", "z ", "z", "東", "🎵"):
        Event.create(at=1, kind="video.found", title=title)
    by, seen, after = order(column=Event.title, name="title"), [], None
    while True:
        found = page(by, after=after)
        seen += [row.title for row in found.rows]
        after = found.next
        if after is None:
            break

    assert seen == sorted(seen)
    assert len(seen) == 8


def test_a_list_of_exactly_one_page_has_no_neighbours(database: Config) -> None:
    for at in (1, 2, 3):
        Event.create(at=at, kind="video.found", title="T")

    only, last = page(order()), page(order(), last=True)

    assert (only.next, only.previous) == (None, None)
    assert (last.next, last.previous) == (None, None)


def test_an_empty_list_is_a_page(database: Config) -> None:
    assert page(order()) == db.Page(rows=[])


def test_rows_that_went_leave_the_others_in_place(events: list[int]) -> None:
    first = page(order())
    Event.delete().where(Event.id == first.rows[-1].id).execute()

    assert ids(page(order(), after=first.next)) == events[3:6]


def encoded(values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "rubbish",
        "é",
        "====",
        encoded("text"),
        encoded([1]),
        encoded([1, 2, 3]),
        encoded({"a": 1, "b": 2}),
        encoded([None, 1]),
        encoded([1, "1"]),
        encoded([1, None]),
        encoded([2**70, 1]),
        encoded([1, 2**70]),
        encoded([float("nan"), 1]),
        encoded([float("inf"), 1]),
        encoded(["\ud800", 1]),
        base64.urlsafe_b64encode(b"[" * 20_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_nobody_made_is_refused(database: Config, cursor: str) -> None:
    with pytest.raises(Invalid, match="first page") as caught:
        page(order(), after=cursor)
    assert list(caught.value.fields) == ["after"]


def test_a_cursor_of_another_sort_is_refused(events: list[int]) -> None:
    by_time = page(order()).next
    by_title = page(order(column=Event.title, name="title")).next

    with pytest.raises(Invalid):
        page(order(), after=by_title)
    with pytest.raises(Invalid):
        page(order(column=Event.title, name="title"), before=by_time)


def test_cursors_are_opaque_and_fit_into_an_address() -> None:
    cursor = db.encode_cursor(("é/&=?", 7))

    assert db.decode_cursor(cursor) == ("é/&=?", 7)
    assert set("/+=&? ") & set(cursor) == set()


def test_a_sort_is_named_as_it_is_asked_for() -> None:
    assert order().param == "at"
    assert order(descending=True).param == "-at"
