"""Stored pictures: which video has which, and their addresses, which their content names."""

from typing import Protocol

from mvidarr import activity
from mvidarr.core import db
from mvidarr.library.tables import Image, Video


class Picture(Protocol):
    """A picture whose files are stored; the colour stands in while it loads."""

    @property
    def hash(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def colour(self) -> str: ...


def attach(video_id: int, picture: Picture) -> bool:
    """Show this picture for a video, unless a person chose another one; false when it is gone."""
    columns = {"width": picture.width, "height": picture.height, "colour": picture.colour}
    with db.atomic():
        video = Video.get_or_none(Video.id == video_id)
        if video is None or "image" in video.locked:
            return False
        Image.insert(hash=picture.hash, **columns).on_conflict_ignore().execute()
        image = Image.get(Image.hash == picture.hash)
        Video.update(image=image.id).where(Video.id == video_id).execute()
        activity.touch("video", video_id)
        activity.touch("videos", video_id)
        activity.touch("artist", video.artist_id)
    return True


def address(image_hash: str | None, width: int = 640) -> str | None:
    """The address of a picture; None where there is none."""
    return f"/thumbs/{image_hash}-{width}.webp" if image_hash else None
