"""Names that came without any id, looked up at MusicBrainz: one artist, or several?"""

from collections.abc import Callable, Mapping, Sequence

from mvidarr import models
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Error
from mvidarr.discovery import import_rows, import_store
from mvidarr.discovery.import_match import Library, State
from mvidarr.discovery.import_rows import Choice, ImportRow
from mvidarr.governor import calls, services
from mvidarr.integrations.protocols import FoundArtist
from mvidarr.library import status, words

CATALOGUE = "musicbrainz"
MOST = 500  # names in one reading: one a second is what MusicBrainz allows
OFFERED = 8
READ_AT_ONCE = 500

Tell = Callable[[int, int | None, str], None]


def look_up(row: models.ImportList, library: Library, tell: Tell) -> str:
    """Ask for the names that nobody was asked for yet; what went wrong, as a sentence."""
    with db.session():
        names = _names(row.id)
    for done, (name, row_ids) in enumerate(names.items()):
        tell(done, len(names), f"{row.name}: looking up {name}")
        try:
            found = _ask(name)
        except Error as error:  # the rest goes by name; the next reading asks again
            return calls.said(services.find(CATALOGUE), error)
        with db.session():
            db.transact(_keeper(row, row_ids, found, library))
    return ""


def _names(list_id: int) -> Mapping[str, Sequence[int]]:
    """Name → rows that it stands in, as many names as one reading asks for."""
    found: dict[str, list[int]] = {}
    spelled: dict[str, str] = {}
    last = 0
    while True:
        rows = list(
            ImportRow.select()
            .where(ImportRow.list == list_id, ImportRow.state == State.NEW, ImportRow.id > last)
            .order_by(ImportRow.id)
            .limit(READ_AT_ONCE)
        )
        for row in filter(_is_open, rows):
            name = spelled.setdefault(text.name_key(row.name), row.name)
            if name in found or len(found) < MOST:
                found.setdefault(name, []).append(row.id)
        if len(rows) < READ_AT_ONCE:
            return found
        last = rows[-1].id


def _is_open(row: models.ImportRow) -> bool:
    said = row.data
    return not (said.get("ids") or said.get("looked_at") or said.get("choice") or row.artist_id)


def _ask(name: str) -> list[Choice]:
    """The artists of exactly that name, the likeliest first."""
    kind = services.find(CATALOGUE)
    finder = kind.find_artists
    if finder is None:
        return []
    answer = calls.call(kind, lambda conf: list(finder(conf, name)))
    wanted = text.name_key(name)
    same = [one for one in answer if wanted in map(text.name_key, (one.name, *one.aliases))]
    exact = [one for one in same if text.name_key(one.name) == wanted]
    return [choice(one) for one in (exact or same)[:OFFERED]]


def choice(found: FoundArtist) -> Choice:
    kinds = {catalogue.kind for catalogue in words.ARTIST_IDS}
    return Choice(
        name=found.name[:255],
        disambiguation=found.disambiguation[:255],
        country=found.country,
        years=found.years,
        kind=found.kind,
        ids={kind: value for kind, value in found.ids.items() if kind in kinds},
    )


def _keeper(
    row: models.ImportList, row_ids: Sequence[int], found: Sequence[Choice], library: Library
) -> Callable[[], None]:
    def work() -> None:
        import_store.need(row.id)
        for some in status.chunks(row_ids):
            status.lock(ImportRow, some)
            for one in ImportRow.select().where(ImportRow.id.in_(some)):
                data = {"looked_at": clock.now(), "catalogue": [one.stored() for one in found]}
                import_rows.write(one, data=data)
            import_store.judge_again(row, some, library)
        import_rows.touch(row.id)

    return work
