"""One question over the whole library: artists first, then videos."""

from mvidarr.core import text
from mvidarr.core.db import Place
from mvidarr.core.terms import Role
from mvidarr.library import artist_rows, filters, serialize, video_rows
from mvidarr.web.routing import Reply, Request, route

MOST_ARTISTS, MOST_VIDEOS = 12, 24


@route(
    "GET",
    "/search",
    role=Role.READONLY,
    title="Search the library",
    query={"q": "Words; each is found by its beginning."},
)
def index(req: Request) -> Reply:
    q = text.tidy(req.query.get("q", ""))[:200]
    artists, videos = [], []
    if q:
        shown = artist_rows.Shown(q=q)
        artists = artist_rows.page(shown, "-videos", Place(limit=MOST_ARTISTS)).rows
        wanted = filters.Filters(q=q)
        videos = video_rows.page(wanted, "-created", Place(limit=MOST_VIDEOS)).rows
    return Reply(
        "search/index.html",
        {"q": q, "artists": artists, "videos": videos},
        data=lambda: {
            "artists": [serialize.artist_row(row) for row in artists],
            "videos": [serialize.video_row(row) for row in videos],
        },
    )
