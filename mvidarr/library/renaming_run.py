"""Doing a renaming, or taking it back: one file after the other, each known before it is moved.

Killed at any moment, what was begun is finished first. Whoever stands where another file goes makes
way under a hidden name; a file of somebody else is left alone, and said.
"""

import logging
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import peewee

from mvidarr import activity, models
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Conflict, Invalid, NotFound, TooSoon
from mvidarr.core.terms import MoveState, WorkState
from mvidarr.jobs.jobs import Job
from mvidarr.jobs.run import Context
from mvidarr.library import files, paths, renaming
from mvidarr.library.tables import Artist, Download, Move, Renaming, Video, VideoFile
from mvidarr.media import naming, place, relocate, safe_names
from mvidarr.media.disks import disk_errors
from mvidarr.media.relocate import Pair

log = logging.getLogger(__name__)

AT_ONCE = 100
LOADING = "Its video is being downloaded. Try again when that is through."
DELETED = "The video was deleted in the meantime."
TURN = 5.0  # seconds between two looks whether another renaming is through


@dataclass(frozen=True, kw_only=True)
class Way:
    """To the new names, or back to the former ones."""

    start: MoveState
    done: MoveState
    is_back: bool

    def ends(self, move: models.Move) -> tuple[str, str]:
        """Where the file lies before, and where after."""
        return (move.target, move.former) if self.is_back else (move.former, move.target)

    def pairs(self, move: models.Move) -> list[Pair]:
        """The same of every file that goes along, the video last."""
        return [(new, old) if self.is_back else (old, new) for old, new in move.files]


FORTH = Way(start=MoveState.PLANNED, done=MoveState.MOVED, is_back=False)
BACK = Way(start=MoveState.MOVED, done=MoveState.UNDONE, is_back=True)


def run(job: models.Job, context: Context) -> None:
    """The work of a `rename` and of a `rename_undo` job."""
    row = Renaming.get_or_none(Renaming.id == int(job.subject))
    if row is None:
        return
    way = BACK if job.kind == renaming.UNDO else FORTH
    _wait_for_turn(job)
    root = files.need_library()
    renaming.confirm(row)
    _finish_stepping_aside(row.id, way, root)
    done = row.total - _count(row.id, way.start, *renaming.HALFWAY)
    for move in _to_do(row.id, way):
        context.progress(done, row.total, PurePosixPath(way.ends(move)[1]).name)
        _do(move, way, root)
        done += 1
    context.result(_conclude(row.id, way))


def _wait_for_turn(job: models.Job) -> None:
    """Of two that were approved at one moment, the first goes before."""
    before = Job.kind.in_((renaming.RENAME, renaming.UNDO)) & (Job.id < job.id)
    if Job.select().where(before, Job.state == WorkState.RUNNING).exists():
        raise TooSoon("Other files are being renamed.", retry_after=TURN)


def _finish_stepping_aside(renaming_id: int, way: Way, root: Path) -> None:
    mine = (Move.renaming == renaming_id) & (Move.state == MoveState.ASIDE)
    for move in list(Move.select().where(mine)):
        file = VideoFile.get_or_none(VideoFile.id == move.file_id)
        if file is not None and not relocate.is_aside(file.path):
            with _leaving(move, file, way):
                _step_aside(move, file, way, root)


def _to_do(renaming_id: int, way: Way) -> Iterator[models.Move]:
    """What was begun, then all the rest in its order: backwards where it is taken back."""
    mine = Move.renaming == renaming_id
    yield from list(Move.select().where(mine, Move.state == MoveState.MOVING))
    last = 0
    while True:
        due = Move.select().where(mine, Move.state.in_((way.start, MoveState.ASIDE)))
        if way.is_back:
            due = due.where(Move.id < last) if last else due
            some = list(due.order_by(Move.id.desc()).limit(AT_ONCE))
        else:
            some = list(due.where(Move.id > last).order_by(Move.id).limit(AT_ONCE))
        if not some:
            return
        last = some[-1].id
        for move in some:  # one before may have put it aside
            yield Move.get_by_id(move.id)


