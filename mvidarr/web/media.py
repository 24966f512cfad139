"""Files for the player and pictures for the pages: served with ranges, to who is signed in."""

import re

from mvidarr.core.errors import NotFound
from mvidarr.core.terms import Role
from mvidarr.library import files
from mvidarr.media import thumbnails
from mvidarr.web.routing import FileReply, Request, TextReply, route

FOR_EVER = "private, max-age=31536000, immutable"
_THUMB = re.compile(r"([0-9a-f]{64})-(\d{3})\.webp")


@route("GET", "/media/{id:int}", role=Role.READONLY, title="Play a video's file")
def play(req: Request) -> FileReply:
    path = files.stream_path(req.params["id"])
    return FileReply(
        path=path, media_type=files.media_type(path), headers={"Cache-Control": "private, no-cache"}
    )


@route("GET", "/media/{id:int}/captions/{number:int}.vtt", role=Role.READONLY, title="Captions")
def captions(req: Request) -> TextReply:
    content = files.caption_text(req.params["id"], req.params["number"])
    return TextReply(
        content=content.encode(),
        media_type="text/vtt; charset=utf-8",
        headers={"Cache-Control": "private, no-cache"},
    )


@route("GET", "/thumbs/{name}", role=Role.READONLY, title="A picture", json=False)
def thumb(req: Request) -> FileReply:
    named = _THUMB.fullmatch(req.params["name"])
    if named is None:
        raise NotFound("There is no such picture.")
    path = thumbnails.path(req.config.thumbs, named[1], int(named[2]))
    return FileReply(path=path, media_type="image/webp", headers={"Cache-Control": FOR_EVER})
