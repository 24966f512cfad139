"""The step that writes what the video is beside its file and into it, while it is in staging."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mvidarr import models, settings
from mvidarr.core import clock, db
from mvidarr.downloads import artwork, describe, ours
from mvidarr.downloads.work import Job
from mvidarr.integrations.youtube import tools
from mvidarr.library import details, files
from mvidarr.library.details import Description
from mvidarr.media import disks, nfo, place, sidecars, tags
from mvidarr.media.tags import TagFacts
from mvidarr.settings import file_options

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is to lie beside a file, by ending: contents to write, and digests of what we wrote.

    `before`: for the former file of that place; `ours`: for this one, also before a crash.
    """

    before: Mapping[str, str]
    ours: dict[str, str]
    contents: dict[str, bytes] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)  # written by others: they stay

    def add(self, ending: str, data: bytes, path: Path) -> None:
        """Have a file written, unless one of others has the place or goes along."""
        if ending in self.kept:
            return
        if sidecars.is_foreign(path, self.before.get(ending), self.ours.get(ending)):
            self.kept.append(ending)
            return
        self.contents[ending] = data
        self.ours[ending] = sidecars.digest(data)

    def take(self, ending: str, data: bytes) -> None:
        """Have a file of others go along as it is."""
        self.contents[ending] = data
        self.kept.append(ending)


def tell(job: Job) -> Job:
    """Write what the video is beside the file and into it, while it is still in staging."""
    facts = job.measured()
    with db.session():
        video = details.describe(job.row.video_id, job.source.id)
        planned = job.library / describe.target(video, facts, job.video.suffix)
        former = next(iter(files.of(job.row.video_id)), None)
        links = [job.notes.get("picture"), job.source.image_url]
        about = artwork.known(job.row.video_id, links)
    found = artwork.find(about, facts, job.video, job.config)
    job = replace(job, cover=found.data if found and found.is_new else None)
    if job.is_placed:
        return job
    beside = _beside(job, planned, former)
    if settings.get(file_options.nfo_files):
        _add_nfo(beside, job, planned, former, video)
    if found:
        for ending in artwork.endings():
            beside.add(ending, found.data, planned.with_name(planned.stem + ending))
    cover = found.data if found and settings.get(file_options.embed_picture) else None
    return _staged(_tagged(job, describe.tag_facts(video), cover), beside)


def _beside(job: Job, planned: Path, former: models.VideoFile | None) -> Beside:
    """What we wrote where the file goes, and what others put beside a former file elsewhere."""
    told: dict[str, str] = dict(job.notes.get("sidecars", {}))
    if former is None:
        return Beside(before={}, ours=told)
    old = job.library / former.path
    known = ours.known(former, old)
    if old.with_suffix("") == planned.with_suffix(""):
        return Beside(before=known, ours={**known, **told})
    beside = Beside(before={}, ours=told)
    for file in place.sidecars(old):
        ending = file.name.removeprefix(old.stem)
        is_ours = file.name in former.subtitles or not sidecars.is_foreign(file, known.get(ending))
        data = None if is_ours else sidecars.existing(file)
        if data is not None and not planned.with_name(planned.stem + ending).exists():
            beside.take(ending, data)
    return beside


def _add_nfo(
    beside: Beside,
    job: Job,
    planned: Path,
    former: models.VideoFile | None,
    video: Description,
) -> None:
    """The NFO, with what others wrote into the one beside the former file."""
    path = planned.with_suffix(ours.NFO)
    existing = sidecars.existing(path, nfo.LIMIT)
    if existing is None and former is not None:
        existing = sidecars.existing((job.library / former.path).with_suffix(ours.NFO), nfo.LIMIT)
    added_at = former.created_at if former else clock.now()
    data = describe.sidecar(video, job.measured(), existing, added_at)
    beside.add(ours.NFO, data, path)


def _staged(job: Job, beside: Beside) -> Job:
    """Lay the files ready; note what is ours before any of it is placed."""
    written = {
        _written(job.staging / f"beside{ending}", data): ending
        for ending, data in beside.contents.items()
    }
    for name in job.notes.get("subtitles", ()):
        ending = name.removeprefix(Path(job.notes["file"]).stem)
        if ending not in beside.kept:
            written[job.staging / name] = ending
    if beside.kept:
        log.info("files of others stay download=%s endings=%s", job.row.id, beside.kept)
    job = job.noted({**job.notes, "sidecars": beside.ours, "kept": beside.kept})
    return replace(job, sidecars=written)


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
