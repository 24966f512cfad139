"""Better files for what is below the cutoff of its quality profile: a few each day, or when asked.

The file in place stays until a provably better one is there; a search for one that fails changes
nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from mvidarr import models, settings
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.core.terms import Finding, Verdict, WorkState
from mvidarr.downloads import profiles, quality, queue, unmet
from mvidarr.downloads.quality import Quality
from mvidarr.downloads.unmet import Wanted
from mvidarr.jobs import claim, jobs
from mvidarr.jobs.run import Context
from mvidarr.library import files, sources, status, videos
from mvidarr.library.tables import Download, VideoFile, VideoSource
from mvidarr.settings import download_options, file_options

JOB: Final = "upgrades"
A_RUN = 20  # searches that the clock starts at once
PAUSE = 30 * clock.DAY  # between two of them for one video, unless there is a new upload
NOTHING_OFFERED = "The file in place is as good: the upload offers no more lines."
NOTHING = "No upload in use for this video offers more lines than its file has."


@dataclass(frozen=True, kw_only=True, slots=True)
class Chance:
    """A video with the upload that may have a better file.

    `tried_at`: when one was last looked for, in ms, 0 for never; `is_new`: never at this upload;
    `is_vain`: what it has was fetched before, and was no better.
    """

    video_id: int
    source_id: int
    tried_at: int
    is_new: bool
    is_vain: bool


def look(video_id: int, by_user: int | None = None) -> models.Download:
    """Look for a better file of one video, for a person. Raises NotFound, Conflict.

    Where its lines are enough already, the same or another upload may be better in other ways.
    """
    file = files.main_of(video_id)
    wanted = profiles.quality_of(profiles.holding(video_id))
    chosen = [chance.source_id for chance in _found([video_id])]
    if not chosen and better_than_file(file, wanted) is None:
        chosen = [source.id for source in filter(None, [sources.best_source(video_id)])]
    if not chosen:
        raise Conflict(NOTHING)
    return queue.add(video_id, chosen[0], by_user=by_user, is_upgrade=True)


def look_for_all(wanted: Wanted, by_user: int) -> models.Job:
    """Look for better files of all videos that are shown, in the background."""
    finding = wanted.finding.value if wanted.finding else ""
    args = {"q": wanted.q, "finding": finding}
    return jobs.add(JOB, f"{finding} {wanted.q}".strip() or "all", args, by_user=by_user)


def run(job: models.Job, context: Context) -> None:
    """The work of an `upgrades` job: all that a person was shown, or a few of what is due."""
    is_off = not settings.get(download_options.automatic_upgrades)
    if job.by_user_id is None and is_off:
        return context.result("Switched off in the settings.")
    if not settings.get(file_options.library_path):
        return context.result("There is no library yet.")
    found = _asked_for(job, context) if "q" in job.args else _due(context)
    for done, chance in enumerate(found, start=1):
        _queue(chance, job.by_user_id)
        context.progress(done, len(found))
    context.result(_said(len(found)))


def better_than(row: models.Download, wanted: Quality) -> int | None:
    """The height that an upload must exceed to be of use for a download; None: any will do."""
    if not row.is_upgrade:
        return None
    file = VideoFile.get_or_none(VideoFile.main_key == row.video_id)
    return better_than_file(file, wanted) if file else None


def better_than_file(file: models.VideoFile, wanted: Quality) -> int | None:
    """The height that a better file must exceed; None when only other things can be better."""
    if not file.width or not file.height:
        return None
    if quality.meets_cutoff(quality.lines(file.width, file.height), wanted):
        return None
    return int(file.height / quality.REACHED)


def stay(row: models.Download, owner: str, why: str) -> None:
    """End a search that found nothing better: done, with the reason; the file in place stays."""
    with db.atomic():
        columns = {**queue.STOPPED, "percent": None, "size": None, "last_error": why[:1000]}
        if claim.finish(Download, row.id, owner, WorkState.DONE, **columns):
            videos.restate([row.video_id])


def _said(count: int) -> str:
    if count == 0:
        return "Nothing to look for."
    return "Looking for 1 better file." if count == 1 else f"Looking for {count:,} better files."


def _queue(chance: Chance, by_user: int | None) -> None:
    try:
        queue.add(chance.video_id, chance.source_id, by_user, queue.LATER, is_upgrade=True)
    except (Conflict, NotFound):  # deleted, or its upload was refused, a moment ago
        return


def _asked_for(job: models.Job, context: Context) -> list[Chance]:
    """What a person was shown, but for what this job had done before it was stopped."""
    finding = job.args.get("finding")
    wanted = Wanted(q=job.args["q"], finding=Finding(finding) if finding else None)
    found = _chances(unmet.ids(wanted), context)
    return [chance for chance in found if chance.tried_at < job.created_at]


def _due(context: Context) -> list[Chance]:
    """A few of those that were not looked for in a while, or that have an upload not yet tried.

    Fewer while what was begun before still waits.
    """
    found: list[Chance] = []
    most, never, long_ago = A_RUN - _waiting(), 0, clock.now() - PAUSE
    for chance in _chances(unmet.ids(Wanted(), automatic=True) if most > 0 else [], context):
        if chance.is_new or (chance.tried_at < long_ago and not chance.is_vain):
            found.append(chance)
            never += chance.tried_at == 0
        if never >= most:  # they go first, in the order in which they come
            break
    return sorted(found, key=attrgetter("tried_at", "video_id"))[: max(most, 0)]


def _waiting() -> int:
    begun = (Download.is_upgrade == True) & Download.by_user.is_null()  # noqa: E712 - SQL
    count: int = Download.select().where(begun & Download.active_key.is_null(False)).count()
    return count


def _chances(ids: Sequence[int], context: Context) -> Iterator[Chance]:
    passed = 0
    for some in status.chunks(ids):
        yield from _found(sorted(set(some) - _active(some)))
        passed += len(some)
        context.progress(passed, len(ids))


def _found(ids: Sequence[int]) -> Iterator[Chance]:
    """Of each video the upload to try next: a new one, else one that was not in vain."""
    uploads, tried, at = _hopeful(ids), _tried(ids), unmet.last_tries(ids)
    for video_id in sorted(uploads):
        before = tried.get(video_id, {})
        offered = [one.id for one in uploads[video_id]]
        chosen = min(offered, key=lambda ident: (ident in before, before.get(ident, False)))
        yield Chance(
            video_id=video_id,
            source_id=chosen,
            tried_at=at.get(video_id, 0),
            is_new=chosen not in before,
            is_vain=bool(before.get(chosen)),
        )


def _hopeful(ids: Sequence[int]) -> dict[int, list[models.VideoSource]]:
    """Of each video the uploads in use that may have a better file, the likeliest first.

    Where a person chose uploads, no other ones.
    """
    columns = (VideoFile.video, VideoFile.source, VideoFile.width, VideoFile.height)
    rows = VideoFile.select(*columns).where(VideoFile.main_key.in_(list(ids)))
    there = {row.video_id: row for row in rows}
    query = VideoSource.select(*_NEEDED).where(
        VideoSource.video_id.in_(list(there)),
        VideoSource.verdict == Verdict.ACCEPTED,
        VideoSource.availability.in_(status.HOPEFUL),
    )
    found: dict[int, list[models.VideoSource]] = {}
    for source in query.order_by(VideoSource.score.desc(), VideoSource.id):
        found.setdefault(source.video_id, []).append(source)
    for video_id, uploads in found.items():
        file = there[video_id]
        uploads = [one for one in uploads if one.verdict_by_id] or uploads
        hopeful = [one for one in uploads if _may_be_better(one, file)]
        found[video_id] = sorted(hopeful, key=lambda one: _order(one, file))
    return {video_id: uploads for video_id, uploads in found.items() if uploads}


# not the reasons of its score: with them, ten thousands of uploads take seconds to read
_NEEDED = (VideoSource.id, VideoSource.video, VideoSource.max_height, VideoSource.verdict_by)


def _may_be_better(source: models.VideoSource, file: models.VideoFile) -> bool:
    if source.max_height is None:
        return True
    shape = (file.width or 0, file.height or 0)
    return quality.is_more(quality.lines_at(source.max_height, shape), quality.lines(*shape))


def _order(source: models.VideoSource, file: models.VideoFile) -> tuple[int, int]:
    """Those known to offer more first, the one that the file came from last."""
    if source.max_height is not None:
        return 0, -source.max_height
    return (2 if source.id == file.source_id else 1), 0


def _tried(ids: Sequence[int]) -> dict[int, dict[int, bool]]:
    """Uploads at which a better file was looked for already, and whether one was fetched in vain.

    A search that ends well with a reason found nothing better; its notes say what was fetched.
    """
    columns = (Download.video_id, Download.source_id, Download.state, Download.last_error)
    rows = Download.select(*columns, Download.notes).where(
        Download.video_id.in_(list(ids)),
        Download.is_upgrade == True,  # noqa: E712 - SQL, not Python
    )
    found: dict[int, dict[int, bool]] = {}
    for video_id, source_id, state, why, notes in rows.tuples():
        mine = found.setdefault(video_id, {})
        for passed_by in notes.get("tried", ()):
            mine.setdefault(passed_by, False)
        is_vain = state == WorkState.DONE and bool(why) and "file" in notes
        mine[source_id] = mine.get(source_id, False) or is_vain
    return found


def _active(ids: Sequence[int]) -> set[int]:
    rows = Download.select(Download.video_id).where(
        Download.video_id.in_(list(ids)), Download.active_key.is_null(False)
    )
    return {video_id for (video_id,) in rows.tuples()}
