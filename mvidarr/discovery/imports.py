"""Import lists: making, changing, reading again and removing them; what a person ticks in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from peewee import fn

from mvidarr import activity, models, settings
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import ACTIVE
from mvidarr.discovery import (
    connections,
    import_kind,
    import_kinds,
    import_readers,
    import_rows,
    import_store,
)
from mvidarr.discovery.import_kind import ARTISTS, KEEP, MODES, REMOVALS, ListKind
from mvidarr.discovery.import_match import State
from mvidarr.discovery.import_rows import ImportList
from mvidarr.integrations.protocols import Listed
from mvidarr.jobs import jobs
from mvidarr.settings import options

CHANGEABLE = ("name", "options", "filters", "connection_id", "followed", "every", "removal")
MONITOR = "monitor"  # the option that every list has: whether new artists are monitored
LONGEST = 24 * 30  # hours
BUSY = "The list is being read. Wait until that is done."


@dataclass(frozen=True, kw_only=True, slots=True)
class NewList:
    """`every`: hours, None for the setting. `entries`: of a kind whose entries are given once."""

    kind: str
    name: str = ""
    mode: str = ARTISTS
    options: Mapping[str, Any] = field(default_factory=dict)
    filters: Mapping[str, Any] = field(default_factory=dict)
    monitor: bool | None = None
    connection_id: int | None = None
    followed: bool = False
    every: int | None = None
    removal: str = KEEP
    entries: Sequence[Listed] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A list with what its page says of it. `job`: its newest reading or applying."""

    row: models.ImportList
    kind: ListKind
    counts: Mapping[State, int]
    job: models.Job | None = None

    @property
    def is_busy(self) -> bool:
        return self.job is not None and self.job.state in ACTIVE

    @property
    def total(self) -> int:
        return sum(self.counts.values()) - self.counts[State.GONE]

    @property
    def problem(self) -> str:
        """What stands in its way, as a sentence; empty when nothing does."""
        if self.row.last_error:
            return str(self.row.last_error)
        if self.kind.connection == "needed" and self.row.connection_id is None:
            return "Its account is not connected any more. Connect it again, then choose it here."
        return self.kind.obstacle if self.row.followed else ""


def make(new: NewList, by: int | None) -> models.ImportList:
    """Add a list and have it read. Raises Invalid with a message for each field."""
    kind = import_kinds.find(new.kind)
    values = _checked(kind, new)
    now = clock.now()

    def work() -> models.ImportList:
        row: models.ImportList = ImportList.create(
            kind=kind.name,
            by_user=by,
            next_check_at=now + _interval(values["every"]) if values["followed"] else 0,
            **values,
        )
        import_store.add_given(row, _entries(new), now)
        _ask_to_read(row, by)
        activity.touch("lists")
        return row

    return db.transact(work)


def find(list_id: int) -> models.ImportList | None:
    row: models.ImportList | None = ImportList.get_or_none(ImportList.id == list_id)
    return row


def get(list_id: int) -> models.ImportList:
    row = find(list_id)
    if row is None:
        raise NotFound("There is no such list.")
    return row


def shown() -> list[Shown]:
    """Every list, by name."""
    rows = list(ImportList.select().order_by(ImportList.name, ImportList.id).limit(1000))
    return _shown(rows)


def show(list_id: int) -> Shown:
    [one] = _shown([get(list_id)])
    return one


def change(list_id: int, changes: Mapping[str, Any], by: int | None) -> models.ImportList:
    """Change what is named; a list that asks for something else is read again."""
    if unknown := sorted(set(changes) - {*CHANGEABLE, MONITOR}):
        raise Invalid(dict.fromkeys(unknown, "This cannot be changed."))

    def work() -> models.ImportList:
        row = get(list_id)
        kind = import_kinds.find(row.kind)
        new = _as_new(row, changes)
        # one whose account is gone can still be renamed, or left alone
        values = _checked(kind, new, with_account="connection_id" in changes)
        follows_anew = values["followed"] and (
            not row.followed or values["every"] != row.every or not row.next_check_at
        )
        if follows_anew or not values["followed"]:
            soon = clock.now() + _interval(values["every"]) if follows_anew else 0
            values["next_check_at"] = soon
        asks_else = any(values[name] != getattr(row, name) for name in import_store.ASKS)
        if _source(values["options"], values["connection_id"]) != _source(
            row.options, row.connection_id
        ):
            import_store.move_on(list_id)
        values["connection"] = values.pop("connection_id")
        ImportList.update(**values, updated_at=clock.now()).where(
            ImportList.id == list_id
        ).execute()
        if asks_else:
            _ask_to_read(row, by)
        activity.touch("lists", list_id)
        return get(list_id)

    return db.transact(work)


