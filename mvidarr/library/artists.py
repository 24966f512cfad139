"""Artists: adding, changing, following and deleting them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import IntegrityError

from mvidarr import activity, models
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.integrations import protocols
from mvidarr.jobs import jobs
from mvidarr.library import (
    aliases,
    artist_files,
    decisions,
    edit,
    files,
    folders,
    origins,
    rules,
    search,
    status,
    trash,
    words,
)
from mvidarr.library.rules import Rules
from mvidarr.library.tables import Artist, ExternalId, Video, VideoFile

LOCKABLE = ("name", "disambiguation", "country", "bio", "genres", "aliases")
MOST_GENRES = 10
CHANGEABLE = (
    *LOCKABLE,
    *("sort_name", "monitored", "folder", "profile_id", "rules", "ids", "locked"),
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
    """Raises Conflict when the library has the artist: by name, by another name or by an id."""
    name = edit.line("name", new.name, needed=True)
    apart = edit.line("disambiguation", new.disambiguation)
    wanted = rules.parse(new.rules)

    def work() -> models.Artist:
        _check_free(name, apart)
        _check_not_alias(name, apart, new.ids)
        folder = folders.checked(new.folder) if new.folder else folders.free(name, apart)
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
                folder_key=folders.key_of(folder),
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
    """The artist in the library that a catalogue means: by an id, by its name, by another name."""
    for kind, value in ids.items():
        row = ExternalId.get_or_none(ExternalId.kind == kind, ExternalId.value == value)
        if row is not None and row.artist_id:
            return find(row.artist_id)
    return find_by_name(name, disambiguation) or _also_called(name, ids)


def change(artist_id: int, changes: Mapping[str, Any]) -> models.Artist:
    """Change the fields that are named and lock what a person edited."""
    edit.check_names(changes, CHANGEABLE)
    with db.atomic():
        status.lock(Artist, [artist_id])
        artist = get(artist_id)
        values = edit.differing(artist, _values(artist, changes))
        others = _other_names(artist, values, changes)
        given = values if others is None else {**values, "aliases": others}
        edited = [name for name in LOCKABLE if name in given]
        if {"name", "disambiguation"} & values.keys():
            _check_free(
                values.get("name", artist.name),
                values.get("disambiguation", artist.disambiguation),
                except_for=artist.id,
            )
        key = artist.name_key
        _write(artist, changes, values, edited)
        if others is not None:
            aliases.replace(artist.id, others)
        if "ids" in changes:
            words.set_artist_ids(artist.id, changes["ids"])
        if "name_key" in values:
            decisions.rename(artist.id, key, values["name_key"])
        _follow_up(artist, given)
    return artist


def delete(artist_id: int, *, with_files: bool = False) -> int | None:
    """Remove an artist and its videos; blocks and history stay, and files unless asked for.

    Answers the batch in the trash that the files went into.
    """
    if with_files:
        files.need_library()

    def work() -> int | None:
        status.lock(Artist, [artist_id])  # of two who delete it, one does
        artist = get(artist_id)
        batch = trash.put(_files(artist_id)) if with_files else None
        if with_files:
            artist_files.clear_away(artist)
        trash.set_apart(artist_id=artist_id)
        search.forget(search.VIDEO, Video.select(Video.id).where(Video.artist_id == artist_id))
        search.forget(search.ARTIST, [artist_id])
        Artist.delete().where(Artist.id == artist_id).execute()
        activity.set_apart(artist_id=artist_id)
        activity.record("artist.deleted", artist.name, with_files=with_files)
        for topic in ("nav", "videos", "downloads"):
            activity.touch(topic)
        return batch

    return db.transact(work)


def wanted_rules(artist: models.Artist) -> Rules:
    return rules.load(artist.rules)


def wanted(artist: models.Artist, limit: int = 60) -> protocols.Wanted:
    """The artist as finders see it."""
    return protocols.Wanted(name=artist.name, ids=words.ids_of_artist(artist.id), limit=limit)


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


def _other_names(
    artist: models.Artist, values: Mapping[str, Any], changes: Mapping[str, Any]
) -> list[str] | None:
    """What a person says that the artist is also called; None when that is nothing new."""
    if "aliases" not in changes:
        return None
    given = aliases.tidied(changes["aliases"], values.get("name", artist.name))
    return given if given != aliases.of(artist.id) else None


def _write(
    artist: models.Artist,
    changes: Mapping[str, Any],
    values: Mapping[str, Any],
    edited: Sequence[str],
) -> None:
    """The columns, what is locked from now on, and that a person said it."""
    locked = edit.locks(artist, changes, LOCKABLE, edited)
    unlocked = [name for name in artist.locked if name not in locked]
    said = [name for name in edited if name in origins.ARTIST]
    marks = {"locked": locked, "origins": origins.edited(artist.origins, said, unlocked)}
    edit.write(artist, {**values, **edit.differing(artist, marks)})


def _named(artist: models.Artist, raw: Any) -> dict[str, Any]:
    name = edit.line("name", raw, needed=True)
    return {"name": name, "name_key": text.name_key(name), "sort_key": text.sort_key(name)}


def _apart(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"disambiguation": edit.line("disambiguation", raw)}


def _country(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"country": edit.line("country", raw, most=64) or None}


def _bio(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"bio": text.tidy_lines(raw or "")[:10_000] or None}


def _genres(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"genres": words.names(raw)[:MOST_GENRES]}


def _monitored(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"monitored": bool(raw)}


def _foldered(artist: models.Artist, raw: Any) -> dict[str, Any]:
    if not raw:
        return {}
    folder = folders.checked(raw, except_for=artist.id)
    return {"folder": folder, "folder_key": folders.key_of(folder)}


def _aimed(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"profile_id": edit.profile("profile_id", raw)}


def _ruled(artist: models.Artist, raw: Any) -> dict[str, Any]:
    return {"rules": rules.parse(raw, wanted_rules(artist)).stored()}


_COLUMNS: Mapping[str, Callable[[models.Artist, Any], dict[str, Any]]] = {
    "name": _named,
    "disambiguation": _apart,
    "country": _country,
    "bio": _bio,
    "genres": _genres,
    "monitored": _monitored,
    "folder": _foldered,
    "profile_id": _aimed,
    "rules": _ruled,
}


def _follow_up(artist: models.Artist, values: Mapping[str, Any]) -> None:
    """What else a change of an artist changes."""
    if {"name", "disambiguation", "aliases"} & values.keys():
        words.index_artist(artist)
    if "name" in values:
        videos = Video.select(Video.id).where(Video.artist_id == artist.id)
        for some in status.chunks(video_id for (video_id,) in videos.tuples()):
            words.index_videos(some)
    if "rules" in values:
        refit(artist.id)
        jobs.add("rejudge", str(artist.id))
    if values:
        artist_files.follow(artist)
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


def _check_not_alias(name: str, disambiguation: str, ids: Mapping[str, str]) -> None:
    known = None if disambiguation else _also_called(name, ids)
    if known is not None:
        raise Conflict(
            f"{known.name} is in the library already and is also called {name}. Say what sets "
            "this one apart, for example its country or its years."
        )


def _also_called(name: str, ids: Mapping[str, str]) -> models.Artist | None:
    """The one artist of that other name, unless a catalogue knows them as two."""
    known = aliases.owner_of(name)
    if known is None:
        return None
    theirs = words.ids_of_artist(known.id)
    differs = any(theirs.get(kind, value) != value for kind, value in ids.items())
    return None if differs else known


def _files(artist_id: int) -> list[models.VideoFile]:
    return list(VideoFile.select().join(Video).where(Video.artist_id == artist_id))
