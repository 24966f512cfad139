"""Choose the picture of a video or an artist: an offered one, a link, a file."""

from dataclasses import dataclass, replace
from typing import Any

from mvidarr.core.terms import Role
from mvidarr.discovery import portraits
from mvidarr.downloads import covers
from mvidarr.downloads.covers import Choice, Offer
from mvidarr.library import artists, details, pictures, serialize, videos, words
from mvidarr.media import thumbnails
from mvidarr.web import artist_new, artist_page, browse, forms
from mvidarr.web.bodies import Upload
from mvidarr.web.routing import Reply, Request, TextReply, route

LIMIT = thumbnails.MAX_BYTES + 64 * 1024


@dataclass(frozen=True, kw_only=True)
class ChosenPicture:
    """`ref`: one of the offers; `link`: an address; `picture`: a file. The last that is there."""

    ref: str = ""
    link: str = forms.limit(2000, default="")
    picture: Upload | None = None


@route("GET", "/videos/{id:int}/picture", role=Role.MANAGER, title="Offer pictures of a video")
def of_video(req: Request) -> Reply:
    video = videos.get(req.params["id"])
    base = f"/videos/{video.id}"
    return _offer(req, base, video.title, covers.of_video(video.id), pictures.LOCK in video.locked)


@route(
    "POST",
    "/videos/{id:int}/picture",
    role=Role.MANAGER,
    title="Choose the picture of a video",
    takes=ChosenPicture,
    on_invalid=of_video,
    body_limit=LIMIT,
    slow=True,
)
def set_video(req: Request) -> Reply:
    video = covers.set_video(req.params["id"], _choice(req), req.config)
    return _video_shown(video.id, "This is its picture now.")


@route(
    "DELETE",
    "/videos/{id:int}/picture",
    role=Role.MANAGER,
    title="Have the picture of a video found again",
    status=204,
)
def clear_video(req: Request) -> Reply:
    video = videos.get(req.params["id"])
    pictures.let_go(video)
    return replace(_video_shown(video.id, "Its picture is found with the next search."), status=204)


@route(
    "GET",
    "/videos/{id:int}/frames/{second:int}",
    role=Role.MANAGER,
    title="A moment of a video as a picture",
    slow=True,
)
def frame(req: Request) -> TextReply:
    return TextReply(
        content=covers.frame(req.params["id"], req.params["second"]),
        media_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=86400"},
    )


@route("GET", "/artists/{id:int}/picture", role=Role.MANAGER, title="Offer pictures of an artist")
def of_artist(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    offers = covers.of_artist(artist.id)
    return _offer(req, f"/artists/{artist.id}", artist.name, offers, pictures.LOCK in artist.locked)


@route(
    "POST",
    "/artists/{id:int}/picture",
    role=Role.MANAGER,
    title="Choose the picture of an artist",
    takes=ChosenPicture,
    on_invalid=of_artist,
    body_limit=LIMIT,
    slow=True,
)
def set_artist(req: Request) -> Reply:
    artist = covers.set_artist(req.params["id"], _choice(req), req.config)
    return _artist_shown(artist.id, "This is the artist's picture now.")


@route(
    "DELETE",
    "/artists/{id:int}/picture",
    role=Role.MANAGER,
    title="Have the picture of an artist found again",
    status=204,
)
def clear_artist(req: Request) -> Reply:
    artist = artists.get(req.params["id"])
    pictures.let_go(artist)
    return replace(
        _artist_shown(artist.id, "The picture is found with the next search."), status=204
    )


def _choice(req: Request) -> Choice:
    given = req.input(ChosenPicture)
    content = given.picture.content if given.picture else b""
    return Choice(ref=given.ref, link=given.link, content=content)


def _offer(req: Request, base: str, name: str, offers: list[Offer], is_chosen: bool) -> Reply:
    shown = [(offer, _address(base, offer)) for offer in offers]
    context = {"base": base, "name": name, "offers": shown, "is_chosen": is_chosen}
    values = {key: req.typed.get(key, "") for key in ("ref", "link")}
    return Reply(
        "pictures/choose.html",
        {**context, "values": values, "errors": req.errors},
        block="dialog",
        data=lambda: {"items": [_shape(offer, link) for offer, link in shown], "next": None},
    )


def _address(base: str, offer: Offer) -> str:
    """Where a page shows the offer from: always from here."""
    if offer.second is not None:
        return f"{base}/frames/{offer.second}"
    if offer.image_hash:
        return pictures.address(offer.image_hash, 320) or ""
    if portraits.is_offered(offer.link):
        return browse.address(artist_new.PICTURE, [("url", offer.link)])
    return ""


def _shape(offer: Offer, address: str) -> dict[str, Any]:
    return {"ref": offer.ref, "label": offer.label, "second": offer.second, "url": address or None}


def _video_shown(video_id: int, toast: str) -> Reply:
    return Reply(  # the whole page: its player is no region
        data=lambda: serialize.video(details.load(video_id)),
        go=f"/videos/{video_id}",
        toast=toast,
    )


def _artist_shown(artist_id: int, toast: str) -> Reply:
    ids = words.ids_of_artist(artist_id)
    return Reply(
        partials=artist_page.regions(artist_id),
        data=lambda: serialize.artist(artists.get(artist_id), artist_page.row(artist_id), ids),
        go=f"/artists/{artist_id}",
        toast=toast,
    )