def delete(list_id: int) -> models.ImportList:
    """Forget a list; what it brought stays."""

    def work() -> models.ImportList:
        row = get(list_id)
        for kind in ("list_read", "list_apply"):
            job = jobs.of(kind, str(list_id))
            if job is not None and job.state in ACTIVE:
                jobs.cancel(job.id)
        ImportList.delete().where(ImportList.id == list_id).execute()
        activity.touch("lists")
        return row

    return db.transact(work)


def read_now(list_id: int, by: int | None) -> models.Job:
    """Have a list read; raises Conflict while it is being applied."""
    row = get(list_id)
    _need_idle(list_id, "list_apply", "The list is being imported. Wait until that is done.")
    return _ask_to_read(row, by)


def apply_now(list_id: int, by: int | None) -> models.Job:
    """Have what is new and chosen added; raises Conflict while the list is being read."""
    get(list_id)
    _need_idle(list_id, "list_read", BUSY)
    activity.touch("lists", list_id)
    return jobs.add("list_apply", str(list_id), by_user=by)


def read_due() -> int:
    """Have every list read whose time has come; answers how many. What is new is then added."""
    now = clock.now()
    soon = (ImportList.next_check_at > 0) & (ImportList.next_check_at <= now)
    # further away than anybody can say: the clock was wrong when it was written
    due = soon | (ImportList.next_check_at > now + LONGEST * clock.HOUR)
    rows = list(ImportList.select().where(due).order_by(ImportList.next_check_at).limit(500))
    return sum(db.transact(partial(_start_due, row, now)) for row in rows)


def next_check(row: models.ImportList) -> int:
    """When a list is read again by itself; 0 when it is not followed."""
    return clock.now() + _interval(row.every) if row.followed else 0


def _entries(new: NewList) -> list[Listed]:
    entries = list(new.entries)
    return import_readers.artists_of(entries) if new.mode == ARTISTS else entries


def _start_due(row: models.ImportList, now: int) -> bool:
    if _is_active(row.id, "list_read"):  # by hand: it adds nothing, so the turn is kept
        return False
    columns = {"next_check_at": now + _interval(row.every) if row.followed else 0}
    mine = (ImportList.id == row.id) & (ImportList.next_check_at == row.next_check_at)
    if not ImportList.update(**columns).where(mine).execute():  # of several workers, one starts it
        return False
    jobs.add("list_read", str(row.id), {"apply": row.followed})
    return True


def _ask_to_read(row: models.ImportList, by: int | None) -> models.Job:
    activity.touch("lists", row.id)
    return jobs.add("list_read", str(row.id), by_user=by)


def _need_idle(list_id: int, kind: str, sentence: str) -> None:
    if _is_active(list_id, kind):
        raise Conflict(sentence)


def _is_active(list_id: int, kind: str) -> bool:
    job = jobs.of(kind, str(list_id))
    return job is not None and job.state in ACTIVE


def is_unnamed(row: models.ImportList) -> bool:
    """Whether nobody named the list: it is called after its address."""
    return bool(row.name == _name(import_kinds.find(row.kind), row.options))


def usual_interval() -> int:
    """Hours between two readings of a followed list that says nothing of its own."""
    return settings.get(options.lists_interval)


def _interval(every: int | None) -> int:
    return (every or usual_interval()) * clock.HOUR


def _shown(rows: Sequence[models.ImportList]) -> list[Shown]:
    counts = import_rows.counts([row.id for row in rows])
    newest = _jobs([row.id for row in rows])
    return [
        Shown(
            row=row,
            kind=import_kinds.find(row.kind),
            counts=counts[row.id],
            job=newest.get(row.id),
        )
        for row in rows
    ]


