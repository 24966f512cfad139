"""The moves of a renaming as a page shows them: what goes along, and what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mvidarr import models
from mvidarr.core.errors import Error
from mvidarr.core.terms import MoveState
from mvidarr.library import files, renaming_run
from mvidarr.library.tables import Download
from mvidarr.media import relocate


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One move. `others`: names of the files that go along; `problem`: why it would be left."""

    row: models.Move
    others: Sequence[str]
    problem: str

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def former(self) -> str:
        return self.row.former

    @property
    def target(self) -> str:
        return self.row.target

    @property
    def state(self) -> str:
        return self.row.state


def of(rows: Sequence[models.Move]) -> list[Line]:
    """Looks at the disk, for what was not begun yet."""
    waiting = [row.video_id for row in rows if row.state == MoveState.PLANNED]
    active = (Download.video.in_(waiting)) & Download.active_key.is_null(False)
    loading = {ident for (ident,) in Download.select(Download.video_id).where(active).tuples()}
    root = _library() if waiting else None
    return [_line(row, root, is_loading=row.video_id in loading) for row in rows]


def _line(row: models.Move, root: Path | None, *, is_loading: bool) -> Line:
    known = [PurePosixPath(new).name for _, new in row.files[:-1]]
    if row.state != MoveState.PLANNED or root is None:
        return Line(row=row, others=known, problem=row.error or "")
    try:
        is_there = (root / row.former).is_file()
        found = relocate.companions(root, row.former, row.target) if is_there else []
    except OSError:
        return Line(row=row, others=known, problem="The disk cannot be read.")
    problem = "" if is_there else "The file is not on the disk."
    return Line(
        row=row,
        others=[PurePosixPath(new).name for _, new in found],
        problem=problem or (renaming_run.LOADING if is_loading else ""),
    )


def _library() -> Path | None:
    """The library, if it can be looked at."""
    try:
        return files.need_library()
    except Error:
        return None
