"""The steps of one download, in their order. Each may be repeated after a crash at any point."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mvidarr import activity, models, settings
from mvidarr.core import db
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Cause, Stage, WorkState
from mvidarr.downloads import artwork, describe, quality, replaced, room
from mvidarr.downloads.work import Failed, Job
from mvidarr.governor import breaker, budget
from mvidarr.integrations.youtube import download as youtube
from mvidarr.integrations.youtube import tools
from mvidarr.integrations.youtube.download import Order, Progress
from mvidarr.jobs import claim
from mvidarr.jobs.watch import Left
from mvidarr.library import details, files, pictures, sources, videos
from mvidarr.library.files import NewFile
from mvidarr.media import disks, naming, nfo, place, probe, tags, thumbnails
from mvidarr.media.probe import FileFacts
from mvidarr.media.tags import TagFacts
from mvidarr.settings import options

log = logging.getLogger(__name__)

TURN_PATIENCE = 10.0  # seconds to wait for the service's next slot
MOST_PLACES = 5  # names to try when others already have a file there


def fetch(job: Job) -> Job:
    """Have the upload's file in staging; what an earlier attempt fetched is taken up."""
    if "file" in job.notes and job.video.is_file():
        return job
    room.check_room(job.library)
    budget.reserve(job.source.provider, wait=TURN_PATIENCE)
    fetched = youtube.fetch(
        _order(job), on_progress=_reporter(job), should_stop=job.watch.should_stop
    )
    breaker.succeeded(job.source.provider)
    staged = job.staging.resolve()
    notes = {
        **job.notes,
        "file": fetched.path.relative_to(staged).as_posix(),
        "subtitles": [path.relative_to(staged).as_posix() for path in fetched.subtitles],
        "duration": fetched.duration,
        "picture": fetched.thumbnail_url,
        "ytdlp": fetched.ytdlp,
    }
    return _noted(job, notes, percent=100.0)


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


def tell(job: Job) -> Job:
    """Write what the video is beside the file and into it, while it is still in staging."""
    facts = _facts(job)
    with db.session():
        video = details.describe(job.row.video_id, job.source.id)
        planned = describe.target(video, facts, job.video.suffix)
    links = [link for link in (job.notes.get("picture"), job.source.image_url) if link]
    cover = artwork.find(links, facts, job.video, job.config)
    if job.is_placed:
        return replace(job, cover=cover)
    existing = (job.library / planned).with_suffix(".nfo")
    told = describe.sidecar(video, facts, existing)
    sidecars = {_written(job.staging / "movie.nfo", told): ".nfo"}
    if cover:
        for ending in artwork.SIDECARS:
            sidecars[_written(job.staging / f"picture{ending}", cover)] = ending
    for name in job.notes.get("subtitles", ()):
        sidecars[job.staging / name] = name.removeprefix(Path(job.notes["file"]).stem)
    job = _tagged(job, describe.tag_facts(video), cover)
    return replace(job, cover=cover, sidecars=sidecars, sidecar_hash=nfo.digest(told))


def shelve(job: Job) -> Job:
    """Move the file into its place, the last of all; the row knows the place before."""
    if job.is_placed:
        return job
    occupied: frozenset[str] = frozenset()
    for _ in range(MOST_PLACES):
        with db.session():
            video = details.describe(job.row.video_id, job.source.id)
            target = describe.target(video, _facts(job), job.video.suffix, occupied)
        job = _noted(job, {**job.notes, "target": target})
        try:
            with replaced.set_aside(job):
                place.place(job.video, job.sidecars, job.library / target, job.library)
        except Conflict:
            occupied |= {naming.path_key(Path(target).with_suffix("").as_posix())}
            continue
        return job
    raise Failed(Cause.UNKNOWN, f"Other files are already where {target} would go.")


def finish(job: Job) -> Job:
    """Write the file down and end the row, in one transaction; only then is it a success."""
    facts = probe.probe(job.video)
    thumb = thumbnails.make(job.cover, job.config.thumbs) if job.cover else None

    def commit() -> None:
        old = files.of(job.row.video_id)
        video = videos.get(job.row.video_id)
        columns: dict[str, Any] = {
            "stage": None,
            "step": None,
            "speed": None,
            "eta": None,
            "percent": 100.0,
            "size": facts.size,
        }
        if not claim.finish(
            models.Download, job.row.id, job.watch.owner, WorkState.DONE, **columns
        ):
            raise Left
        files.attach(job.row.video_id, _new_file(job, facts))
        if thumb is not None:
            pictures.attach(video.id, thumb)
        sources.note_fetched(job.source.id)
        videos.restate([video.id])
        _record(job, video, facts, is_upgrade=bool(old))

    with db.session():
        db.transact(commit)
    replaced.remove_former(job)
    place.clear_staging(job.library, job.row.id)
    return job