def _do(move: models.Move, way: Way, root: Path) -> None:
    file = VideoFile.get_or_none(VideoFile.id == move.file_id)
    with _leaving(move, file, way):
        if file is None:
            raise NotFound(DELETED)
        if move.state == way.start:
            _prepare(move, file, way, root)
        if move.state != MoveState.MOVING:
            _clear(move, way, root)
        _move(move, file, way, root)


@contextmanager
def _leaving(move: models.Move, file: Any, way: Way) -> Iterator[None]:
    """Leave a file as it is where something is wrong with it, but not with the whole disk."""
    try:
        yield
    except (Conflict, Invalid, NotFound) as error:
        files.need_library()
        _leave(move, file, way, str(error))
    except OSError as error:
        _leave(move, file, way, f"The disk refuses: {os.strerror(error.errno or 0)}.")


def _prepare(move: models.Move, file: Any, way: Way, root: Path) -> None:
    """Look what goes along. Raises Conflict, NotFound or Invalid where nothing can be done."""
    origin, goal = way.ends(move)
    if file.path != origin:
        raise Conflict("It lies elsewhere by now.")
    active = Download.active_key.is_null(False) & (Download.video == file.video_id)
    if Download.select().where(active).exists():
        raise Conflict(LOADING)
    for path in (origin, goal):
        naming.inside(root, path)
    with disk_errors(root):
        if not (root / origin).is_file():
            raise NotFound("The file is not on the disk.")
        known = [pair for pair in way.pairs(move)[:-1] if (root / pair[0]).is_file()]
        found = relocate.companions(root, origin, goal)
        pairs = dict([*found, *_of_artist(file, origin, goal, root), *known])
    every = [*pairs.items(), (origin, goal)]
    move.files = [(new, old) if way.is_back else (old, new) for old, new in every]


def _clear(move: models.Move, way: Way, root: Path) -> None:
    """Have whoever lies where this file goes make way. Raises Conflict when it cannot."""
    goal = PurePosixPath(way.ends(move)[1])
    endings = {*place.VIDEOS, goal.suffix}
    keys = [files.path_key(f"{goal.with_suffix('')}{ending}") for ending in endings]
    there = VideoFile.path_key.in_(keys) & (VideoFile.id != move.file_id)
    for file in list(VideoFile.select().where(there)):
        mine = (Move.renaming == move.renaming_id) & (Move.file_id == file.id)
        other = Move.get_or_none(mine & (Move.state == way.start))
        try:
            if other is None:
                raise Conflict("It stays.")
            _prepare(other, file, way, root)
        except (Conflict, Invalid, NotFound) as error:
            raise Conflict(f"Another video has the name {goal}.") from error
        _step_aside(other, file, way, root)


def _step_aside(move: models.Move, file: Any, way: Way, root: Path) -> None:
    _note(move, MoveState.ASIDE)
    pairs = [
        (origin, relocate.aside(origin, move.id, number))
        for number, (origin, _) in enumerate(way.pairs(move))
    ]
    with disk_errors(root):
        relocate.move_all(root, pairs)
    file.path = pairs[-1][1]
    columns = {"path": file.path, "path_key": files.path_key(file.path)}
    VideoFile.update(**columns, updated_at=clock.now()).where(VideoFile.id == file.id).execute()


def _move(move: models.Move, file: Any, way: Way, root: Path) -> None:
    """Move a file with all that goes along, and write it down."""
    _note(move, MoveState.MOVING)
    pairs = _from_aside(move, way) if relocate.is_aside(file.path) else way.pairs(move)
    with disk_errors(root):
        relocate.move_all(root, pairs)
    try:
        _write(move, file, way)
    except (peewee.IntegrityError, NotFound) as error:  # downloaded, or deleted, at this moment
        with disk_errors(root):
            relocate.move_all(root, [(goal, origin) for origin, goal in pairs])
        if isinstance(error, NotFound):
            raise
        raise Conflict("Another video has this name.") from error
    with disk_errors(root):
        place.prune((root / way.ends(move)[0]).parent, root)


