"""The entries of one list: a page of them, ticked or not, and who each of them means."""

from dataclasses import dataclass, field
from typing import Any

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.discovery import import_choices, import_hooks, import_rows, imports
from mvidarr.discovery.import_match import State
from mvidarr.web import browse, list_page, lists, render
from mvidarr.web.forms import UNSET
from mvidarr.web.routing import Reply, Request, route

PATH = "/lists"
STATE = {"state": "new, ambiguous, known, added, filtered, skipped or gone."}


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """`ids` of entries, or the `state` of all that are meant; `chosen`: to be imported."""

    chosen: bool
    ids: list[int] = field(default_factory=list)
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class EntryChanges:
    """`choice`: place of the one that is meant among the choices; -1 for the name alone."""

    chosen: bool = UNSET
    choice: int = UNSET


@route(
    "GET", "/lists/{id:int}", role=Role.READONLY, title="One list", query={**browse.PAGES, **STATE}
)
def show(req: Request) -> Reply:
    one = imports.show(req.params["id"])
    if req.is_json:
        return Reply(data=lambda: lists.shape(one))
    state = import_rows.parse_state(req.query.get("state", "")) or State.NEW
    context = list_page.entries(one, state, browse.place(req))
    if req.target == "results":
        return Reply(partials=[("results", "lists/_results.html", context)])
    topics = ["nav", f"lists:{one.row.id}"]
    return Reply("lists/show.html", {**context, "live_topics": topics})


@route(
    "GET",
    "/lists/{id:int}/entries",
    role=Role.READONLY,
    title="List the entries of a list",
    html=False,
    query={**browse.PAGES, **STATE},
)
def index(req: Request) -> Reply:
    browse.only(req, (*browse.PAGES, "state"))
    row = imports.get(req.params["id"])
    state = import_rows.parse_state(req.query.get("state", ""))
    page = import_rows.page(row.id, state, browse.place(req))
    return Reply(data=browse.listed(req, page, shape, lambda: import_rows.count(row.id, state)))


@route(
    "PATCH",
    "/lists/{id:int}/entries",
    role=Role.MANAGER,
    title="Tick or untick entries of a list",
    takes=Ticks,
    slow=True,
)
def tick(req: Request) -> Reply:
    list_id, given = imports.get(req.params["id"]).id, req.input(Ticks)
    state = import_rows.parse_state(given.state)
    if state is not None:
        count = import_choices.tick_all(list_id, state, given.chosen)
    elif given.ids:
        import_choices.tick(list_id, given.ids, given.chosen)
        count = len(given.ids)
    else:
        raise Invalid({"ids": "Name entries, or the state of all that are meant."})
    return Reply(
        data=lambda: lists.shape(imports.show(list_id)),
        go=f"{PATH}/{list_id}",
        toast=f"{count:,} {'ticked' if given.chosen else 'unticked'}.",
    )


@route(
    "PATCH",
    "/lists/{id:int}/entries/{entry:int}",
    role=Role.MANAGER,
    title="Tick an entry of a list, or say who is meant",
    takes=EntryChanges,
)
def change(req: Request) -> Reply:
    list_id, entry_id = req.params["id"], req.params["entry"]
    row = import_rows.get(list_id, entry_id)
    given = req.input(EntryChanges)
    if given.choice is not UNSET:
        import_choices.choose(list_id, entry_id, given.choice)
    if given.chosen is not UNSET:
        import_choices.tick(list_id, [entry_id], given.chosen)
    now = import_rows.get(list_id, row.id)
    return Reply(
        partials=_regions(list_id, now),
        data=lambda: shape(now),
        go=_back(req, list_id),
        toast=f"{now.title or now.name}: {list_page.LABELS[State(now.state)].lower()}.",
    )


@route(
    "POST",
    "/lists/{id:int}/likeliest",
    role=Role.MANAGER,
    title="Take the likeliest artist for every entry that waits for a decision",
    slow=True,
)
def take_likeliest(req: Request) -> Reply:
    list_id = req.params["id"]
    taken = import_choices.take_likeliest(list_id)
    return Reply(
        data=lambda: lists.shape(imports.show(list_id)),
        go=f"{PATH}/{list_id}",
        toast=f"{taken:,} decided.",
    )


@route(
    "POST",
    "/lists/lidarr/webhook",
    role=Role.MANAGER,
    title="Take a message of Lidarr's: an artist was added there",
    html=False,
)
def webhook(req: Request) -> Reply:
    said = import_hooks.lidarr_said(req.body)
    return Reply(data=lambda: {"result": said})


def shape(row: Any) -> dict[str, Any]:
    said = row.data
    upload = said.get("upload") or {}
    return {
        "id": row.id,
        "external_id": row.external_id,
        "name": row.name,
        "title": row.title or None,
        "state": row.state,
        "chosen": row.chosen,
        "why": said.get("why"),
        "artist_id": row.artist_id,
        "video_id": row.video_id,
        "album": said.get("album"),
        "year": said.get("year"),
        "plays": said.get("plays"),
        "genres": said.get("genres", []),
        "ids": said.get("ids", {}),
        "upload": {"provider": upload["provider"], "source_id": upload["source_id"]}
        if upload
        else None,
        "choices": [one.stored() for one in import_rows.choices(row)],
    }


def _regions(list_id: int, row: Any) -> list[render.Partial]:
    one = imports.show(list_id)
    entry = {"row": row, "one": one}
    return [
        (f"import-row-{row.id}", "lists/_entry.html", entry),
        *list_page.regions(one),
    ]


def _back(req: Request, list_id: int) -> str:
    """The tab that somebody came from."""
    came = list_page.came_from(req)
    return f"{PATH}/{list_id}" + (f"?{came}" if came else "")
