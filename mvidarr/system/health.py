"""Health: every check once in a tuple; each says what it found and what to do about it."""

import datetime
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mvidarr import models, settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.terms import ServiceState
from mvidarr.delivery import log
from mvidarr.governor import breaker, budget, quota, services
from mvidarr.integrations.youtube import tools, updated
from mvidarr.media import disks
from mvidarr.settings import download_options, file_options, options, service_options

FIXED_SQLITE = (3, 51, 3)
OLD_YTDLP_DAYS = 90  # yt-dlp itself warns from then on
MOST_LISTS = 10


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the health page. `tone`: good, warn or bad."""

    check: str
    tone: str
    title: str
    detail: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A disk that we use; bytes."""

    name: str
    path: str
    free: int
    total: int

    @property
    def percent_used(self) -> int:
        return round(100 * (self.total - self.free) / self.total) if self.total else 0


def findings(config: Config) -> list[Finding]:
    """Every check's findings, the worst first. Looks at disks and programs: for slow callers."""
    found = [finding for check in CHECKS for finding in check(config)]
    order = ("bad", "warn", "good")
    return sorted(found, key=lambda finding: order.index(finding.tone))


def disk_space(config: Config) -> list[Disk]:
    made = []
    for name, path in (
        ("Library", settings.get(file_options.library_path)),
        ("Data", str(config.data)),
    ):
        state = disks.look(Path(path)) if path else None
        if state is not None and state.exists:
            made.append(Disk(name=name, path=path, free=state.free or 0, total=state.total or 0))
    return made


def problem_count() -> int:
    """Problems that the database alone knows of: for the navigation."""
    table: Any = models.Service
    with db.session():
        rows = table.select(table.name).where(table.state == ServiceState.BROKEN)
        broken = {name for (name,) in rows.tuples()}
        return sum(kind.name in broken and kind.is_on for kind in services.ALL)


