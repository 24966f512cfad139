"""Keep yt-dlp working: see which one is newest, take it into use after a test, and go back.

What is known of the index is kept in a row, so that no page asks it. Which version is in use stands
in the data folder, where children read it at each start.
"""

import errno
import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mvidarr import activity, models, settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Error, ServiceError, Unavailable
from mvidarr.core.terms import Cause, ServiceState, WorkState
from mvidarr.governor import budget, services
from mvidarr.integrations import packages
from mvidarr.integrations.youtube import selftest, tools, updated
from mvidarr.jobs import jobs
from mvidarr.jobs.run import Context
from mvidarr.jobs.watch import Left
from mvidarr.library.tables import Download
from mvidarr.settings import download_options, options

log = logging.getLogger(__name__)
T = TypeVar("T")

ROW = "ytdlp"
LOOK, UPDATE = "ytdlp_look", "ytdlp_update"
PACKAGE, EXTRA = "yt-dlp", "default"
FRESH = 20 * clock.HOUR  # what the index said holds for so long
WEEK = 7 * clock.DAY
BROKEN_UPLOADS = 2  # so many that yt-dlp does not understand: it is not the upload
STEPS = 4


@dataclass(frozen=True, kw_only=True)
class State:
    """What a page shows. `used` and `installed` are versions; `before` what one can go back to;
    times in ms."""

    used: str | None
    installed: str | None
    before: str | None
    newest: str | None = None
    looked_at: int | None = None
    updated_at: int | None = None
    refused: str | None = None  # a version that failed its test, or that a person left
    problem: str | None = None
    job: models.Job | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is the one that MVidarr was installed with."""
        return self.used == self.installed

    @property
    def has_newer(self) -> bool:
        return bool(self.newest and (self.used is None or updated.is_newer(self.newest, self.used)))


def state(folder: Path | None) -> State:
    """How things stand; asks nobody. `folder`: the data folder's tools."""
    row = budget.rows([ROW])[ROW]
    previous = updated.previous(folder) if folder else None
    return State(
        used=updated.version(folder),
        installed=tools.ytdlp_version(),
        before=_version(previous) if previous else None,
        newest=row.details.get("newest"),
        looked_at=row.details.get("looked_at"),
        updated_at=row.details.get("updated_at"),
        refused=row.details.get("refused"),
        problem=row.last_error,
        job=_active_job(),
    )


def back(config: Config) -> State:
    """Use the version before this one again. Raises Conflict where there is none, Unavailable when
    the data folder takes nothing."""
    if _active_job() is not None:
        raise Conflict("yt-dlp is being updated. Wait until that has ended.")
    name = updated.previous(config.tools)
    left = updated.version(config.tools)
    if name is None:
        raise Conflict("There is no version to go back to.")
    try:
        updated.choose(config.tools, name)
    except OSError as error:
        raise Unavailable(_sentence(error)) from error
    version = updated.version(config.tools)
    _note(None, refused=left)
    log.info("ytdlp back version=%s", version)
    with db.atomic():
        activity.record("ytdlp.updated", f"Back to yt-dlp {version}", version=version, before=left)
    return state(config.tools)


def run_look(job: models.Job, context: Context, config: Config) -> None:
    """The scheduled look: ask for the newest once a day, and update when that is wanted."""
    with db.session():
        wish = settings.get(download_options.ytdlp_updates)
        known, is_needed = state(config.tools), needs_update()
    by_person = job.by_user_id is not None
    if not by_person and wish == "off":
        context.result("Nothing was asked: it is updated only by hand.")
        return
    if by_person or is_needed or not _is_fresh(known):
        try:
            _look(context)
        except (Error, OSError) as error:
            with db.session():
                _note(_sentence(error))
            context.result("The package index could not be asked.", _sentence(error))
            return
    with db.session():
        known = state(config.tools)
        if _is_wanted(known, wish, is_needed):
            jobs.add(UPDATE)
    context.result(_said(known))


def run_update(context: Context, config: Config) -> None:
    """Install the newest beside the one in use, test it, and only then have it used."""
    try:
        version = _update(context, config.tools)
    except (Error, OSError) as error:
        sentence = _sentence(error)
        log.warning("ytdlp update failed error=%s", sentence)
        with db.session(), db.atomic():
            _note(sentence)
            activity.record("ytdlp.failed", f"yt-dlp could not be updated: {sentence}")
        context.result("yt-dlp stays as it was.", sentence)
    else:
        context.result(f"yt-dlp {version} is in use.")


def needs_update() -> bool:
    """Whether YouTube no longer works with it: several uploads of the last day could not be
    understood, and none was fetched since."""
    now = clock.now()
    good = Download.select(Download.ended_at).where(
        Download.state == WorkState.DONE,
        Download.ended_at <= now,  # else a clock was set back
    )
    last_good = good.order_by(Download.ended_at.desc()).limit(1).scalar() or 0
    since = max(now - clock.DAY, last_good)
    broken = Download.select(Download.source_id).where(
        Download.cause == Cause.EXTRACTOR, Download.updated_at > since
    )
    count: int = broken.distinct().count()
    return count >= BROKEN_UPLOADS


