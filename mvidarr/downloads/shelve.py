"""The steps that move a file into its place, the last of all, and write it down."""

from pathlib import Path
from typing import Any

from mvidarr import activity, models
from mvidarr.core import db
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Cause, WorkState
from mvidarr.downloads import describe, quality, replaced
from mvidarr.downloads.work import Failed, Job
from mvidarr.jobs import claim
from mvidarr.jobs.watch import Left
from mvidarr.library import details, files, pictures, sources, videos
from mvidarr.library.files import NewFile
from mvidarr.media import naming, place, probe, thumbnails
from mvidarr.media.probe import FileFacts

MOST_PLACES = 5  # names to try when others already have a file there


def shelve(job: Job) -> Job:
    """Move the file into its place, the last of all; the row knows the place before."""
    if job.is_placed:
        return job
    occupied: frozenset[str] = frozenset()
    for _ in range(MOST_PLACES):
        with db.session():
            video = details.describe(job.row.video_id, job.source.id)
            target = describe.target(video, job.measured(), job.video.suffix, occupied)
        job = job.noted({**job.notes, "target": target})
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