def _jobs(list_ids: Iterable[int]) -> dict[int, models.Job]:
    """The newest job of each list."""
    subjects = [str(list_id) for list_id in list_ids]
    if not subjects:
        return {}
    mine = jobs.Job.kind.in_(("list_read", "list_apply")) & jobs.Job.subject.in_(subjects)
    newest = jobs.Job.select(fn.MAX(jobs.Job.id)).where(mine).group_by(jobs.Job.subject)
    return {int(job.subject): job for job in jobs.Job.select().where(jobs.Job.id.in_(newest))}


def _as_new(row: models.ImportList, changes: Mapping[str, Any]) -> NewList:
    """The list as it would be made anew, with the changes."""
    stored = {name: value for name, value in row.options.items() if name != MONITOR}
    return NewList(
        kind=row.kind,
        mode=row.mode,
        name=changes.get("name", row.name),
        options={**stored, **changes.get("options", {})},
        filters={**row.filters, **changes.get("filters", {})},
        monitor=changes.get(MONITOR, row.options.get(MONITOR)),
        connection_id=changes.get("connection_id", row.connection_id),
        followed=changes.get("followed", row.followed),
        every=changes.get("every", row.every),
        removal=changes.get("removal", row.removal),
        entries=() if import_kinds.find(row.kind).read else _NOT_ASKED,
    )


_NOT_ASKED = (Listed(external_id="", artist=""),)  # the entries lie in rows already


def _source(given: Mapping[str, Any], connection_id: int | None) -> Any:
    """What decides which entries there are."""
    return {name: value for name, value in given.items() if name != MONITOR}, connection_id


def _checked(kind: ListKind, new: NewList, *, with_account: bool = True) -> dict[str, Any]:
    """The columns of a list. Raises Invalid with a message for each field."""
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, fields, given in (
        ("options", kind.fields, new.options),
        ("filters", kind.filters, new.filters),
    ):
        known = {one.name for one in fields}
        problems |= {one: "There is no such field." for one in given if one not in known}
        try:
            values[name] = import_kind.checked(fields, given)
        except Invalid as error:
            problems |= error.fields
    problems |= _problems(kind, new)
    problems |= _connection_problem(kind, new.connection_id) if with_account else {}
    if problems:
        raise Invalid(problems)
    monitor = new.mode == ARTISTS if new.monitor is None else new.monitor
    values["options"][MONITOR] = monitor
    return {
        **values,
        "name": text.tidy(new.name)[:255] or _name(kind, values["options"]),
        "mode": new.mode,
        "connection_id": new.connection_id,
        "followed": new.followed,
        "every": new.every,
        "removal": new.removal,
    }


def _problems(kind: ListKind, new: NewList) -> dict[str, str]:
    problems: dict[str, str] = {}
    if new.mode not in dict(MODES) or new.mode not in kind.modes:
        problems["mode"] = f"{kind.title} cannot be imported that way."
    if new.removal not in dict(REMOVALS):
        problems["removal"] = "Choose one of the offered ones."
    if new.every is not None and not 1 <= new.every <= LONGEST:
        problems["every"] = f"Give hours from 1 to {LONGEST}."
    if new.followed and not kind.can_follow:
        problems["followed"] = "These entries are given once; there is nothing to follow."
    if kind.read is None and not new.entries:
        problems["text"] = "There is no name in it."
    return problems


def _connection_problem(kind: ListKind, connection_id: int | None) -> dict[str, str]:
    if connection_id is None:
        if kind.connection == "needed":
            return {"connection_id": "Connect a Spotify account first, then choose it here."}
        return {}
    if not kind.connection:
        return {"connection_id": "This kind of list needs no account."}
    try:
        connections.get(connection_id)
    except NotFound as error:
        return {"connection_id": str(error)}
    return {}


def _name(kind: ListKind, options: Mapping[str, Any]) -> str:
    """What a list is called when nobody named it."""
    first = next((one for one in kind.fields if one.required), None)
    said = options.get(first.name, "") if first else ""
    shown = dict(first.choices).get(said, said) if first else ""
    return f"{kind.title}: {shown}"[:255] if shown else kind.title
