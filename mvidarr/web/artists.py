"""Artists: the list, one artist with its videos and candidates, edits, searches, removal."""

from dataclasses import dataclass, field
from typing import Any

from mvidarr.core.terms import Role
from mvidarr.downloads import profiles
from mvidarr.jobs import jobs
from mvidarr.library import (
    aliases,
    artist_rows,
    artists,
    bulk,
    details,
    filters,
    rules,
    serialize,
    sources,
    video_rows,
    words,
)
from mvidarr.web import artist_page, browse, forms, live, render, trash
from mvidarr.web.forms import UNSET
from mvidarr.web.routing import Reply, Request, route

PATH = "/artists"
SORTS = (("name", "Name"), ("-videos", "Most videos"), ("-created", "Recently added"))
SHOWS = (("", "All"), ("monitored", "Monitored"), ("incomplete", "Incomplete"))
QUERY = {
    **browse.LIST,
    "q": "Words of the name.",
    "show": "monitored, unmonitored or incomplete.",
}
_PLAIN = ("name", "disambiguation", "country", "bio", "monitored", "folder", "profile_id")
_NAMES = ("genres", "aliases")
_RULES = ("types", "year_from", "year_to", "words_in", "words_out", "min_score", "mode")


@dataclass(frozen=True, kw_only=True)
class ArtistChanges:
    """The members that a PATCH may name. `rules` and `ids` may name some of theirs."""

    name: str = UNSET
    disambiguation: str = UNSET
    sort_name: str = UNSET
    country: str | None = UNSET
    bio: str | None = forms.limit(forms.FREE, lines=True, default=UNSET)
    genres: list[str] = UNSET
    aliases: list[str] = UNSET
    monitored: bool = UNSET
    folder: str = forms.limit(500, default=UNSET)
    profile_id: int | None = UNSET
    rules: dict[str, Any] = UNSET
    ids: dict[str, Any] = UNSET
    locked: list[str] = UNSET


@dataclass(frozen=True, kw_only=True)
class ArtistForm:
    """The same as a form has it: rules and ids are fields of their own, names one on each line."""

    name: str = UNSET
    disambiguation: str = UNSET
    country: str | None = UNSET
    bio: str | None = forms.limit(forms.FREE, lines=True, default=UNSET)
    genres: str = forms.limit(forms.FREE, lines=True, default=UNSET)
    aliases: str = forms.limit(forms.FREE, lines=True, default=UNSET)
    monitored: bool = UNSET
    folder: str = forms.limit(500, default=UNSET)
    profile_id: int | None = UNSET
    types: list[str] = UNSET
    year_from: int | None = UNSET
    year_to: int | None = UNSET
    words_in: str = forms.limit(forms.FREE, default=UNSET)
    words_out: str = forms.limit(forms.FREE, default=UNSET)
    min_score: int | None = UNSET
    mode: str = UNSET
    mb_artist: str = UNSET
    imvdb_entity: str = UNSET
    imvdb_slug: str = UNSET
    youtube_channel: str = UNSET
    theaudiodb_artist: str = UNSET
    lastfm_artist: str = UNSET
    spotify_artist: str = UNSET
    deezer_artist: str = UNSET
    discogs_artist: str = UNSET
    locked: list[str] = UNSET


@dataclass(frozen=True, kw_only=True)
class ManyGone:
    """Ids of artists, at most 10,000."""

    ids: list[int] = field(default_factory=list)
    with_files: bool = False


