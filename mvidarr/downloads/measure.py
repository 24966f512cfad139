"""The step that looks at what was fetched: what the file is counts, not what was promised."""

from dataclasses import replace
from typing import Any

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.terms import Cause, Finding
from mvidarr.downloads import quality
from mvidarr.downloads.work import Failed, Job, NothingBetter
from mvidarr.library import files, offers
from mvidarr.library.tables import VideoFile
from mvidarr.media import probe
from mvidarr.media.probe import FileFacts, ProbeError
from mvidarr.settings import download_options

LEAST_TOLERANCE = 5.0  # seconds
USELESS = (Cause.NO_AUDIO, Cause.NO_VIDEO, Cause.UNREADABLE)  # any file is better


def measure(job: Job) -> Job:
    """Success means that the file is there and reads: see what it is, and whether to keep it."""
    if job.is_placed:  # it was kept, before a crash
        return replace(job, facts=job.measured())
    _note_offered(job)
    facts = probe.probe(job.video, look=True)
    _check_duration(facts, job)
    if quality.is_low(quality.lines_of(facts), job.wanted):
        facts = replace(facts, findings=(Finding.LOW_RESOLUTION.value, *facts.findings))
    notes = {**job.notes, "findings": list(facts.findings)}
    former = _former(job)
    if former is not None:
        notes["replaces"] = _check_better(facts, former, job)
    elif "replaces" not in notes and "keep" not in notes:  # by an earlier attempt, or a person
        _check_lines(facts, job)
    return replace(job.noted(notes), facts=facts)


def _note_offered(job: Job) -> None:
    if height := job.notes.get("offered"):
        with db.session():
            offers.note_height(job.source.id, height)


def _check_lines(facts: FileFacts, job: Job) -> None:
    with db.session():
        height = offers.highest(job.row.video_id, job.notes.get("offered"))
    best = quality.lines_at(height, (facts.width, facts.height))
    measured = quality.lines_of(facts)
    if quality.is_too_low(measured, best, job.wanted):
        raise Failed(
            Cause.LOW_QUALITY,
            f"The file has only {measured} lines, and {min(best, job.wanted.most)} are offered. "
            "Keep it, or choose another upload.",
        )


def _check_duration(facts: FileFacts, job: Job) -> None:
    claimed = job.notes.get("duration") or job.source.duration
    if claimed and differs(facts.duration, claimed):
        sentence = f"The file lasts {facts.duration:.0f} s, but the upload {claimed:.0f} s."
        raise Failed(Cause.WRONG_DURATION, sentence)


def differs(seconds: float, expected: float) -> bool:
    """Whether a file lasts longer or shorter than the settings tolerate."""
    tolerance = settings.get(download_options.duration_tolerance) / 100
    return abs(seconds - expected) > max(LEAST_TOLERANCE, expected * tolerance)


def _former(job: Job) -> FileFacts | None:
    """The file that an upgrade is to replace, measured as the new one was; None without one."""
    if not job.row.is_upgrade:
        return None
    with db.session():
        row = VideoFile.get_or_none(VideoFile.main_key == job.row.video_id)
    if row is None:
        return None
    try:
        return probe.probe(files.need_library() / row.path, look=True)
    except ProbeError as error:
        if error.cause not in USELESS:
            raise
        return None  # damaged or gone


def _check_better(facts: FileFacts, former: FileFacts, job: Job) -> dict[str, Any]:
    """What the file in place is, and why the new one is better, for the history."""
    whole = facts.duration + job.notes.get("cut", 0.0)
    if differs(facts.duration, former.duration) and differs(whole, former.duration):
        raise NothingBetter(
            f"The new file lasts {facts.duration:.0f} s, the one in place {former.duration:.0f} s: "
            "it may be another cut."
        )
    is_better, why = quality.is_better(facts, former, job.wanted)
    if not is_better:
        raise NothingBetter(why)
    return {
        "lines": quality.lines_of(former),
        "video_codec": former.video_codec,
        "size": former.size,
        "why": why,
    }
