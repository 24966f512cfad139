"""Messages of other programs about their lists: an artist that was just added to Lidarr."""

from collections.abc import Mapping
from typing import Any

from mvidarr import models
from mvidarr.core import clock, db
from mvidarr.discovery import import_apply, import_library, import_match, import_rows, import_store
from mvidarr.discovery.import_match import State
from mvidarr.discovery.import_rows import ImportList, ImportRow
from mvidarr.integrations import lidarr
from mvidarr.integrations.protocols import Listed
from mvidarr.library import artists, words
from mvidarr.library.artists import NewArtist

LIDARR = "lidarr"
ARRIVED, ADDED, THERE, LEFT_OUT, IGNORED = "arrived", "added", "known", "left_out", "ignored"


def lidarr_said(body: Mapping[str, Any]) -> str:
    """Take a message of Lidarr's; answers what became of it, in one of the words above."""
    if lidarr.is_test(body):
        return ARRIVED
    entry = lidarr.webhook(body)
    if entry is None:
        return IGNORED
    row = ImportList.select().where(ImportList.kind == LIDARR, ImportList.followed).first()
    return _by_itself(entry) if row is None else _through(row, entry)


def _through(row: models.ImportList, entry: Listed) -> str:
    """As the list that is followed would add it."""
    library = import_library.artists()
    db.transact(lambda: import_store.take(row, [entry], library, clock.now()))
    mine = (ImportRow.list == row.id) & (
        ImportRow.external_id == import_rows.ident(entry.external_id)
    )
    before: models.ImportRow = ImportRow.get(mine)
    import_apply.add_now(row, before.id)
    state = ImportRow.get(mine).state
    if state == State.ADDED:
        return ADDED if before.state == State.NEW else THERE
    return THERE if state == State.KNOWN else LEFT_OUT


def _by_itself(entry: Listed) -> str:
    if import_match.left_out(entry, {}):
        return LEFT_OUT
    found = import_match.meant(entry.artist, entry.ids, import_library.artists())
    if found.state is not State.NEW:
        return THERE
    kinds = {catalogue.kind for catalogue in words.ARTIST_IDS}
    ids = {kind: value for kind, value in entry.ids.items() if kind in kinds}
    artists.add(NewArtist(name=entry.artist, ids=ids, monitored=entry.monitored))
    return ADDED
