"""Discover one artist's videos: ask every finder, judge what came, keep what is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mvidarr import activity
from mvidarr.core import db
from mvidarr.core.errors import NotFound
from mvidarr.discovery import describe, finders, match, pictures, proposals, rhythm, writing
from mvidarr.discovery.finders import Asked, FinderError
from mvidarr.jobs import jobs
from mvidarr.library import artists, facts

Progress = Callable[[int, int | None, str], None]
ALL_OFF = "every service that finds videos is switched off"


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """What one search brought: ids of new videos, how many uploads wait for a verdict."""

    artist_id: int
    videos: Sequence[int]
    candidates: int
    queued: int
    errors: Sequence[FinderError]


def discover(
    artist_id: int, progress: Progress | None = None, *, by_person: bool = False
) -> Discovery | None:
    """Search for one artist; None when it was removed while the job waited.

    The network is asked first, then everything is written in short transactions: one for
    a thousand songs would lock all others out for longer than they wait. `by_person`: somebody
    waits, so answers that were kept for longer do not do.
    """
    tell = progress or _silent
    _describe_if_due(artist_id, tell)
    with db.session():
        artist = artists.find(artist_id)
        if artist is None:
            return None
        wanted, name = artists.wanted(artist), artist.name
        known = proposals.facts_of(artist)
        wishes, lines = proposals.rules_of(artist), proposals.lines_for(artist)
    steps, done = len(finders.queues()) + 1, 0

    def heard(note: str) -> None:
        nonlocal done
        done += 1
        tell(done, steps, f"{name}: {note}")

    tell(0, steps, f"{name}: asking the services")
    asked = finders.ask(wanted, heard, oldest=describe.FRESH if by_person else None)
    found = match.propose(known, asked.found, wishes, lines)
    try:
        with db.session():
            made = _keep(artist_id, name, asked, found)
    except NotFound:  # removed while the services were asked
        return None
    is_asked = bool(asked.asked or asked.errors)
    tell(steps, steps, _summary(name, made) if is_asked else f"{name}: {ALL_OFF}")
    return made


def _describe_if_due(artist_id: int, tell: Progress) -> None:
    """Before anything is judged: uploads come under other names and on channels, too."""
    with db.session():
        artist = artists.find(artist_id)
        is_due = artist is not None and facts.is_due(artist)
    if is_due:
        describe.describe(artist_id, tell)


def _keep(artist_id: int, name: str, asked: Asked, found: Sequence[match.Proposal]) -> Discovery:
    stored = writing.store(artist_id, [proposals.kept(proposal) for proposal in found])
    made = Discovery(
        artist_id=artist_id,
        videos=stored.videos,
        candidates=stored.candidates,
        queued=writing.queue_wanted(artist_id),
        errors=asked.errors,
    )
    db.transact(lambda: _note(made, name, asked))
    return made


def _note(made: Discovery, name: str, asked: Asked) -> None:
    if pictures.missing(made.artist_id):
        jobs.add("pictures", str(made.artist_id))
    failures = len(asked.errors)
    artists.mark_checked(
        made.artist_id,
        failures=failures,
        next_check_at=rhythm.plan(made.artist_id, all_failed=not asked.asked),
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


def _summary(name: str, made: Discovery) -> str:
    text = f"{name}: {len(made.videos)} new, {made.candidates} to review, {made.queued} queued"
    if made.errors:
        text += f"; {', '.join(error.title for error in made.errors)} failed"
    return text


def _silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""
