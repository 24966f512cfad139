"""Change the order in which downloads are taken: priorities, and places in the line.

Positions lie apart, so that a row finds room between two others without moving them.
"""

from peewee import Case

from mvidarr import activity, models
from mvidarr.core import batches, clock, db
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.downloads import line, queue
from mvidarr.downloads.line import Spot
from mvidarr.library.tables import Download

PRIORITIES = (queue.URGENT, queue.NORMAL, queue.LATER)
_SPREAD = 50  # rows that make room at first
_AT_ONCE = 200  # rows of one statement


def set_priority(download_id: int, priority: int) -> models.Download:
    """Have a download taken before or after all others of another priority."""
    check_priority(priority)
    with db.atomic():
        row = _waiting(download_id)
        _put(row.id, priority, row.position)
    return queue.get(download_id)


def check_priority(priority: int) -> None:
    """Raises Invalid for what is none."""
    if priority not in PRIORITIES:
        raise Invalid({"priority": "Choose 1 (first), 5 (normal) or 10 (last)."})


def rank(row: models.Download) -> int:
    """Which one of those that wait it is; 1 is the next."""
    return line.count_before(_spot(row)) + 1


def move(download_id: int, where: str) -> models.Download:
    """Go to an end of the line or past a neighbour: `first`, `up`, `down` or `last`."""
    if where not in {"first", "up", "down", "last"}:
        raise Invalid({"where": "Choose first, up, down or last."})
    with db.atomic():
        row = _waiting(download_id)
        beyond = _spot(row) if where in {"up", "down"} else None
        for other in line.spots(1, beyond, backwards=where in {"up", "last"}):
            _place(row, other, before=where in {"first", "up"})
    return queue.get(download_id)


def place_after(download_id: int, after_id: int | None) -> models.Download:
    """Take the place behind another download, and its priority; None: the head of the line."""
    if after_id is None:
        return move(download_id, "first")
    return _place_beside(download_id, after_id, before=False)


def place_before(download_id: int, before_id: int) -> models.Download:
    """Take the place in front of another download, and its priority."""
    return _place_beside(download_id, before_id, before=True)


def _place_beside(download_id: int, other_id: int, *, before: bool) -> models.Download:
    with db.atomic():
        _place(_waiting(download_id), _spot(_waiting(other_id)), before=before)
    return queue.get(download_id)


def _waiting(download_id: int) -> models.Download:
    row = queue.get(download_id)
    if row.state not in line.WAITING:
        raise Conflict("Only downloads that wait can be moved.")
    return row


def _spot(row: models.Download) -> Spot:
    return Spot(row.priority, row.position, row.id)


def _place(row: models.Download, beside: Spot, *, before: bool) -> None:
    if beside.id == row.id:
        return
    other = _neighbour(beside, backwards=before, but=row.id)
    if other is not None:
        lower, upper = (other, beside) if before else (beside, other)
        position = _between(lower, upper, row.id)
    elif before:
        position = beside.position - queue.SPACING
    else:  # whatever is added later has its id times SPACING: it still comes after this
        position = beside.position + 1
    _put(row.id, beside.priority, position)


def _neighbour(spot: Spot, *, backwards: bool, but: int) -> Spot | None:
    """The next one of the same priority, leaving out the row that moves."""
    found = line.spots(2, spot, backwards=backwards)
    following = next((one for one in found if one.id != but), None)
    return following if following and following.priority == spot.priority else None


def _between(lower: Spot, upper: Spot, but: int) -> int:
    if upper.position - lower.position >= 2:
        return (lower.position + upper.position) // 2
    return upper.position - _make_room(upper, but) // 2


def _make_room(upper: Spot, but: int) -> int:
    """Spread what stands before a spot over the room there; answers the distance between two."""
    count = _SPREAD
    while True:
        found = line.spots(count, upper, backwards=True)
        near = [spot for spot in found if spot.priority == upper.priority and spot.id != but]
        if len(found) < count or found[-1].priority != upper.priority:
            step = queue.SPACING  # there is no end to the room at the head
        else:
            step = (upper.position - near.pop().position) // (len(near) + 1)
        if step >= 2:
            _spread(near, upper.position, step)
            return step
        count *= 4


def _spread(near: list[Spot], end: int, step: int) -> None:
    places = [(spot.id, end - step * number) for number, spot in enumerate(near, start=1)]
    for some in batches.of(places, _AT_ONCE):
        ids = [download_id for download_id, _ in some]
        position = Case(Download.id, some)
        Download.update(position=position).where(Download.id.in_(ids)).execute()


def _put(download_id: int, priority: int, position: int) -> None:
    columns = {"priority": priority, "position": position, "updated_at": clock.now()}
    Download.update(**columns).where(Download.id == download_id).execute()
    activity.touch("downloads", download_id)
