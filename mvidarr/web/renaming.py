"""Renaming files: choose which, look at the difference, approve it, take it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mvidarr.core import clock, db
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import MoveState, Role
from mvidarr.library import filters, paths, preview, renaming, renaming_lines
from mvidarr.library.filters import Filters
from mvidarr.library.renaming import Shown, Stage
from mvidarr.library.renaming_lines import Line
from mvidarr.web import browse, forms, render, shapes
from mvidarr.web import jobs as job_pages
from mvidarr.web.routing import Reply, Request, route

PATH = "/renaming"
LABELS = {
    MoveState.PLANNED: "Waiting",
    MoveState.MOVED: "Renamed",
    MoveState.FAILED: "Left",
    MoveState.UNDONE: "Taken back",
}
STATE = {"state": f"One of: {', '.join(MoveState)}; all if not given."}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Whose files: of these videos, or of all that a `filter` as in an address matches."""

    ids: list[int] = field(default_factory=list)
    filter: str = forms.limit(2000, default="")


@dataclass(frozen=True, kw_only=True)
class Approval:
    """What was looked at: the template, and the fingerprint of the renaming."""

    template: str = forms.limit(500)
    fingerprint: str = forms.limit(64)


@route(
    "GET",
    PATH,
    role=Role.MANAGER,
    title="List renamings, and choose files to rename",
    query={"ids": "Videos, as often as needed; or the filters of the list of videos."},
)
def index(req: Request) -> Reply:
    found = renaming.newest()
    if req.is_json:
        return Reply(data=lambda: {"items": [shape(one) for one in found], "next": None})
    ids = [value for name, value in req.query.multi_items() if name == "ids" and value.isdigit()]
    wanted = filters.parse(pair for pair in req.query.multi_items() if pair[0] != "ids")
    chosen = urlencode(wanted.pairs())
    return Reply(
        "renaming/index.html",
        {
            "found": found,
            "labels": _STAGES,
            "template": paths.layout().text,
            "q": wanted.q,
            "filter": chosen,
            "ids": ids,
            "described": _described(wanted),
            "count": len(ids) or renaming.count_files(wanted),
        },
    )


@route(
    "POST",
    PATH,
    role=Role.MANAGER,
    title="Work out new file names",
    takes=Chosen,
    status=202,
)
def plan(req: Request) -> Reply:
    given = req.input(Chosen)
    wanted = filters.parse(parse_qsl(given.filter, keep_blank_values=True))
    made = renaming.get(renaming.plan(wanted, given.ids, req.person.id).id)
    return Reply(data=lambda: shape(made), go=f"{PATH}/{made.id}", status=202)


@route(
    "GET",
    f"{PATH}/{{id:int}}",
    role=Role.MANAGER,
    title="One renaming, with its files",
    slow=True,
    query={**browse.PAGES, **STATE},
)
def show(req: Request) -> Reply:
    one, context = _context(req)
    if req.is_json:
        return Reply(data=lambda: shape(one))
    if req.target in ("renaming", "results"):
        return Reply(partials=_regions(context))
    return Reply("renaming/show.html", {**context, "live_topics": ["nav", "jobs"]})


@route(
    "GET",
    f"{PATH}/{{id:int}}/files",
    role=Role.MANAGER,
    title="Files of a renaming",
    slow=True,
    html=False,
    query={**browse.PAGES, **STATE},
)
def listed(req: Request) -> Reply:
    one, state = renaming.get(req.params["id"]), _state(req)
    page = renaming.page(one.id, state, browse.place(req))
    lines = db.Page(rows=renaming_lines.of(page.rows), next=page.next, previous=page.previous)
    total = one.counts.get(state, 0) if state else sum(one.counts.values())
    return Reply(data=browse.listed(req, lines, _line, lambda: (total, True)))


@route(
    "POST",
    f"{PATH}/{{id:int}}/approve",
    role=Role.MANAGER,
    title="Rename files as they were shown",
    slow=True,
    takes=Approval,
    status=202,
)
def approve(req: Request) -> Reply:
    seen = req.input(Approval)
    job = renaming.approve(req.params["id"], seen.template, seen.fingerprint, req.person.id)
    return _started(req, job, "Renaming.")


