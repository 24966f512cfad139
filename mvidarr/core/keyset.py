"""Pages of lists by key: where a row stands is told by its sort value and its id, never counted.

A cursor is opaque: it holds those two, and fits only the sort that it was made for.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from mvidarr.core.errors import Invalid

UNKNOWN_PLACE = "This place in the list is not known; start from the first page."
_TEXT = (peewee.CharField, peewee.TextField)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Order:
    """One offered sort: a column and the id that breaks ties."""

    name: str
    column: peewee.Node
    id: peewee.Node
    descending: bool = False

    @property
    def param(self) -> str:
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows and the cursors around them; `next` and `previous` are None at the ends."""

    rows: Sequence[Any]
    next: str | None = None
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a list somebody is. `last` asks for the final page."""

    after: str | None = None
    before: str | None = None
    last: bool = False
    limit: int = 60


def page(query: Any, order: Order, place: Place, key: Callable[[Any], tuple[Any, int]]) -> Page:
    """One page of `query`; `key` reads (sort value, id) from a row.

    The predicate is spelled out, because MariaDB cannot use an index for row values.
    """
    backwards = place.last or (place.before is not None and place.after is None)
    cursor = None if place.last else place.before if backwards else place.after
    descending = order.descending != backwards
    if cursor:
        query = query.where(_beyond(order, descending, decode_cursor(cursor)))
    directions = [
        node.desc() if descending else node.asc()  # type: ignore[attr-defined]
        for node in (order.column, order.id)
    ]
    rows = list(query.order_by(*directions).limit(place.limit + 1))
    more, rows = len(rows) > place.limit, rows[: place.limit]
    if backwards:
        rows.reverse()
    if not rows:
        return Page(rows=rows)
    first, final = encode_cursor(key(rows[0])), encode_cursor(key(rows[-1]))
    if backwards:
        return Page(rows=rows, next=None if place.last else final, previous=first if more else None)
    return Page(rows=rows, next=final if more else None, previous=first if cursor else None)


def _beyond(order: Order, descending: bool, values: tuple[Any, int]) -> Any:
    value, ident = values
    column: Any = order.column
    tie: Any = order.id
    if isinstance(column, peewee.Field) and isinstance(value, str) != isinstance(column, _TEXT):
        raise Invalid({"after": UNKNOWN_PLACE})  # of another sort
    if descending:
        return (column <= value) & ((column < value) | (tie < ident))
    return (column >= value) & ((column > value) | (tie > ident))


def encode_cursor(values: tuple[Any, int]) -> str:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[Any, int]:
    """Raises Invalid for what `encode_cursor` did not make."""
    try:
        value, ident = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError):
        value = ident = None
    if not (isinstance(ident, int) and _can_be_asked(ident) and _can_be_asked(value)):
        raise Invalid({"after": UNKNOWN_PLACE})
    return value, ident


def _can_be_asked(value: Any) -> bool:
    """Whether both databases take it: whole characters, numbers of 64 bits."""
    if isinstance(value, str):
        return value == value.encode("utf-8", "ignore").decode()
    return isinstance(value, (int, float)) and abs(value) <= _LARGEST


def capped_count(query: Any, cap: int = 1000) -> tuple[int, bool]:
    """(rows up to `cap`, whether that is all of them)."""
    found = query.select(peewee.SQL("1")).order_by().limit(cap + 1).count(clear_limit=False)
    return min(found, cap), found <= cap
