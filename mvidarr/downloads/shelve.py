"""The steps that move a file into its place, the last of all, and write it down."""

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from mvidarr import activity, models
from mvidarr.core import db
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Cause, WorkState
from mvidarr.downloads import aside, describe, loudness, ours, quality, replaced
from mvidarr.downloads.work import Failed, Job
from mvidarr.jobs import claim
from mvidarr.jobs.watch import Left
from mvidarr.library import artist_files, details, files, pictures, sources, videos
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
                beside = _free(job, target) if occupied else job.sidecars
                place.place(job.video, beside, job.library / target, job.library)
        except Conflict:
            occupied |= {naming.path_key(Path(target).with_suffix("").as_posix())}
            continue
        return job
    raise Failed(Cause.UNKNOWN, f"Other files are already where {target} would go.")


def finish(job: Job) -> Job:
    """Write the file down and end the row, in one transaction; only then is it a success."""
    facts = replace(probe.probe(job.video), findings=tuple(job.notes.get("findings", ())))
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
        new = _new_file(job, facts)
        replaced.to_trash(job)
        files.attach(job.row.video_id, new)
        if thumb is not None:
            pictures.attach(video.id, thumb)
        sources.note_fetched(job.source.id)
        videos.restate([video.id])
        activity.files_changed(_changes(job, new, old))
        _record(job, video, facts, is_upgrade=job.row.is_upgrade and bool(old))
        loudness.ask()

    with db.session():
        db.transact(commit)
        video = videos.find(job.row.video_id)
    if video is not None:
        artist_files.try_writing(video.artist_id, job.config.thumbs)
    if not aside.holds(job.staging):
        place.clear_staging(job.library, job.row.id)
    return job


def _free(job: Job, target: str) -> dict[Path, str]:
    """What may lie beside another place than the planned one: nothing there is ours."""
    final = job.library / target
    return {
        file: ending
        for file, ending in job.sidecars.items()
        if not final.with_name(final.stem + ending).exists()
    }


def _new_file(job: Job, facts: FileFacts) -> NewFile:
    target = Path(str(job.notes["target"]))
    endings = [
        name.removeprefix(Path(job.notes["file"]).stem) for name in job.notes.get("subtitles", ())
    ]
    artwork = dict(job.notes.get("sidecars", {}))
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
        sidecar_hash=artwork.pop(ours.NFO, None),
        artwork=artwork,
        findings=facts.findings,
    )


def _changes(job: Job, new: NewFile, old: list[models.VideoFile]) -> list[tuple[str, str]]:
    """What media servers are told of: the file and what lies beside it."""
    path = PurePosixPath(new.path)
    what = "modified" if any(file.path == new.path for file in old) else "created"
    endings = [ending for ending in job.notes.get("sidecars", {}) if ending not in _kept(job)]
    beside = [path.with_name(path.stem + ending).as_posix() for ending in endings]
    return [(new.path, what), *((name, what) for name in (*beside, *_captions(new)))]


def _captions(new: NewFile) -> list[str]:
    return [PurePosixPath(new.path).with_name(name).as_posix() for name in new.subtitles]


def _kept(job: Job) -> list[str]:
    """Endings of files that others wrote beside the video, which stay as they are."""
    return list(job.notes.get("kept", ()))


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
        **({"kept": _kept(job)} if _kept(job) else {}),
        **({"replaces": job.notes["replaces"]} if "replaces" in job.notes else {}),
    )
    activity.touch("video", video.id)
    activity.touch("videos", video.id)
