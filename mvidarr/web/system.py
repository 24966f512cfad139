"""System: problems first, then what is fine; services, disks, jobs."""

from mvidarr.core.terms import Role
from mvidarr.system import health
from mvidarr.system import ytdlp as state
from mvidarr.web import jobs, services, shapes
from mvidarr.web.routing import Reply, Request, route


@route("GET", "/system", role=Role.READONLY, title="System", json=False)
def index(req: Request) -> Reply:
    context = {
        **jobs.shown(),
        "services": services.lines(),
        "ytdlp": state.state(req.config.tools),
        "tabs": jobs.TABS,
        "live_topics": ["nav", "services", "jobs"],
    }
    return Reply("system/index.html", context)


@route("GET", "/system/health", role=Role.READONLY, title="Health in detail", slow=True, json=False)
def details(req: Request) -> Reply:
    context = {
        "findings": health.findings(req.config),
        "disks": health.disk_space(req.config),
    }
    return Reply("system/health.html", context)


@route("GET", "/health", role=Role.READONLY, title="Health in detail", slow=True, html=False)
def as_json(req: Request) -> Reply:
    found = health.findings(req.config)  # the worst come first
    return Reply(
        data=lambda: {
            "status": found[0].tone,
            "checks": [shapes.finding(one) for one in found],
            "disks": [
                {"name": disk.name, "path": disk.path, "free": disk.free, "total": disk.total}
                for disk in health.disk_space(req.config)
            ],
        }
    )
