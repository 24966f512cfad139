"""Renaming the files of a library: worked out, looked at, approved, done, and taken back.

A renaming and its moves are rows: what was seen is what is done, and what was done is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from peewee import fn

from mvidarr import models
from mvidarr.core import batches, clock, db
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import MoveState
from mvidarr.jobs import jobs
from mvidarr.jobs.jobs import Job
from mvidarr.jobs.run import Context
from mvidarr.library import filters, paths, renaming_facts, renaming_plan
from mvidarr.library.filters import Filters
from mvidarr.library.renaming_plan import Proposal
from mvidarr.library.tables import Move, Renaming

PLAN, RENAME, UNDO = "rename_plan", "rename", "rename_undo"
MOST_IDS = 1000
KEPT = 20  # renamings that are remembered
AT_ONCE = 500
OPEN = (MoveState.PLANNED, MoveState.MOVING, MoveState.ASIDE)
HALFWAY = (MoveState.MOVING, MoveState.ASIDE)
CHANGED = (
    "The library or the template has changed since these names were worked out. "
    "Work them out again."
)


class Stage(StrEnum):
    """Where a renaming stands."""

    PLANNING = "planning"
    STOPPED = "stopped"  # before it was worked out
    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"  # approved, but not through
    DONE = "done"
    UNDOING = "undoing"
    UNDO_PAUSED = "undo_paused"
    UNDONE = "undone"

    @property
    def is_busy(self) -> bool:
        return self in (Stage.PLANNING, Stage.RUNNING, Stage.UNDOING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A renaming with what became of its files; `job`: the newest that worked on it."""

    row: models.Renaming
    stage: Stage
    counts: Mapping[str, int]
    job: models.Job | None

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def fingerprint(self) -> str:
        return str(self.row.wanted.get("fingerprint", ""))

    @property
    def looked_at(self) -> int:
        return int(self.row.wanted.get("looked_at", 0))

    @property
    def marked(self) -> int:
        """Files that get a mark, because another video has the name."""
        return int(self.row.wanted.get("marked", 0))

    @property
    def filter(self) -> str:
        return str(self.row.wanted.get("filter", ""))

    @property
    def left(self) -> int:
        """Files that could not be renamed."""
        return self.counts.get(MoveState.FAILED, 0)

    @property
    def moved(self) -> int:
        return self.counts.get(MoveState.MOVED, 0)

    @property
    def halfway(self) -> int:
        return sum(self.counts.get(state, 0) for state in HALFWAY)


def plan(given: Filters, ids: Sequence[int], by_user: int | None) -> models.Renaming:
    """Have it worked out what the files of these videos would be called."""
    if len(ids) > MOST_IDS:
        raise Invalid({"ids": f"Choose {MOST_IDS:,} or fewer, or a filter."})
    _refuse_while_busy()
    with db.atomic():
        _forget_unapproved(by_user)
        wanted = {"filter": urlencode(given.pairs()), "ids": sorted(set(ids))}
        made: models.Renaming = Renaming.create(
            template=paths.layout().text, wanted=wanted, by_user_id=by_user
        )
        jobs.add(PLAN, str(made.id), by_user=by_user)
    return made


def run_plan(job: models.Job, context: Context) -> None:
    """The work of a `rename_plan` job; begun again, it begins anew."""
    row = Renaming.get_or_none(Renaming.id == int(job.subject))
    if row is None:
        return
    template = paths.layout()
    looked = [0]

    def progress(count: int) -> None:
        looked[0] = count
        context.progress(count, None, f"{count:,} files looked at")

    proposals = renaming_plan.propose(template, _condition(row.wanted), progress)
    Move.delete().where(Move.renaming == row.id).execute()
    for some in batches.of(proposals, AT_ONCE):
        with db.atomic():
            Move.insert_many([_columns(row.id, one) for one in some]).execute()
    found = {
        "looked_at": looked[0],
        "marked": sum(one.is_marked for one in proposals),
        "planned_at": clock.now(),
        "fingerprint": renaming_plan.fingerprint(template, _moving(row.id)),
    }
    Renaming.update(template=template.text, total=len(proposals), wanted=row.wanted | found).where(
        Renaming.id == row.id
    ).execute()
    context.result(f"{len(proposals):,} of {looked[0]:,} files get another name.")


