"""Stored pictures: which video has which, and their addresses, which their content names."""

from typing import Any, Protocol

from mvidarr import activity
from mvidarr.core import db
from mvidarr.library import artist_files, origins, status
from mvidarr.library.tables import Artist, Image, Video

LOCK = "image"  # among the locked fields of what has a picture that a person chose


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
    with db.atomic():
        video = Video.get_or_none(Video.id == video_id)
        if video is None or LOCK in video.locked:
            return False
        _show(video, picture)
    return True


def attach_to_artist(artist_id: int, picture: Picture) -> bool:
    """The same for an artist."""
    with db.atomic():
        artist = Artist.get_or_none(Artist.id == artist_id)
        if artist is None or LOCK in artist.locked:
            return False
        _show(artist, picture)
    return True


def choose(row: Any, picture: Picture) -> None:
    """Show the picture that a person chose for a video or an artist, whatever is found later."""
    with db.atomic():
        _reread(row)
        _lock(row, [*row.locked, LOCK])
        _credit(row, origins.edited(row.origins, [LOCK]))
        _show(row, picture)


def let_go(row: Any) -> None:
    """Have the picture of a video or an artist found again, by the next search."""
    with db.atomic():
        _reread(row)
        _lock(row, [name for name in row.locked if name != LOCK])
        _credit(row, origins.edited(row.origins, [], [LOCK]))
        _write(row, None)


def _reread(row: Any) -> None:
    """Somebody may have edited the row while the picture was fetched: those locks stay."""
    table = type(row)
    status.lock(table, [row.id])
    now = table.get_or_none(table.id == row.id)
    if now is not None:
        row.locked, row.origins = now.locked, now.origins


def _lock(row: Any, names: list[str]) -> None:
    table = type(row)
    row.locked = list(dict.fromkeys(names))
    table.update(locked=row.locked).where(table.id == row.id).execute()


def _credit(row: Any, told: dict[str, str]) -> None:
    table = type(row)
    row.origins = told
    table.update(origins=told).where(table.id == row.id).execute()


def _show(row: Any, picture: Picture) -> None:
    columns = {"width": picture.width, "height": picture.height, "colour": picture.colour}
    Image.insert(hash=picture.hash, **columns).on_conflict_ignore().execute()
    _write(row, Image.get(Image.hash == picture.hash).id)


def _write(row: Any, image_id: int | None) -> None:
    table = type(row)
    table.update(image=image_id).where(table.id == row.id).execute()
    if table is Artist:
        artist_files.follow(Artist.get_by_id(row.id))
        activity.touch("artist", row.id)
        return
    activity.touch("video", row.id)
    activity.touch("videos", row.id)
    activity.touch("artist", row.artist_id)


def address(image_hash: str | None, width: int = 640) -> str | None:
    """The address of a picture; None where there is none."""
    return f"/thumbs/{image_hash}-{width}.webp" if image_hash else None
