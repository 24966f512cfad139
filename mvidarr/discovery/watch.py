"""Look after uploads that are in use: whether they can still be had, a few every hour.

One look may be wrong, for YouTube flaps: an upload that could be had counts as gone when a second
way of asking agrees, or when it is still gone a day later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from peewee import Case

from mvidarr import models, settings
from mvidarr.core import batches, clock, db
from mvidarr.core.errors import Error
from mvidarr.core.terms import Availability, Verdict, VideoStatus
from mvidarr.discovery import rhythm
from mvidarr.governor import calls, services
from mvidarr.integrations import youtube
from mvidarr.integrations.youtube import availability, data_api
from mvidarr.jobs.run import Context
from mvidarr.library import offers
from mvidarr.library.availability import GONE
from mvidarr.library.tables import Video, VideoSource
from mvidarr.settings import options

AGAIN_AFTER = 23 * clock.HOUR  # a day, less what the clock may be late
AT_ONCE = 50  # uploads in one request to the Data API
LOOKED_AFTER = (VideoStatus.DOWNLOADED, VideoStatus.WANTED, VideoStatus.FAILED)
# what the Data API knows for certain; it cannot tell what is private from what was removed
CERTAIN = (Availability.AVAILABLE, Availability.NOT_YET, Availability.AGE_RESTRICTED)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An upload to look after, as it was known before."""

    row: int
    source_id: str
    availability: str


def run(job: models.Job, context: Context) -> None:
    """The work of a `watch` job; what was looked at is noted at once, so nothing is done twice."""
    with db.session():
        way = rhythm.current()
        if job.by_user_id is None and not rhythm.is_open(clock.now(), way):
            context.result("Nothing begins at this hour.")
            return
        chosen = oldest(share(clock.now(), way, settings.get(options.uploads_checked)))
    look = _Look(context, chosen)
    if chosen:
        _ask_api(look)
        _ask_youtube(look)
    context.result(look.said(), look.problem)


def share(now: int, way: rhythm.Rhythm, most: int) -> int:
    """How many of a day's uploads belong to this hour."""
    allowed = sorted(way.hours)
    hour = rhythm.hour(now, way)
    at = allowed.index(hour) if hour in allowed else 0
    return most * (at + 1) // len(allowed) - most * at // len(allowed)


def oldest(limit: int) -> list[Upload]:
    """Uploads in use: those in doubt, then those that were looked at longest ago."""
    due_at = clock.now() - AGAIN_AFTER
    in_doubt = (VideoSource.availability == Availability.UNKNOWN) & (
        VideoSource.checked_at.is_null(False)
    )
    query = (
        VideoSource.select(VideoSource.id, VideoSource.source_id, VideoSource.availability)
        .join(Video)
        .where(
            VideoSource.verdict == Verdict.ACCEPTED,
            VideoSource.provider == youtube.NAME,
            VideoSource.checked_at.is_null()
            | (VideoSource.checked_at <= due_at)
            | (VideoSource.checked_at > clock.now()),  # a clock was ahead
            Video.status.in_(LOOKED_AFTER),
        )
        .order_by(Case(None, [(in_doubt, 0)], 1), VideoSource.checked_at, VideoSource.id)
        .limit(limit)
    )
    return [Upload(row=row, source_id=text, availability=was) for row, text, was in query.tuples()]


class _Look:
    """What one run found out so far."""

    def __init__(self, context: Context, chosen: Sequence[Upload]) -> None:
        self.left = {upload.source_id: upload for upload in chosen}
        self.doubted: set[str] = set()  # the Data API did not find them
        self.problem: str | None = None
        self._context = context
        self._total = len(chosen)
        self._gone = self._back = 0

    def hear(self, source_id: str, answer: Availability) -> None:
        upload = self.left.pop(source_id, None)
        if upload is None:
            return
        with db.session():
            now = db.transact(lambda: note(upload, answer, agreed=source_id in self.doubted))
        self._gone += upload.availability not in GONE and now in GONE
        self._back += upload.availability in GONE and now not in GONE
        self._context.progress(self._total - len(self.left), self._total, self.said())

    def said(self) -> str:
        done = self._total - len(self.left)
        text = f"{done:,} {'upload' if done == 1 else 'uploads'} looked at, {self._gone} gone"
        return f"{text}, {self._back} back again." if self._back else f"{text}."


def note(upload: Upload, answer: Availability, *, agreed: bool = False) -> Availability:
    """Write down what a look told; answers how the upload stands now. `agreed`: two ways did."""
    source = VideoSource.get_or_none(VideoSource.id == upload.row)
    if source is None:  # removed meanwhile
        return Availability(upload.availability)
    before = Availability(source.availability)
    now = _judged(before, answer, agreed=agreed)
    offers.mark_availability(source.id, now)
    return now


def _judged(before: Availability, answer: Availability, *, agreed: bool) -> Availability:
    if answer is Availability.UNKNOWN:
        return before
    if answer in GONE and before is Availability.AVAILABLE and not agreed:
        return Availability.UNKNOWN  # looked at again tomorrow
    return answer


def _ask_api(look: _Look) -> None:
    """Fifty at once; those that it does not find are left for the other way of asking."""
    kind = _service(data_api.NAME)
    if kind is None:
        return
    hopeful = [one.source_id for one in look.left.values() if one.availability not in GONE]
    for some in batches.of(hopeful, AT_ONCE):
        try:
            answers = calls.call(kind, partial(data_api.availability, ids=some))
        except Error as error:
            look.problem = calls.said(kind, error)
            return
        for source_id, answer in answers.items():
            if answer in CERTAIN:
                look.hear(source_id, answer)
            else:
                look.doubted.add(source_id)


def _ask_youtube(look: _Look) -> None:
    """One after the other, until YouTube refuses: then the others are looked at another time."""
    kind, asked = _service(youtube.NAME), list(look.left)
    if kind is None:
        doubted, look.doubted = look.doubted, set()
        for source_id in doubted:
            look.hear(source_id, Availability.REMOVED)
    elif asked:
        try:
            calls.call(kind, lambda conf: availability.availabilities(conf, asked, look.hear))
        except Error as error:
            look.problem = calls.said(kind, error)


def _service(name: str) -> services.ServiceKind | None:
    """None while it is switched off."""
    with db.session():
        kind = services.find(name)
        return kind if kind.is_on else None
