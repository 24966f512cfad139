"""Record what happened: one row serves the feed, the history and the audit log."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from mvidarr.activity import outbox
from mvidarr.activity.touch import touch
from mvidarr.core import batches, clock, db
from mvidarr.models import Event
from mvidarr.settings import media_servers

MOST_CHANGES = 200  # paths in one event: a row holds 64 kB on MariaDB
SETTLE = 10 * clock.SECOND  # until media servers are told: what changes together is told together
_Event: Final[Any] = Event  # as queries see it


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`audit`: not in the feed, for administrators only; `machine`: for media servers only;
    `personal`: for the person it is about, and administrators."""

    name: str
    title: str
    level: str = "info"  # info good warn bad
    audit: bool = False
    machine: bool = False
    personal: bool = False

    @property
    def can_be_told(self) -> bool:
        """Whether notifications can be had of it."""
        return not self.audit and not self.machine


KINDS = (
    Kind(name="artist.added", title="Artist added", level="good"),
    Kind(name="artist.changed", title="Artist changed"),
    Kind(name="artist.deleted", title="Artist deleted", level="warn"),
    Kind(name="artist.discovered", title="Artist searched"),
    Kind(name="artist.merged", title="Artists joined"),
    Kind(name="video.found", title="Video found", level="good"),
    Kind(name="video.changed", title="Video changed"),
    Kind(name="video.queued", title="Download queued"),
    Kind(name="video.downloaded", title="Video downloaded", level="good"),
    Kind(name="video.upgraded", title="Better file in place", level="good"),
    Kind(name="video.failed", title="Download failed", level="bad"),
    Kind(name="video.parked", title="Download waits for a decision", level="warn"),
    Kind(name="video.cancelled", title="Download cancelled", level="warn"),
    Kind(name="video.deleted", title="Video deleted", level="warn"),
    Kind(name="video.merged", title="Videos joined"),
    Kind(name="source.judged", title="Candidate judged"),
    Kind(name="source.blocked", title="Upload blocked", level="warn"),
    Kind(name="source.gone", title="Upload gone", level="warn"),
    Kind(name="list.read", title="List read"),
    Kind(name="list.applied", title="List imported", level="good"),
    Kind(name="list.failed", title="List could not be read", level="bad"),
    Kind(name="connection.made", title="Account connected", level="good"),
    Kind(name="connection.broken", title="Account has to be connected again", level="bad"),
    Kind(name="connection.removed", title="Account disconnected", level="warn"),
    Kind(name="service.broken", title="Service broken", level="bad"),
    Kind(name="service.healed", title="Service works again", level="good"),
    Kind(name="disk.low", title="Disk almost full", level="bad"),
    Kind(name="disk.healed", title="Room on the disk again", level="good"),
    Kind(name="files.renamed", title="Files renamed"),
    Kind(name="files.restored", title="Restored from the trash", level="good"),
    Kind(name="files.rewritten", title="NFO, pictures and tags written anew"),
    Kind(name="files.changed", title="Files changed", machine=True),
    Kind(name="trash.emptied", title="Trash emptied", level="warn"),
    Kind(name="profile.changed", title="Quality profile changed", audit=True),
    Kind(name="target.changed", title="Notification changed", audit=True),
    Kind(name="target.tested", title="Test of a notification", audit=True),
    Kind(name="target.failed", title="Notification could not be delivered", audit=True),
    Kind(name="ytdlp.updated", title="yt-dlp updated", level="good"),
    Kind(name="ytdlp.failed", title="yt-dlp could not be updated", level="bad"),
    Kind(name="job.failed", title="Background job failed", level="bad"),
    Kind(name="setting.changed", title="Setting changed", audit=True),
    Kind(name="login.succeeded", title="Signed in", audit=True),
    Kind(name="login.failed", title="Sign-in refused", level="warn", audit=True),
    Kind(
        name="login.new_address",
        title="Signed in from a new address",
        level="warn",
        personal=True,
    ),
    Kind(name="user.created", title="User created", audit=True),
    Kind(name="user.changed", title="User changed", audit=True),
)
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """On whose behalf something happens; nobody for the program itself."""

    user_id: int | None = None
    ip: str | None = None
    request_id: str | None = None


_NOBODY = Actor()
_actor: ContextVar[Actor] = ContextVar("actor", default=_NOBODY)


def actor() -> Actor:
    return _actor.get()


@contextlib.contextmanager
def acting(who: Actor) -> Iterator[None]:
    token = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(token)


def record(
    kind: str,
    title: str,
    *,
    artist_id: int | None = None,
    video_id: int | None = None,
    **data: Any,
) -> Event:
    """Write one event of a declared kind and have the feeds redraw."""
    with db.atomic():
        event: Event = Event.create(**_row(kind, title, artist_id, video_id, data))
        if BY_NAME[kind].can_be_told:
            outbox.tell([event], outbox.readers(kind), personal=BY_NAME[kind].personal)
            touch("feed")
    return event


def record_all(kind: str, about: Iterable[tuple[str, int, int]]) -> None:
    """Write the same for each of many: its title, artist and video."""
    rows = [_row(kind, title, artist, video, {}) for title, artist, video in about]
    if not rows:
        return
    with db.atomic():
        readers = outbox.readers(kind)
        if readers:
            outbox.tell([Event.create(**row) for row in rows], readers)
        else:
            Event.insert_many(rows).execute()
        touch("feed")


def files_changed(changes: Iterable[tuple[str, str]]) -> None:
    """Have the media servers told what changed on the disk: pairs of a path below the library and
    `created`, `modified` or `deleted`."""
    servers = media_servers.told()
    found = list(changes)
    if not servers or not found:
        return
    with db.atomic():
        for some in batches.of(found, MOST_CHANGES):
            event = Event.create(**_row("files.changed", "", None, None, {"changes": some}))
            for server in servers:
                outbox.add(event.id, server.name, clock.now() + SETTLE)


def set_apart(*, artist_id: int | None = None, video_ids: Collection[int] = ()) -> None:
    """Have the history of what is deleted belong to nobody: SQLite gives numbers out again, and
    another artist or video would inherit it."""
    with db.atomic():
        if artist_id is not None:
            of_artist = _Event.artist_id == artist_id
            _Event.update(artist_id=None, video_id=None).where(of_artist).execute()
            outbox.follow_artist(artist_id)
        if video_ids:
            of_videos = _Event.video_id.in_(list(video_ids))
            _Event.update(video_id=None).where(of_videos).execute()


def _row(
    kind: str, title: str, artist_id: int | None, video_id: int | None, data: Mapping[str, Any]
) -> dict[str, Any]:
    who = _actor.get()
    return {
        "at": clock.now(),
        "kind": kind,
        "level": BY_NAME[kind].level,
        "title": title[:500],
        "artist_id": artist_id,
        "video_id": video_id,
        "user_id": who.user_id,
        "ip": who.ip,
        "request_id": who.request_id,
        "data": dict(data),
    }
