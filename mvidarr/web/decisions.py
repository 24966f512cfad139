"""What people decided about uploads: the list, and taking a decision back."""

from typing import Any

from mvidarr.core import clock
from mvidarr.core.terms import Role, Verdict
from mvidarr.downloads import choose
from mvidarr.library import decisions, links
from mvidarr.web import browse
from mvidarr.web.routing import Reply, Request, route

PATH = "/activity/decisions"


@route("GET", PATH, role=Role.READONLY, title="What was decided about uploads", json=False)
def index(req: Request) -> Reply:
    page = decisions.page(browse.place(req))
    names = decisions.names(page.rows)
    shown = [(row, decisions.said_by(row), names[row.artist_key]) for row in page.rows]
    return Reply("review/decisions.html", {"page": page, "shown": shown, "tab": PATH})


@route(
    "GET",
    "/decisions",
    role=Role.READONLY,
    title="List what was decided about uploads",
    html=False,
    query=browse.PAGES,
)
def listed(req: Request) -> Reply:
    browse.only(req, browse.PAGES)
    page = decisions.page(browse.place(req))
    names = decisions.names(page.rows)
    return Reply(
        data=browse.listed(
            req, page, lambda row: _shape(row, names[row.artist_key]), decisions.count
        )
    )


@route("DELETE", "/decisions/{id:int}", role=Role.MANAGER, title="Take a decision back", status=204)
def take_back(req: Request) -> Reply:
    choose.take_back(req.params["id"])
    return Reply(go=PATH, status=204, toast="Taken back. It is judged anew.")


def _shape(row: Any, artist: str) -> dict[str, Any]:
    said = decisions.said_by(row)
    song = {"title": said.title, "type": said.type, "version": said.version}
    return {
        "id": row.id,
        "provider": row.provider,
        "source_id": row.source_id,
        "url": links.page_of(row.provider, row.source_id),
        "title": row.title,
        "artist": artist,
        "verdict": said.verdict,
        "reason": said.reason,
        "song": song if said.verdict is Verdict.ACCEPTED and said.title else None,
        "created_at": clock.iso(row.created_at),
    }
