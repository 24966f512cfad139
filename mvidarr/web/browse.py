"""What every list shares: its place in the address, the ways on from there, its JSON."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mvidarr.core import db
from mvidarr.core.db import Page, Place
from mvidarr.core.errors import Invalid
from mvidarr.web.routing import Request

PAGE, MOST = 60, 200
PAGES = {
    "limit": "How many at the most, 1 to 200; 60 if not given.",
    "after": "`next` of the page before.",
    "count": "1: also say how many there are.",
}
LIST = {**PAGES, "sort": "One of the offered sorts; a leading minus means descending."}
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Option:
    """One value of a filter, as a menu offers it."""

    value: str
    label: str
    on: bool = False
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Menu:
    """One filter as a chip; `clear` is the list without it."""

    name: str
    title: str
    options: Sequence[Option]
    clear: str = ""


@dataclass(frozen=True, kw_only=True)
class Ways:
    """Addresses of the pages around this one; empty where there is none."""

    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""


def place(req: Request) -> Place:
    """Where in a list the address is. Raises Invalid."""
    return Place(
        after=req.query.get("after"),
        before=req.query.get("before"),
        last="last" in req.query,
        limit=req.number("limit", PAGE, 1, MOST),
    )


def only(req: Request, offered: Iterable[str]) -> None:
    """Raise Invalid for what a list cannot be asked for."""
    unknown = [name for name in req.query if name not in {*offered, "before", "last"}]
    if unknown:
        raise Invalid(dict.fromkeys(unknown, "There is no such filter."))


def address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    query = urlencode([(name, value) for name, value in pairs if value])
    return f"{path}?{query}" if query else path


def without(pairs: Pairs, *names: str) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] not in names]


def ways(path: str, pairs: Pairs, page: Page) -> Ways:
    """The pages around this one; `pairs` is all of the address but the place."""

    def at(name: str, value: str | None) -> str:
        return address(path, [*pairs, (name, value)]) if value else ""

    return Ways(
        first=address(path, pairs) if page.previous else "",
        previous=at("before", page.previous),
        next=at("after", page.next),
        last=at("last", "1" if page.next else None),
    )


def jump(path: str, pairs: Pairs, value: Any) -> str:
    """The place in a list where `value` begins."""
    return address(path, [*pairs, ("after", db.encode_cursor((value, 0)))])


def listed(
    req: Request,
    page: Page,
    shape: Callable[[Any], dict[str, Any]],
    count: Callable[[], tuple[int, bool]],
) -> Callable[[], dict[str, Any]]:
    """The JSON of a list; it is counted when somebody asks."""

    def data() -> dict[str, Any]:
        body: dict[str, Any] = {"items": [shape(row) for row in page.rows], "next": page.next}
        if req.query.get("count") == "1":
            found, exact = count()
            body |= {"count": found, "count_is": "exact" if exact else "at_least"}
        return body

    return data


def counted(found: tuple[int, bool]) -> str:
    """412, or 1,000+ where counting stopped."""
    count, exact = found
    return f"{count:,}" if exact else f"{count:,}+"
