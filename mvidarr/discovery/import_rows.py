"""Entries of lists as rows: what the service said, whom it may mean, what a person chose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from peewee import fn

from mvidarr import activity, models
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Invalid, NotFound
from mvidarr.core.terms import Availability
from mvidarr.discovery.import_match import State
from mvidarr.integrations.protocols import FoundUpload, Listed

ImportList: Final[Any] = models.ImportList
ImportRow: Final[Any] = models.ImportRow

STATES = tuple(State)
_UPLOAD = (
    "provider",
    "source_id",
    "title",
    "channel",
    "channel_id",
    "duration",
    "published_at",
    "image_url",
)
_FACTS = ("album", "year", "duration", "isrc", "plays", "image_url", "monitored")


def ident(external_id: str) -> str:
    return text.bounded(text.tidy(external_id), 255)


def facts(entry: Listed) -> dict[str, Any]:
    """What the service said of an entry, as a row keeps it."""
    said: dict[str, Any] = {name: getattr(entry, name) for name in _FACTS}
    said["ids"] = dict(entry.ids)
    said["genres"] = list(entry.genres[:20])
    upload = entry.upload
    said["upload"] = {name: getattr(upload, name) for name in _UPLOAD} if upload else None
    return said


def entry(row: models.ImportRow) -> Listed:
    """What the service said, out of a row."""
    said = row.data
    upload = said.get("upload")
    return Listed(
        external_id=row.external_id,
        artist=row.name,
        title=row.title,
        ids=said.get("ids", {}),
        genres=tuple(said.get("genres", ())),
        upload=_upload(upload) if upload else None,
        **{name: said[name] for name in _FACTS if name in said},
    )


def _upload(said: Mapping[str, Any]) -> FoundUpload:
    known: dict[str, Any] = {name: said.get(name) for name in _UPLOAD}
    return FoundUpload(
        found_by="list",
        availability=Availability.UNKNOWN,
        **known,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Somebody whom an ambiguous entry may mean: of the library, or of a catalogue."""

    name: str
    disambiguation: str = ""
    country: str | None = None
    years: str | None = None
    kind: str | None = None
    artist_id: int | None = None
    ids: Mapping[str, str]

    def stored(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "disambiguation": self.disambiguation,
            "country": self.country,
            "years": self.years,
            "kind": self.kind,
            "artist_id": self.artist_id,
            "ids": dict(self.ids),
        }


def choices(row: models.ImportRow) -> list[Choice]:
    """Whom an entry may mean, in the order in which they are offered."""
    stored = row.data.get("found") or row.data.get("catalogue") or ()
    return [Choice(**one) for one in stored]


def get(list_id: int, row_id: int) -> models.ImportRow:
    """Raises NotFound."""
    row: models.ImportRow | None = ImportRow.get_or_none(
        ImportRow.id == row_id, ImportRow.list == list_id
    )
    if row is None:
        raise NotFound("This entry is not in the list any more.")
    return row


def page(list_id: int, state: State | None, place: db.Place) -> db.Page:
    """Entries in the order in which they came; of one state, or all of them."""
    query = ImportRow.select().where(ImportRow.list == list_id)
    if state is not None:
        query = query.where(ImportRow.state == state)
    order = db.Order(name="id", column=ImportRow.id, id=ImportRow.id)
    return db.page(query, order, place, key=lambda row: (row.id, row.id))


def parse_state(raw: str) -> State | None:
    """Raises Invalid; empty is every state."""
    if not raw:
        return None
    if raw not in STATES:
        raise Invalid({"state": f"Choose one of: {', '.join(STATES)}."})
    return State(raw)


def counts(list_ids: Sequence[int]) -> dict[int, dict[State, int]]:
    """How many entries of each state every list has."""
    if not list_ids:
        return {}
    query = (
        ImportRow.select(ImportRow.list, ImportRow.state, fn.COUNT(ImportRow.id))
        .where(ImportRow.list.in_(list_ids))
        .group_by(ImportRow.list, ImportRow.state)
    )
    found = {list_id: dict.fromkeys(STATES, 0) for list_id in list_ids}
    for list_id, state, count in query.tuples():
        found[list_id][State(state)] = count
    return found


def write(row: models.ImportRow, **columns: Any) -> None:
    """Change columns of a row; `data` is merged with what it has, None takes a member out."""
    if "data" in columns:
        merged = {**row.data, **columns["data"]}
        columns["data"] = {name: value for name, value in merged.items() if value is not None}
    for name, value in columns.items():
        setattr(row, name, value)
    ImportRow.update(**columns, updated_at=clock.now()).where(ImportRow.id == row.id).execute()


def mark_seen(row_ids: Iterable[int], at: int) -> None:
    ids = list(row_ids)
    if ids:
        ImportRow.update(seen_at=at).where(ImportRow.id.in_(ids)).execute()


def touch(list_id: int) -> None:
    activity.touch("lists", list_id)


def count(list_id: int, state: State | None) -> tuple[int, bool]:
    """How many entries there are, and whether that is all of them."""
    query = ImportRow.select().where(ImportRow.list == list_id)
    return db.capped_count(query if state is None else query.where(ImportRow.state == state))
