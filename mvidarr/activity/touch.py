"""What live pages must redraw: numbered change rows, written last in each transaction.

The one-row table `revision` is locked while they are written, so that their order is the order
of the commits and a reader who has seen number n has seen everything below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mvidarr.core import clock, db
from mvidarr.models import Change, Revision

TOPICS = (
    *("nav", "downloads", "jobs", "videos", "review", "services"),
    *("feed", "artist", "video", "lists", "trash"),
)
KEPT_MS = 10 * clock.MINUTE


@dataclass(frozen=True, slots=True)
class Touched:
    topic: str
    ref_id: int | None


def touch(topic: str, ref_id: int | None = None) -> None:
    """Have pages that show `topic` redraw it: all of it, or the row `ref_id`."""
    with db.atomic():
        noted = Touched(topic, ref_id)
        if noted not in db.pending():
            db.pending().append(noted)


@db.before_commit
def _write() -> None:
    noted = [note for note in db.pending() if isinstance(note, Touched)]
    if not noted:
        return
    last = _advance(len(noted))
    at = clock.now()
    Change.insert_many(
        [
            {"rev": last - len(noted) + i, "topic": note.topic, "ref_id": note.ref_id, "at": at}
            for i, note in enumerate(noted, start=1)
        ]
    ).execute()


def _advance(by: int) -> int:
    moved = Revision.update(value=Revision.value + by).where(Revision.id == 1)
    if not moved.execute():  # the first change of all; somebody else may write it too
        Revision.insert(id=1, value=0).on_conflict_ignore().execute()
        moved.execute()
    value: int = Revision.select(Revision.value).where(Revision.id == 1).scalar()
    return value


def newest() -> int:
    """The number of the newest change; 0 before the first."""
    return Revision.select(Revision.value).where(Revision.id == 1).scalar() or 0


def changes_since(rev: int, limit: int = 2000) -> Sequence[Change] | None:
    """Changes after `rev` in their order; None when all must be redrawn.

    That is so when some are gone, or when `rev` is of another time: of before a backup came back.
    """
    latest = newest()  # before the rows: what is committed between the two is in the rows
    rows = list(Change.select().where(Change.rev > rev).order_by(Change.rev).limit(limit))
    if rows:
        return rows if rows[0].rev == rev + 1 else None
    return rows if rev == latest else None


def forget() -> int:
    """Drop changes that nobody can ask for any more."""
    kept = newest()  # the newest stays, so that a gap can be told from an empty table
    old = (Change.at < clock.now() - KEPT_MS) & (Change.rev < kept)
    dropped: int = Change.delete().where(old).execute()
    return dropped
