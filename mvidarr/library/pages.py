"""Pages of lists: which sorts are offered, and sorting by what may be unknown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mvidarr.core import db
from mvidarr.core.db import Order, Page, Place
from mvidarr.core.errors import Invalid

Key = Callable[[Any], tuple[Any, int]]


class Rows:
    """A query of tuples that become `made`; narrows, orders and limits like the query in it."""

    def __init__(self, query: Any, made: Callable[..., Any]) -> None:
        self._query = query
        self._made = made

    def where(self, *conditions: Any) -> "Rows":
        return Rows(self._query.where(*conditions), self._made)

    def order_by(self, *order: Any) -> "Rows":
        return Rows(self._query.order_by(*order), self._made)

    def limit(self, limit: int) -> "Rows":
        return Rows(self._query.limit(limit), self._made)

    def __iter__(self) -> Iterator[Any]:
        made = self._made
        return (made(*row) for row in self._query)


def order(sort: str, offered: Mapping[str, Any], ident: Any) -> Order:
    """The order that a `sort` names; a leading minus means descending. Raises Invalid."""
    name = sort.removeprefix("-")
    if name not in offered:
        raise Invalid({"sort": f"Sort by one of: {', '.join(offered)}."})
    return Order(name=name, column=offered[name], id=ident, descending=sort.startswith("-"))


def page_with_unknown(query: Any, order: Order, place: Place, key: Key) -> Page:
    """A page sorted by a column that may be NULL, which counts as 0 in `key`.

    No range of an index holds NULL and numbers, so the list is read in two parts.
    """
    column: Any = order.column
    known = (query.where(column.is_null(False)), order)
    unknown = (query.where(column.is_null()), replace(order, column=order.id))
    backwards = place.last or (place.before is not None and place.after is None)
    parts = [known, unknown] if order.descending != backwards else [unknown, known]
    cursor = (place.before if backwards else place.after) if not place.last else None
    if cursor:
        value, ident = db.decode_cursor(cursor)
        if parts[0] is not (known if value else unknown):
            del parts[0]
        cursor = db.encode_cursor((value or ident, ident))
    rows: list[Any] = []
    for part, part_order in parts:
        room = place.limit + 1 - len(rows)
        if room:
            found = db.page(part, part_order, _start(cursor, backwards, room), key).rows
            rows = [*found, *rows] if backwards else [*rows, *found]
        cursor = None
    return _page(rows, place, key, backwards)


def _start(cursor: str | None, backwards: bool, limit: int) -> Place:
    if not backwards:
        return Place(after=cursor, limit=limit)
    return Place(before=cursor, last=cursor is None, limit=limit)


def _page(rows: list[Any], place: Place, key: Key, backwards: bool) -> Page:
    more = len(rows) > place.limit
    rows = rows[-place.limit :] if backwards else rows[: place.limit]
    if not rows:
        return Page(rows=rows)
    first, final = db.encode_cursor(key(rows[0])), db.encode_cursor(key(rows[-1]))
    if backwards:
        return Page(rows=rows, next=None if place.last else final, previous=first if more else None)
    return Page(rows=rows, next=final if more else None, previous=first if place.after else None)
