"""One decision about many candidates, in the background; what somebody decided meanwhile stays."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mvidarr import models
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import Verdict
from mvidarr.jobs import jobs
from mvidarr.jobs.run import Context
from mvidarr.library import review_rows, sources
from mvidarr.library.review_rows import Wanted

KIND = "review_bulk"
MOST = 10_000
ACCEPT, REFUSE, BLOCK = "accept", "refuse", "block"
ACTIONS = (ACCEPT, REFUSE, BLOCK)
SEEN = Verdict.REVIEW  # what has another verdict by now was decided meanwhile
Accept = Callable[[int, int | None, Verdict], Any]
Block = Callable[..., Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Uploads by id, or all that match a filter; `expected`: as many as the person saw."""

    ids: Sequence[int] = ()
    wanted: Wanted | None = None
    expected: int | None = None


def start(selection: Selection, action: str, by_user: int | None) -> models.Job:
    """Decide about many candidates in the background.

    Raises Conflict when a filter matches another number than the person saw.
    """
    if action not in ACTIONS:
        raise Invalid({"action": f"Choose one of: {', '.join(ACTIONS)}."})
    chosen = list(dict.fromkeys(selection.ids)) or matching(selection.wanted)
    if not chosen:
        raise Invalid({"ids": "Choose at least one."})
    if len(chosen) > MOST:
        raise Invalid({"ids": f"Choose {MOST:,} or fewer: narrow the filter."})
    if selection.expected is not None and selection.expected != len(chosen):
        raise Conflict(
            f"{len(chosen):,} uploads match now instead of {selection.expected:,}. Look again."
        )
    args = {"ids": chosen, "action": action}
    return jobs.add(KIND, f"{action} {_subject(chosen)}", args, by_user=by_user)


def matching(wanted: Wanted | None) -> list[int]:
    """Ids of what a filter matches, the best first, one more than can be taken at most."""
    return review_rows.uploads(wanted, MOST + 1) if wanted is not None else []


def run(job: models.Job, context: Context, accept: Accept, block: Block = sources.block) -> None:
    """The work of a job: each candidate by itself, so that one that is gone stops no other.

    `accept` takes one, with the download that follows from it, and `block` stops what is fetched
    from it for another artist. Done twice, it changes nothing.
    """
    by = job.by_user_id
    known: Mapping[str, Callable[[int], Any]] = {
        ACCEPT: lambda source_id: accept(source_id, by, SEEN),
        REFUSE: lambda source_id: sources.refuse(source_id, by, seen=SEEN),
        BLOCK: lambda source_id: block(source_id, by, seen=SEEN),
    }
    ids, decide = job.args["ids"], known[job.args["action"]]
    left = 0
    for done, source_id in enumerate(ids, start=1):
        try:
            decide(source_id)
        except (Conflict, NotFound):  # somebody was quicker
            left += 1
        context.progress(done, len(ids))
    context.result(f"{len(ids) - left:,} decided, {left:,} were already.")


def _subject(ids: Sequence[int]) -> str:
    """Tells two choices apart: a job of the same subject would be taken for the same job."""
    digest = hashlib.sha256(repr(sorted(ids)).encode()).hexdigest()[:16]
    return f"{len(ids)} #{digest}"
