"""The steps of one download, in their order. Each may be repeated after a crash at any point."""

from collections.abc import Callable

from mvidarr.core.terms import Stage
from mvidarr.downloads import fetch, measure, shelve, tell
from mvidarr.downloads.work import Job

Step = Callable[[Job], Job]
# name in the row, what a page shows, the step
STEPS: tuple[tuple[str, Stage, Step], ...] = (
    ("fetch", Stage.FETCH, fetch.fetch),
    ("probe", Stage.MERGE, measure.measure),
    ("describe", Stage.TAG, tell.tell),
    ("place", Stage.SHELVE, shelve.shelve),
    ("finish", Stage.SHELVE, shelve.finish),
)