Step = Callable[[Job], Job]
# name in the row, what a page shows, the step
STEPS: tuple[tuple[str, Stage, Step], ...] = (
    ("fetch", Stage.FETCH, fetch),
    ("probe", Stage.MERGE, measure),
    ("describe", Stage.TAG, tell),
    ("place", Stage.SHELVE, shelve),
    ("finish", Stage.SHELVE, finish),
)


def _order(job: Job) -> Order:
    rate = settings.get(options.download_rate) * 1000
    languages = settings.get(options.subtitle_languages)
    return Order(
        source_id=job.source.source_id,
        provider=job.source.provider,
        staging=job.staging,
        max_height=job.wanted.most,
        container=job.wanted.container,
        video_codec=job.wanted.video_codec,
        audio_codec=job.wanted.audio_codec,
        any_format=bool(job.notes.get("any_format")),
        subtitle_langs=tuple(languages),
        rate_limit=rate or None,
        proxy=settings.get(options.outbound_proxy),
        ca=job.config.ca,
        tools_dir=job.config.tools,
        ffmpeg=tools.find_ffmpeg(),
        js_runtime=tools.find_js_runtime(),
        cache=job.config.tools / "cache",
    )


def _reporter(job: Job) -> Callable[[Progress], None]:
    """Note progress; the first time that the size is known, see whether there is room for it."""
    sizes: list[int] = []

    def report(progress: Progress) -> None:
        if progress.size and not sizes:
            sizes.append(progress.size)
            # streams and the merged file lie there together for a moment
            room.check_room(job.library, 2 * progress.size - progress.downloaded)
        columns: dict[str, Any] = {"stage": progress.stage}
        if progress.stage is Stage.FETCH:
            columns |= {
                "percent": progress.percent,
                "speed": progress.speed,
                "eta": progress.eta,
                "done_bytes": progress.downloaded,
                "size": progress.size,
            }
        job.watch.note(**columns)

    return report


def _noted(job: Job, notes: dict[str, Any], **columns: Any) -> Job:
    """Keep notes in the row, before what depends on them."""
    job.watch.write(notes=notes, **columns)
    return replace(job, notes=notes)


def _check_duration(facts: FileFacts, claimed: float | None) -> None:
    if claimed and abs(facts.duration - claimed) > max(5.0, claimed * 0.05):
        sentence = f"The file lasts {facts.duration:.0f} s, but the upload {claimed:.0f} s."
        raise Failed(Cause.WRONG_DURATION, sentence)


def _tagged(job: Job, said: TagFacts, cover: bytes | None) -> Job:
    """Write the tags once: a copy that was under way when we crashed must stay the same file."""
    if job.notes.get("tagged") == job.video.stat().st_size:
        return job
    tags.write(job.video, said, cover, ffmpeg=tools.find_ffmpeg() or "ffmpeg")
    return _noted(job, {**job.notes, "tagged": job.video.stat().st_size})


def _facts(job: Job) -> FileFacts:
    return job.facts or probe.probe(job.video)


def _written(path: Path, content: bytes) -> Path:
    with disks.disk_errors(path.parent):
        path.write_bytes(content)
    return path


def _new_file(job: Job, facts: FileFacts) -> NewFile:
    target = Path(str(job.notes["target"]))
    endings = [
        name.removeprefix(Path(job.notes["file"]).stem) for name in job.notes.get("subtitles", ())
    ]
    return NewFile(
        path=target.as_posix(),
        size=facts.size,
        mtime=facts.mtime,
        container=facts.container,
        video_codec=facts.video_codec,
        audio_codec=facts.audio_codec,
        width=facts.width,
        height=facts.height,
        fps=facts.fps,
        hdr=facts.hdr,
        bit_rate=facts.bit_rate,
        channels=facts.channels,
        duration=facts.duration,
        subtitles=[target.stem + ending for ending in endings],
        source_id=job.source.id,
        sidecar_hash=job.sidecar_hash,
    )


def _record(job: Job, video: models.Video, facts: FileFacts, *, is_upgrade: bool) -> None:
    activity.record(
        "video.upgraded" if is_upgrade else "video.downloaded",
        video.title,
        artist_id=video.artist_id,
        video_id=video.id,
        download_id=job.row.id,
        size=facts.size,
        lines=quality.lines(facts.width, facts.height),
        video_codec=facts.video_codec,
        provider=job.source.provider,
        ytdlp=job.notes.get("ytdlp"),
    )
    activity.touch("video", video.id)
    activity.touch("videos", video.id)