@route("GET", "/artists", role=Role.READONLY, title="List artists", query=QUERY)
def index(req: Request) -> Reply:
    shown = artist_rows.parse(dict(req.query.multi_items()))
    sort = req.query.get("sort") or artist_rows.DEFAULT_SORT
    page = artist_rows.page(shown, sort, browse.place(req))
    data = browse.listed(req, page, serialize.artist_row, lambda: artist_rows.count(shown))
    if req.is_json:
        return Reply(data=data)
    order = [("sort", sort)] if sort != artist_rows.DEFAULT_SORT else []
    pairs = [*shown.pairs(), *order]
    context = {
        "artists": page.rows,
        "shown": shown,
        "sort": sort,
        "count": browse.counted(artist_rows.count(shown)),
        "ways": browse.ways(PATH, pairs, page),
        "jumps": _jumps(sort, pairs),
        "clear": browse.address(PATH, order),
    }
    if req.target == "results":
        return Reply(partials=[("results", "artists/_results.html", context)])
    more = {"facts": artist_page.facts(), "sorts": SORTS, "shows": SHOWS}
    return Reply("artists/index.html", {**context, **more})


@route("GET", "/artists/{id:int}", role=Role.READONLY, title="One artist")
def show(req: Request) -> Reply:
    if req.is_json:
        artist = artists.get(req.params["id"])
        row, ids = artist_page.row(artist.id), words.ids_of_artist(artist.id)
        return Reply(data=lambda: serialize.artist(artist, row, ids))
    return _page(req)