def _is_wanted(known: State, wish: str, is_needed: bool) -> bool:
    """Whether to update by itself; never to a version that failed or that a person left."""
    if not known.has_newer or known.newest == known.refused:
        return False
    if wish == "weekly":
        return not 0 <= clock.now() - (known.updated_at or 0) < WEEK
    return wish == "needed" and is_needed


def _update(context: Context, folder: Path) -> str:
    context.progress(1, STEPS, "Asking the package index")
    version = _look(context)
    with db.session():
        known = state(folder)
    if not known.has_newer:
        return str(known.used)
    folder.mkdir(exist_ok=True)
    updated.clear(folder)
    name = updated.name_of(version)
    if not _is_whole(folder / name, version):
        _install(context, folder, version)
    context.progress(STEPS, STEPS, "Taking it into use")
    updated.choose(folder, name)
    updated.clear(folder)
    with db.session(), db.atomic():
        _note(None, updated_at=clock.now(), refused=None)
        said = f"yt-dlp {version} is in use"
        activity.record("ytdlp.updated", said, version=version, before=known.used)
    log.info("ytdlp updated version=%s before=%s", version, known.used)
    return version


def _is_whole(found: Path, version: str) -> bool:
    """Whether a version is there already that somebody went back from, and still works."""
    if not found.is_dir():
        return False
    try:
        selftest.check(found, version)
    except selftest.Broken as error:
        log.warning("ytdlp damaged version=%s error=%s", version, error)
        return False
    return True


def _install(context: Context, folder: Path, version: str) -> None:
    """A whole and tested version under its name, or nothing."""
    fresh = Path(tempfile.mkdtemp(prefix=updated.UNDER_WAY, dir=folder))
    try:
        context.progress(2, STEPS, f"Fetching yt-dlp {version}")
        _with_pip(
            context, lambda way: packages.install(f"{PACKAGE}[{EXTRA}]=={version}", fresh, way)
        )
        context.progress(3, STEPS, f"Testing yt-dlp {version}")
        _test(fresh, version)
        whole = folder / updated.name_of(version)
        shutil.rmtree(whole, ignore_errors=True)  # a damaged one
        fresh.rename(whole)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _test(fresh: Path, version: str) -> None:
    try:
        selftest.check(fresh, version)
    except selftest.Broken:
        with db.session():
            _note(None, refused=version)  # so that it is not fetched again each day
        raise


def _look(context: Context) -> str:
    """Ask the index, and remember what it said."""
    version = _with_pip(context, lambda way: packages.newest(PACKAGE, EXTRA, way))
    if updated.version_of(updated.name_of(version)) is None:  # it becomes a folder's name
        raise ServiceError(
            packages.NAME,
            f"The package index has a yt-dlp “{version[:40]}”, and no version is called so. "
            "Check its address in the settings.",
        )
    with db.session():
        _note(None, newest=version, looked_at=clock.now())
    return version


def _with_pip(context: Context, ask: Callable[[packages.Way], T]) -> T:
    with db.session():
        way = packages.Way(
            index=settings.get(download_options.package_index),
            proxy=settings.get(options.outbound_proxy),
            ca=services.authorities(),
            should_stop=context.watch.should_stop,
        )
    try:
        return ask(way)
    except packages.Stopped:
        raise Left from None


def _note(problem: str | None, **details: Any) -> None:
    """Keep what is known; None removes."""
    with db.atomic():
        row = budget.locked(ROW)
        known = {name: value for name, value in {**row.details, **details}.items() if value}
        state = ServiceState.DEGRADED if problem else ServiceState.WORKING
        budget.change(row, state=state, last_error=problem and problem[:1000], details=known)
        activity.touch("services")


def _active_job() -> models.Job | None:
    """The look or the update that waits or runs."""
    active = jobs.newest([LOOK, UPDATE]).values()
    return next((job for job in active if job.active_key), None)


def _is_fresh(known: State) -> bool:
    return known.looked_at is not None and 0 <= clock.now() - known.looked_at < FRESH


def _said(known: State) -> str:
    if known.has_newer:
        return f"yt-dlp {known.newest} can be had, {known.used or 'none'} is in use."
    return f"yt-dlp {known.used} is the newest."


def _version(name: str) -> str | None:
    return tools.ytdlp_version() if name == updated.INSTALLED else updated.version_of(name)


def _sentence(error: Error | OSError) -> str:
    if isinstance(error, Error):
        return str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return packages.NO_ROOM
    return f"The data folder cannot be written to: {error.strerror or error}."
