"""Artists: adding, changing, following and deleting them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import PurePosixPath
from typing import Any

from peewee import IntegrityError

from mvidarr import activity, models
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.integrations import protocols
from mvidarr.library import edit, files, rules, search, status, words
from mvidarr.library.rules import Rules
from mvidarr.library.tables import Artist, ExternalId, Video, VideoFile
from mvidarr.media import naming, safe_names

LOCKABLE = ("name", "disambiguation", "country", "bio")
CHANGEABLE = (
    *LOCKABLE,
    *("sort_name", "monitored", "folder", "rules", "ids", "locked"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewArtist:
    """`ids`: external id kind → value. No `folder`: one is made of the name."""

    name: str
    disambiguation: str = ""
    sort_name: str = ""
    country: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    monitored: bool = True
    folder: str = ""
    rules: Mapping[str, Any] = field(default_factory=dict)


def add(new: NewArtist) -> models.Artist:
    """Raises Conflict when the library has the artist, by name and disambiguation or by an id."""
    name = edit.line("name", new.name, needed=True)
    apart = edit.line("disambiguation", new.disambiguation)
    wanted = rules.parse(new.rules)

    def work() -> models.Artist:
        _check_free(name, apart)
        folder = _checked_folder(new.folder) if new.folder else _free_folder(name, apart)
        try:
            artist: models.Artist = Artist.create(
                name=name,
                name_key=text.name_key(name),
                sort_key=text.sort_key(new.sort_name or name),
                disambiguation=apart,
                country=edit.line("country", new.country, most=64) or None,
                monitored=new.monitored,
                rules=wanted.stored(),
                folder=folder,
                folder_key=_folder_key(folder),
            )
        except IntegrityError as error:
            raise Conflict(f"{name} was added in the meantime.") from error
        words.set_artist_ids(artist.id, new.ids)
        words.index_artist(artist)
        activity.record("artist.added", artist.name, artist_id=artist.id)
        activity.touch("nav")
        return artist

    return db.transact(work)


def find(artist_id: int) -> models.Artist | None:
    artist: models.Artist | None = Artist.get_or_none(Artist.id == artist_id)
    return artist


def get(artist_id: int) -> models.Artist:
    artist = find(artist_id)
    if artist is None:
        raise NotFound("This artist is not in the library.")
    return artist


def find_by_name(name: str, disambiguation: str = "") -> models.Artist | None:
    artist: models.Artist | None = Artist.get_or_none(
        Artist.name_key == text.name_key(name), Artist.disambiguation == disambiguation
    )
    return artist


def known_as(name: str, disambiguation: str, ids: Mapping[str, str]) -> models.Artist | None:
    """The artist in the library that a catalogue means: by an id, else by its whole name."""
    for kind, value in ids.items():
        row = ExternalId.get_or_none(ExternalId.kind == kind, ExternalId.value == value)
        if row is not None and row.artist_id:
            return find(row.artist_id)
    return find_by_name(name, disambiguation)


def change(artist_id: int, changes: Mapping[str, Any]) -> models.Artist:
    """Change the fields that are named and lock what a person edited."""
    edit.check_names(changes, CHANGEABLE)
    with db.atomic():
        artist = get(artist_id)
        values = edit.differing(artist, _values(artist, changes))
        edited = [name for name in values if name in LOCKABLE]
        if {"name", "disambiguation"} & values.keys():
            _check_free(
                values.get("name", artist.name),
                values.get("disambiguation", artist.disambiguation),
                except_for=artist.id,
            )
        locked = edit.locks(artist, changes, LOCKABLE, edited)
        edit.write(artist, {**values, **edit.differing(artist, {"locked": locked})})
        if "ids" in changes:
            words.set_artist_ids(artist.id, changes["ids"])
        _follow_up(artist, values)
    return artist


def delete(artist_id: int, *, with_files: bool = False) -> None:
    """Remove an artist and its videos; blocks and history stay, and files unless asked for."""

    if with_files:
        files.need_library()

    def work() -> None:
        status.lock(Artist, [artist_id])  # of two who delete it, one does
        artist = get(artist_id)
        paths = _paths(artist_id) if with_files else []
        search.forget(search.VIDEO, Video.select(Video.id).where(Video.artist_id == artist_id))
        search.forget(search.ARTIST, [artist_id])
        Artist.delete().where(Artist.id == artist_id).execute()
        activity.record("artist.deleted", artist.name, artist_id=artist_id, with_files=with_files)
        for topic in ("nav", "videos", "downloads"):
            activity.touch(topic)
        db.after_commit(lambda: files.discard(paths))

    db.transact(work)


def wanted_rules(artist: models.Artist) -> Rules:
    return rules.load(artist.rules)


def wanted(artist: models.Artist, limit: int = 60) -> protocols.Wanted:
    """The artist as finders see it."""
    return protocols.Wanted(name=artist.name, ids=words.ids_of_artist(artist.id), limit=limit)


def due_for_check(now: int, limit: int) -> Sequence[models.Artist]:
    """Monitored artists whose time has come, the longest waiting first."""
    query = (
        Artist.select()
        .where(Artist.monitored == True, Artist.next_check_at <= now)  # noqa: E712 - SQL, not Python
        .order_by(Artist.next_check_at, Artist.id)
    )
    return list(query.limit(limit))


def mark_checked(artist_id: int, *, failures: int, next_check_at: int) -> None:
    """Note a finished search; `failures` counts the services that did not answer."""
    with db.atomic():
        Artist.update(checked_at=clock.now(), next_check_at=next_check_at, failures=failures).where(
            Artist.id == artist_id
        ).execute()
        activity.touch("artist", artist_id)


def hurry() -> int:
    """Have every monitored artist with wanted videos searched next; how many there are."""
    waiting = (Artist.monitored == True) & (Artist.wanted > 0)  # noqa: E712 - SQL, not Python
    found: int = Artist.select().where(waiting).count()
    Artist.update(next_check_at=0).where(waiting).execute()
    return found


def refit(artist_id: int) -> None:
    """Judge every video of an artist by its rules again."""
    with db.atomic():
        wants = wanted_rules(get(artist_id)).wants
        columns = (Video.id, Video.fits, Video.type, Video.title, Video.version, Video.year)
        moved: dict[bool, list[int]] = {True: [], False: []}
        for video_id, fits, kind, title, version, year in (
            Video.select(*columns).where(Video.artist_id == artist_id).tuples()
        ):
            now = wants(kind=kind, title=title, version=version, year=year)
            if now != fits:
                moved[now].append(video_id)
        for fits, ids in moved.items():
            for some in status.chunks(ids):
                Video.update(fits=fits).where(Video.id.in_(some)).execute()
        status.restate([*moved[True], *moved[False]])


def _values(artist: models.Artist, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that follow from the named fields."""
    values: dict[str, Any] = {}
    for name in changes.keys() & _COLUMNS.keys():
        values |= _COLUMNS[name](artist, changes[name])
    if changes.get("sort_name"):
        values["sort_key"] = text.sort_key(edit.line("sort_name", changes["sort_name"]))
    return values