def _page(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    context = artist_page.context(artist, req.query.get("show", ""))
    topics = ["nav", "videos", f"artist:{artist.id}"]
    return Reply("artists/show.html", {**context, "live_topics": topics})


@route("GET", "/artists/{id:int}/edit", role=Role.MANAGER, title="Edit an artist", json=False)
def edit(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    stored = artists.wanted_rules(artist).stored()
    ids = words.ids_of_artist(artist.id)
    values: dict[str, Any] = {
        **{name: getattr(artist, name) for name in _PLAIN},
        **stored,
        "genres": "\n".join(artist.genres),
        "aliases": "\n".join(aliases.of(artist.id)),
        "words_in": ", ".join(stored["words_in"]),
        "words_out": ", ".join(stored["words_out"]),
        **{catalogue.kind: ids.get(catalogue.kind, "") for catalogue in words.ARTIST_IDS},
    }
    typed = {name: req.typed[name] for name in values if name in req.typed and name != "types"}
    context = {
        "artist": artist,
        "values": values | typed,
        "types": rules.offered(),
        "catalogues": words.ARTIST_IDS,
        "profiles": [(row.id, row.name) for row in profiles.rows()],
    }
    return Reply("artists/edit.html", context)


@route(
    "PATCH",
    "/artists/{id:int}",
    role=Role.MANAGER,
    title="Change an artist",
    takes=ArtistChanges,
    on_invalid=edit,
)
def change(req: Request) -> Reply:
    given = forms.given(req.input(ArtistChanges if req.is_json else ArtistForm))
    artist = artists.change(req.params["id"], given if req.is_json else _changes(given))
    toast = "Saved."
    if set(given) == {"monitored"}:
        toast = f"{artist.name} is monitored." if artist.monitored else "Not monitored any more."
    row = artist_page.row(artist.id)
    return Reply(
        partials=[
            (f"artist-{artist.id}-card", "artists/_card.html", {"artist": row}),
            *artist_page.regions(artist.id),
        ],
        data=lambda: serialize.artist(artist, row, words.ids_of_artist(artist.id)),
        go=f"{PATH}/{artist.id}",
        toast=toast,
    )


@route("GET", "/artists/{id:int}/delete", role=Role.MANAGER, title="Delete an artist?", json=False)
def ask_delete(req: Request) -> Reply:
    return Reply("artists/delete.html", {"artist": artists.get(req.params["id"])})


@route(
    "DELETE",
    "/artists/{id:int}",
    role=Role.MANAGER,
    title="Delete an artist",
    takes=trash.Deletion,
    slow=True,
    status=204,
)
def delete(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    batch = artists.delete(artist.id, with_files=req.input(trash.Deletion).with_files)
    toast = f"{artist.name} deleted."
    return Reply(go=PATH, status=204, toast=toast, cookies=trash.offer_undo(batch))


@route(
    "POST",
    "/artists/bulk-delete",
    role=Role.ADMIN,
    title="Delete many artists",
    takes=ManyGone,
    status=202,
)
def delete_many(req: Request) -> Reply:
    given = req.input(ManyGone)
    job = bulk.delete_artists(given.ids, req.person.id, with_files=given.with_files)
    return Reply.job(job, PATH, toast=f"{len(given.ids)} artists are being deleted.")


@route(
    "GET",
    "/artists/{id:int}/videos",
    role=Role.READONLY,
    title="List an artist's videos",
    html=False,
    query={**browse.LIST, **dict.fromkeys(filters.NAMES, "A filter; see the guide to lists.")},
)
def list_videos(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    given = [pair for pair in req.query.multi_items() if pair[0] != "artist"]
    wanted = filters.parse([*given, ("artist", str(artist.id))])
    sort = req.query.get("sort") or video_rows.DEFAULT_SORT
    page = video_rows.page(wanted, sort, browse.place(req))
    return Reply(
        data=browse.listed(req, page, serialize.video_row, lambda: video_rows.count(wanted))
    )


@route(
    "GET",
    "/artists/{id:int}/candidates",
    role=Role.READONLY,
    title="List uploads that wait for a verdict",
    html=False,
)
def list_candidates(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    found = sources.candidates(artist.id)
    return Reply(data=lambda: {"items": list(map(serialize.candidate, found)), "next": None})


@route(
    "GET",
    "/artists/{id:int}/events",
    role=Role.READONLY,
    title="What happened to an artist",
    html=False,
)
def list_events(req: Request) -> Reply:
    found = details.history(artist_id=artists.get(req.params["id"]).id)
    return Reply(data=lambda: {"items": list(map(serialize.event, found)), "next": None})


@route(
    "POST",
    "/artists/{id:int}/discover",
    role=Role.MANAGER,
    title="Search for an artist's videos",
    status=202,
)
def discover(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    job = jobs.add("discover", str(artist.id), by_user=req.person.id)
    return Reply.job(
        job,
        f"{PATH}/{artist.id}",
        partials=[artist_page.search_region(artist.id)],
        toast=f"Searching for videos by {artist.name}.",
    )


@route("GET", "/artists/{id:int}/search", role=Role.READONLY, title="How a search goes", json=False)
def search(req: Request) -> Reply:
    if not req.is_partial:
        return _page(req)
    return Reply(partials=[artist_page.search_region(req.params["id"])])


@route(
    "POST",
    "/artists/{id:int}/describe",
    role=Role.MANAGER,
    title="Look up the facts of an artist",
    status=202,
)
def describe(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    job = jobs.add("describe", str(artist.id), by_user=req.person.id)
    return Reply.job(
        job,
        f"{PATH}/{artist.id}",
        partials=[artist_page.about_region(artist.id)],
        toast=f"Looking up what services know of {artist.name}.",
    )


@route("GET", "/artists/{id:int}/about", role=Role.READONLY, title="About an artist", json=False)
def about(req: Request) -> Reply:
    if not req.is_partial:
        return _page(req)
    return Reply(partials=[artist_page.about_region(req.params["id"])])


@live.topic("artist")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    return [part for ref in refs if ref is not None for part in artist_page.regions(ref)]


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    """What a form says, as the library takes it."""
    kinds = {catalogue.kind for catalogue in words.ARTIST_IDS}
    apart = {*kinds, *_RULES}
    changes = {name: value for name, value in given.items() if name not in apart}
    changes |= {name: given[name].splitlines() for name in _NAMES if name in given}
    if wanted := {name: given[name] for name in _RULES if name in given}:
        changes["rules"] = wanted
    if ids := {kind: given[kind] for kind in kinds if kind in given}:
        changes["ids"] = ids
    return changes


def _jumps(sort: str, pairs: browse.Pairs) -> list[tuple[str, str]]:
    if sort != "name":
        return []
    there = artist_rows.letters()
    jumps = [("#", browse.address(PATH, pairs) if "#" in there else "")]
    for letter in artist_rows.LETTERS[1:]:
        href = browse.jump(PATH, pairs, letter.lower()) if letter in there else ""
        jumps.append((letter, href))
    return jumps
