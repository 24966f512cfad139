"""What an entry of a list becomes: an artist, and in video mode its song. Without the network.

The caller holds the transaction. Doing it again finds what is there and adds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mvidarr import models
from mvidarr.core import text
from mvidarr.discovery import import_judge, import_library, import_match, import_rows
from mvidarr.discovery.import_judge import BLOCKED, NO_SONG, REFUSED
from mvidarr.discovery.import_kind import VIDEOS
from mvidarr.discovery.import_library import Songs
from mvidarr.discovery.import_match import Library, State
from mvidarr.downloads import choose
from mvidarr.library import artists, links, words
from mvidarr.library.artists import NewArtist
from mvidarr.library.tables import VideoSource
from mvidarr.library.videos import Song


@dataclass(frozen=True, kw_only=True)
class Order:
    """How a list wants its entries added. `by`: on whose behalf."""

    mode: str
    monitor: bool
    by: int | None
    filters: Mapping[str, Any] = field(default_factory=dict)
    songs: Songs = field(default_factory=Songs)  # what this transaction knows of them


@dataclass(frozen=True, kw_only=True)
class Added:
    """What became of one entry: columns of its row, and which artist or video is new."""

    columns: Mapping[str, Any]
    artist: models.Artist | None = None
    is_new_video: bool = False


def add(row: models.ImportRow, order: Order, library: Library) -> Added:
    """Add what an entry means; its row says what there is already."""
    # other filters may have come since the list was read
    why = import_judge.left_out(row, order.filters)
    if why:
        return _as(State.FILTERED, why=why)
    if order.mode == VIDEOS:
        return _add_song(row, order, library)
    artist_id, made = _artist(row, order, library)
    if artist_id is None:
        return _unsure(row, library)
    if made is None:
        return _as(State.KNOWN, artist=artist_id)
    return replace(_as(State.ADDED, artist=artist_id, brought=True), artist=made)


def _add_song(row: models.ImportRow, order: Order, library: Library) -> Added:
    entry = import_rows.entry(row)
    upload = import_judge.upload_of(row)
    if not upload and not row.title:
        return _as(State.FILTERED, why=NO_SONG)
    there = import_library.songs((), [upload]) if upload else Songs()
    if upload in there.blocked:
        return _as(State.FILTERED, why=BLOCKED)
    if upload in there.used:
        owner, video = there.used[upload]
        return _as(State.KNOWN, artist=owner, video=video)
    if there.is_refused(upload, import_judge.name_of(row)[0]) and not row.data.get("anyway"):
        return _as(State.FILTERED, why=REFUSED)
    artist_id, made = _artist(row, order, library)
    if artist_id is None:
        return _unsure(row, library)
    song = import_library.song(entry)
    same = order.songs.of(artist_id).get(import_library.likeness(song))
    added = (
        _take(row, artist_id, song, same, order) if upload else _want(artist_id, song, same, order)
    )
    order.songs.of(artist_id)[import_library.likeness(song)] = added.columns["video"]
    data = {**added.columns["data"], "brought": True if same is None else None}
    return replace(added, columns={**added.columns, "data": data}, artist=made)


def _unsure(row: models.ImportRow, library: Library) -> Added:
    """Somebody has the name, and nothing says whether it is the same."""
    same = library.at("name", text.name_key(import_judge.name_of(row)[0]))
    asked = _as(State.AMBIGUOUS, why=f"{row.name} is in the library already. Is it the same?")
    found = [import_judge.as_choice(one).stored() for one in same]
    data = {**asked.columns["data"], "found": found, "choice": None}
    return replace(asked, columns={**asked.columns, "data": data})


def _take(
    row: models.ImportRow, artist_id: int, song: Song, same: int | None, order: Order
) -> Added:
    """Have a video come from exactly the upload that the list names."""
    upload = row.data["upload"]
    link = str(links.page_of(upload["provider"], upload["source_id"]))
    if same is None:
        video_id = choose.add_video(artist_id, song, order.by, link).id
    else:
        choose.add_link(same, link, order.by)
        video_id = same
    _describe(artist_id, upload)
    return replace(_as(State.ADDED, artist=artist_id, video=video_id), is_new_video=same is None)


def _want(artist_id: int, song: Song, same: int | None, order: Order) -> Added:
    """Want a song; a search finds its uploads."""
    if same is not None:
        return _as(State.KNOWN, artist=artist_id, video=same)
    video = choose.add_video(artist_id, song, order.by)
    return replace(_as(State.ADDED, artist=artist_id, video=video.id), is_new_video=True)


def _describe(artist_id: int, upload: Mapping[str, Any]) -> None:
    """What the list says of an upload, so that nobody has to ask for it."""
    facts = {
        "title": (upload.get("title") or "")[:500],
        "channel": (upload.get("channel") or "")[:255],
        "channel_id": upload.get("channel_id"),
        "duration": upload.get("duration"),
        "published_at": upload.get("published_at"),
        "image_url": upload.get("image_url") if len(upload.get("image_url") or "") <= 500 else None,
    }
    known = {name: value for name, value in facts.items() if value}
    if known:
        VideoSource.update(**known, reasons=[{"text": "In a list of yours", "points": 100}]).where(
            VideoSource.artist_id == artist_id,
            VideoSource.provider == upload["provider"],
            VideoSource.source_id == upload["source_id"],
        ).execute()


def _artist(
    row: models.ImportRow, order: Order, library: Library
) -> tuple[int | None, models.Artist | None]:
    """Who is meant, and the artist where it had to be added; None when nothing says who it is."""
    known = _known(row, library)
    if known is not None:
        return known, None
    name, ids = import_judge.name_of(row)
    is_open = import_match.meant(name, ids, library).state is State.AMBIGUOUS
    if is_open and not row.data.get("choice"):  # a namesake came since the list was read
        return None, None
    made = _new_artist(row, order)
    return (made.id if made is not None else None), made


def _known(row: models.ImportRow, library: Library) -> int | None:
    """The artist, if the library has it by now."""
    chosen = import_judge.choice_of(row)
    if chosen is not None and chosen.artist_id and artists.find(chosen.artist_id):
        return chosen.artist_id
    if row.artist_id:
        return int(row.artist_id)
    name, ids = import_judge.name_of(row)
    if row.data.get("choice"):  # a person said who it is: the name alone means nothing
        return import_library.present("", ids)
    found = import_match.meant(name, ids, library)
    if found.artist_id and artists.find(found.artist_id):
        return found.artist_id
    return import_library.present(name, ids)


def _new_artist(row: models.ImportRow, order: Order) -> models.Artist | None:
    """None when another artist has the name and nothing sets them apart."""
    kinds = {catalogue.kind for catalogue in words.ARTIST_IDS}
    chosen = import_judge.choice_of(row)
    name, ids = import_judge.name_of(row)
    new = NewArtist(
        name=name,
        disambiguation=chosen.disambiguation if chosen else "",
        country=chosen.country if chosen else None,
        ids={kind: value for kind, value in ids.items() if kind in kinds},
        monitored=order.monitor,
    )
    for apart in dict.fromkeys((new.disambiguation, new.disambiguation or _apart(new))):
        if artists.find_by_name(name, apart) is None:
            return artists.add(replace(new, disambiguation=apart))
    return None


def _apart(new: NewArtist) -> str:
    """What tells two artists of one name apart, when no catalogue says it."""
    if new.country:
        return new.country
    labels = {catalogue.kind: catalogue.label for catalogue in words.ARTIST_IDS}
    return next((f"{labels[kind]} {value[:8]}" for kind, value in new.ids.items()), "")


def _as(
    state: State,
    *,
    artist: int | None = None,
    video: int | None = None,
    why: str = "",
    brought: bool = False,
) -> Added:
    data = {"why": why or None, "brought": brought or None}
    return Added(columns={"state": state.value, "artist": artist, "video": video, "data": data})
