"""Read the feeds of artists' channels in turn: who uploaded something is searched soon.

Channels are read by the order of their rows, and how far a round is stands in the job, so that
neither a restart nor a kill begins it anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mvidarr import models
from mvidarr.core import clock, db
from mvidarr.core.errors import Error
from mvidarr.discovery import rhythm
from mvidarr.governor import calls, services
from mvidarr.governor.breaker import LeftAlone
from mvidarr.integrations.protocols import FoundUpload
from mvidarr.integrations.youtube import feeds
from mvidarr.jobs import jobs
from mvidarr.jobs.run import Context
from mvidarr.library.tables import Artist, ExternalId, VideoSource

KIND = "feeds"
ROUND = 6 * clock.HOUR  # each channel is read once in it, at the most
AT_ONCE = 400  # channels in one run: some minutes, so that other work has its turn


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a round is: the last row that was read, and when it began (ms)."""

    after: int = 0
    began_at: int

    def stored(self) -> dict[str, int]:
        return {"after": self.after, "began_at": self.began_at}


@dataclass(frozen=True, kw_only=True)
class _Channel:
    """A channel of an artist; `row` is its place in the round."""

    row: int
    channel_id: str
    artist_id: int


def run(job: models.Job, context: Context) -> None:
    """The work of a `feeds` job: go on with the round, or begin one when it is time."""
    with db.session():
        kind = _service()
        place = _place(job)
        obstacle = _obstacle(job) if kind else "The feeds are switched off in the settings."
        channels = [] if obstacle else _next(place)
        if not (obstacle or channels) and (job.by_user_id or _is_over(place)):
            place = Place(began_at=clock.now())
            channels = _next(place)
    context.keep(place.stored())
    if kind is None or not channels:
        context.result(obstacle or "Every feed was read in the last hours.")
        return
    _Round(kind, context, place).read(channels)


class _Round:
    """One run of it: which channels were read, and what came of them."""

    def __init__(self, kind: services.ServiceKind, context: Context, place: Place) -> None:
        self._kind = kind
        self._context = context
        self._place = place
        self._done = self._news = self._failed = 0
        self._problem: str | None = None

    def read(self, channels: Sequence[_Channel]) -> None:
        for channel in channels:
            try:
                self._take(channel)
            except LeftAlone as error:  # the others fail as well: go on from here another time
                self._problem = str(error)
                break
            self._done += 1
            self._context.keep(replace(self._place, after=channel.row).stored())
            self._context.progress(self._done, len(channels), self._said())
        self._context.result(self._said(), self._problem)

    def _take(self, channel: _Channel) -> None:
        try:
            found = calls.call(self._kind, partial(feeds.latest, channel_id=channel.channel_id))
        except LeftAlone:
            raise
        except Error as error:  # this says nothing of the channel
            self._failed += 1
            self._problem = calls.said(self._kind, error)
            return
        with db.session():
            if _has_news(channel.artist_id, found):
                self._news += _hurry(channel.artist_id)

    def _said(self) -> str:
        read = f"{self._done:,} {'feed' if self._done == 1 else 'feeds'} read"
        failed = f", {self._failed:,} failed" if self._failed else ""
        return f"{read}, {self._news:,} with something new{failed}."


def _service() -> services.ServiceKind | None:
    """None while it is switched off."""
    kind = services.find(feeds.NAME)
    return kind if kind.is_on else None


def _obstacle(job: models.Job) -> str | None:
    """Why nothing is to be read now."""
    if job.by_user_id is None and not rhythm.is_open(clock.now(), rhythm.current()):
        return "Nothing begins at this hour."
    return None


def _place(job: models.Job) -> Place:
    """Where this job stands, else where the one before it ended."""
    before = jobs.Job.select(jobs.Job.args).where(jobs.Job.kind == KIND, jobs.Job.id < job.id)
    known: Mapping[str, Any] = job.args or before.order_by(jobs.Job.id.desc()).scalar() or {}
    return Place(after=known.get("after", 0), began_at=known.get("began_at", clock.now()))


def _is_over(place: Place) -> bool:
    """Whether the next round may begin; one that began later than now did so by another clock."""
    return not 0 <= clock.now() - place.began_at < ROUND


def _next(place: Place) -> list[_Channel]:
    """The channels after a place, of artists that are followed and were searched before."""
    query = (
        ExternalId.select(ExternalId.id, ExternalId.value, ExternalId.artist_id)
        .join(Artist)
        .where(
            ExternalId.kind == "youtube_channel",
            ExternalId.id > place.after,
            Artist.monitored == True,  # noqa: E712 - SQL, not Python
            Artist.checked_at.is_null(False),
        )
        .order_by(ExternalId.id)
        .limit(AT_ONCE)
    )
    return [
        _Channel(row=row, channel_id=value, artist_id=artist_id)
        for row, value, artist_id in query.tuples()
    ]


def _has_news(artist_id: int, found: Sequence[FoundUpload]) -> bool:
    """Whether something came after the artist's last search that no search has brought.

    What is older was passed over then, and would be again.
    """
    checked_at = Artist.select(Artist.checked_at).where(Artist.id == artist_id).scalar() or 0
    fresh = {
        upload.source_id
        for upload in found
        if not upload.is_short and (upload.published_at or 0) > checked_at
    }
    if not fresh:
        return False
    known = VideoSource.select(VideoSource.source_id).where(
        VideoSource.artist_id == artist_id, VideoSource.source_id.in_(fresh)
    )
    return bool(fresh - {source_id for (source_id,) in known.tuples()})


def _hurry(artist_id: int) -> bool:
    """Have the artist searched with the next sweep."""
    now = clock.now()
    later = (Artist.id == artist_id) & (Artist.next_check_at > now)
    return bool(Artist.update(next_check_at=now).where(later).execute())
