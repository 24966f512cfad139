"""Videos: adding, changing, wishing for and deleting them. `restate` writes their status."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import IntegrityError

from mvidarr import activity, models
from mvidarr.core import db, text
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import ACTIVE, VideoType, Wish, WorkState
from mvidarr.jobs import claim, wake
from mvidarr.library import artists, edit, files, origins, search, status, trash, words
from mvidarr.library.status import restate
from mvidarr.library.tables import Download, Video, VideoFile

__all__ = [
    "LOCKABLE",
    "Song",
    "add",
    "change",
    "create",
    "delete",
    "describe",
    "enrich",
    "find",
    "get",
    "insert",
    "key_of",
    "restate",
    "wish",
]

NAMES = words.NAMES
COLUMNS = ("title", "version", "type", "year", "released", "album", "label")
LOCKABLE = (*COLUMNS, *NAMES)
FACTS = ("year", "released", "album", "label", "duration")  # columns that catalogues fill
_YEARS = (1890, 2100)

Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Song:
    """What a video is. Duration in seconds, `released` as yyyy-mm-dd. `origins`: who says so."""

    title: str
    type: str = VideoType.OFFICIAL.value
    version: str = ""
    year: int | None = None
    released: str | None = None
    album: str | None = None
    label: str | None = None
    duration: float | None = None
    featured: Sequence[str] = ()
    directors: Sequence[str] = ()
    genres: Sequence[str] = ()
    ids: Mapping[str, str] = field(default_factory=dict)  # imvdb_video, mb_recording
    origins: Mapping[str, str] = field(default_factory=dict)  # field → service
    image_url: str | None = None  # where a catalogue shows a picture


def key_of(title: str, kind: str, version: str) -> Key:
    """What makes a video one of its artist's: title, type and version."""
    return text.name_key(title), kind, text.name_key(version)


def create(artist: models.Artist, song: Song, wish: Wish = Wish.AUTO) -> models.Video:
    """A new row with its words. The caller restates it, once its sources are there too.

    Raises Conflict when the artist has this title in this type and version.
    """
    video = insert(artist, song, wish)
    describe({video.id: song})
    return video


def insert(artist: models.Artist, song: Song, wish: Wish) -> models.Video:
    """A new row, whose words `describe` writes, for many at once. Raises Conflict."""
    title_key, kind, version_key = key_of(song.title, song.type, song.version)
    try:
        video: models.Video = Video.create(
            artist=artist.id,
            title=song.title[:500],
            title_key=title_key,
            sort_key=text.sort_key(song.title),
            type=kind,
            version=song.version[:255],
            version_key=version_key,
            year=song.year,
            released=song.released,
            album=_cut(song.album),
            label=_cut(song.label),
            duration=song.duration,
            wish=wish.value,
            origins=_origins(song),
            image_url=_link(song),
            fits=artists.wanted_rules(artist).wants(
                kind=kind, title=song.title, version=song.version, year=song.year
            ),
        )
    except IntegrityError as error:
        raise Conflict(f"{artist.name} has {song.title} in this version already.") from error
    return video


def describe(songs: Mapping[int, Song]) -> None:
    """Write the words of new videos: names, ids, and what search finds them by."""
    words.add_credits((ident, words.FEATURED, song.featured) for ident, song in songs.items())
    words.add_credits((ident, words.DIRECTOR, song.directors) for ident, song in songs.items())
    words.add_genres((ident, song.genres) for ident, song in songs.items())
    words.add_video_ids((ident, song.ids) for ident, song in songs.items())
    words.index_videos(list(songs))


def add(artist_id: int, song: Song) -> models.Video:
    """Add a video by hand: it is wanted, whatever the artist's rules say."""

    def work() -> models.Video:
        artist = artists.get(artist_id)
        values = _columns({name: getattr(song, name) for name in (*COLUMNS, *NAMES)})
        said = {name: origins.PERSON for name, value in values.items() if value}
        made = create(artist, Song(**values, ids=song.ids, origins=said), Wish.WANT)
        restate([made.id])
        activity.record(
            "video.found", made.title, artist_id=artist_id, video_id=made.id, by_hand=True
        )
        return get(made.id)

    return db.transact(work)


def find(video_id: int) -> models.Video | None:
    video: models.Video | None = Video.get_or_none(Video.id == video_id)
    return video


def get(video_id: int) -> models.Video:
    video = find(video_id)
    if video is None:
        raise NotFound("This video is not in the library.")
    return video


