"""What happens to artists and songs that a list brought and that left it: as its owner chose.

Nothing that somebody else's list has too, and nothing that has a file, is removed.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from mvidarr import models
from mvidarr.core import db
from mvidarr.core.terms import Wish
from mvidarr.discovery import import_rows
from mvidarr.discovery.import_kind import KEEP, REMOVE, VIDEOS
from mvidarr.discovery.import_match import State
from mvidarr.discovery.import_rows import ImportRow
from mvidarr.library import artists, status, videos
from mvidarr.library.tables import Video, VideoFile

AT_ONCE = 20
KEPT = "Left the list; kept."
ELSEWHERE = "Left the list; another list has it."
UNMONITORED = "Left the list; not monitored any more."
WANTED = "Left the list; somebody wants its videos, so it is only not monitored any more."
HAS_FILES = "Left the list; it has files, so it is only not monitored any more."
REMOVED = "Left the list; removed."
UNWANTED = "Left the list; not wanted any more."
HAS_FILE = "Left the list; it has a file and stays."


def settle(row: models.ImportList) -> list[str]:
    """Do it for everything that left and is not settled yet; a line for each."""
    said: list[str] = []
    last = 0
    while True:
        last, lines = db.transact(partial(_settle_some, row, last))
        if not last:
            return said
        said += lines


def _settle_some(row: models.ImportList, after: int) -> tuple[int, Sequence[str]]:
    """The last row that was looked at, 0 after the end, and what was done."""
    query = ImportRow.select().where(
        ImportRow.list == row.id, ImportRow.state == State.GONE, ImportRow.id > after
    )
    rows = list(query.order_by(ImportRow.id).limit(AT_ONCE))
    lines: list[str] = []
    for one in rows:
        if not one.data.get("brought") or one.data.get("settled"):
            continue
        why = _leave(row, one)
        data = {"settled": True, "removed": why == REMOVED or None, "why": why}
        import_rows.write(one, data=data)
        if why not in (KEPT, ELSEWHERE):
            lines.append(f"{one.title or one.name}: {why}")
    if rows:
        import_rows.touch(row.id)
    return (rows[-1].id if rows else 0), lines


def _leave(row: models.ImportList, one: models.ImportRow) -> str:
    if row.removal == KEEP:
        return KEPT
    if row.mode == VIDEOS:
        return _leave_video(row, one)
    artist = artists.find(one.artist_id) if one.artist_id else None
    if artist is None:
        return KEPT
    if _is_elsewhere(one, ImportRow.artist == artist.id):
        return ELSEWHERE
    held = _held(artist.id) if row.removal == REMOVE else UNMONITORED
    if not held:
        artists.delete(artist.id)
        return REMOVED
    artists.change(artist.id, {"monitored": False})
    return held


def _held(artist_id: int) -> str:
    """Why an artist stays though its list would remove it; empty when nothing holds it."""
    mine = Video.artist == artist_id
    if VideoFile.select().join(Video).where(mine).exists():
        return HAS_FILES
    return WANTED if Video.select().where(mine, Video.wish == Wish.WANT).exists() else ""


def _leave_video(row: models.ImportList, one: models.ImportRow) -> str:
    video = videos.find(one.video_id) if one.video_id else None
    if video is None:
        return KEPT
    if _is_elsewhere(one, ImportRow.video == video.id):
        return ELSEWHERE
    status.lock(Video, [video.id])
    if VideoFile.select().where(VideoFile.video == video.id).exists():
        return HAS_FILE
    if row.removal == REMOVE:
        videos.delete([video.id])
        return REMOVED
    videos.wish([video.id], Wish.IGNORE)
    return UNWANTED


def _is_elsewhere(one: models.ImportRow, same: Any) -> bool:
    """Whether some list, this one included, has the same in another entry."""
    absent = (State.GONE, State.FILTERED, State.SKIPPED)
    other = ImportRow.select().where(same, ImportRow.id != one.id, ImportRow.state.not_in(absent))
    found: bool = other.exists()
    return found
