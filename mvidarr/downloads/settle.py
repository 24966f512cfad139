"""Write down how an attempt at a download failed, and do what its cause asks for."""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mvidarr import activity, models, settings
from mvidarr.core import clock, db
from mvidarr.core.terms import Cause, Verdict, VideoStatus, WorkState
from mvidarr.downloads import account, causes, room
from mvidarr.downloads.causes import Failure, Rule, Then
from mvidarr.governor import breaker
from mvidarr.jobs import claim
from mvidarr.jobs.claim import Again
from mvidarr.library import sources, videos
from mvidarr.library.tables import Download, Video, VideoSource
from mvidarr.settings import download_options

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A failure of one row of ours. `provider` is the service that the upload is from."""

    row: models.Download
    owner: str
    failure: Failure
    rule: Rule
    provider: str
    is_general: bool  # the obstacle is everybody's

    def notes(self, **more: Any) -> dict[str, Any]:
        return {**self.row.notes, **more}


def settle(row: models.Download, owner: str, failure: Failure) -> WorkState | None:
    """The row's state afterwards; None when it was no longer ours.

    Nothing is in staging that is still wanted, unless the row is queued or parked with the same
    source as before.
    """
    log.warning(
        "download attempt failed id=%s cause=%s error=%s detail=%s",
        *(row.id, failure.cause, failure.sentence, failure.detail),
    )
    rule = causes.RULES[failure.cause]
    case = _Case(
        row=row,
        owner=owner,
        failure=failure,
        rule=rule,
        provider=_provider(row),
        is_general=rule.then is Then.OBSTACLE and room.obstacle() is not None,
    )
    if rule.is_held_against:
        wall = failure.cause if rule.then is Then.SERVICE else None
        breaker.failed(case.provider, failure.sentence, cause=wall, retry_after=failure.retry_after)
    with db.session():
        return db.transact(lambda: _settle(case))


def hold(cause: Cause, sentence: str) -> None:
    """Have everything that is due wait for an obstacle that all of it would meet."""
    now = clock.now()
    due = (Download.state == WorkState.QUEUED) & (Download.next_try_at <= now)
    with db.atomic():
        changed = (
            Download.update(
                cause=cause,
                last_error=sentence[:1000],
                next_try_at=now + causes.OBSTACLE_PAUSE,
                updated_at=now,
            )
            .where(due)
            .execute()
        )
        if changed:
            activity.touch("downloads")


def _settle(case: _Case) -> WorkState | None:
    if not claim.holds(Download, case.row.id, case.owner):
        return None
    act = _once if _is_another_way_left(case) else _ACTS[case.rule.then]
    state = act(case)
    videos.restate([case.row.video_id])
    return state


def _is_another_way_left(case: _Case) -> bool:
    if case.rule.once == account.WITH_COOKIES:
        return account.may_help(case.provider, case.row.notes)
    return bool(case.rule.once and not case.row.notes.get(case.rule.once))


def _once(case: _Case) -> WorkState:
    return _again(case, clock.now(), notes=case.notes(**{str(case.rule.once): True}))


def _next_source(case: _Case) -> WorkState:
    if case.rule.availability and case.row.source_id:
        sources.mark_availability(case.row.source_id, case.rule.availability)
    tried = [*case.row.notes.get("tried", ()), *filter(None, [case.row.source_id])]
    following = sources.best_source(case.row.video_id, tried)
    if following is None:
        return _fail(case, {"tried": tried})
    columns = {"source": following.id, "attempts": 0, "percent": None, "size": None}
    return _again(case, clock.now(), notes={"tried": tried}, **columns)


def _bad_source(case: _Case) -> WorkState:
    if case.row.source_id:
        _mark_bad(sources.get(case.row.source_id), case.failure.sentence)
    return _next_source(case)


def _mark_bad(source: models.VideoSource, sentence: str) -> None:
    """Take an upload out of use, unless a person put it there; its reasons say why."""
    columns: dict[str, Any] = {"reasons": [*source.reasons, {"text": sentence, "points": 0}]}
    if source.verdict_by_id is None:
        columns |= {"verdict": Verdict.REFUSED, "accepted_key": None}
    VideoSource.update(**columns, updated_at=clock.now()).where(
        VideoSource.id == source.id
    ).execute()


def _wait(case: _Case) -> WorkState:
    now = clock.now()
    if case.rule.availability and case.row.source_id:
        sources.mark_availability(case.row.source_id, case.rule.availability)
    until = case.failure.until or now + causes.RELEASE_PAUSE
    return _again(case, max(until, now + clock.MINUTE))


def _service(case: _Case) -> WorkState:
    """Wait until the governor has it asked again; an account may be let through then."""
    left = breaker.is_open(case.provider) or causes.SERVICE_PAUSE
    with_cookies = account.may_help(case.provider, case.row.notes)
    notes = case.notes(**{account.WITH_COOKIES: True}) if with_cookies else case.row.notes
    return _again(case, clock.now() + left, notes=notes)


def _obstacle(case: _Case) -> WorkState:
    if case.is_general:
        hold(case.failure.cause, case.failure.sentence)
    pause = causes.OBSTACLE_PAUSE if case.is_general else causes.LONE_PAUSE
    return _again(case, clock.now() + pause)


def _back_off(case: _Case) -> WorkState:
    failed = case.row.attempts + 1
    if failed > settings.get(download_options.download_retries):
        return _next_source(case)
    asked = int((case.failure.retry_after or 0) * 1000)
    pause = max(asked, causes.pause(failed, random.random()))
    return _again(case, clock.now() + pause, attempts=failed)


def _park(case: _Case) -> WorkState:
    columns = {"cause": case.failure.cause, "last_error": case.failure.sentence}
    claim.finish(Download, case.row.id, case.owner, WorkState.PARKED, **columns)
    video = videos.get(case.row.video_id)
    activity.record(
        "video.parked",
        video.title,
        artist_id=video.artist_id,
        video_id=video.id,
        download_id=case.row.id,
        cause=case.failure.cause.value,
        error=case.failure.sentence,
    )
    return WorkState.PARKED


def _again(case: _Case, at: int, **columns: Any) -> WorkState:
    fresh: dict[str, Any] = {"stage": None, "step": None, "speed": None, "eta": None}
    claim.heartbeat(Download, case.row.id, case.owner, **fresh, **columns)
    again = Again(next_try_at=at, cause=case.failure.cause, error=case.failure.sentence)
    claim.requeue(Download, case.row.id, case.owner, again)
    return WorkState.QUEUED


def _fail(case: _Case, notes: dict[str, Any]) -> WorkState:
    columns = {"cause": case.failure.cause, "last_error": case.failure.sentence, "notes": notes}
    attempts = case.row.attempts + 1
    claim.finish(Download, case.row.id, case.owner, WorkState.FAILED, attempts=attempts, **columns)
    record_failed(case.row.video_id, case.row.id, case.failure.cause, case.failure.sentence)
    return WorkState.FAILED


def record_failed(video_id: int, download_id: int, cause: Cause, sentence: str) -> None:
    """Tell people, unless there is a file, which still plays."""
    video = Video.get_or_none(Video.id == video_id)
    if video is not None and video.status != VideoStatus.DOWNLOADED:
        activity.record(
            "video.failed",
            video.title,
            artist_id=video.artist_id,
            video_id=video_id,
            download_id=download_id,
            cause=cause.value,
            error=sentence,
            next_step=causes.next_step(cause),
        )


def _provider(row: models.Download) -> str:
    with db.session():
        source = VideoSource.get_or_none(VideoSource.id == row.source_id)
    return source.provider if source else "youtube"


_ACTS: Mapping[Then, Callable[[_Case], WorkState]] = {
    Then.NEXT_SOURCE: _next_source,
    Then.BAD_SOURCE: _bad_source,
    Then.WAIT: _wait,
    Then.SERVICE: _service,
    Then.OBSTACLE: _obstacle,
    Then.BACK_OFF: _back_off,
    Then.PARK: _park,
}
