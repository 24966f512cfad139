"""Read one list: ask its service, write what it has, say what became of what it had."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mvidarr import activity, models
from mvidarr.core import clock, db, text
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import Conflict, Error, NotFound, ServiceError
from mvidarr.core.http import Conf
from mvidarr.discovery import (
    connections,
    import_kinds,
    import_library,
    import_lookup,
    import_readers,
    import_rows,
    import_store,
    imports,
)
from mvidarr.discovery.import_kind import ARTISTS, Ask, ListKind, Reader
from mvidarr.discovery.import_match import State
from mvidarr.discovery.import_rows import ImportList, ImportRow
from mvidarr.governor import calls, services
from mvidarr.integrations import spotify
from mvidarr.integrations.protocols import Listed
from mvidarr.jobs import jobs

MOST = 20_000  # entries of one list
TELL_EVERY = 50  # entries
TRIES = 5
TOUCH_EVERY = 1.0  # seconds
FRESH = clock.MINUTE  # a list is read to learn what is new: older answers do not count
LONG = 15 * clock.MINUTE  # a service that asks for more is left alone, not waited for
EMPTY = "The list came back empty, though it had {count} entries. Nothing was taken as gone."
CUT = "The list has more than {most:,} entries. The first of them are here."
PART = "The service handed out only a part of the list. Nothing was taken as gone."

Tell = Callable[[int, int | None, str], None]
Found = tuple[list[Listed], str]  # entries, and why these are not all of them


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reading found: how many entries there are now, how many are gone, and a warning."""

    entries: int
    gone: int
    warning: str = ""


def read(list_id: int, vault: Vault, progress: Tell, *, apply: bool = False) -> Reading | None:
    """Read a list; None when it was deleted meanwhile. With `apply` what is new is added next.

    A list that asks for something else by the time that it answered is asked again.
    The network is asked first, then rows are written in short transactions. A service that fails
    changes nothing but the list's `last_error`.
    """
    tell = _telling(list_id, progress)
    for _ in range(TRIES):
        with db.session():
            row = imports.find(list_id)
        if row is None:
            return None
        with contextlib.suppress(import_store.Changed):
            return _read(row, vault, tell, apply=apply)
    raise Conflict("The list was changed again and again while it was read. Read it again.")


def _read(row: models.ImportList, vault: Vault, tell: Tell, *, apply: bool) -> Reading | None:
    try:
        entries, cut = _entries(row, vault, tell)
    except Error as error:
        _note_failure(row, error)
        raise _without_waiting(error) from error
    try:
        made = _keep(row, entries, cut, tell)
        with db.session():
            db.transact(partial(_note, row, made, apply=apply))
    except NotFound:  # deleted while the service was asked
        return None
    tell(made.entries, made.entries, f"{row.name}: {made.entries:,} entries")
    return made


def _entries(row: models.ImportList, vault: Vault, tell: Tell) -> Found:
    """The entries; with what is said when there are more of them than were read."""
    kind = import_kinds.find(row.kind)
    tell(0, None, f"{row.name}: asking for its entries")
    if kind.read is None or kind.service is None:
        return _given(row.id), ""
    found, cut = _asked(row, kind, vault, tell)
    entries = import_readers.artists_of(found) if row.mode == ARTISTS else found
    return import_store.unique(entries)[:MOST], cut


def _given(list_id: int) -> list[Listed]:
    """Entries that were given once: they lie in the rows."""
    with db.session():
        rows = ImportRow.select().where(ImportRow.list == list_id).order_by(ImportRow.id)
        return [import_rows.entry(row) for row in rows.iterator()]


def _asked(row: models.ImportList, kind: ListKind, vault: Vault, tell: Tell) -> Found:
    if not kind.connection:
        return _gathered(row, kind, "", tell)
    if row.connection_id is None:
        return _gathered(row, kind, connections.app_access(), tell)
    access = connections.access(row.connection_id, vault)
    try:
        return _gathered(row, kind, access, tell)
    except spotify.Expired:
        access = connections.access(row.connection_id, vault, refused=access)
    try:
        return _gathered(row, kind, access, tell)
    except (spotify.Expired, spotify.Relink) as error:
        connections.mark_broken(row.connection_id, str(error))
        raise


def _gathered(row: models.ImportList, kind: ListKind, access: str, tell: Tell) -> Found:
    call_it = partial(_call, row) if imports.is_unnamed(row) else None
    ask = Ask(mode=row.mode, options=row.options, access=access, call_it=call_it)
    wanted = partial(_all, row.name, kind.entries, ask, tell)
    return calls.call(services.find(str(kind.service)), wanted, oldest=FRESH)


