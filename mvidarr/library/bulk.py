"""The same for many: artists deleted, videos changed, in steps that other writers fit between."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mvidarr import models
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.core.terms import Wish
from mvidarr.jobs import jobs
from mvidarr.jobs.run import Context
from mvidarr.library import artists, status, video_rows, videos
from mvidarr.library.filters import Filters

DELETE_ARTISTS, CHANGE_VIDEOS = "bulk_delete", "bulk"
MOST = 10_000
STEP = 100
WISHES: Mapping[str, Wish] = {"want": Wish.WANT, "ignore": Wish.IGNORE, "auto": Wish.AUTO}
ACTIONS = (*WISHES, "delete", "delete_with_files")


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Videos by id, or all that match a filter; `expected`: as many as the person saw."""

    ids: Sequence[int] = ()
    wanted: Filters | None = None
    expected: int | None = None


def delete_artists(
    ids: Sequence[int], by_user: int | None, *, with_files: bool = False
) -> models.Job:
    """Delete many artists in the background."""
    chosen = _checked(ids)
    args = {"ids": chosen, "with_files": with_files}
    return jobs.add(DELETE_ARTISTS, _subject(chosen), args, by_user=by_user)


def change_videos(selection: Selection, action: str, by_user: int | None) -> models.Job:
    """Do the same to many videos in the background.

    Raises Conflict when a filter matches another number than the person saw.
    """
    if action not in ACTIONS:
        raise Invalid({"action": f"Choose one of: {', '.join(ACTIONS)}."})
    chosen = _checked(selection.ids or _matching(selection))
    if selection.expected is not None and selection.expected != len(chosen):
        raise Conflict(
            f"{len(chosen):,} videos match now instead of {selection.expected:,}. Look again."
        )
    args = {"ids": chosen, "action": action}
    return jobs.add(CHANGE_VIDEOS, f"{action} {_subject(chosen)}", args, by_user=by_user)


def run_delete_artists(job: models.Job, context: Context) -> None:
    """The work of a `bulk_delete` job; what is gone already counts as done."""
    ids, with_files = job.args["ids"], job.args["with_files"]
    for done, artist_id in enumerate(ids, start=1):
        if artists.find(artist_id) is not None:
            artists.delete(artist_id, with_files=with_files)
        context.progress(done, len(ids))


def run_change_videos(job: models.Job, context: Context) -> None:
    """The work of a `bulk` job."""
    ids, act = job.args["ids"], _act(job.args["action"])
    done = 0
    for some in status.chunks(ids, STEP):
        act(some)
        done += len(some)
        context.progress(done, len(ids))


def _act(action: str) -> Callable[[Sequence[int]], Any]:
    if action in WISHES:
        return lambda ids: videos.wish(ids, WISHES[action])
    return lambda ids: videos.delete(ids, with_files=action == "delete_with_files")


def _matching(selection: Selection) -> list[int]:
    """Ids of what a filter matches, one more than can be taken at most."""
    if selection.wanted is None:
        return []
    return video_rows.ids(selection.wanted, MOST + 1)


def _checked(ids: Sequence[int]) -> list[int]:
    chosen = sorted(set(ids))
    if not chosen:
        raise Invalid({"ids": "Choose at least one."})
    if len(chosen) > MOST:
        raise Invalid({"ids": f"Choose {MOST:,} or fewer."})
    return chosen


def _subject(ids: Sequence[int]) -> str:
    """Tells two choices apart: a job of the same subject would be taken for the same job."""
    digest = hashlib.sha256(repr(list(ids)).encode()).hexdigest()[:16]
    return f"{len(ids)} #{digest}"
