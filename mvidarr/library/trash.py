"""The trash: where deleted and replaced files go, listed, counted, and emptied.

A row comes first, in the transaction that deletes; then the files follow. What a crash leaves on
its way is found by rows without `moved_at`. Putting back is the matter of `library.restore`.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from peewee import fn

from mvidarr import activity, models, settings
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, Error, Invalid, NotFound
from mvidarr.core.terms import TrashReason
from mvidarr.library import files, keepsakes, retention, status
from mvidarr.library.tables import TrashItem, VideoFile
from mvidarr.media import naming
from mvidarr.media import trash as folders
from mvidarr.settings import file_options

log = logging.getLogger(__name__)

TO = "to"  # in the facts of an item that is being put back: where
LYING = "lying"  # in those of one that does not lie at its path: where, below the library


def put(
    video_files: Sequence[models.VideoFile],
    reason: TrashReason = TrashReason.DELETED,
    lying: Mapping[str, str] | None = None,
) -> int | None:
    """Have files follow into the trash when the caller's transaction is through; their batch.

    Their rows are the caller's to remove. `lying`: path of a file → where it lies meanwhile, alone.
    """
    ids: list[int] = []
    for some in status.chunks(file.id for file in video_files):
        for row, facts in keepsakes.of(some):
            if row.path in (lying or {}):
                facts[LYING] = (lying or {})[row.path]
            ids.append(_add(row, facts, reason, ids[0] if ids else None))
    if not ids:
        return None
    activity.files_changed((file.path, "deleted") for file in video_files if not lying)
    activity.touch("trash")
    db.after_commit(lambda: _follow(ids))
    return ids[0]


def delete_file(video_id: int, file_id: int) -> int | None:
    """Delete one file of a video; another one of it plays then, if there is one. Its batch."""
    files.need_library()
    with db.atomic():
        file = files.get(video_id, file_id)
        batch = put([file])
        files.forget(video_id, file.path)
        activity.touch("video", video_id)
        activity.touch("videos", video_id)
    return batch


def set_apart(*, artist_id: int | None = None, video_ids: Collection[int] = ()) -> None:
    """Have items of what is deleted belong to nobody: SQLite gives numbers out again."""
    if artist_id is not None:
        mine = TrashItem.artist_id == artist_id
        TrashItem.update(artist_id=None, video_id=None).where(mine).execute()
    for some in status.chunks(video_ids):
        TrashItem.update(video_id=None).where(TrashItem.video_id.in_(some)).execute()


def settle() -> int:
    """Move what is on its way into the trash; how many items could not be moved yet."""
    waiting = TrashItem.select(TrashItem.id).where(TrashItem.moved_at.is_null())
    return _settle([ident for (ident,) in waiting.tuples()])


def _follow(ids: Iterable[int]) -> None:
    _settle(ids)


def _settle(ids: Iterable[int]) -> int:
    left = 0
    for ident in ids:
        row = TrashItem.get_or_none(TrashItem.id == ident)
        if row is None or row.moved_at is not None or TO in row.facts:
            continue
        try:
            _take(row)
        except (Error, OSError) as error:
            left += 1
            log.warning("file stays, it is tried again path=%s error=%s", row.path, error)
    return left


def get(item_id: int) -> models.TrashItem:
    """Raises NotFound."""
    row: models.TrashItem | None = TrashItem.get_or_none(TrashItem.id == item_id)
    if row is None:
        raise NotFound("This is not in the trash any more.")
    return row


def page(place: db.Place, batch: int | None = None) -> db.Page:
    """What lies in the trash, the latest first; of one batch: what was deleted together."""
    order = db.Order(name="id", column=TrashItem.id, id=TrashItem.id, descending=True)
    return db.page(_chosen(batch), order, place, key=lambda row: (row.id, row.id))


def count(batch: int | None = None) -> tuple[int, bool]:
    """How many items there are, and whether that is all of them."""
    return db.capped_count(_chosen(batch))


def total() -> tuple[int, int]:
    """How many items there are, and their size in bytes."""
    items, size = TrashItem.select(fn.COUNT(TrashItem.id), fn.SUM(TrashItem.size)).tuples().get()
    return items, int(size or 0)


def goes_at(row: models.TrashItem) -> int | None:
    """When an item is removed for good; None when it stays until somebody empties the trash."""
    days = settings.get(file_options.trash_days)
    return row.created_at + days * clock.DAY if days else None


def remove(item_id: int) -> None:
    """Remove an item for good: its files, then its row."""
    row = get(item_id)
    library = files.need_library()
    if TO in row.facts:
        raise Conflict("This is being put back at the moment.")
    if row.moved_at is None:
        _take(row)
    folders.remove(library, item_id)
    with db.atomic():
        TrashItem.delete().where(TrashItem.id == item_id).execute()
        activity.touch("trash")


def newest() -> int:
    """The item that came last, for bounding what is emptied by what a person saw."""
    return int(TrashItem.select(fn.MAX(TrashItem.id)).scalar() or 0)


def empty(up_to: int, progress: Any) -> int:
    """Remove everything for good that came up to an item; how many there were."""
    removed = 0
    mine = TrashItem.select(TrashItem.id).where(TrashItem.id <= up_to)
    for ident in [ident for (ident,) in mine.order_by(TrashItem.id).tuples()]:
        removed += _removed(ident)
        progress(removed, None, "")
    if removed:
        activity.record("trash.emptied", f"{removed:,} removed for good", items=removed)
    return removed


def purge() -> int:
    """Remove for good what has lain long enough; nothing while the library is away."""
    days = settings.get(file_options.trash_days)
    try:
        files.need_library()
    except Error:
        return 0
    if not days:
        return 0
    is_old = TrashItem.created_at < clock.now() - days * clock.DAY
    old = TrashItem.select(TrashItem.id).where(is_old, TrashItem.id <= retention.seen(days))
    return sum(_removed(ident) for (ident,) in list(old.tuples()))


def _removed(item_id: int) -> bool:
    try:
        remove(item_id)
    except (NotFound, Conflict):  # somebody else was faster, or has it put back
        return False
    except (Error, OSError) as error:
        log.warning("trash stays item=%s error=%s", item_id, error)
        return False
    return True


def _chosen(batch: int | None) -> Any:
    return (
        TrashItem.select() if batch is None else TrashItem.select().where(TrashItem.batch == batch)
    )


def _add(
    file: models.VideoFile, facts: Mapping[str, Any], reason: TrashReason, batch: int | None
) -> int:
    said = facts["video"]
    version = f" ({said['version']})" if said["version"] else ""
    made = TrashItem.create(
        video_id=file.video_id,
        artist_id=file.video.artist_id,
        title=f"{said['title']}{version}"[:500],
        path=file.path,
        size=file.size,
        reason=reason.value,
        facts=facts,
        by_user_id=activity.actor().user_id,
        batch=batch,
    )
    if batch is None:
        TrashItem.update(batch=made.id).where(TrashItem.id == made.id).execute()
    return int(made.id)


def _take(row: models.TrashItem) -> None:
    """Move the files and say so. A file that has come back into its place is left alone."""
    root = files.need_library()
    library = root.resolve()
    lying = row.facts.get(LYING)
    source = library / (lying or row.path)
    key = VideoFile.path_key == files.path_key(row.path)
    is_left = not lying and VideoFile.select().where(key).exists()
    try:
        naming.inside(root, lying or row.path)
    except Invalid:  # a link leads out of the library: what is there is none of ours
        is_left = True
        log.warning("file stays, it lies outside the library path=%s", row.path)
    names = [] if is_left else folders.take(library, row.id, source, alone=bool(lying))
    with db.atomic():
        mine = (TrashItem.id == row.id) & TrashItem.moved_at.is_null()
        if names:
            size = folders.size(library, row.id)
            TrashItem.update(files=names, size=size, moved_at=clock.now()).where(mine).execute()
        else:
            TrashItem.delete().where(mine).execute()
        activity.touch("trash")
