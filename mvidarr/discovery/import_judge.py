"""Where the entries of a list stand: rows compared with the library, many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mvidarr import models
from mvidarr.discovery import import_library, import_match, import_rows
from mvidarr.discovery.import_kind import VIDEOS
from mvidarr.discovery.import_library import Songs
from mvidarr.discovery.import_match import Known, Library, State
from mvidarr.discovery.import_rows import Choice

REMOVED = "You removed it from the library."
BLOCKED = "This upload is blocked."
REFUSED = "You refused this upload."
NO_SONG = "It names no song."
YOUTUBE = "youtube"
OPEN = frozenset({State.NEW, State.KNOWN, State.AMBIGUOUS})
SETTLED = frozenset({State.ADDED, State.SKIPPED})


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a list wants of its entries."""

    mode: str
    filters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, row: models.ImportList) -> "Rules":
        return cls(mode=row.mode, filters=row.filters)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an entry stands, as columns and members of its row."""

    state: State
    artist_id: int | None = None
    video_id: int | None = None
    why: str = ""
    found: Sequence[Choice] = ()
    chosen: bool = True

    def is_of(self, row: models.ImportRow) -> bool:
        """Whether the row says so already."""
        return (
            row.state == self.state
            and row.artist_id == self.artist_id
            and row.video_id == self.video_id
            and row.chosen == self.chosen
            and row.data.get("why", "") == self.why
            and row.data.get("found", []) == [choice.stored() for choice in self.found]
        )

    def columns(self) -> dict[str, Any]:
        found = [choice.stored() for choice in self.found]
        data: dict[str, Any] = {"why": self.why or None, "found": found or None}
        if self.state is not State.ADDED:  # whatever is there by now, the list did not bring it
            data["brought"] = None
        return {
            "state": self.state.value,
            "artist": self.artist_id,
            "video": self.video_id,
            "chosen": self.chosen,
            "data": data,
        }


def standings(
    rows: Sequence[models.ImportRow], library: Library, rules: Rules
) -> list[tuple[models.ImportRow, Standing]]:
    """Each row with where it stands; asks the database for the songs of all of them at once."""
    found = _there([(row, _standing(row, library, rules)) for row in rows])
    if rules.mode != VIDEOS:
        return [(row, _as_before(row, one, row.artist_id, library)) for row, one in found]
    open_ones = [(row, one) for row, one in found if one.state in OPEN]
    uploads = [upload for row, _ in open_ones if (upload := upload_of(row))]
    songs = import_library.songs({one.artist_id for _, one in open_ones if one.artist_id}, uploads)
    places = {row.id: _song(row, one, songs) for row, one in open_ones}
    return [
        (row, _as_before(row, places.get(row.id, one), row.video_id, library)) for row, one in found
    ]


def _there(
    found: Sequence[tuple[models.ImportRow, Standing]],
) -> list[tuple[models.ImportRow, Standing]]:
    """The same without artists that were deleted a moment ago."""
    there = import_library.still_there(one.artist_id for _, one in found if one.artist_id)
    gone = Standing(state=State.SKIPPED, why=REMOVED, chosen=False)
    return [
        (row, one if one.artist_id is None or one.artist_id in there else gone)
        for row, one in found
    ]


def upload_of(row: models.ImportRow) -> str:
    """The id of the upload at YouTube that an entry names; empty where it names none."""
    upload = row.data.get("upload")
    return str(upload["source_id"]) if upload and upload["provider"] == YOUTUBE else ""


def name_of(row: models.ImportRow) -> tuple[str, Mapping[str, str]]:
    """Name and ids of who is meant: what a person chose goes before what the service said."""
    chosen = choice_of(row)
    if chosen is not None:
        return chosen.name, chosen.ids
    return row.name, row.data.get("ids", {})


def choice_of(row: models.ImportRow) -> Choice | None:
    """Whom an entry means: the one that a person chose, or the only one that a catalogue knows."""
    stored = row.data.get("choice")
    if stored:
        return Choice(**stored)
    catalogue = row.data.get("catalogue", ())
    is_only = len(catalogue) == 1 and not row.data.get("ids")
    return Choice(**catalogue[0]) if is_only else None


def left_out(row: models.ImportRow, filters: Mapping[str, Any]) -> str:
    """Why an entry is left out that nobody took in anyway; empty when it is not."""
    return "" if row.data.get("anyway") else import_match.left_out(import_rows.entry(row), filters)


def _standing(row: models.ImportRow, library: Library, rules: Rules) -> Standing:
    state = _was(row)
    if state is State.ADDED and row.artist_id is None:
        return Standing(state=State.SKIPPED, why=REMOVED, chosen=False)
    if state in SETTLED:
        return Standing(
            state=state,
            artist_id=row.artist_id,
            video_id=row.video_id,
            why=row.data.get("why", ""),
            chosen=state is State.ADDED or row.chosen,
        )
    why = left_out(row, rules.filters)
    if why:
        return Standing(state=State.FILTERED, why=why)
    return _meant(row, library)


def _was(row: models.ImportRow) -> State:
    """Where it stood. It may be back: what the list itself removed is as new."""
    if row.state != State.GONE:
        return State(row.state)
    return State.NEW if row.data.get("removed") else State(row.data.get("was", State.NEW))


def _as_before(
    row: models.ImportRow, one: Standing, there: int | None, library: Library
) -> Standing:
    """What was known and is not found any more was deleted, or somebody gave it another name.

    `there`: the artist or the video that it was.
    """
    if one.state is not State.NEW or _was(row) is not State.KNOWN:
        return one
    if there is None:
        return Standing(state=State.SKIPPED, why=REMOVED, chosen=False)
    artist = library.get(row.artist_id) if row.artist_id else None
    if artist is None or artist.is_other(name_of(row)[1]):
        return one
    return Standing(state=State.KNOWN, artist_id=artist.id, video_id=row.video_id)


def _meant(row: models.ImportRow, library: Library) -> Standing:
    if row.data.get("choice"):
        return _chosen(Choice(**row.data["choice"]), library)
    found = import_match.meant(*name_of(row), library)
    if found.state is State.AMBIGUOUS:
        options = [library.get(artist_id) for artist_id in found.options]
        return Standing(
            state=State.AMBIGUOUS, found=[as_choice(one) for one in options if one is not None]
        )
    if found.state is State.NEW and _is_unsure(row):
        return Standing(state=State.AMBIGUOUS)
    return Standing(state=found.state, artist_id=found.artist_id)


def _chosen(choice: Choice, library: Library) -> Standing:
    """A person said who it is: only the very artist counts, not one that is called alike."""
    if choice.artist_id and library.get(choice.artist_id):
        return Standing(state=State.KNOWN, artist_id=choice.artist_id)
    same = [one for pair in choice.ids.items() for one in library.at(*pair)]
    if same:
        return Standing(state=State.KNOWN, artist_id=same[0].id)
    return Standing(state=State.NEW)


def _is_unsure(row: models.ImportRow) -> bool:
    """Whether a catalogue knows several of the name, and nothing says which of them is meant."""
    return len(row.data.get("catalogue", ())) > 1 and not row.data.get("ids")


def as_choice(artist: Known) -> Choice:
    return Choice(
        name=artist.name,
        disambiguation=artist.disambiguation,
        country=artist.country,
        artist_id=artist.id,
        ids={kind: values[0] for kind, values in artist.ids.items() if values},
    )


def _song(row: models.ImportRow, one: Standing, songs: Songs) -> Standing:
    """A song is known when the library has it, not when it only has its artist."""
    upload = upload_of(row)
    if not upload and not row.title:
        return Standing(state=State.FILTERED, why=NO_SONG)
    if upload in songs.blocked:
        return Standing(state=State.FILTERED, why=BLOCKED)
    if upload in songs.used:
        owner, video = songs.used[upload]
        return Standing(state=State.KNOWN, artist_id=owner, video_id=video)
    if songs.is_refused(upload, name_of(row)[0]) and not row.data.get("anyway"):
        return Standing(state=State.FILTERED, why=REFUSED)
    if one.artist_id is None:
        return one
    if not upload:
        same = songs.find(one.artist_id, import_library.song(import_rows.entry(row)))
        if same is not None:
            return Standing(state=State.KNOWN, artist_id=one.artist_id, video_id=same)
    return Standing(state=State.NEW, artist_id=one.artist_id)
