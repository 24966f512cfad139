"""Background jobs: what runs, what ran, stop one, start a scheduled one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role, WorkState
from mvidarr.jobs import jobs
from mvidarr.models import Job
from mvidarr.system import schedule
from mvidarr.web import browse, live, render, shapes, ytdlp
from mvidarr.web.routing import Reply, Request, route

PATH = "/jobs"
SHOWN = 12
MOST_ROWS = 60  # redrawn at once: no page shows more
TABS = (("/system", "Status", None), (PATH, "Jobs", None))
NEVER = (WorkState.PAUSED, WorkState.PARKED)  # that is for downloads alone
OFFERED: Mapping[str, Mapping[str, str]] = {
    "kind": {kind.name: kind.title for kind in jobs.KINDS},
    "state": {state.value: state.capitalize() for state in WorkState if state not in NEVER},
}
ALL = {"kind": "All kinds", "state": "All states"}
QUERY = {
    **browse.PAGES,
    "kind": f"One of: {', '.join(OFFERED['kind'])}.",
    "state": f"One of: {', '.join(OFFERED['state'])}.",
}


@route("GET", PATH, role=Role.READONLY, title="List jobs", query=QUERY)
def index(req: Request) -> Reply:
    browse.only(req, QUERY)
    kind, state = _filter(req, "kind"), _filter(req, "state")
    page = jobs.page(browse.place(req), kind, state)
    data = browse.listed(req, page, shapes.job, lambda: jobs.count(kind, state))
    if req.is_json:
        return Reply(data=data)
    pairs = [pair for pair in (("kind", kind), ("state", state)) if pair[1]]
    context = {
        "rows": page.rows,
        "titles": OFFERED["kind"],
        "kind": kind,
        "state": state,
        "count": browse.counted(jobs.count(kind, state)) if pairs else "",
        "ways": browse.ways(PATH, pairs, page),
    }
    if req.target == "results":
        return Reply(partials=[("results", "system/_results.html", context)])
    choices = {name: [("", ALL[name]), *known.items()] for name, known in OFFERED.items()}
    context |= {"choices": choices, "tabs": TABS, "live_topics": ["nav", "jobs"]}
    return Reply("system/jobs.html", context)


def _filter(req: Request, name: str) -> str:
    """What one filter says. Raises Invalid for what it does not offer."""
    value = req.query.get(name, "")
    if value and value not in OFFERED[name]:
        raise Invalid({name: f"Choose one of: {', '.join(OFFERED[name])}."})
    return value


@route("GET", "/jobs/{id:int}", role=Role.READONLY, title="One job", html=False)
def show(req: Request) -> Reply:
    job = jobs.get(req.params["id"])
    return Reply(data=lambda: shapes.job(job))


@route("DELETE", "/jobs/{id:int}", role=Role.MANAGER, title="Cancel a job", status=204)
def cancel(req: Request) -> Reply:
    job = jobs.cancel(req.params["id"])
    return Reply(go="/system", partials=[*region(), _row(job)], status=204, toast="Job cancelled.")


@route("GET", "/schedule", role=Role.READONLY, title="List scheduled jobs", html=False)
def scheduled(req: Request) -> Reply:
    return Reply(data=lambda: {"items": [shapes.task(task) for task in tasks()], "next": None})


@route("POST", "/schedule/{name}/run", role=Role.ADMIN, title="Run a scheduled job now", status=202)
def run_now(req: Request) -> Reply:
    job = schedule.run_now(req.params["name"], by_user=req.person.id)
    return Reply.job(job, "/system", partials=region(), toast="Started.")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A scheduled job with its row, its newest run and the newest that ended."""

    name: str
    title: str
    every: int
    last_run_at: int | None
    next_run_at: int
    job: Job | None
    last: Job | None


def tasks() -> list[Task]:
    kinds = {one.name: one.kind for one in schedule.SCHEDULED}
    newest, ended = (jobs.newest(kinds.values(), ended=ended) for ended in (False, True))
    return [
        Task(
            name=one.name,
            title=one.title,
            every=one.every,
            last_run_at=one.last_run_at,
            next_run_at=one.next_run_at,
            job=newest.get(kinds[one.name]),
            last=ended.get(kinds[one.name]),
        )
        for one in schedule.shown()
    ]


def shown() -> dict[str, Any]:
    """What the region of the scheduled and the newest jobs needs."""
    return {"jobs": jobs.recent(SHOWN), "tasks": tasks(), "titles": OFFERED["kind"]}


def region() -> list[render.Partial]:
    return [("jobs", "system/_jobs.html", shown())]


def _row(job: Job) -> render.Partial:
    context = {"job": job, "titles": OFFERED["kind"]}
    return f"job-{job.id}", "system/_job.html", context


@live.topic("jobs")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    ids = [ref for ref in refs if ref is not None]
    changed = jobs.some(ids[-MOST_ROWS:])
    panel = ytdlp.region() if any(job.kind in ytdlp.KINDS for job in changed) else []
    return [*region(), *panel, *(_row(job) for job in changed)]
