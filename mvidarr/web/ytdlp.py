"""yt-dlp on the System page: what is in use, what is newest, update and go back."""

from typing import Any

from mvidarr.core import clock
from mvidarr.core.terms import Role
from mvidarr.governor import services
from mvidarr.jobs import jobs
from mvidarr.models import Job
from mvidarr.system import ytdlp
from mvidarr.web import render, shapes
from mvidarr.web.routing import Reply, Request, route

PATH = "/system/ytdlp"
PLACE = "/system#ytdlp"
KINDS = (ytdlp.LOOK, ytdlp.UPDATE)


@route("GET", PATH, role=Role.READONLY, title="Which yt-dlp is in use")
def show(req: Request) -> Reply:
    found = ytdlp.state(req.config.tools)
    context = {"ytdlp": found, "live_topics": ["nav", "services", "jobs"]}
    return Reply("system/ytdlp.html", context, partials=region(found), data=lambda: shape(found))


@route("POST", f"{PATH}/look", role=Role.ADMIN, title="Look for a newer yt-dlp", status=202)
def look(req: Request) -> Reply:
    job = jobs.add(ytdlp.LOOK, by_user=req.person.id)
    return _begun(req, job, "The package index is asked.")


@route("POST", f"{PATH}/update", role=Role.ADMIN, title="Update yt-dlp", status=202)
def update(req: Request) -> Reply:
    job = jobs.add(ytdlp.UPDATE, by_user=req.person.id)
    return _begun(req, job, "yt-dlp is being updated.")


@route("POST", f"{PATH}/back", role=Role.ADMIN, title="Go back to the yt-dlp before")
def back(req: Request) -> Reply:
    found = ytdlp.back(req.config)
    return Reply(
        go=PLACE,
        partials=region(found),
        data=lambda: shape(found),
        toast=f"yt-dlp {found.used} is in use again.",
    )


def region(found: ytdlp.State | None = None) -> list[render.Partial]:
    """The panel; for live pages as this process knows it."""
    found = found or ytdlp.state(services.tools_folder())
    return [("ytdlp", "system/_ytdlp.html", {"ytdlp": found})]


def shape(found: ytdlp.State) -> dict[str, Any]:
    return {
        "in_use": found.used,
        "installed": found.installed,
        "is_own": found.is_own,
        "newest": found.newest,
        "has_newer": found.has_newer,
        "before": found.before,
        "looked_at": clock.iso(found.looked_at),
        "updated_at": clock.iso(found.updated_at),
        "problem": found.problem,
        "job": shapes.job(found.job) if found.job else None,
    }


def _begun(req: Request, job: Job, toast: str) -> Reply:
    partials = region(ytdlp.state(req.config.tools))
    return Reply.job(job, PLACE, partials=partials, toast=toast)
