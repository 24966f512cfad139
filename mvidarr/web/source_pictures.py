"""Pictures of uploads, passed through for whoever may see the upload."""

from mvidarr import models
from mvidarr.core.terms import Role
from mvidarr.discovery import portraits
from mvidarr.library import sources
from mvidarr.web.routing import Request, TextReply, route

YOUTUBE = "https://i.ytimg.com/vi/{}/mqdefault.jpg"


@route(
    "GET",
    "/sources/{id:int}/picture",
    role=Role.READONLY,
    title="Picture of an upload",
    json=False,
    slow=True,
)
def show(req: Request) -> TextReply:
    return passed_through(_link(sources.get(req.params["id"])), req)


def passed_through(link: str, req: Request) -> TextReply:
    """The picture behind a link. Raises NotFound for links of hosts that are not known."""
    found = portraits.fetch(link, req.config)
    if found is None:  # no error: the page is complete without it
        return TextReply(content=b"", media_type="image/png", status=204)
    return TextReply(
        content=found.content,
        media_type=found.content_type,
        headers={"Cache-Control": "private, max-age=86400"},
    )


def address(source: models.VideoSource) -> str:
    """Where the picture of an upload is; empty when none is known."""
    return f"/sources/{source.id}/picture" if portraits.is_offered(_link(source)) else ""


def _link(source: models.VideoSource) -> str:
    if source.image_url or source.provider != "youtube":
        return source.image_url or ""
    return YOUTUBE.format(source.source_id)
