"""Entries written as rows, a few hundred in one transaction; never one twice."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mvidarr import models
from mvidarr.core import batches, clock, db, text
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.discovery import import_judge, import_rows
from mvidarr.discovery.import_judge import Rules
from mvidarr.discovery.import_match import Library, State
from mvidarr.discovery.import_rows import ImportList, ImportRow
from mvidarr.integrations.protocols import Listed
from mvidarr.library import status

AT_ONCE = 300  # rows in one transaction
ASKS = ("options", "filters", "connection_id")  # what decides over the entries
MOVED = "The list asks for something else now; kept."


class Changed(Conflict):
    """The list asks for something else by now than what was read."""


def add_given(row: models.ImportList, entries: Iterable[Listed], seen_at: int) -> None:
    """Write the entries of a list that is made; where they stand is found out by reading it."""
    for some in shares(unique(entries)):
        _insert(row.id, some, seen_at)


def unique(entries: Iterable[Listed]) -> list[Listed]:
    """Each entry once, and none without a name."""
    found: dict[str, Listed] = {}
    for entry in entries:
        if text.tidy(entry.artist):
            found.setdefault(import_rows.ident(entry.external_id), entry)
    return list(found.values())


def shares(entries: Sequence[Listed]) -> Iterator[Sequence[Listed]]:
    return batches.of(entries, AT_ONCE)


def take(row: models.ImportList, entries: Sequence[Listed], library: Library, seen_at: int) -> None:
    """Write some entries and where they stand. The caller holds the transaction."""
    need_same(row)
    by_ident = {import_rows.ident(entry.external_id): entry for entry in entries}
    known = _rows(row.id, list(by_ident))
    fresh = [entry for key, entry in by_ident.items() if key not in known]
    _insert(row.id, fresh, seen_at)
    for key, old in known.items():
        _refresh(old, by_ident[key])
    import_rows.mark_seen([old.id for old in known.values()], seen_at)
    made = _rows(row.id, [import_rows.ident(entry.external_id) for entry in fresh])
    judge([*known.values(), *made.values()], library, Rules.of(row))
    import_rows.touch(row.id)


def judge(rows: Sequence[models.ImportRow], library: Library, rules: Rules) -> None:
    """Write where rows stand, as far as it is not there already."""
    for row, standing in import_judge.standings(rows, library, rules):
        if not standing.is_of(row):
            columns = standing.columns()
            if row.state == State.GONE:
                columns["data"] |= {"was": None, "settled": None, "removed": None}
            import_rows.write(row, **columns)


def judge_again(row: models.ImportList, row_ids: Sequence[int], library: Library) -> None:
    """Find out anew where some rows stand. The caller holds the transaction."""
    status.lock(ImportRow, row_ids)
    judge(list(ImportRow.select().where(ImportRow.id.in_(row_ids))), library, Rules.of(row))


def mark_gone(list_id: int, seen_before: int) -> int:
    """Note some rows that the list did not have this time; how many. The caller repeats it."""
    need(list_id)
    rows = list(
        ImportRow.select()
        .where(
            ImportRow.list == list_id,
            ImportRow.seen_at < seen_before,
            ImportRow.state != State.GONE,
        )
        .limit(AT_ONCE)
    )
    for row in rows:
        # what nobody saw since the list asks for something else did not leave: a person moved on
        moved = None if row.seen_at else True
        data = {"was": row.state, "settled": moved, "why": MOVED if moved else None}
        import_rows.write(row, state=State.GONE.value, data=data)
    import_rows.touch(list_id)
    return len(rows)


def count_present(list_id: int) -> int:
    """How many entries the list had when it was read last."""
    found: int = (
        ImportRow.select().where(ImportRow.list == list_id, ImportRow.state != State.GONE).count()
    )
    return found


def need(list_id: int) -> None:
    """Raises NotFound when somebody deleted the list in the meantime."""
    if not ImportList.select().where(ImportList.id == list_id).exists():
        raise NotFound("The list was deleted.")


def need_same(row: models.ImportList) -> None:
    """Raises NotFound when somebody deleted the list, Changed when somebody changed it."""
    status.lock(ImportList, [row.id])
    now = ImportList.get_or_none(ImportList.id == row.id)
    if now is None:
        raise NotFound("The list was deleted.")
    if any(getattr(now, name) != getattr(row, name) for name in ASKS):
        raise Changed("The list was changed while it was read. Read it again.")


def move_on(list_id: int) -> None:
    """From now on the list asks for something else: what it had does not count as leaving it."""
    mine = (ImportRow.list == list_id) & (ImportRow.state != State.GONE)
    ImportRow.update(seen_at=0).where(mine).execute()


def _rows(list_id: int, idents: Sequence[str]) -> dict[str, models.ImportRow]:
    if not idents:
        return {}
    query = ImportRow.select().where(
        ImportRow.list == list_id, ImportRow.external_id.in_(list(idents))
    )
    rows = list(query if db.is_sqlite() else query.for_update())
    return {row.external_id: row for row in rows}


def _insert(list_id: int, entries: Sequence[Listed], seen_at: int) -> None:
    now = clock.now()
    rows = [
        {
            **_names(entry),
            "list": list_id,
            "external_id": import_rows.ident(entry.external_id),
            "data": import_rows.facts(entry),
            "seen_at": seen_at,
            "created_at": now,
            "updated_at": now,
        }
        for entry in entries
    ]
    if rows:
        ImportRow.insert_many(rows).execute()


def _refresh(row: models.ImportRow, entry: Listed) -> None:
    """What the service says now; what a person chose stays."""
    columns: dict[str, Any] = {
        name: value for name, value in _names(entry).items() if getattr(row, name) != value
    }
    said = import_rows.facts(entry)
    if any(row.data.get(name) != value for name, value in said.items()):
        columns["data"] = said
    if columns:
        import_rows.write(row, **columns)


def _names(entry: Listed) -> dict[str, Any]:
    return {"name": text.tidy(entry.artist)[:255], "title": text.tidy(entry.title)[:500]}
