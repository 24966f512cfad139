"""Discover one artist's videos: ask every finder, judge what came, keep what is new."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from mvidarr import activity, settings
from mvidarr.core import clock, db
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.core.terms import Verdict, VideoStatus, VideoType, WorkState
from mvidarr.discovery import finders, match, pictures
from mvidarr.discovery.finders import Asked, FinderError
from mvidarr.downloads import queue
from mvidarr.governor import services
from mvidarr.jobs import jobs
from mvidarr.library import artists, intake, rules, sources, videos, words
from mvidarr.library.tables import Artist, Download, Video
from mvidarr.settings import options

T = TypeVar("T")
Progress = Callable[[int, int | None, str], None]
RETRY_AFTER = 6 * clock.HOUR  # when every service failed
AT_ONCE = 50  # songs in one transaction
BREATH = 0.1  # seconds between two of them: as often a waiting writer looks on SQLite
SPREAD = 0.1  # of the interval, so that artists added together part


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """What one search brought: ids of new videos, how many uploads wait for a verdict."""

    artist_id: int
    videos: Sequence[int]
    candidates: int
    queued: int
    errors: Sequence[FinderError]


def discover(artist_id: int, progress: Progress | None = None) -> Discovery | None:
    """Search for one artist; None when it was removed while the job waited.

    The network is asked first, then everything is written in short transactions: one for
    a thousand songs would lock all others out for longer than they wait.
    """
    tell = progress or _silent
    with db.session():
        artist = artists.find(artist_id)
        if artist is None:
            return None
        wanted = artists.wanted(artist)
        facts, wishes, lines = _facts(artist), _rules(artist), _lines()
        name = artist.name
        steps = len([kind for kind in services.ALL if kind.find_videos and kind.is_on])
    done = 0

    def heard(note: str) -> None:
        nonlocal done
        done += 1
        tell(done, steps + 1, f"{name}: {note}")

    tell(0, steps + 1, f"{name}: asking the services")
    asked = finders.ask(wanted, heard)
    proposals = match.propose(facts, asked.found, wishes, lines)
    try:
        with db.session():
            made = _keep(artist_id, name, asked, proposals)
    except NotFound:  # removed while the services were asked
        return None
    tell(steps + 1, steps + 1, _summary(name, made))
    return made


def _keep(
    artist_id: int, name: str, asked: Asked, proposals: Sequence[match.Proposal]
) -> Discovery:
    taken = [_taken(proposal) for proposal in proposals]
    stored = [_written(partial(intake.store, artist_id, some)) for some in _shares(taken)]
    made = Discovery(
        artist_id=artist_id,
        videos=[video_id for one in stored for video_id in one.videos],
        candidates=sum(one.candidates for one in stored),
        queued=sum(_written(partial(_queue, some)) for some in _shares(_to_queue(artist_id))),
        errors=asked.errors,
    )
    db.transact(lambda: _note(made, name, asked))
    return made


def _shares(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts for one transaction each, with a moment for others between; one if there is nothing."""
    for start in range(0, max(1, len(whole)), AT_ONCE):
        if start:
            time.sleep(BREATH)
        yield whole[start : start + AT_ONCE]


def _written(write: Callable[[], T]) -> T:
    try:
        return db.transact(write)
    except Conflict:  # somebody added one of the videos at this moment: the next look knows it
        return db.transact(write)


def _note(made: Discovery, name: str, asked: Asked) -> None:
    if pictures.missing(made.artist_id):
        jobs.add("pictures", str(made.artist_id))
    failures = len(asked.errors)
    artists.mark_checked(
        made.artist_id,
        failures=failures,
        next_check_at=_next_check(all_failed=failures > 0 and not asked.asked),
    )
    activity.record(
        "artist.discovered",
        name,
        artist_id=made.artist_id,
        added=len(made.videos),
        candidates=made.candidates,
        queued=made.queued,
        errors=[error.message for error in asked.errors],
    )


