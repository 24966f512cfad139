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
from mvidarr.library import artists, edit, files, search, status, words
from mvidarr.library.status import restate
from mvidarr.library.tables import Credit, Download, Genre, Video, VideoFile, VideoGenre

__all__ = [
    "LOCKABLE",
    "Song",
    "add",
    "change",
    "create",
    "delete",
    "enrich",
    "find",
    "get",
    "key_of",
    "restate",
    "wish",
]

COLUMNS = ("title", "version", "type", "year", "released", "album", "label")
NAMES = ("featured", "directors", "genres")
LOCKABLE = (*COLUMNS, *NAMES)
_YEARS = (1890, 2100)

Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Song:
    """What a video is, whoever says so. Duration in seconds, `released` as yyyy-mm-dd."""

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


def key_of(title: str, kind: str, version: str) -> Key:
    """What makes a video one of its artist's: title, type and version."""
    return text.name_key(title), kind, text.name_key(version)


def create(artist: models.Artist, song: Song, wish: Wish = Wish.AUTO) -> models.Video:
    """A new row with its words. The caller restates it, once its sources are there too.

    Raises Conflict when the artist has this title in this type and version.
    """
    title_key, kind, version_key = key_of(song.title, song.type, song.version)
    try:
        with db.atomic():
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
                fits=artists.wanted_rules(artist).wants(
                    kind=kind, title=song.title, version=song.version, year=song.year
                ),
            )
    except IntegrityError as error:
        raise Conflict(f"{artist.name} has {song.title} in this version already.") from error
    _set_names(
        video.id, {"featured": song.featured, "directors": song.directors, "genres": song.genres}
    )
    words.add_video_ids(video.id, song.ids)
    words.index_videos([video.id])
    return video


def add(artist_id: int, song: Song) -> models.Video:
    """Add a video by hand: it is wanted, whatever the artist's rules say."""

    def work() -> models.Video:
        artist = artists.get(artist_id)
        values = _columns({name: getattr(song, name) for name in (*COLUMNS, *NAMES)})
        made = create(artist, Song(**values, ids=song.ids), Wish.WANT)
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
    edit.check_names(changes, (*LOCKABLE, "rating", "locked"))
    with db.atomic():
        video = get(video_id)
        given = _columns({name: changes[name] for name in LOCKABLE if name in changes})
        names = {name: given.pop(name) for name in NAMES if name in given}
        if "rating" in changes:
            given["rating"] = edit.whole("rating", changes["rating"], 1, 10)
        known = names_of(video_id)
        names = {name: value for name, value in names.items() if value != known[name]}
        values = edit.differing(video, given)
        edited = [name for name in (*values, *names) if name in LOCKABLE]
        locked = edit.locks(video, changes, LOCKABLE, edited)
        _write(video, values | edit.differing(video, {"locked": locked}))
        _set_names(video_id, names)
        if edited:
            words.index_videos([video_id])
            _record_change(video, fields=edited)
        restate([video_id])
    return get(video_id)


def enrich(video: models.Video, song: Song) -> None:
    """Fill what is not known yet with what a catalogue says; a locked field stays as it is."""
    held = set(video.locked)
    columns = ("year", "released", "album", "label", "duration")
    values = {
        name: getattr(song, name)
        for name in columns
        if name not in held and getattr(video, name) is None and getattr(song, name) is not None
    }
    known = names_of(video.id)
    names = {
        name: list(getattr(song, name))
        for name in NAMES
        if name not in held and not known[name] and getattr(song, name)
    }
    edit.write(video, values)
    _set_names(video.id, names)
    words.add_video_ids(video.id, song.ids)
    if "album" in values or names:
        words.index_videos([video.id])
    if "year" in values:
        artist = artists.get(video.artist_id)
        edit.write(video, edit.differing(video, {"fits": _fits(artist, video, values)}))


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


def delete(ids: Iterable[int], *, with_files: bool = False) -> int:
    """Remove videos; blocks and history stay, and files unless asked for. How many there were."""
    if with_files:
        files.need_library()
    wanted = sorted(set(ids))

    def work() -> int:
        status.lock(Video, wanted)  # of two who delete one, one does
        rows = list(
            Video.select(Video.id, Video.title, Video.artist_id).where(Video.id.in_(wanted))
        )
        mine = [row.id for row in rows]
        paths = VideoFile.select(VideoFile.path).where(VideoFile.video_id.in_(mine))
        gone = [path for (path,) in paths.tuples()] if with_files else []
        search.forget(search.VIDEO, mine)
        Video.delete().where(Video.id.in_(mine)).execute()
        status.recount({row.artist_id for row in rows})
        for row in rows:
            _record("video.deleted", row, with_files=with_files)
        for topic in ("nav", "videos", "downloads"):
            activity.touch(topic)
        db.after_commit(lambda: files.discard(gone))
        return len(rows)

    return db.transact(work)


def names_of(video_id: int) -> dict[str, list[str]]:
    """Featured artists, directors and genres, in their order."""
    credited = Credit.select(Credit.role, Credit.name).where(Credit.video_id == video_id)
    rows = list(credited.order_by(Credit.position).tuples())
    genres = Genre.select(Genre.name).join(VideoGenre).where(VideoGenre.video_id == video_id)
    return {
        "featured": [name for role, name in rows if role == words.FEATURED],
        "directors": [name for role, name in rows if role == words.DIRECTOR],
        "genres": [name for (name,) in genres.order_by(Genre.name_key).tuples()],
    }


def _cancel_downloads(ids: Sequence[int]) -> None:
    """Nobody waits for these any more; a running child is killed within a second."""
    for some in status.chunks(ids):
        keys = [str(video_id) for video_id in some]
        active = Download.select(Download.id).where(Download.active_key.in_(keys))
        for (download_id,) in list(active.tuples()):
            claim.move(models.Download, download_id, ACTIVE, WorkState.CANCELLED)
            wake.wake("downloads")  # somebody clears what it left


def _set_names(video_id: int, names: Mapping[str, Iterable[str]]) -> None:
    if "featured" in names:
        words.set_credits(video_id, words.FEATURED, names["featured"])
    if "directors" in names:
        words.set_credits(video_id, words.DIRECTOR, names["directors"])
    if "genres" in names:
        words.set_genres(video_id, names["genres"])


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


def _cut(value: str | None) -> str | None:
    return value[:255] if value else None