def _from_aside(move: models.Move, way: Way) -> list[Pair]:
    """From the names for the time being."""
    return [
        (relocate.aside(origin, move.id, number), goal)
        for number, (origin, goal) in enumerate(way.pairs(move))
    ]


def _write(move: models.Move, file: Any, way: Way) -> None:
    origin, goal = way.ends(move)
    names = {PurePosixPath(old).name: PurePosixPath(new).name for old, new in way.pairs(move)}
    columns = {
        "path": goal,
        "path_key": files.path_key(goal),
        "subtitles": [names.get(name, name) for name in file.subtitles],
        "updated_at": clock.now(),
    }
    with db.atomic():
        if not VideoFile.update(**columns).where(VideoFile.id == file.id).execute():
            raise NotFound(DELETED)
        _note(move, way.done)
        activity.files_changed([(origin, "deleted"), (goal, "created")])
        activity.touch("video", move.video_id)


def _note(move: models.Move, state: MoveState, error: str | None = None) -> None:
    move.state = state
    columns = {"state": state, "files": move.files, "error": error and error[:500]}
    Move.update(**columns, updated_at=clock.now()).where(Move.id == move.id).execute()


def _leave(move: models.Move, file: Any, way: Way, reason: str) -> None:
    """Say why a file stays as it is; its own files lie where they lay before."""
    log.info("file not renamed path=%s reason=%s", way.ends(move)[0], reason)
    if file is not None and relocate.is_aside(file.path):
        _note(move, MoveState.ASIDE, reason)
    else:
        _note(move, MoveState.MOVED if way.is_back else MoveState.FAILED, reason)


def _of_artist(file: Any, origin: str, goal: str, root: Path) -> list[Pair]:
    """The files of the artist's own folder, if its last video goes to another one."""
    mine = Video.select(Artist.folder, Artist.name).join(Artist).where(Video.id == file.video_id)
    folder, name = mine.tuples().first() or ("", "")
    names = {folder.casefold(), safe_names.component(name, style=paths.style()).casefold()}
    old, new = _home(origin, names, root), _home(goal, names)
    if not old or not new or old == new or _has_others(old, file.id):
        return []
    return relocate.of_artist(root, old, new)


def _home(path: str, names: Collection[str], root: Path | None = None) -> str:
    """The artist's folder in a path: it is called like the artist, or has an artist.nfo."""
    parts = PurePosixPath(path).parts[:-1]
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth])
        is_named = {folder.casefold(), parts[depth - 1].casefold()} & set(names)
        if is_named or (root and (root / folder / "artist.nfo").is_file()):
            return folder
    return ""


def _has_others(folder: str, file_id: int) -> bool:
    """Whether another file lies in this folder or below it."""
    start = naming.path_key(folder)
    if len(start) > text.KEY_LENGTH // 2:  # keys of long paths end in a hash
        return True
    below = (VideoFile.path_key > f"{start}/") & (VideoFile.path_key < f"{start}0")
    return bool(VideoFile.select().where(below, VideoFile.id != file_id).exists())


def _count(renaming_id: int, *states: MoveState) -> int:
    found: int = Move.select().where(Move.renaming == renaming_id, Move.state.in_(states)).count()
    return found


def _conclude(renaming_id: int, way: Way) -> str:
    """End the renaming if nothing is left to do; what came of it in a sentence."""
    done = _count(renaming_id, way.done)
    left = _count(renaming_id, MoveState.MOVED if way.is_back else MoveState.FAILED)
    halfway = _count(renaming_id, *renaming.HALFWAY)
    said = f"{done:,} files renamed" + (" back." if way.is_back else ".")
    if left:
        said += f" {left:,} could not be."
    if halfway:
        said += f" {halfway:,} wait under a hidden name: continue when the reason is gone."
    with db.atomic():
        ended = None if halfway else clock.now()
        Renaming.update(ended_at=ended).where(Renaming.id == renaming_id).execute()
        if done:
            activity.record("files.renamed", said, renaming_id=renaming_id, files=done, left=left)
    return said
