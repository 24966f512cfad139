"""What a person decides about entries of a list: which are imported, and who is meant."""

from collections.abc import Sequence
from functools import partial

from mvidarr import models
from mvidarr.core import db
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.discovery import import_library, import_rows, import_store, imports
from mvidarr.discovery.import_match import Library, State
from mvidarr.discovery.import_rows import Choice, ImportRow
from mvidarr.library import status

BY_NAME = -1  # the place of "none of these: by the name alone"
TICKABLE = (State.NEW, State.AMBIGUOUS)
UNTICKED = (State.SKIPPED, State.FILTERED)
AT_ONCE = 300


def tick(list_id: int, row_ids: Sequence[int], chosen: bool) -> None:
    """Import these entries, or leave them out; what is in the library already stays as it is."""
    row = imports.get(list_id)
    library = import_library.artists() if chosen else Library()
    for some in status.chunks(row_ids, AT_ONCE):
        db.transact(partial(_tick_some, row, some, library, chosen=chosen))


def tick_all(list_id: int, state: State, chosen: bool) -> int:
    """The same for every entry of one state; how many there were."""
    wanted = UNTICKED if chosen else TICKABLE
    if state not in wanted:
        raise Invalid({"state": f"Choose one of: {', '.join(wanted)}."})
    imports.get(list_id)
    query = ImportRow.select(ImportRow.id).where(
        ImportRow.list == list_id, ImportRow.state == state
    )
    row_ids = [row_id for (row_id,) in query.tuples()]
    tick(list_id, row_ids, chosen)
    return len(row_ids)


def choose(list_id: int, row_id: int, place: int) -> models.ImportRow:
    """Say who an entry means: one of its choices, or with BY_NAME whoever is called so."""
    row = imports.get(list_id)

    def work() -> models.ImportRow:
        status.lock(ImportRow, [row_id])
        one = import_rows.get(list_id, row_id)
        if one.state not in (State.AMBIGUOUS, State.NEW, State.KNOWN):
            raise Conflict("This entry is settled already.")
        _choose(one, place)
        import_store.judge_again(row, [row_id], import_library.artists())
        import_rows.touch(list_id)
        return import_rows.get(list_id, row_id)

    return db.transact(work)


def take_likeliest(list_id: int) -> int:
    """Take the first choice for every ambiguous entry that has one; how many there were."""
    row = imports.get(list_id)
    library = import_library.artists()
    query = ImportRow.select(ImportRow.id).where(
        ImportRow.list == list_id, ImportRow.state == State.AMBIGUOUS
    )
    row_ids = [row_id for (row_id,) in query.tuples()]
    taken = 0
    for some in status.chunks(row_ids, AT_ONCE):
        taken += db.transact(partial(_take_first, row, some, library))
    return taken


def _take_first(row: models.ImportList, row_ids: Sequence[int], library: Library) -> int:
    status.lock(ImportRow, row_ids)
    taken = 0
    for one in ImportRow.select().where(ImportRow.id.in_(row_ids)):
        if one.state == State.AMBIGUOUS and import_rows.choices(one):
            _choose(one, 0)
            taken += 1
    import_store.judge_again(row, row_ids, library)
    import_rows.touch(row.id)
    return taken


def _choose(one: models.ImportRow, place: int) -> None:
    offered = import_rows.choices(one)
    if place == BY_NAME:
        chosen = Choice(name=one.name, ids=one.data.get("ids", {}))
    elif 0 <= place < len(offered):
        chosen = offered[place]
    else:
        raise Invalid({"choice": "Choose one of the offered ones."})
    columns = {"state": State.NEW.value, "chosen": True}
    import_rows.write(one, **columns, data={"choice": chosen.stored()})


def _tick_some(
    row: models.ImportList, row_ids: Sequence[int], library: Library, *, chosen: bool
) -> None:
    status.lock(ImportRow, row_ids)
    mine = ImportRow.select().where(ImportRow.list == row.id, ImportRow.id.in_(row_ids))
    again: list[int] = []
    for one in mine:
        if chosen and one.state in UNTICKED:
            anyway = True if one.state == State.FILTERED else one.data.get("anyway")
            data = {"anyway": anyway, "why": None}
            import_rows.write(one, state=State.NEW.value, chosen=True, data=data)
            again.append(one.id)
        elif not chosen and one.state in TICKABLE:
            import_rows.write(one, state=State.SKIPPED.value, chosen=False)
    if again:
        import_store.judge_again(row, again, library)
    import_rows.touch(row.id)