def _call(row: models.ImportList, title: str) -> None:
    """Take over what the service calls a list, unless a person named it meanwhile."""
    name = text.tidy(title)[:255]
    if not name:
        return
    mine = (ImportList.id == row.id) & (ImportList.name == row.name)
    with db.session(), db.atomic():
        if ImportList.update(name=name).where(mine).execute():
            row.name = name
            import_rows.touch(row.id)


def _all(name: str, reader: Reader, ask: Ask, tell: Tell, conf: Conf) -> Found:
    entries: list[Listed] = []
    parts: list[str] = []
    heard = replace(conf, cut=lambda: parts.append(PART))
    for entry in reader(heard, ask):
        entries.append(entry)
        if len(entries) % TELL_EVERY == 0:
            tell(len(entries), None, f"{name}: {len(entries):,} entries so far")
        if len(entries) > MOST:
            return entries, CUT.format(most=MOST)
    return entries, parts[0] if parts else ""


def _keep(row: models.ImportList, entries: list[Listed], cut: str, tell: Tell) -> Reading:
    started = clock.now()
    with db.session():
        before = import_store.count_present(row.id)
        library = import_library.artists()
        done = 0
        for some in import_store.shares(entries):
            db.transact(partial(import_store.take, row, some, library, started))
            done += len(some)
            tell(done, len(entries), f"{row.name}: comparing with the library")
    looked = import_lookup.look_up(row, library, tell)
    is_empty = before > 0 and not entries and not cut
    with db.session():
        gone = 0 if is_empty or cut else _gone(row.id, started)
        warnings = [
            EMPTY.format(count=before) if is_empty else "",
            cut,
            f"Names were not looked up: {looked}" if looked else "",
        ]
    warning = " ".join(one for one in warnings if one)
    return Reading(entries=len(entries), gone=gone, warning=warning)


def _gone(list_id: int, started: int) -> int:
    gone = 0
    while some := db.transact(partial(import_store.mark_gone, list_id, started)):
        gone += some
    return gone


def _note(row: models.ImportList, made: Reading, *, apply: bool) -> None:
    import_store.need_same(row)
    columns = {
        "read_at": clock.now(),
        "last_error": made.warning or None,
        "updated_at": clock.now(),
    }
    now = imports.get(row.id)
    if apply or not now.followed:  # what is read by hand does not put off what is added by itself
        columns["next_check_at"] = imports.next_check(now)
    ImportList.update(**columns).where(ImportList.id == row.id).execute()
    counts = import_rows.counts([row.id])[row.id]
    activity.record(
        "list.read",
        row.name,
        list_id=row.id,
        entries=made.entries,
        new=counts[State.NEW],
        ambiguous=counts[State.AMBIGUOUS],
        gone=made.gone,
        problem=made.warning,
    )
    import_rows.touch(row.id)
    if apply:
        jobs.add("list_apply", str(row.id))


def _note_failure(row: models.ImportList, error: Error) -> None:
    """Keep the sentence, and when to try again where the service wants to be left alone long."""

    def work() -> None:
        columns: dict[str, Any] = {"last_error": str(error)[:1000], "updated_at": clock.now()}
        pause = int(_asked_pause(error) * 1000)
        if pause >= LONG:
            columns["next_check_at"] = clock.now() + min(pause, imports.LONGEST * clock.HOUR)
        ImportList.update(**columns).where(ImportList.id == row.id).execute()
        if row.last_error != columns["last_error"]:  # said once, not with every try
            activity.record("list.failed", f"{row.name}: {error}", list_id=row.id)
        import_rows.touch(row.id)

    with db.session():
        db.transact(work)


def _without_waiting(error: Error) -> Error:
    """The error as it is, but one that asks for hours ends the job: the list waits, not a job."""
    if _asked_pause(error) * 1000 < LONG:
        return error
    return ServiceError(getattr(error, "service", ""), str(error), permanent=True)


def _asked_pause(error: Error) -> float:
    """Seconds that the service asked for."""
    return getattr(error, "retry_after", None) or 0.0


def _telling(list_id: int, progress: Tell) -> Tell:
    """Tell the job, and once a second the pages that show the list."""
    touched = time.monotonic()

    def tell(done: int, total: int | None, note: str) -> None:
        nonlocal touched
        progress(done, total, note)
        if time.monotonic() - touched > TOUCH_EVERY:
            touched = time.monotonic()
            with db.session(), db.atomic():
                import_rows.touch(list_id)

    return tell