def _to_queue(artist_id: int) -> list[int]:
    """What is wanted of an artist that is monitored; not what a person took out of the queue."""
    if not settings.get(options.automatic_download) or not settings.get(options.library_path):
        return []
    cancelled = Download.select(Download.video).where(Download.state == WorkState.CANCELLED)
    query = (
        Video.select(Video.id)
        .join(Artist)
        .where(
            Video.artist == artist_id,
            Artist.monitored,
            Video.status == VideoStatus.WANTED,
            Video.id.not_in(cancelled),
        )
    )
    return [video_id for (video_id,) in query.order_by(Video.id).tuples()]


def _queue(video_ids: Sequence[int]) -> int:
    """Queue what can be had; how many there were."""
    queued = 0
    for video_id in video_ids:
        if sources.best_source(video_id) is None:
            continue
        try:
            queue.add(video_id)
        except (Conflict, NotFound):  # blocked or gone since
            continue
        queued += 1
    return queued


def _facts(artist: Artist) -> match.ArtistFacts:
    ids = words.ids_of_artist(artist.id)
    channel = ids.get("youtube_channel")
    return match.ArtistFacts(name=artist.name, channels=(channel,) if channel else ())


def _rules(artist: Artist) -> match.Rules:
    wanted = artists.wanted_rules(artist)
    return match.Rules(
        types=tuple(VideoType(kind) for kind in wanted.types),
        year_from=wanted.year_from,
        year_to=wanted.year_to,
        words_in=wanted.words_in,
        words_out=wanted.words_out,
        min_score=wanted.min_score,
        review=wanted.mode == rules.REVIEW,
    )


def _lines() -> match.Lines:
    return match.Lines(
        accept=settings.get(options.accept_score), review=settings.get(options.review_score)
    )


def _taken(proposal: match.Proposal) -> intake.Proposal:
    """As the library stores it."""
    song = videos.Song(
        title=proposal.title,
        type=_type_of(proposal),
        version=proposal.version,
        year=proposal.year,
        released=proposal.released,
        album=proposal.album,
        label=proposal.label,
        duration=proposal.duration,
        featured=proposal.featured,
        directors=proposal.directors,
        genres=proposal.genres,
        ids=proposal.ids,
    )
    uploads = tuple(_upload(proposal, candidate) for candidate in proposal.candidates)
    # ids come from catalogues alone: what one of them lists is a video, with or without uploads
    return intake.Proposal(song=song, uploads=uploads, is_listed=bool(proposal.ids))


def _type_of(proposal: match.Proposal) -> str:
    """A catalogue of music videos lists official ones unless it says otherwise."""
    kind = proposal.type
    return (VideoType.OFFICIAL if kind is VideoType.UNSPECIFIED else kind).value


def _upload(proposal: match.Proposal, candidate: match.Candidate) -> intake.Upload:
    upload = candidate.upload
    return intake.Upload(
        source_id=upload.source_id,
        title=upload.title,
        score=candidate.score,
        verdict=_verdict(proposal, candidate),
        provider=upload.provider,
        type=candidate.type.value,
        version=candidate.version,
        channel=upload.channel,
        channel_id=upload.channel_id,
        published_at=upload.published_at,
        duration=upload.duration,
        max_height=upload.max_height,
        reasons=[{"text": reason.text, "points": reason.points} for reason in candidate.reasons],
        availability=upload.availability,
        image_url=upload.image_url,
        found_by=upload.found_by,
        group_key=proposal.group_key,
    )


def _verdict(proposal: match.Proposal, candidate: match.Candidate) -> Verdict:
    """Nobody is asked about what the artist's rules do not want."""
    if candidate.verdict is Verdict.REVIEW and not proposal.fits:
        return Verdict.REFUSED
    return candidate.verdict


def _next_check(*, all_failed: bool) -> int:
    if all_failed:
        return clock.now() + RETRY_AFTER
    interval = settings.get(options.discovery_interval) * clock.DAY
    return clock.now() + int(interval * random.uniform(1 - SPREAD, 1 + SPREAD))


def _summary(name: str, made: Discovery) -> str:
    text = f"{name}: {len(made.videos)} new, {made.candidates} to review, {made.queued} queued"
    if made.errors:
        text += f"; {', '.join(error.title for error in made.errors)} failed"
    return text


def _silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""