def approve(renaming_id: int, template: str, seen: str, by_user: int | None) -> models.Job:
    """Have it done as it was seen. Raises Conflict when the template changed in between."""
    shown = get(renaming_id)
    if shown.stage is not Stage.PLANNED:
        raise Conflict("This renaming is not waiting for an approval.")
    _refuse_while_busy()
    is_same = template == paths.layout().text == shown.row.template
    if not is_same or seen != shown.fingerprint:
        raise Conflict(CHANGED)
    with db.atomic():
        wanted = shown.row.wanted | {"approved_at": clock.now()}
        Renaming.update(wanted=wanted).where(Renaming.id == renaming_id).execute()
        _forget_old()
        return jobs.add(RENAME, str(renaming_id), by_user=by_user)


def confirm(row: models.Renaming) -> None:
    """See, before the first file is moved, that all would still be called as it was approved.

    Raises Conflict when the library changed; then the renaming waits for being worked out again.
    """
    if "begun_at" in row.wanted:
        return
    now = renaming_plan.fingerprint(paths.layout(), _moving(row.id))
    is_same = now == row.wanted["fingerprint"]
    wanted = row.wanted | {"begun_at": clock.now()} if is_same else _unapproved(row.wanted)
    Renaming.update(wanted=wanted).where(Renaming.id == row.id).execute()
    if not is_same:
        raise Conflict(CHANGED)


def go_on(renaming_id: int, by_user: int | None) -> models.Job:
    """Do what is left of a renaming, and try again what could not be done."""
    shown = get(renaming_id)
    is_undo = shown.stage is Stage.UNDO_PAUSED or (shown.stage is Stage.UNDONE and shown.moved > 0)
    can_retry = shown.stage is Stage.DONE and shown.left
    if not (is_undo or can_retry or shown.stage is Stage.PAUSED):
        raise Conflict("Nothing is left to do of this renaming.")
    _refuse_while_busy()
    with db.atomic():
        failed = (Move.renaming == renaming_id) & (Move.state == MoveState.FAILED)
        if not is_undo:
            Move.update(state=MoveState.PLANNED, error=None).where(failed).execute()
        Renaming.update(ended_at=None).where(Renaming.id == renaming_id).execute()
        return jobs.add(UNDO if is_undo else RENAME, str(renaming_id), by_user=by_user)


def undo(renaming_id: int, by_user: int | None) -> models.Job:
    """Give the files their former names back, as far as they lie where they were put."""
    shown = get(renaming_id)
    if shown.stage not in (Stage.DONE, Stage.PAUSED) or not shown.moved:
        raise Conflict("There is nothing to take back.")
    if shown.halfway:
        raise Conflict("Some files are on their way: continue the renaming first.")
    _refuse_while_busy()
    with db.atomic():
        Renaming.update(undone_at=clock.now(), ended_at=None).where(
            Renaming.id == renaming_id
        ).execute()
        return jobs.add(UNDO, str(renaming_id), by_user=by_user)


def forget(renaming_id: int) -> None:
    """Drop a renaming that nobody approved."""
    shown = get(renaming_id)
    if shown.stage not in (Stage.PLANNED, Stage.STOPPED):
        raise Conflict("Only a renaming that was not approved can be dropped.")
    Renaming.delete().where(Renaming.id == renaming_id).execute()


def get(renaming_id: int) -> Shown:
    """Raises NotFound."""
    row = Renaming.get_or_none(Renaming.id == renaming_id)
    if row is None:
        raise NotFound("There is no such renaming.")
    return _shown([row])[0]


def newest() -> list[Shown]:
    """The renamings that are remembered, the newest first."""
    return _shown(list(Renaming.select().order_by(Renaming.id.desc()).limit(KEPT)))