def change(video_id: int, changes: Mapping[str, Any]) -> models.Video:
    """Change the fields that are named and lock what a person edited. Raises Conflict."""
    edit.check_names(changes, (*LOCKABLE, "rating", "profile_id", "locked"))
    with db.atomic():
        status.lock(Video, [video_id])
        video = get(video_id)
        given = _columns({name: changes[name] for name in LOCKABLE if name in changes})
        names = {name: given.pop(name) for name in NAMES if name in given}
        if "rating" in changes:
            given["rating"] = edit.whole("rating", changes["rating"], 1, 10)
        if "profile_id" in changes:
            given["profile_id"] = edit.profile("profile_id", changes["profile_id"])
        known = names_of(video_id)
        names = {name: value for name, value in names.items() if value != known[name]}
        values = edit.differing(video, given)
        edited = [name for name in (*values, *names) if name in LOCKABLE]
        locked = edit.locks(video, changes, LOCKABLE, edited)
        unlocked = [name for name in video.locked if name not in locked]
        marks = {"locked": locked, "origins": origins.edited(video.origins, edited, unlocked)}
        _write(video, values | edit.differing(video, marks))
        words.set_names(video_id, names)
        if edited:
            words.index_videos([video_id])
            _record_change(video, fields=edited)
        restate([video_id])
    return get(video_id)


def enrich(told: Sequence[tuple[models.Video, Song]]) -> list[int]:
    """Take over what catalogues say, as far as their word counts; a locked field stays.

    The ids of the videos that changed.
    """
    known = words.names_of([video.id for video, _ in told])
    changed: set[int] = set()
    reworded: set[int] = set()
    dated: list[models.Video] = []
    for video, song in told:
        fresh = _heard(video, song, known[video.id])
        names = {name: value for name, value in fresh.items() if name in NAMES}
        known[video.id] |= names
        changed |= {video.id} if fresh else set()
        words.set_names(video.id, names)
        if names or "album" in fresh:
            reworded.add(video.id)
        if "year" in fresh:
            dated.append(video)
    words.add_video_ids((video.id, song.ids) for video, song in told)
    words.index_videos(sorted(reworded))
    owners = {ident: artists.get(ident) for ident in {video.artist_id for video in dated}}
    for video in dated:
        fits = _fits(owners[video.artist_id], video, {})
        edit.write(video, edit.differing(video, {"fits": fits}))
    return sorted(changed)


def _heard(video: models.Video, song: Song, names: Mapping[str, Any]) -> dict[str, Any]:
    """Write the columns that a catalogue knows better; all fields that change, also the names."""
    known = {name: getattr(video, name) for name in FACTS} | dict(names)
    told = {name: _cut_all(getattr(song, name)) for name in (*FACTS, *NAMES)}
    told = {name: value for name, value in told.items() if value and name not in video.locked}
    same = {name for name, value in told.items() if _is_alike(value, known[name])}
    heard = [name for name in told if _counts(video, song, name, known[name], name in same)]
    fresh = {name: told[name] for name in heard if name not in same}
    sources = {**video.origins, **{name: by for name in heard if (by := song.origins.get(name))}}
    values = {name: value for name, value in fresh.items() if name in FACTS}
    marks = {"origins": sources, "image_url": _link(song) or video.image_url}
    edit.write(video, values | edit.differing(video, marks))
    return fresh


def wish(ids: Iterable[int], what: Wish) -> list[int]:
    """Note that a person wants, ignores, or leaves videos to the rules; the ids it changed."""
    changed: list[int] = []
    with db.atomic():
        for some in status.chunks(ids):
            status.lock(Video, some)
            rows = list(Video.select().where(Video.id.in_(some), Video.wish != what.value))
            Video.update(wish=what.value).where(Video.id.in_([row.id for row in rows])).execute()
            for video in rows:
                _record_change(video, wish=what.value)
            changed += [row.id for row in rows]
        if what is Wish.IGNORE:
            _cancel_downloads(changed)
        restate(changed)
    return changed


def delete(ids: Iterable[int], *, with_files: bool = False) -> int | None:
    """Remove videos; blocks and history stay, and files unless asked for.

    Answers the batch in the trash that the files went into.
    """
    if with_files:
        files.need_library()
    wanted = sorted(set(ids))

    def work() -> int | None:
        status.lock(Video, wanted)  # of two who delete one, one does
        rows = list(
            Video.select(Video.id, Video.title, Video.artist_id).where(Video.id.in_(wanted))
        )
        mine = [row.id for row in rows]
        theirs = VideoFile.select().where(VideoFile.video_id.in_(mine))
        batch = trash.put(list(theirs)) if with_files else None
        trash.set_apart(video_ids=mine)
        search.forget(search.VIDEO, mine)
        Video.delete().where(Video.id.in_(mine)).execute()
        status.recount({row.artist_id for row in rows})
        activity.set_apart(video_ids=mine)
        for row in rows:
            about = {"artist_id": row.artist_id, "with_files": with_files}
            activity.record("video.deleted", row.title, **about)
        for topic in ("nav", "videos", "downloads"):
            activity.touch(topic)
        return batch

    return db.transact(work)