@route(
    "POST",
    f"{PATH}/{{id:int}}/continue",
    role=Role.MANAGER,
    title="Go on with a renaming",
    slow=True,
    status=202,
)
def go_on(req: Request) -> Reply:
    return _started(req, renaming.go_on(req.params["id"], req.person.id), "Going on.")


@route(
    "POST",
    f"{PATH}/{{id:int}}/undo",
    role=Role.MANAGER,
    title="Take a renaming back",
    status=202,
)
def undo(req: Request) -> Reply:
    job = renaming.undo(req.params["id"], req.person.id)
    return _started(req, job, "Giving the former names back.")


@route(
    "DELETE",
    f"{PATH}/{{id:int}}",
    role=Role.MANAGER,
    title="Drop a renaming that was not approved",
    status=204,
)
def forget(req: Request) -> Reply:
    renaming.forget(req.params["id"])
    return Reply(go=PATH, status=204, toast="Nothing was renamed.")


def shape(one: Shown) -> dict[str, Any]:
    return {
        "id": one.id,
        "stage": one.stage.value,
        "template": one.row.template,
        "filter": one.filter,
        "fingerprint": one.fingerprint or None,
        "total": one.row.total,
        "looked_at": one.looked_at,
        "marked": one.marked,
        "counts": {state.value: one.counts.get(state, 0) for state in MoveState},
        "created_at": clock.iso(one.row.created_at),
        "ended_at": clock.iso(one.row.ended_at),
        "undone_at": clock.iso(one.row.undone_at),
        "job": shapes.job(one.job) if one.job else None,
    }


_STAGES: Mapping[Stage, tuple[str, str]] = {  # words, and the look of a status
    Stage.PLANNING: ("Being worked out", "running"),
    Stage.STOPPED: ("Stopped", "failed"),
    Stage.PLANNED: ("Waits for approval", "queued"),
    Stage.RUNNING: ("Running", "running"),
    Stage.PAUSED: ("Not finished", "parked"),
    Stage.DONE: ("Done", "done"),
    Stage.UNDOING: ("Being taken back", "running"),
    Stage.UNDO_PAUSED: ("Not wholly taken back", "parked"),
    Stage.UNDONE: ("Taken back", "cancelled"),
}


def _context(req: Request) -> tuple[Shown, dict[str, Any]]:
    one, state = renaming.get(req.params["id"]), _state(req)
    if req.is_json:
        return one, {}
    place = browse.place(req)
    page = renaming.page(one.id, state, place)
    path, pairs = f"{PATH}/{one.id}", [("state", state)]
    at = [("after", place.after or ""), ("before", place.before or "")]
    return one, {
        "one": one,
        "labels": _STAGES,
        "states": LABELS,
        "titles": job_pages.OFFERED["kind"],
        "traps": preview.of(paths.layout()).traps if one.stage is Stage.PLANNED else (),
        "state": state,
        "tabs": _tabs(one),
        "here": browse.address(path, pairs),
        "lines": renaming_lines.of(page.rows),
        "ways": browse.ways(path, pairs, page),
        "again": browse.address(path, [*pairs, *at]),
    }


def _state(req: Request) -> str:
    state = req.query.get("state", "")
    if state and state not in list(MoveState):
        raise Invalid({"state": f"Choose one of: {', '.join(MoveState)}."})
    return state


def _tabs(one: Shown) -> list[tuple[str, str, int]]:
    """All files, and those of each state that has some."""
    path = f"{PATH}/{one.id}"
    some = [(state, label) for state, label in LABELS.items() if one.counts.get(state)]
    tabs = [(path, "All", sum(one.counts.values()))]
    return tabs + [
        (browse.address(path, [("state", state)]), label, one.counts[state])
        for state, label in some
    ]


def _regions(context: Mapping[str, Any]) -> list[render.Partial]:
    return [
        ("renaming", "renaming/_status.html", context),
        ("results", "renaming/_results.html", context),
    ]


def _started(req: Request, job: Any, toast: str) -> Reply:
    _, context = _context(req)
    partials = _regions(context) if context else ()
    return Reply.job(job, f"{PATH}/{req.params['id']}", partials=partials, toast=toast)


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "video_id": line.row.video_id,
        "former": line.former,
        "target": line.target,
        "state": line.state,
        "others": list(line.others),
        "problem": line.problem or None,
    }


def _described(wanted: Filters) -> str:
    """A filter in words; empty for all."""
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in wanted.pairs())