def page(renaming_id: int, state: str, place: db.Place) -> db.Page:
    """A page of the moves, all or those of one state, in the order in which they are done."""
    query = Move.select().where(Move.renaming == renaming_id)
    query = query.where(Move.state == state) if state else query
    order = db.Order(name="id", column=Move.id, id=Move.id)
    return db.page(query, order, place, key=lambda row: (row.id, row.id))


def count_files(given: Filters) -> int:
    """How many files the videos of a filter have."""
    wanted = renaming_facts.chosen(given)
    query = renaming_facts.File.select()
    found: int = (query if wanted is None else query.where(wanted)).count()
    return found


def _condition(wanted: Mapping[str, Any]) -> Any:
    given = filters.parse(parse_qsl(wanted["filter"]))
    return renaming_facts.chosen(given, wanted["ids"])


def _moving(renaming_id: int) -> Any:
    """The condition that a file has a move."""
    return renaming_facts.File.id.in_(Move.select(Move.file_id).where(Move.renaming == renaming_id))


def _unapproved(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: wanted[name] for name in wanted if name not in ("planned_at", "approved_at")}


def _columns(renaming_id: int, one: Proposal) -> dict[str, Any]:
    return {
        "renaming": renaming_id,
        "file_id": one.file_id,
        "video_id": one.video_id,
        "former": one.former,
        "target": one.target,
    }


def _refuse_while_busy() -> None:
    """Two at a time would be in each other's way."""
    if Job.select().where(Job.kind.in_((RENAME, UNDO)), Job.active_key.is_null(False)).exists():
        raise Conflict("Files are being renamed. Wait until that is through.")


def _forget_unapproved(by_user: int | None) -> None:
    """What somebody had worked out and did not approve."""
    mine = Renaming.select().where(
        Renaming.by_user_id == by_user if by_user else Renaming.by_user_id.is_null()
    )
    old = [one.id for one in _shown(list(mine)) if one.stage in (Stage.PLANNED, Stage.STOPPED)]
    Renaming.delete().where(Renaming.id.in_(old)).execute()


def _forget_old() -> None:
    last = Renaming.select(Renaming.id).order_by(Renaming.id.desc()).offset(KEPT).limit(1).scalar()
    if last:
        Renaming.delete().where(Renaming.id <= last).execute()


def _shown(rows: Sequence[models.Renaming]) -> list[Shown]:
    ids = [row.id for row in rows]
    counts: dict[int, dict[str, int]] = {}
    grouped = Move.select(Move.renaming_id, Move.state, fn.COUNT(Move.id))
    mine = grouped.where(Move.renaming.in_(ids)).group_by(Move.renaming_id, Move.state)
    for ident, state, count in mine.tuples():
        counts.setdefault(ident, {})[state] = count
    work = _jobs_of(ids)
    return [
        Shown(
            row=row,
            stage=_stage(row, counts.get(row.id, {}), work.get(row.id)),
            counts=counts.get(row.id, {}),
            job=work.get(row.id),
        )
        for row in rows
    ]


def _jobs_of(ids: Sequence[int]) -> dict[int, models.Job]:
    """The newest job of each renaming."""
    query = Job.select().where(
        Job.kind.in_((PLAN, RENAME, UNDO)), Job.subject.in_([str(ident) for ident in ids])
    )
    return {int(job.subject): job for job in query.order_by(Job.id)}


def _stage(row: models.Renaming, counts: Mapping[str, int], job: models.Job | None) -> Stage:
    if job is not None and job.active_key:
        return {PLAN: Stage.PLANNING, RENAME: Stage.RUNNING, UNDO: Stage.UNDOING}[job.kind]
    if row.undone_at:
        return Stage.UNDONE if row.ended_at else Stage.UNDO_PAUSED
    if "approved_at" in row.wanted:
        return Stage.DONE if row.ended_at else Stage.PAUSED
    return Stage.PLANNED if "planned_at" in row.wanted else Stage.STOPPED