def worker_runs(config: Config) -> bool:
    """Whether a worker holds this data folder's lock."""
    try:
        handle = os.open(config.data / "worker.lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _library(config: Config) -> Iterator[Finding]:
    path = settings.get(file_options.library_path)
    if not path:
        yield Finding(
            check="library",
            tone="bad",
            title="No library folder is chosen",
            detail="Videos cannot be filed until there is one.",
            link="/settings#library",
        )
        return
    state = disks.look(Path(path))
    if not (state.exists and state.is_dir):
        yield Finding(
            check="library",
            tone="bad",
            title="The library folder is away",
            detail=f"{path} is not there. Downloads wait until it is back.",
            link="/settings#library",
        )
    elif not state.writable:
        yield Finding(
            check="library",
            tone="bad",
            title="The library folder is read-only",
            detail=f"Let MVidarr write to {path}.",
        )
    else:
        yield Finding(check="library", tone="good", title="Library folder is writable", detail=path)
        reserve = settings.get(download_options.disk_reserve) * 1_000_000
        if state.free is not None and state.free < reserve:
            yield Finding(
                check="disk",
                tone="bad",
                title="The library's disk is almost full",
                detail="Downloads wait until there is room.",
                link="/settings#downloads",
            )


def _data(config: Config) -> Iterator[Finding]:
    kind = disks.filesystem_kind(config.data)
    if disks.is_network(kind):
        yield Finding(
            check="data",
            tone="warn",
            title="The data folder is on a network file system",
            detail=f"{config.data} is on {kind}. A local disk is faster and safer.",
        )


def _programs(config: Config) -> Iterator[Finding]:
    found = tools.versions(updated.current(config.tools))
    ytdlp, ffmpeg, runtime = found["yt-dlp"], found["ffmpeg"], found["javascript"]
    if ffmpeg:
        yield Finding(check="ffmpeg", tone="good", title=f"ffmpeg {ffmpeg}")
    else:
        yield Finding(
            check="ffmpeg",
            tone="bad",
            title="ffmpeg is missing",
            detail="Downloads wait until it is installed.",
        )
    if runtime:
        yield Finding(check="javascript", tone="good", title=f"JavaScript runtime {runtime}")
    else:
        yield Finding(
            check="javascript",
            tone="warn",
            title="No JavaScript runtime was found",
            detail="YouTube then offers fewer formats. Install Deno, or Node 22 or newer.",
        )
    yield _ytdlp(ytdlp)


def _ytdlp(version: str | None) -> Finding:
    if version is None:
        return Finding(
            check="yt-dlp",
            tone="bad",
            title="yt-dlp is missing",
            detail="Nothing is found or fetched on YouTube until it is installed: "
            "do that on the System page.",
            link="/system#ytdlp",
        )
    numbers = tools.numbers(version)
    try:
        made = datetime.date(*numbers[:3])
    except (ValueError, TypeError):
        return Finding(check="yt-dlp", tone="good", title=f"yt-dlp {version}")
    days = (clock.utc(clock.now()).date() - made).days
    if days > OLD_YTDLP_DAYS:
        return Finding(
            check="yt-dlp",
            tone="warn",
            title=f"yt-dlp is {days} days old",
            detail="YouTube changes often. Update it on the System page.",
            link="/system#ytdlp",
        )
    return Finding(check="yt-dlp", tone="good", title=f"yt-dlp {version}")


def _worker(config: Config) -> Iterator[Finding]:
    if worker_runs(config):
        yield Finding(check="worker", tone="good", title="Worker is running")
    else:
        yield Finding(
            check="worker",
            tone="bad",
            title="The worker is not running",
            detail="Nothing is searched or downloaded. Start MVidarr with serve, or its worker.",
        )


def _database(config: Config) -> Iterator[Finding]:
    if not db.is_sqlite():
        name = "MariaDB" if db.database.obj.mariadb else "MySQL"
        yield Finding(check="database", tone="good", title=f"{name} answers")
        return
    version = sqlite3.sqlite_version
    if tools.numbers(version) < FIXED_SQLITE:
        yield Finding(
            check="database",
            tone="warn",
            title=f"SQLite {version} has a rare fault",
            detail="From 3.51.3 on it is fixed. Keep backups, or update the system's SQLite.",
        )
    else:
        yield Finding(check="database", tone="good", title=f"SQLite {version}")


def _services(config: Config) -> Iterator[Finding]:
    rows = budget.rows(services.NAMES)
    for kind in services.ALL:
        row = rows[kind.name]
        if not kind.is_on or row.state == ServiceState.WORKING:
            continue
        if kind.name == "youtube" and breaker.is_wall(row):
            yield _wall(row)
            continue
        yield Finding(
            check=kind.name,
            tone="bad" if row.state == ServiceState.BROKEN else "warn",
            title=f"{kind.title} is {row.state}",
            detail=row.last_error or "",
        )


def _wall(row: Any) -> Finding:
    """What helps at YouTube's wall, by what was not yet tried."""
    steps = ["It goes on by itself after a pause; whoever asks sooner makes the pause longer."]
    if not settings.get(service_options.youtube_cookies):
        steps.append("Cookies of an account help.")
    elif settings.get(service_options.youtube_cookies_use) != "always":
        steps.append("Using the cookies always may help.")
    if not settings.get(service_options.youtube_pot_url):
        steps.append("A PO-token provider helps.")
    steps.append("Fewer requests an hour keep it from coming back.")
    return Finding(
        check="youtube",
        tone="bad",
        title="YouTube takes this machine for a robot, or for too many",
        detail=" ".join(steps),
        link="/settings#service-youtube",
    )


def _quotas(config: Config) -> Iterator[Finding]:
    for kind in services.ALL:
        limit = settings.get(kind.quota) if kind.quota and kind.is_on else None
        if limit is not None and quota.used_today(kind.name) >= limit:
            yield Finding(
                check=f"{kind.name}_quota",
                tone="warn",
                title=f"{kind.title}: today's quota is used up",
                detail="Other ways are taken until it begins anew, at midnight in California.",
                link=f"/settings#service-{kind.name}",
            )


def _hours(config: Config) -> Iterator[Finding]:
    text = settings.get(options.discovery_hours)
    if text:
        here = clock.utc(clock.now()).astimezone()
        yield Finding(
            check="hours",
            tone="good",
            title=f"Searches begin by themselves only during these hours: {text}",
            detail=f"It is {here:%H:%M} now in this machine's time zone, {here.tzname()}.",
            link="/settings#discovery",
        )


def _lists(config: Config) -> Iterator[Finding]:
    table: Any = models.ImportList
    failing = table.select(table.id, table.name, table.last_error).where(
        table.followed == True,  # noqa: E712 - SQL, not Python
        table.last_error.is_null(False),
    )
    for list_id, name, problem in failing.order_by(table.id).limit(MOST_LISTS).tuples():
        yield Finding(
            check="lists",
            tone="warn",
            title=f"The list {name} could not be read",
            detail=problem,
            link=f"/lists/{list_id}",
        )


def _told(config: Config) -> Iterator[Finding]:
    for name, why in log.troubles():
        yield Finding(
            check="told",
            tone="warn",
            title=f"{name} could not be told",
            detail=why,
            link="/targets",
        )


CHECKS: tuple[Callable[[Config], Iterator[Finding]], ...] = (
    _library,
    _data,
    _programs,
    _worker,
    _database,
    _services,
    _quotas,
    _hours,
    _lists,
    _told,
)
