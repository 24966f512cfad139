"""Import lists: what there is, a new one, one of them, reading it and importing what is new."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mvidarr.core import clock
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.discovery import (
    connections,
    import_kinds,
    import_offers,
    import_readers,
    imports,
)
from mvidarr.discovery.import_kind import MODES, REMOVALS, ListKind
from mvidarr.discovery.imports import NewList, Shown
from mvidarr.integrations.protocols import Listed
from mvidarr.web import browse, forms, list_page, live, render, shapes
from mvidarr.web.bodies import Upload
from mvidarr.web.forms import UNSET
from mvidarr.web.routing import Reply, Request, route

PATH = "/lists"
LARGEST = 6 << 20  # bytes of a form with a file
TYPED = 1_000_000  # characters


@dataclass(frozen=True, kw_only=True)
class AddList:
    """`options` and `filters`: the fields of the kind, see /lists/kinds. `text` or `file`: the
    entries of the kind text. `every`: hours; null as in the settings."""

    kind: str
    name: str = ""
    mode: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    filters: dict[str, Any] = field(default_factory=dict)
    monitor: bool | None = None
    connection_id: int | None = None
    followed: bool = False
    every: int | None = None
    removal: str = "keep"
    text: str = forms.limit(TYPED, lines=True, default="")
    file: Upload | None = None


@dataclass(frozen=True, kw_only=True)
class ListChanges:
    """The members that a PATCH may name; `options` and `filters` may name some of theirs."""

    name: str = UNSET
    options: dict[str, Any] = UNSET
    filters: dict[str, Any] = UNSET
    monitor: bool = UNSET
    connection_id: int | None = UNSET
    followed: bool = UNSET
    every: int | None = UNSET
    removal: str = UNSET


@route("GET", "/lists", role=Role.READONLY, title="List import lists")
def index(req: Request) -> Reply:
    shown = imports.shown()
    return Reply(
        "lists/index.html",
        {
            "lists": shown,
            "accounts": connections.accounts(),
            "live_topics": ["nav", "lists"],
        },
        data=lambda: {"items": list(map(shape, shown)), "next": None},
    )


@route("GET", "/lists/kinds", role=Role.READONLY, title="Kinds of lists", html=False)
def kinds(req: Request) -> Reply:
    return Reply(data=lambda: {"items": list(map(_kind, import_kinds.ALL)), "next": None})


@route(
    "GET",
    "/lists/new",
    role=Role.MANAGER,
    title="Add a list",
    json=False,
    query={"kind": "Which kind; without it they are all offered.", "mode": "artists or videos."},
)
def new(req: Request) -> Reply:
    name = req.query.get("kind") or _last(req.body.get("kind", ""))
    if not name or "kind" in req.errors:
        return Reply("lists/choose.html", {"kinds": import_kinds.ALL})
    kind = import_kinds.find(name)
    return Reply("lists/new.html", {"kind": kind, **_form(req, kind, {})})


@route(
    "GET",
    "/lists/offers",
    role=Role.MANAGER,
    title="What a service has to import",
    slow=True,
    query={"kind": "A kind whose field is offered.", "connection_id": "The account."},
)
def offers(req: Request) -> Reply:
    kind = import_kinds.find(req.query.get("kind", ""))
    account = req.number("connection_id", 0, 0, 2**31 - 1) or None
    vault = list_page.vault(req)
    answer = import_offers.find(kind, account, vault)
    name = next((one.name for one in kind.fields if one.is_offered), "")
    keep = [("kind", kind.name), ("connection_id", str(account or ""))]
    context = {
        "kind": kind,
        "problem": answer.problem,
        "offers": [
            (one, browse.address(f"{PATH}/new", [*keep, (name, one.ref), ("name", one.title)]))
            for one in answer.offers
        ],
    }
    return Reply(
        "lists/offers.html",
        context,
        data=lambda: {
            "items": [
                {"ref": one.ref, "title": one.title, "detail": one.detail} for one in answer.offers
            ],
            "problem": answer.problem or None,
            "next": None,
        },
    )


@route(
    "POST",
    "/lists",
    role=Role.MANAGER,
    title="Add a list",
    takes=AddList,
    on_invalid=new,
    status=201,
    body_limit=LARGEST,
)
def create(req: Request) -> Reply:
    given = req.input(AddList)
    kind = _known_kind(given.kind)
    fields = _fields(req, kind) if not req.is_json else {}
    made = imports.make(
        NewList(
            kind=kind.name,
            name=given.name,
            mode=given.mode or kind.modes[0],
            options=given.options or fields.get("options", {}),
            filters=given.filters or fields.get("filters", {}),
            monitor=given.monitor,
            connection_id=given.connection_id,
            followed=given.followed,
            every=given.every,
            removal=given.removal,
            entries=_entries(given) if kind.read is None else (),
        ),
        req.person.id,
    )
    return Reply(
        data=lambda: shape(imports.show(made.id)),
        go=f"{PATH}/{made.id}",
        status=201,
        headers={"Location": f"/api/v1{PATH}/{made.id}"},
        toast=f"{made.name} is being read. Nothing is imported before you say so.",
    )


@route("GET", "/lists/{id:int}/edit", role=Role.MANAGER, title="Edit a list", json=False)
def edit(req: Request) -> Reply:
    one = imports.show(req.params["id"])
    row = one.row
    stored = {
        **{name: getattr(row, name) for name in ("name", "mode", "connection_id", "followed")},
        **{name: getattr(row, name) for name in ("every", "removal")},
        **row.options,
        **row.filters,
    }
    return Reply("lists/edit.html", {"one": one, **_form(req, one.kind, stored)})


@route(
    "PATCH",
    "/lists/{id:int}",
    role=Role.MANAGER,
    title="Change a list",
    takes=ListChanges,
    on_invalid=edit,
)
def change(req: Request) -> Reply:
    row = imports.get(req.params["id"])
    given = forms.given(req.input(ListChanges))
    if not req.is_json:
        given |= _fields(req, import_kinds.find(row.kind))
    imports.change(row.id, given, req.person.id)
    one = imports.show(row.id)
    return Reply(
        partials=list_page.regions(one),
        data=lambda: shape(one),
        go=f"{PATH}/{row.id}",
        toast="Saved.",
    )


@route("GET", "/lists/{id:int}/delete", role=Role.MANAGER, title="Delete a list?", json=False)
def ask_delete(req: Request) -> Reply:
    return Reply("lists/delete.html", {"one": imports.show(req.params["id"])})


@route("DELETE", "/lists/{id:int}", role=Role.MANAGER, title="Delete a list", status=204)
def delete(req: Request) -> Reply:
    row = imports.delete(req.params["id"])
    return Reply(go=PATH, status=204, toast=f"{row.name} deleted. What it brought stays.")


@route("POST", "/lists/{id:int}/read", role=Role.MANAGER, title="Read a list now", status=202)
def read(req: Request) -> Reply:
    job = imports.read_now(req.params["id"], req.person.id)
    return _started(req, job, "{} is being read.")


@route(
    "POST",
    "/lists/{id:int}/apply",
    role=Role.MANAGER,
    title="Import what is new and ticked in a list",
    status=202,
)
def apply(req: Request) -> Reply:
    job = imports.apply_now(req.params["id"], req.person.id)
    return _started(req, job, "{} is being imported.")


@live.topic("lists")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    if None in refs:
        return [("lists", "lists/_lists.html", {"lists": imports.shown()})]
    there = (imports.find(ref) for ref in refs if ref is not None)
    return [part for row in there if row for part in list_page.regions(imports.show(row.id))]


def shape(one: Shown) -> dict[str, Any]:
    row = one.row
    return {
        "id": row.id,
        "kind": row.kind,
        "kind_title": one.kind.title,
        "name": row.name,
        "mode": row.mode,
        "options": {name: value for name, value in row.options.items() if name != imports.MONITOR},
        "filters": row.filters,
        "monitor": row.options.get(imports.MONITOR, False),
        "connection_id": row.connection_id,
        "followed": row.followed,
        "every": row.every,
        "removal": row.removal,
        "next_check_at": clock.iso(row.next_check_at or None),
        "read_at": clock.iso(row.read_at),
        "applied_at": clock.iso(row.applied_at),
        "problem": one.problem or None,
        "entries": {state.value: count for state, count in one.counts.items()},
        "job": shapes.job(one.job) if one.job else None,
        "created_at": clock.iso(row.created_at),
    }


def _started(req: Request, job: Any, said: str) -> Reply:
    one = imports.show(req.params["id"])
    return Reply.job(
        job,
        f"{PATH}/{one.row.id}",
        partials=[*list_page.regions(one), list_page.results(req, one)],
        toast=said.format(one.row.name),
    )


def _known_kind(name: str) -> ListKind:
    known = next((kind for kind in import_kinds.ALL if kind.name == name), None)
    if known is None:
        raise Invalid({"kind": "There is no such kind of list."})
    return known


def _entries(given: AddList) -> list[Listed]:
    if given.file is not None and given.file.content:
        return import_readers.from_file(given.file.name, given.file.content)
    try:
        return import_readers.from_text(given.text)
    except Invalid as error:
        raise Invalid({"text": str(error)}) from error


def _fields(req: Request, kind: ListKind) -> dict[str, dict[str, Any]]:
    """What a form says in the fields of the kind."""
    return {
        group: {one.name: _last(req.body[one.name]) for one in fields if one.name in req.body}
        for group, fields in (("options", kind.fields), ("filters", kind.filters))
    }


def _last(value: Any) -> Any:
    """A checkbox behind its hidden twin: the last one counts."""
    return value[-1] if isinstance(value, list) and value else value


def _form(req: Request, kind: ListKind, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a form of this kind shows: what was typed, else what is stored, else the defaults."""
    values: dict[str, Any] = {
        **{"name": "", "mode": kind.modes[0], "connection_id": "", "followed": False},
        **{"every": "", "removal": "keep", "text": "", imports.MONITOR: None},
        **{one.name: one.default for one in (*kind.fields, *kind.filters)},
        **stored,
    }
    asked = {name: req.query[name] for name in values if name in req.query}
    typed = {name: _last(req.typed[name]) for name in values if name in req.typed}
    return {
        "values": values | asked | typed,
        "modes": [(name, label) for name, label in MODES if name in kind.modes],
        "removals": REMOVALS,
        "accounts": connections.accounts() if kind.connection else [],
        "usual": imports.usual_interval(),
    }


def _kind(kind: ListKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind.title,
        "about": kind.about,
        "service": kind.service,
        "modes": list(kind.modes),
        "connection": kind.connection or None,
        "can_follow": kind.can_follow,
        "problem": kind.obstacle or None,
        "fields": [_field(one) for one in kind.fields],
        "filters": [_field(one) for one in kind.filters],
    }


def _field(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "help": one.help or None,
        "kind": one.input,
        "required": one.required,
        "default": one.default if one.default != "" else None,
        "choices": [{"value": value, "label": label} for value, label in one.choices],
        "is_offered": one.is_offered,
    }
