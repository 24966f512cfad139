"""The step that has yt-dlp fetch an upload into staging."""

from collections.abc import Callable
from typing import Any

from mvidarr import settings
from mvidarr.core.terms import Stage
from mvidarr.downloads import room
from mvidarr.downloads.work import Job
from mvidarr.governor import breaker, budget
from mvidarr.integrations.youtube import download as youtube
from mvidarr.integrations.youtube import tools
from mvidarr.integrations.youtube.download import Order, Progress
from mvidarr.settings import download_options, options

TURN_PATIENCE = 10.0  # seconds to wait for the service's next slot


def fetch(job: Job) -> Job:
    """Have the upload's file in staging; what an earlier attempt fetched is taken up."""
    if "file" in job.notes and job.video.is_file():
        return job
    room.check_room(job.library)
    budget.reserve(job.source.provider, wait=TURN_PATIENCE)
    fetched = youtube.fetch(
        _order(job), on_progress=_reporter(job), should_stop=job.watch.should_stop
    )
    breaker.succeeded(job.source.provider)
    staged = job.staging.resolve()
    notes = {
        **job.notes,
        "file": fetched.path.relative_to(staged).as_posix(),
        "subtitles": [path.relative_to(staged).as_posix() for path in fetched.subtitles],
        "duration": fetched.duration,
        "picture": fetched.thumbnail_url,
        "ytdlp": fetched.ytdlp,
    }
    return job.noted(notes, percent=100.0)


def _order(job: Job) -> Order:
    rate = settings.get(download_options.download_rate) * 1000
    languages = settings.get(download_options.subtitle_languages)
    return Order(
        source_id=job.source.source_id,
        provider=job.source.provider,
        staging=job.staging,
        max_height=job.wanted.most,
        container=job.wanted.container,
        video_codec=job.wanted.video_codec,
        audio_codec=job.wanted.audio_codec,
        any_format=bool(job.notes.get("any_format")),
        subtitle_langs=tuple(languages),
        rate_limit=rate or None,
        proxy=settings.get(options.outbound_proxy),
        ca=job.config.ca,
        tools_dir=job.config.tools,
        ffmpeg=tools.find_ffmpeg(),
        js_runtime=tools.find_js_runtime(),
        cache=job.config.tools / "cache",
    )


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
