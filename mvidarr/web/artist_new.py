"""Adding an artist: candidates of the catalogues for a name or a link, or just the name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from mvidarr import models
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.discovery import candidates, portraits
from mvidarr.integrations.protocols import FoundArtist
from mvidarr.jobs import jobs
from mvidarr.library import artists, serialize, words
from mvidarr.library.artists import NewArtist
from mvidarr.web import artist_page, browse, credited, forms, source_pictures
from mvidarr.web.routing import Reply, Request, TextReply, route

PICTURE = "/artists/picture"


@dataclass(frozen=True, kw_only=True)
class AddArtist:
    """`ids`: kind → value, for example mb_artist. `search`: look for its videos at once."""

    name: str
    disambiguation: str = ""
    sort_name: str = ""
    country: str | None = None
    ids: dict[str, Any] = field(default_factory=dict)
    monitored: bool = True
    folder: str = forms.limit(500, default="")
    rules: dict[str, Any] = field(default_factory=dict)
    search: bool = True


@dataclass(frozen=True, kw_only=True)
class ChosenArtist:
    """What the page sends: a candidate as it was offered."""

    candidate: str = forms.limit(5000)
    monitored: bool = True
    search: bool = True


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A candidate on the page. `value`: what its button sends; `known`: it is in the library."""

    found: FoundArtist
    picture: str
    facts: Sequence[str]
    value: str
    known: models.Artist | None


@route(
    "GET",
    "/artists/new",
    role=Role.MANAGER,
    title="Add an artist",
    json=False,
    query={"q": "A name or a link."},
)
def new(req: Request) -> Reply:
    q = req.query.get("q", "")
    return Reply("artists/new.html", {"q": q, "offers": None, "problems": (), "by_name": ""})


@route(
    "GET",
    "/artists/find",
    role=Role.MANAGER,
    title="Artists that a name or a link may mean",
    on_invalid=new,
    slow=True,
    query={"q": "A name, or a link to an artist's page at a service."},
)
def find(req: Request) -> Reply:
    try:
        answer = candidates.find(req.query.get("q", ""))
    except Invalid as error:
        raise Invalid({"q": str(error)}) from error
    by_name = "" if answer.is_link else answer.asked
    return Reply(
        "artists/new.html",
        {
            "q": answer.asked,
            "offers": [_offer(found) for found in answer.found],
            "problems": answer.problems,
            "by_name": json.dumps({"name": by_name}) if by_name else "",
        },
        data=lambda: {
            "items": [_shape(found) for found in answer.found],
            "problems": list(answer.problems),
        },
    )


@route(
    "GET",
    PICTURE,
    role=Role.MANAGER,
    title="Picture of a candidate",
    json=False,
    slow=True,
    query={"url": "Its address at a known picture host."},
)
def picture(req: Request) -> TextReply:
    return source_pictures.passed_through(req.query.get("url", ""), req)


@route(
    "POST",
    "/artists",
    role=Role.MANAGER,
    title="Add an artist",
    takes=AddArtist,
    on_invalid=new,
    status=201,
)
def create(req: Request) -> Reply:
    given = req.input(AddArtist) if req.is_json else _chosen(req.input(ChosenArtist))
    values = {name: value for name, value in asdict(given).items() if name != "search"}
    artist = artists.add(NewArtist(**values))
    # a search looks up the facts first
    jobs.add("discover" if given.search else "describe", str(artist.id), by_user=req.person.id)
    return Reply(
        data=lambda: serialize.artist(
            artist, artist_page.row(artist.id), words.ids_of_artist(artist.id)
        ),
        go=f"/artists/{artist.id}",
        status=201,
        headers={"Location": f"/api/v1/artists/{artist.id}"},
        toast=f"{artist.name} added." + (" Searching for videos." if given.search else ""),
    )


def _chosen(form: ChosenArtist) -> AddArtist:
    raw = forms.parse_json(form.candidate.encode())
    switches = {"monitored": form.monitored, "search": form.search}
    return forms.read(AddArtist, {**raw, **switches}, strict=True)


def _offer(found: FoundArtist) -> Offer:
    known = artists.known_as(found.name, found.disambiguation, found.ids)
    link = found.image_url or ""
    return Offer(
        found=found,
        picture=browse.address(PICTURE, [("url", link)]) if portraits.is_offered(link) else "",
        facts=_facts(found),
        value=json.dumps(_new(found)),
        known=known,
    )


def _new(found: FoundArtist) -> Mapping[str, Any]:
    kinds = {catalogue.kind for catalogue in words.ARTIST_IDS}
    return {
        "name": found.name,
        "disambiguation": found.disambiguation,
        "sort_name": found.sort_name or "",
        "country": found.country,
        "ids": {kind: value for kind, value in found.ids.items() if kind in kinds},
    }


def _facts(found: FoundArtist) -> list[str]:
    parts = [found.disambiguation, found.kind, found.country, found.years]
    parts += [", ".join(found.genres[:3]), _also(found), credited.titles(found.found_by)]
    return [part for part in parts if part]


def _also(found: FoundArtist) -> str:
    return f"also {', '.join(found.aliases[:3])}" if found.aliases else ""


def _shape(found: FoundArtist) -> dict[str, Any]:
    known = artists.known_as(found.name, found.disambiguation, found.ids)
    return {
        **_new(found),
        "kind": found.kind,
        "years": found.years,
        "genres": list(found.genres),
        "aliases": list(found.aliases),
        "image_url": found.image_url,
        "score": found.score,
        "url": found.url,
        "found_by": found.found_by,
        "artist_id": known.id if known else None,
    }
