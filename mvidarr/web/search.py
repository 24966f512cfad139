"""One question over the whole library: artists first, then videos."""

from mvidarr.core import text
from mvidarr.core.db import Place
from mvidarr.core.terms import Role
from mvidarr.library import artist_rows, serialize, video_rows
from mvidarr.library.filters import Filters
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
    artists, videos = _artists(q) if q else [], _videos(q) if q else []
    return Reply(
        "search/index.html",
        {"q": q, "artists": artists, "videos": videos},
        data=lambda: {
            "artists": [serialize.artist_row(row) for row in artists],
            "videos": [serialize.video_row(row) for row in videos],
        },
    )


def _artists(q: str) -> list[artist_rows.ArtistRow]:
    """The one of exactly that name first, then those with the most videos."""
    page = artist_rows.page(artist_rows.Shown(q=q), "-videos", Place(limit=MOST_ARTISTS))
    key = text.name_key(q)
    return sorted(page.rows, key=lambda row: text.name_key(row.name) != key)


def _videos(q: str) -> list[video_rows.VideoRow]:
    return list(video_rows.page(Filters(q=q), "-created", Place(limit=MOST_VIDEOS)).rows)
