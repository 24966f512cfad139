"""The step that writes what the video is beside its file and into it, while it is in staging."""

from dataclasses import replace
from pathlib import Path

from mvidarr.core import db
from mvidarr.downloads import artwork, describe
from mvidarr.downloads.work import Job
from mvidarr.integrations.youtube import tools
from mvidarr.library import details
from mvidarr.media import disks, nfo, tags
from mvidarr.media.tags import TagFacts


def tell(job: Job) -> Job:
    """Write what the video is beside the file and into it, while it is still in staging."""
    facts = job.measured()
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


def _tagged(job: Job, said: TagFacts, cover: bytes | None) -> Job:
    """Write the tags once: a copy that was under way when we crashed must stay the same file."""
    if job.notes.get("tagged") == job.video.stat().st_size:
        return job
    tags.write(job.video, said, cover, ffmpeg=tools.find_ffmpeg() or "ffmpeg")
    return job.noted({**job.notes, "tagged": job.video.stat().st_size})


def _written(path: Path, content: bytes) -> Path:
    with disks.disk_errors(path.parent):
        path.write_bytes(content)
    return path
