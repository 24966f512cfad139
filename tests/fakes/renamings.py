"""Renaming real files, job by job, as a worker would; and what is on the disk and in rows."""

from pathlib import Path
from typing import Any

from mvidarr import settings
from mvidarr.library import renaming, renaming_run
from mvidarr.library.filters import Filters
from mvidarr.models import Job, Move, VideoFile
from tests.factories import make_file, make_video

ALL = Filters()
FLAT = "{Artist}/{Title}{ (Version)}"
SIDECARS = (".nfo", "-poster.jpg", ".en.srt")


class Notes:
    """What a job may ask for, in this thread."""

    def __init__(self) -> None:
        self.said = ""
        self.left = -1

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1

    def result(self, note: str, problem: str | None = None) -> None:
        self.said = note


def work() -> str:
    """Run what waits, as a worker does."""
    notes = Notes()
    for job in list(Job.select().where(Job.active_key.is_null(False)).order_by(Job.id)):
        run = renaming.run_plan if job.kind == renaming.PLAN else renaming_run.run
        run(job, notes)  # type: ignore[arg-type]
        end(job)
    return notes.said


def end(job: Job) -> None:
    Job.update(state="done", active_key=None).where(Job.id == job.id).execute()


class Shelf:
    """Puts videos with real files on the disk: their rows and their sidecars, too."""

    def __init__(self, library: Path) -> None:
        self.library = library
        settings.change({"naming_template": FLAT})

    def __call__(
        self, artist: Any, title: str, path: str, sidecars: Any = (), **columns: Any
    ) -> VideoFile:
        there = self.library / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(path)
        for ending in sidecars:
            there.with_name(there.stem + ending).write_text(f"{path}{ending}")
        subtitles = [there.stem + ending for ending in sidecars if ending.endswith(".srt")]
        video = make_video(artist, title, **columns)
        return make_file(video, path=path, subtitles=subtitles)


def planned(given: Filters = ALL, ids: Any = ()) -> renaming.Shown:
    made = renaming.plan(given, ids, None)
    work()
    return renaming.get(made.id)


def approved(given: Filters = ALL) -> renaming.Shown:
    shown = planned(given)
    renaming.approve(shown.id, shown.row.template, shown.fingerprint, None)
    return shown


def renamed(given: Filters = ALL) -> renaming.Shown:
    shown = approved(given)
    work()
    return renaming.get(shown.id)


def taken_back(shown: renaming.Shown) -> renaming.Shown:
    renaming.undo(shown.id, None)
    work()
    return renaming.get(shown.id)


def on_disk(library: Path) -> dict[str, str]:
    return {
        path.relative_to(library).as_posix(): path.read_text()
        for path in sorted(library.rglob("*"))
        if path.is_file()
    }


def moves(shown: renaming.Shown) -> list[tuple[str, str, str]]:
    rows = Move.select().where(Move.renaming == shown.id).order_by(Move.id)
    return [(row.former, row.target, row.state) for row in rows]


def errors(shown: renaming.Shown) -> list[str]:
    rows = (
        Move.select().where(Move.renaming == shown.id, Move.error.is_null(False)).order_by(Move.id)
    )
    return [row.error or "" for row in rows]


def in_rows() -> set[str]:
    return {file.path for file in VideoFile.select()}