def names_of(video_id: int) -> dict[str, list[str]]:
    """Featured artists, directors and genres, in their order."""
    return words.names_of([video_id])[video_id]


def _cancel_downloads(ids: Sequence[int]) -> None:
    """Nobody waits for these any more; a running child is killed within a second."""
    for some in status.chunks(ids):
        keys = [str(video_id) for video_id in some]
        active = Download.select(Download.id).where(Download.active_key.in_(keys))
        for (download_id,) in list(active.tuples()):
            claim.move(models.Download, download_id, ACTIVE, WorkState.CANCELLED)
            wake.wake("downloads")  # somebody clears what it left


def _counts(video: models.Video, song: Song, name: str, known: Any, is_same: bool) -> bool:
    """Whether what a catalogue says of a field is heard: nobody knew, or its word counts more."""
    held = video.origins.get(name)
    if not known or (is_same and held is None):
        return True
    return origins.may_replace(held, song.origins.get(name, ""), origins.VIDEO)


def _is_alike(one: Any, other: Any) -> bool:
    """Names in any order of theirs are the same, however they are spelled."""
    if not isinstance(one, list):
        return bool(one == other)
    return sorted(map(text.name_key, one)) == sorted(map(text.name_key, other))


def _origins(song: Song) -> dict[str, str]:
    """Where the fields come from that say something."""
    return {name: by for name, by in song.origins.items() if by and getattr(song, name, None)}


def _link(song: Song) -> str | None:
    """The address of the picture, as long as it can be stored."""
    return song.image_url if song.image_url and len(song.image_url) <= 500 else None


def _columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are stored. Raises Invalid with a message for each."""
    values = dict(given)
    problems: dict[str, str] = {}
    for name, value in given.items():
        try:
            values[name] = _column(name, value)
        except Invalid as error:
            problems |= error.fields
    if problems:
        raise Invalid(problems)
    return values


def _column(name: str, value: Any) -> Any:
    if name == "title":
        return edit.line(name, value, most=500, needed=True)
    if name == "version":
        return edit.line(name, value)
    if name == "type":
        return _type(value)
    if name == "year":
        return edit.whole(name, value, *_YEARS)
    if name == "released":
        return edit.day(name, value)
    if name in NAMES:
        return words.names(value)
    return edit.line(name, value) or None


def _type(value: Any) -> str:
    if value not in list(VideoType):
        raise Invalid({"type": "There is no such type."})
    return str(value)


def _write(video: models.Video, values: Mapping[str, Any]) -> None:
    """Update the columns with the keys and the judgement that follow from them."""
    if {"title", "version", "type", "year"} & values.keys():
        now = {
            name: values.get(name, getattr(video, name)) for name in ("title", "type", "version")
        }
        title_key, _, version_key = key_of(now["title"], now["type"], now["version"])
        sort_key = text.sort_key(now["title"])
        artist = artists.get(video.artist_id)
        keys = {"title_key": title_key, "version_key": version_key, "sort_key": sort_key}
        values = {**values, **keys, "fits": _fits(artist, video, values)}
    try:
        with db.atomic():
            edit.write(video, values)
    except IntegrityError as error:
        raise Conflict("The artist has this title in this type and version already.") from error


def _fits(artist: models.Artist, video: models.Video, values: Mapping[str, Any]) -> bool:
    def now(name: str) -> Any:
        return values.get(name, getattr(video, name))

    wants = artists.wanted_rules(artist).wants
    return wants(kind=now("type"), title=now("title"), version=now("version"), year=now("year"))


def _record_change(video: models.Video, **data: Any) -> None:
    _record("video.changed", video, **data)
    activity.touch("video", video.id)
    activity.touch("videos", video.id)


def _record(kind: str, video: models.Video, **data: Any) -> None:
    activity.record(kind, video.title, artist_id=video.artist_id, video_id=video.id, **data)


def _cut_all(value: Any) -> Any:
    """A fact as it is stored."""
    if isinstance(value, str):
        return _cut(value)
    return words.names(value) if isinstance(value, (list, tuple)) else value


def _cut(value: str | None) -> str | None:
    return value[:255] if value else None
