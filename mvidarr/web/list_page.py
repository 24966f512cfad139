"""What pages, replies and the stream show of one list: its line, how it goes, its tabs."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from mvidarr.core import db
from mvidarr.core.crypto import Vault
from mvidarr.discovery import import_rows
from mvidarr.discovery.import_match import State
from mvidarr.discovery.imports import Shown
from mvidarr.web import browse, render
from mvidarr.web.routing import Request

PATH = "/lists"
LABELS = {
    State.NEW: "New",
    State.AMBIGUOUS: "To decide",
    State.KNOWN: "In the library",
    State.ADDED: "Imported",
    State.FILTERED: "Left out",
    State.SKIPPED: "Unticked",
    State.GONE: "Gone",
}


def vault(req: Request) -> Vault:
    return Vault(req.config.secrets)


def tabs(one: Shown) -> list[tuple[str, str, int]]:
    """Address, label and count of each state that has entries, and of the first two always."""
    shown = [state for state in LABELS if one.counts[state] or state in (State.NEW, State.ADDED)]
    return [(address(one.row.id, state), LABELS[state], one.counts[state]) for state in shown]


def address(list_id: int, state: State) -> str:
    pairs = [] if state is State.NEW else [("state", state.value)]
    return browse.address(f"{PATH}/{list_id}", pairs)


def context(one: Shown, state: State = State.NEW) -> Mapping[str, Any]:
    return {"one": one, "tabs": tabs(one), "here": address(one.row.id, state)}


def entries(one: Shown, state: State, place: db.Place) -> Mapping[str, Any]:
    """A page of the entries; while the list is read or imported it asks for itself again."""
    path = f"{PATH}/{one.row.id}"
    page = import_rows.page(one.row.id, state, place)
    pairs = [("state", state.value)] if state is not State.NEW else []
    at = [("after", place.after or ""), ("before", place.before or "")]
    return {
        **context(one, state),
        "state": state,
        "rows": page.rows,
        "ways": browse.ways(path, pairs, page),
        "again": browse.address(path, [*pairs, *at]),
    }


def came_from(req: Request) -> str:
    """The query of the page that somebody came from: its tab, its place."""
    given = req.headers.get("hx-current-url") or req.headers.get("referer") or ""
    query = given.partition("#")[0].partition("?")[2]
    is_plain = len(query) < 500 and all(char.isalnum() or char in "=&_-" for char in query)
    return query if is_plain and query.isascii() else ""


def results(req: Request, one: Shown) -> render.Partial:
    """The entries of the tab that somebody looks at, from the first on."""
    asked = dict(parse_qsl(came_from(req))).get("state", "")
    state = State(asked) if asked in LABELS else State.NEW
    return ("results", "lists/_results.html", entries(one, state, db.Place()))


def regions(one: Shown) -> list[render.Partial]:
    """Whatever shows the list: its line among the others, how it goes, its tabs."""
    number = one.row.id
    shown = context(one)
    return [
        (f"import-list-{number}", "lists/_row.html", shown),
        (f"import-list-{number}-status", "lists/_status.html", shown),
        (f"import-list-{number}-tabs", "lists/_tabs.html", {**shown, "here": ""}),
    ]
