"""Judge known uploads again after an artist's rules or the lines changed: nobody outside is asked.

What a person decided, and what is in use, stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from mvidarr import models, settings
from mvidarr.core import db
from mvidarr.core.errors import NotFound
from mvidarr.core.terms import Availability, Verdict, VideoType
from mvidarr.discovery import match, match_score, proposals, writing
from mvidarr.library import artists, intake
from mvidarr.library.tables import VideoSource
from mvidarr.library.videos import Song
from mvidarr.settings import options

_SAME = (  # what an upload is does not change with what is wanted
    *("provider", "source_id", "title", "type", "version", "channel", "channel_id"),
    *("published_at", "duration", "max_height", "image_url", "found_by", "group_key"),
)

_SONGS = ("song", "songs")

Progress = Callable[[int, int | None, str], None]
Reasons = tuple[match.Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Rejudged:
    """How many songs have uploads that are seen differently now, and how many were queued."""

    songs: int
    queued: int


@dataclass(frozen=True, kw_only=True)
class _Case:
    """An artist's wishes, once for all its uploads."""

    rules: match.Rules
    lines: match.Lines


def rejudge(artist_id: int, progress: Progress | None = None) -> Rejudged | None:
    """Apply an artist's rules to its candidates; None when it is gone."""
    with db.session():
        artist = artists.find(artist_id)
        if artist is None:
            return None
        case = _Case(rules=proposals.rules_of(artist), lines=proposals.lines_for(artist))
        songs = _songs(_open(artist_id), case)
        if progress:
            text = f"{artist.name}: {len(songs)} {_SONGS[len(songs) != 1]} by the new rules"
            progress(0, len(songs), text)
        try:
            writing.store(artist_id, songs)
            queued = writing.queue_wanted(artist_id)
        except NotFound:
            return None
    return Rejudged(songs=len(songs), queued=queued)


def rejudge_all(progress: Progress) -> str:
    """Apply new lines to the candidates of every artist; answers what came of it in words.

    Lines that change again meanwhile are applied to all of them again.
    """
    while True:
        lines = _lines()
        ids, songs, queued = _waiting(), 0, 0
        for done, artist_id in enumerate(ids):
            progress(done, len(ids), f"{songs:,} {_SONGS[songs != 1]} seen differently so far")
            made = rejudge(artist_id)
            songs += made.songs if made else 0
            queued += made.queued if made else 0
        if lines == _lines():
            return f"{songs:,} {_SONGS[songs != 1]} seen differently now, {queued:,} queued."


def _lines() -> tuple[int, int]:
    settings.refresh()
    with db.session():
        return settings.get(options.accept_score), settings.get(options.review_score)


def _waiting() -> list[int]:
    """The artists that have uploads which nobody decided about."""
    with db.session():
        query = VideoSource.select(VideoSource.artist_id).where(_is_open()).distinct()
        return sorted(artist_id for (artist_id,) in query.tuples())


def _is_open() -> Any:
    """The condition that nobody decided about an upload and no video uses it."""
    return (
        VideoSource.verdict.in_((Verdict.REVIEW, Verdict.REFUSED))
        & VideoSource.verdict_by.is_null()
    )


def _open(artist_id: int) -> Sequence[models.VideoSource]:
    query = VideoSource.select().where(VideoSource.artist_id == artist_id, _is_open())
    return list(query.order_by(VideoSource.id))


def _songs(open_: Sequence[models.VideoSource], case: _Case) -> list[intake.Proposal]:
    """The songs of which an upload is seen differently now, each with all its uploads."""
    rivals: dict[Any, list[models.VideoSource]] = {}
    for source in open_:
        rivals.setdefault(source.group_key or source.id, []).append(source)
    songs = []
    for group in rivals.values():
        judged = [(_upload(source, case), source) for source in group]
        if any(up.verdict != source.verdict or up.score != source.score for up, source in judged):
            judged.sort(key=lambda pair: (pair[0].verdict is not Verdict.ACCEPTED, -pair[0].score))
            uploads = tuple(up for up, _ in judged)
            songs.append(intake.Proposal(song=_song(judged[0][1]), uploads=uploads))
    return songs


def _upload(source: models.VideoSource, case: _Case) -> intake.Upload:
    """The upload as the rules see it now."""
    kind, song = VideoType(source.type), _song(source)
    known = tuple(match.Reason(text=one["text"], points=one["points"]) for one in source.reasons)
    reasons = _reasons(known, kind, case.rules)
    score = source.score if reasons == known else match_score.score(reasons)
    fits = match.fits(case.rules, type=kind, title=song.title, version=song.version, year=song.year)
    refused = match_score.is_refused(reasons)
    verdict = match.verdict(score, kind, refused, case.rules, case.lines)
    values: dict[str, Any] = {name: getattr(source, name) for name in _SAME}
    values |= {
        "score": score,
        "verdict": proposals.offered(verdict, fits=fits),
        "reasons": proposals.told(reasons),
    }
    return intake.Upload(**values, availability=Availability(source.availability))


def _reasons(known: Reasons, kind: VideoType, rules: match.Rules) -> Reasons:
    """The reasons of the finding, those that follow from the wanted types as they are now."""
    either = replace(rules, types=(kind,)), replace(rules, types=())
    said = {match_score.named(kind, one).text for one in either}
    never = {reason.text for one in either for reason in match_score.unwanted(kind, one)}
    now = [one for one in known if one.text not in said | never]
    if any(one.text in said for one in known):
        now.append(match_score.named(kind, rules))
    now += match_score.unwanted(kind, rules)
    return known if set(now) == set(known) else match_score.ordered(now)


def _song(source: models.VideoSource) -> Song:
    """What the video would be, as the finding said."""
    known = {field.name for field in fields(Song)}
    given = {name: value for name, value in source.song.items() if name in known}
    own = {"title": source.title, "type": source.type, "version": source.version}
    return Song(**{**own, **given})