def _named(artist: models.Artist, raw: Any) -> dict[str, Any]:
    name = edit.line("name", raw, needed=True)
    return {"name": name, "name_key": text.name_key(name), "sort_key": text.sort_key(name)}


def _apart(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"disambiguation": edit.line("disambiguation", raw)}


def _country(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"country": edit.line("country", raw, most=64) or None}


def _bio(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"bio": text.tidy_lines(raw or "")[:10_000] or None}


def _monitored(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"monitored": bool(raw)}


def _foldered(artist: models.Artist, raw: Any) -> dict[str, Any]:
    if not raw:
        return {}
    folder = _checked_folder(raw, except_for=artist.id)
    return {"folder": folder, "folder_key": _folder_key(folder)}


def _ruled(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"rules": rules.parse(raw, wanted_rules(artist)).stored()}


_COLUMNS: Mapping[str, Callable[[models.Artist, Any], dict[str, Any]]] = {
    "name": _named,
    "disambiguation": _apart,
    "country": _country,
    "bio": _bio,
    "monitored": _monitored,
    "folder": _foldered,
    "rules": _ruled,
}


def _follow_up(artist: models.Artist, values: Mapping[str, Any]) -> None:
    """What else a change of an artist changes."""
    if {"name", "disambiguation"} & values.keys():
        words.index_artist(artist)
    if "name" in values:
        videos = Video.select(Video.id).where(Video.artist_id == artist.id)
        for some in status.chunks(video_id for (video_id,) in videos.tuples()):
            words.index_videos(some)
    if "rules" in values:
        refit(artist.id)
    if values:
        activity.record(
            "artist.changed",
            artist.name,
            artist_id=artist.id,
            fields=sorted(name for name in values if not name.endswith("_key")),
        )
        activity.touch("artist", artist.id)


def _check_free(name: str, disambiguation: str, except_for: int = 0) -> None:
    known = find_by_name(name, disambiguation)
    if known is not None and known.id != except_for:
        raise Conflict(
            f"{known.name} is in the library already. Say what sets this one apart, for example "
            "its country or its years."
        )


def _free_folder(name: str, disambiguation: str) -> str:
    """A folder of the artist's own: its name, or the name with what sets it apart."""
    base = name if safe_names.component(name) else "Artist"
    apart = text.cut_bytes(safe_names.value(disambiguation), 60).strip()
    marks = chain([""], [f" ({apart})"] if apart else [], (f" ({n})" for n in count(2)))
    folders = (safe_names.component(base, ending=mark) for mark in marks)
    return next(folder for folder in folders if not _is_taken(folder))


def _checked_folder(raw: str, except_for: int = 0) -> str:
    """A folder that a person gave, safe on every disk. Raises Invalid."""
    path = PurePosixPath(text.tidy(raw).replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise Invalid({"folder": "Give a folder inside the library, without .. in it."})
    parts = [safe_names.component(part) for part in path.parts]
    folder = str(PurePosixPath(*parts)) if all(parts) else ""
    if not folder or len(folder) > 500:
        raise Invalid({"folder": "This cannot be the name of a folder."})
    if _is_taken(folder, except_for):
        raise Invalid({"folder": "Another artist has this folder."})
    return folder


def _is_taken(folder: str, except_for: int = 0) -> bool:
    query = Artist.select().where(Artist.folder_key == _folder_key(folder), Artist.id != except_for)
    taken: bool = query.exists()
    return taken


def _folder_key(folder: str) -> str:
    return text.bounded(naming.path_key(folder))


def _paths(artist_id: int) -> list[str]:
    query = VideoFile.select(VideoFile.path).join(Video).where(Video.artist_id == artist_id)
    return [path for (path,) in query.tuples()]
