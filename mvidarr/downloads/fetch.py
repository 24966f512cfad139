"""The step that has yt-dlp fetch an upload into staging."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.errors import TooSoon
from mvidarr.core.terms import Stage, WorkState
from mvidarr.downloads import account, causes, room
from mvidarr.downloads.work import Job
from mvidarr.governor import breaker, services
from mvidarr.integrations.youtube import download as youtube
from mvidarr.integrations.youtube import tools, updated
from mvidarr.integrations.youtube.download import (
    DownloadFailed,
    Fetched,
    NothingBetter,
    Order,
    Progress,
)
from mvidarr.library.tables import Download
from mvidarr.settings import download_options, options, service_options

TURN_PATIENCE = 10.0  # seconds to wait for the service's next slot
LOOK_EVERY = 1.0  # seconds between two looks at how many downloads share the line


def fetch(job: Job) -> Job:
    """Have the upload's file in staging; what an earlier attempt fetched is taken up.

    Raises NothingBetter where an upgrade would be none.
    """
    if "file" in job.notes and job.video.is_file():
        return job
    room.check_room(job.library)
    with _turn(job.source.provider):
        fetched = _fetched(job)
    staged = job.staging.resolve()
    notes = {
        **job.notes,
        "file": fetched.path.relative_to(staged).as_posix(),
        "subtitles": [path.relative_to(staged).as_posix() for path in fetched.subtitles],
        "duration": fetched.duration,
        "cut": fetched.cut,
        "offered": fetched.offered_height,
        "picture": fetched.thumbnail_url,
        "ytdlp": fetched.ytdlp,
    }
    return job.noted(notes, percent=100.0)


@contextlib.contextmanager
def _turn(provider: str) -> Iterator[None]:
    """One question to a service: it is left alone if it must be, and how it did is noted.

    Failures that are its own are noted where they are settled.
    """
    if not breaker.may_probe(provider):
        left = breaker.is_open(provider) or clock.SECOND
        raise TooSoon("This service is left alone for now.", retry_after=left / 1000)
    try:
        services.reserve(provider, TURN_PATIENCE)
        yield
    except NothingBetter:
        breaker.succeeded(provider)
        raise
    except DownloadFailed as error:
        rule = causes.RULES[error.cause]
        if rule.is_answer:
            breaker.succeeded(provider)
        elif not rule.is_held_against:
            breaker.learnt_nothing(provider)
        raise
    except BaseException:
        breaker.learnt_nothing(provider)
        raise
    breaker.succeeded(provider)


def _fetched(job: Job) -> Fetched:
    order = _order(job)
    parts = [part for part, used in _helpers(order) if used]
    try:
        fetched = youtube.fetch(
            order,
            on_progress=_reporter(job),
            should_stop=job.watch.should_stop,
            rate=_Share().now,
        )
    except DownloadFailed as error:
        account.note(parts, error.warnings)
        raise
    account.note(parts, fetched.warnings)
    return fetched


def _helpers(order: Order) -> tuple[tuple[str, bool], ...]:
    return ("cookies", bool(order.cookies)), ("tokens", bool(order.pot_url))


def _order(job: Job) -> Order:
    provider = job.source.provider
    languages = settings.get(download_options.subtitle_languages)
    return Order(
        source_id=job.source.source_id,
        provider=provider,
        staging=job.staging,
        max_height=job.wanted.most,
        heights=job.wanted.heights,
        container=job.wanted.container,
        video_codecs=job.wanted.video_codecs,
        audio_codecs=job.wanted.audio_codecs,
        hdr=job.wanted.hdr,
        high_fps=job.wanted.high_fps,
        any_format=bool(job.notes.get("any_format")),
        better_than=job.better_than,
        subtitle_langs=tuple(languages),
        automatic_subtitles=settings.get(download_options.automatic_subtitles),
        chapters=settings.get(download_options.embed_chapters),
        sponsorblock=_sponsorblock(),
        sponsorblock_url=settings.get(service_options.sponsorblock_url),
        rate_limit=_Share().now(),
        cookies=account.lent(provider, job.notes),
        pot_url=settings.get(service_options.youtube_pot_url) if provider == "youtube" else "",
        proxy=settings.get(options.outbound_proxy),
        ca=job.config.ca,
        tools_dir=updated.current(job.config.tools),
        ffmpeg=tools.find_ffmpeg(),
        js_runtime=tools.find_js_runtime(),
        cache=job.config.tools / "cache",
    )


def _sponsorblock() -> str:
    """What to do with parts without music; nothing where nobody knows them."""
    has_address = bool(settings.get(service_options.sponsorblock_url))
    return settings.get(download_options.sponsorblock) if has_address else "off"


class _Share:
    """What one download may take of the line: its part of the limit that holds for all."""

    def __init__(self) -> None:
        self._looked_at = -LOOK_EVERY
        self._share: float | None = None

    def now(self) -> float | None:
        """Bytes per second; None for no limit."""
        if time.monotonic() - self._looked_at >= LOOK_EVERY:
            self._looked_at = time.monotonic()
            limit = settings.get(download_options.download_rate) * 1000
            self._share = limit / _running() if limit else None
        return self._share


def _running() -> int:
    with db.session():
        count = Download.select().where(Download.state == WorkState.RUNNING).count()
    return max(1, int(count))


def _reporter(job: Job) -> Callable[[Progress], None]:
    """Note progress; the first time that the size is known, see whether there is room for it."""
    sizes: list[int] = []

    def report(progress: Progress) -> None:
        if progress.size and not sizes:
            sizes.append(progress.size)
            # streams and the merged file lie there together for a moment
            room.check_room(job.library, 2 * progress.size - progress.downloaded)
        columns: dict[str, Any] = {"stage": progress.stage}
        if progress.stage is Stage.FETCH:
            columns |= {
                "percent": progress.percent,
                "speed": progress.speed,
                "eta": progress.eta,
                "done_bytes": progress.downloaded,
                "size": progress.size,
            }
        job.watch.note(**columns)

    return report
