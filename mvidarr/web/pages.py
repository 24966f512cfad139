"""What every page of a signed-in person shows: counts in the navigation, and their live updates."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mvidarr.downloads import listing
from mvidarr.library import stats
from mvidarr.system import health
from mvidarr.web import live, render
from mvidarr.web.routing import Request

KEPT_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Nav:
    """Counts in the navigation; speed in bytes per second."""

    videos: int
    artists: int
    wanted: int
    review: int
    downloading: int
    waiting: int
    speed: float
    problems: int


class _Kept:
    """The counts of a moment ago: they are on every page, and cost grows with the library."""

    def __init__(self) -> None:
        self.nav: Nav | None = None
        self.until = 0.0
        self.lock = threading.Lock()


_kept = _Kept()


def nav(*, fresh: bool = False) -> Nav:
    """The counts, at most two seconds old."""
    with _kept.lock:
        if fresh or _kept.nav is None or time.monotonic() > _kept.until:
            _kept.nav = _count()
            _kept.until = time.monotonic() + KEPT_SECONDS
        return _kept.nav


def _count() -> Nav:
    totals = stats.totals()
    now = listing.stats()
    return Nav(
        videos=totals.videos,
        artists=totals.artists,
        wanted=totals.wanted,
        review=stats.waiting().count,
        downloading=now.running,
        waiting=now.waiting,
        speed=now.speed,
        problems=health.problem_count(),
    )


@render.page_context
def context(req: Request) -> Mapping[str, Any]:
    return {"nav": nav()}


@live.topic("nav")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    counts = {"nav": nav(fresh=True)}
    return [
        ("nav", "layout/_nav.html", counts),
        ("tabs", "layout/_tabs.html", counts),
        ("on-air", "layout/_on_air.html", counts),
    ]
