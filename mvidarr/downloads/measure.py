"""The step that looks at what was fetched: what the file is counts, not what was promised."""

from dataclasses import replace

from mvidarr.core.terms import Cause
from mvidarr.downloads import quality
from mvidarr.downloads.work import Failed, Job
from mvidarr.media import probe
from mvidarr.media.probe import FileFacts


def measure(job: Job) -> Job:
    """Success means that the file is there and reads: see what it is."""
    facts = probe.probe(job.video)
    _check_duration(facts, job.notes.get("duration") or job.source.duration)
    lines = quality.lines(facts.width, facts.height)
    low = quality.is_too_low(lines, job.source.max_height, job.wanted)
    if low and not job.notes.get("keep"):
        raise Failed(
            Cause.LOW_QUALITY,
            f"The file has only {lines} lines. Keep it, or choose another upload.",
        )
    return replace(job, facts=facts)


def _check_duration(facts: FileFacts, claimed: float | None) -> None:
    if claimed and abs(facts.duration - claimed) > max(5.0, claimed * 0.05):
        sentence = f"The file lasts {facts.duration:.0f} s, but the upload {claimed:.0f} s."
        raise Failed(Cause.WRONG_DURATION, sentence)
