"""Join two artists that are one: choose the other, see what moves, do it."""

from dataclasses import dataclass
from typing import Any

from mvidarr.core.terms import Role
from mvidarr.library import artist_rows, artists, merge, serialize, words
from mvidarr.web import artist_page
from mvidarr.web.routing import Reply, Request, route


@dataclass(frozen=True, kw_only=True)
class Joined:
    """`other`: number of the artist that goes; `name`: its name, where a person types it."""

    other: int | None = None
    name: str = ""


@route(
    "GET", "/artists/{id:int}/merge", role=Role.MANAGER, title="Artists that may be the same one"
)
def ask(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    alike = artist_rows.by_ids(merge.alike(artist.id))
    context = {
        "artist": artist,
        "alike": alike,
        "values": {name: str(req.typed.get(name, "")) for name in ("other", "name")},
        "errors": req.errors,
    }
    return Reply(
        "artists/merge.html",
        context,
        block="dialog",
        data=lambda: {"items": [serialize.artist_row(row) for row in alike], "next": None},
    )


@route(
    "POST",
    "/artists/{id:int}/merge",
    role=Role.MANAGER,
    title="Join another artist into this one",
    takes=Joined,
    on_invalid=ask,
)
def join(req: Request) -> Reply:
    given = req.input(Joined)
    artist = artists.get(req.params["id"])
    other = artists.get(given.other) if given.other else merge.named(artist.id, given.name)
    name = other.name
    kept = merge.artists_into(artist.id, other.id)
    return Reply(
        go=f"/artists/{kept.id}",
        data=lambda: _shape(kept.id),
        toast=f"{name} is part of {kept.name} now.",
    )


def _shape(artist_id: int) -> dict[str, Any]:
    ids = words.ids_of_artist(artist_id)
    return serialize.artist(artists.get(artist_id), artist_page.row(artist_id), ids)
