"""Background jobs: what runs, what ran, stop one, start a scheduled one."""

from dataclasses import dataclass

from mvidarr.core.terms import Role
from mvidarr.jobs import jobs
from mvidarr.system import schedule
from mvidarr.web import browse, live, render, shapes
from mvidarr.web.routing import Reply, Request, route

SHOWN = 20


@route("GET", "/jobs", role=Role.READONLY, title="List jobs", html=False, query=browse.PAGES)
def index(req: Request) -> Reply:
    browse.only(req, browse.PAGES)
    page = jobs.page(browse.place(req))
    return Reply(data=browse.listed(req, page, shapes.job, jobs.count))


@route("GET", "/jobs/{id:int}", role=Role.READONLY, title="One job", html=False)
def show(req: Request) -> Reply:
    job = jobs.get(req.params["id"])
    return Reply(data=lambda: shapes.job(job))


@route("DELETE", "/jobs/{id:int}", role=Role.MANAGER, title="Cancel a job", status=204)
def cancel(req: Request) -> Reply:
    jobs.cancel(req.params["id"])
    return Reply(go="/system", partials=region(), status=204, toast="Job cancelled.")


@route("GET", "/schedule", role=Role.READONLY, title="List scheduled jobs", html=False)
def scheduled(req: Request) -> Reply:
    return Reply(data=lambda: {"items": [shapes.task(task) for task in tasks()], "next": None})


@route("POST", "/schedule/{name}/run", role=Role.ADMIN, title="Run a scheduled job now", status=202)
def run_now(req: Request) -> Reply:
    job = schedule.run_now(req.params["name"], by_user=req.person.id)
    return Reply.job(job, "/system", partials=region(), toast="Started.")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A scheduled job with its row and its newest run."""

    name: str
    title: str
    every: int
    last_run_at: int | None
    next_run_at: int
    job: object | None


def tasks() -> list[Task]:
    return [
        Task(
            name=one.name,
            title=one.title,
            every=one.every,
            last_run_at=one.last_run_at,
            next_run_at=one.next_run_at,
            job=jobs.of(schedule.BY_NAME[one.name].kind, ""),
        )
        for one in schedule.shown()
    ]


def region() -> list[render.Partial]:
    return [("jobs", "system/_jobs.html", {"jobs": jobs.recent(SHOWN), "tasks": tasks()})]


@live.topic("jobs")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return region()
