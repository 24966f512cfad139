"""One download on its way through the steps: what each step knows and leaves for the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from mvidarr import models
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.terms import Cause
from mvidarr.downloads import aside, profiles, upgrades
from mvidarr.downloads.causes import Failure
from mvidarr.downloads.quality import Quality
from mvidarr.jobs.watch import Watch
from mvidarr.library import files
from mvidarr.library.tables import Download, VideoSource
from mvidarr.media import place, probe
from mvidarr.media.probe import FileFacts


class Failed(Exception):
    """An attempt that failed for a reason found here, not by an adapter."""

    def __init__(self, cause: Cause, sentence: str) -> None:
        super().__init__(sentence)
        self.failure = Failure(cause=cause, sentence=sentence)


class NothingBetter(Exception):
    """An upgrade ends without a change; says why the file in place stays."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """`notes` are kept in the row: after a crash the steps go on from them.

    `better_than`: the upload is of no use unless it offers a greater height than this.
    """

    row: models.Download
    source: models.VideoSource
    wanted: Quality
    library: Path
    staging: Path
    config: Config
    watch: Watch
    better_than: int | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
    facts: FileFacts | None = None
    cover: bytes | None = None
    sidecars: Mapping[Path, str] = field(default_factory=dict)  # file → ending of its name

    @property
    def video(self) -> Path:
        """The file: staged, or in its place already, when a crash came after the move."""
        staged = self.staging / str(self.notes.get("file", ""))
        target = self.notes.get("target")
        if target and not staged.is_file():
            return self.library / str(target)
        return staged

    @property
    def is_placed(self) -> bool:
        return "target" in self.notes and self.video == self.library / str(self.notes["target"])

    def noted(self, notes: Mapping[str, Any], **columns: Any) -> Self:
        """Keep notes in the row, before what depends on them."""
        self.watch.write(notes=dict(notes), **columns)
        return replace(self, notes=notes)

    def measured(self) -> FileFacts:
        """What the file is; measured anew when the step that did was left out."""
        found = tuple(self.notes.get("findings", ()))
        return self.facts or replace(probe.probe(self.video), findings=found)


def begin(row: models.Download, config: Config, watch: Watch) -> Job:
    """Read what the steps need. Raises Failed, and LibraryOffline or DiskFull of the disk."""
    with db.session():
        row = Download.get_by_id(row.id)
        source = VideoSource.get_or_none(VideoSource.id == row.source_id)
        if source is None:
            raise Failed(Cause.REMOVED, "The upload was removed from the library.")
        # what holds now: somebody may have chosen another profile while it waited
        wanted = profiles.quality_of(profiles.holding(row.video_id))
        better_than = upgrades.better_than(row, wanted)
    library = files.need_library().resolve()
    notes = dict(row.notes)
    if notes.get("source") != source.id:
        # what another upload left must not be taken for a part of this one
        aside.clear_staging(library, row.id, notes.get("target"))
        lasting = ("tried", "any_format", "asked_anew", "keep")
        notes = {key: notes[key] for key in lasting if key in notes} | {"source": source.id}
        watch.write(notes=notes)
    return Job(
        row=row,
        source=source,
        wanted=wanted,
        library=library,
        staging=place.staging(library, row.id),
        config=config,
        watch=watch,
        better_than=better_than,
        notes=notes,
    )
