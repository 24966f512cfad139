"""Files below the cutoff of their quality profile, or odd in some way: the list, and what is done
about them."""

from dataclasses import dataclass
from typing import Any

from mvidarr.core import clock
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Finding, Role
from mvidarr.downloads import unmet, upgrades
from mvidarr.downloads.unmet import Unmet, Wanted
from mvidarr.library import serialize
from mvidarr.web import browse, render, videos, wanted
from mvidarr.web.routing import Reply, Request, route

PATH = wanted.CUTOFF
# a download with one of the others does not become a file
OFFERED = [one for one in Finding if one not in (Finding.NO_AUDIO, Finding.WRONG_DURATION)]
FILTERS = {
    "q": "Words of title or artist.",
    "finding": f"Files with it, also above the cutoff: {', '.join(Finding)}.",
}
QUERY = {**browse.PAGES, **FILTERS}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The filter of the list."""

    q: str = ""
    finding: str = ""


@route(
    "GET",
    PATH,
    role=Role.READONLY,
    title="List files below the cutoff of their quality profile",
    query=QUERY,
)
def index(req: Request) -> Reply:
    chosen = _wanted(req.query.get("q", ""), req.query.get("finding", ""))
    page = unmet.page(chosen, browse.place(req))
    if req.is_json:
        return Reply(data=browse.listed(req, page, shape, lambda: unmet.count(chosen)))
    pairs = _pairs(chosen)
    context = {
        "rows": page.rows,
        "q": chosen.q,
        "finding": chosen.finding,
        "count": browse.counted(unmet.count(chosen)),
        "ways": browse.ways(PATH, pairs, page),
    }
    if req.target == "results":
        return Reply(partials=[("results", "wanted/_cutoff.html", context)])
    more = {
        "tabs": wanted.tabs(),
        "here": PATH,
        "findings": [("", "Below the cutoff"), *((one.value, one.label) for one in OFFERED)],
        "live_topics": ["nav"],
    }
    return Reply("wanted/cutoff.html", {**context, **more})


@route(
    "POST",
    f"{PATH}/upgrade",
    role=Role.MANAGER,
    title="Look for better files of all that are listed",
    takes=Listed,
    status=202,
)
def look_for_all(req: Request) -> Reply:
    given = req.input(Listed)
    chosen = _wanted(given.q, given.finding)
    job = upgrades.look_for_all(chosen, req.person.id)
    back = browse.address(PATH, _pairs(chosen))
    return Reply.job(job, back, toast="Better files are looked for, one after the other.")


@route(
    "POST",
    "/videos/{id:int}/upgrade",
    role=Role.MANAGER,
    title="Look for a better file of a video",
    status=201,
)
def look(req: Request) -> Reply:
    video_id = req.params["id"]
    row = upgrades.look(video_id, req.person.id)
    return Reply(
        partials=[*_region(video_id), *videos.regions([video_id])],
        data=lambda: videos.download_of(row.id),
        go=videos.page_before(req, "", f"/videos/{video_id}"),
        status=201,
        headers={"Location": f"/api/v1/downloads/{row.id}"},
        toast="A better file is looked for. The one in place stays until it is there.",
    )


def shape(row: Unmet) -> dict[str, Any]:
    return {
        **serialize.video_row(row.video),
        "lines": row.lines,
        "cutoff": row.cutoff,
        "profile": row.profile or None,
        "is_upgrading": row.is_upgrading,
        "findings": [finding.value for finding in row.findings],
        "tried_at": clock.iso(row.tried_at),
    }


def _region(video_id: int) -> list[render.Partial]:
    row = unmet.one(video_id)
    return [(f"video-{video_id}-unmet", "wanted/_cutoff_row.html", {"row": row})] if row else []


def _wanted(q: str, finding: str) -> Wanted:
    if finding and finding not in tuple(Finding):
        raise Invalid({"finding": f"Choose one of: {', '.join(Finding)}."})
    return Wanted(q=q[:200], finding=Finding(finding) if finding else None)


def _pairs(chosen: Wanted) -> list[tuple[str, str]]:
    finding = chosen.finding.value if chosen.finding else ""
    return [(name, value) for name, value in (("q", chosen.q), ("finding", finding)) if value]
