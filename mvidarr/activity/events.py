"""Record what happened: one row serves the feed, the history and the audit log."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from mvidarr.activity.touch import touch
from mvidarr.core import clock, db
from mvidarr.models import Event

_Event: Final[Any] = Event  # as queries see it


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`audit`: not in the feed, for administrators only."""

    name: str
    title: str
    level: str = "info"  # info good warn bad
    audit: bool = False


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
    Kind(name="job.failed", title="Background job failed", level="bad"),
    Kind(name="setting.changed", title="Setting changed", audit=True),
    Kind(name="login.succeeded", title="Signed in", audit=True),
    Kind(name="login.failed", title="Sign-in refused", level="warn", audit=True),
    Kind(name="login.new_address", title="Signed in from a new address", level="warn"),
    Kind(name="user.created", title="User created", audit=True),
    Kind(name="user.changed", title="User changed", audit=True),
)
_BY_NAME = {kind.name: kind for kind in KINDS}


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
        if not _BY_NAME[kind].audit:
            touch("feed")
    return event


def record_all(kind: str, about: Iterable[tuple[str, int, int]]) -> None:
    """Write the same for each of many: its title, artist and video."""
    rows = [_row(kind, title, artist, video, {}) for title, artist, video in about]
    if not rows:
        return
    with db.atomic():
        Event.insert_many(rows).execute()
        touch("feed")


def set_apart(*, artist_id: int | None = None, video_ids: Collection[int] = ()) -> None:
    """Have the history of what is deleted belong to nobody: SQLite gives numbers out again, and
    another artist or video would inherit it."""
    with db.atomic():
        if artist_id is not None:
            of_artist = _Event.artist_id == artist_id
            _Event.update(artist_id=None, video_id=None).where(of_artist).execute()
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
        "level": _BY_NAME[kind].level,
        "title": title[:500],
        "artist_id": artist_id,
        "video_id": video_id,
        "user_id": who.user_id,
        "ip": who.ip,
        "request_id": who.request_id,
        "data": dict(data),
    }
