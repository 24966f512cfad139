"""Videos that are missing, each with the reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from peewee import fn

from mvidarr.core.db import Page, Place
from mvidarr.core.terms import Availability, Verdict, VideoStatus, Wish
from mvidarr.library import status, video_rows
from mvidarr.library.filters import Choice, Filters
from mvidarr.library.tables import Artist, Download, Video, VideoSource
from mvidarr.library.video_rows import VideoRow

TABS = {
    "missing": (VideoStatus.WANTED,),
    "failed": (VideoStatus.FAILED,),
    "ignored": (VideoStatus.IGNORED,),
}
GONE = {
    Availability.PRIVATE: "The upload is private now.",
    Availability.REMOVED: "The upload was removed.",
    Availability.GEO_BLOCKED: "Not available in your country.",
    Availability.MEMBERS_ONLY: "Only for members of the channel.",
    Availability.PREMIUM_ONLY: "Only for YouTube Premium.",
    Availability.AGE_RESTRICTED: "Age restricted, needs cookies.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedRow:
    """A video and why it is not here. `tone`: good, warn, bad or empty; `searched_at` in ms."""

    video: VideoRow
    why: str
    tone: str = ""
    searched_at: int | None = None
    candidates: int = 0
    has_source: bool = False

    @property
    def id(self) -> int:
        return self.video.id


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    verdict: str
    availability: str
    score: int


def page(tab: str, q: str, sort: str, place: Place) -> Page:
    """A page of WantedRow."""
    found = video_rows.page(_filters(tab, q), sort, place, people=True)
    return Page(rows=explained(found.rows), next=found.next, previous=found.previous)


def count(tab: str, q: str = "") -> tuple[int, bool]:
    """How many there are, and whether that is all of them."""
    return video_rows.count(_filters(tab, q))


def _filters(tab: str, q: str) -> Filters:
    return Filters(choices={"status": Choice(wanted=tuple(map(str, TABS[tab])))}, q=q)


def explained(rows: Sequence[VideoRow]) -> list[WantedRow]:
    """The videos, each with the reason why it is missing; none for what is on its way."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    sources, errors, wishes = _sources(ids), _errors(rows), _wishes(rows)
    query = Artist.select(Artist.id, Artist.checked_at, Artist.monitored)
    known = query.where(Artist.id.in_({row.artist_id for row in rows}))
    artists = {artist_id: rest for artist_id, *rest in known.tuples()}
    made = []
    for row in rows:
        searched_at, monitored = artists[row.artist_id]
        offered = sources.get(row.id, [])
        if row.status == VideoStatus.FAILED:
            why, tone = errors.get(row.id) or "The last download failed.", "bad"
        elif row.status == VideoStatus.IGNORED:
            by_hand = wishes.get(row.id) == Wish.IGNORE
            why, tone = "You ignored it." if by_hand else "The artist's rules leave it out.", ""
        elif row.status == VideoStatus.WANTED:
            why, tone = _why(offered, searched_at, monitored)
        else:
            why, tone = "", ""
        made.append(
            WantedRow(
                video=row,
                why=why,
                tone=tone,
                searched_at=searched_at,
                candidates=sum(source.verdict != Verdict.BLOCKED for source in offered),
                has_source=any(map(_is_ready, offered)),
            )
        )
    return made


def _why(offered: Sequence[_Source], searched_at: int | None, monitored: bool) -> tuple[str, str]:
    """The sentence for a wanted video, and its tone."""
    if ready := [source.score for source in offered if _is_ready(source)]:
        return f"Upload found, score {max(ready)}.", "good"
    if gone := [source for source in offered if source.verdict == Verdict.ACCEPTED]:
        return GONE.get(Availability(gone[0].availability), "The upload cannot be had."), "bad"
    if asked := [source.score for source in offered if source.verdict == Verdict.REVIEW]:
        several = "candidate" if len(asked) == 1 else "candidates"
        return f"{len(asked)} {several}, best {max(asked)}.", "warn"
    if searched_at is None:
        return "Not searched yet.", ""
    return "No upload found yet." if monitored else "Its artist is not monitored.", ""


def _is_ready(source: _Source) -> bool:
    return source.verdict == Verdict.ACCEPTED and source.availability in status.HOPEFUL


def _sources(ids: Sequence[int]) -> dict[int, list[_Source]]:
    columns = (VideoSource.verdict, VideoSource.availability, VideoSource.score)
    query = VideoSource.select(VideoSource.video_id, *columns).where(VideoSource.video_id.in_(ids))
    found: dict[int, list[_Source]] = {}
    for video_id, verdict, availability, score in query.tuples():
        source = _Source(verdict=verdict, availability=availability, score=score)
        found.setdefault(video_id, []).append(source)
    return found


def _errors(rows: Sequence[VideoRow]) -> dict[int, str | None]:
    ids = [row.id for row in rows if row.status == VideoStatus.FAILED]
    if not ids:
        return {}
    newest = Download.select(fn.MAX(Download.id)).where(Download.video_id.in_(ids))
    query = Download.select(Download.video_id, Download.last_error).where(
        Download.id.in_(newest.group_by(Download.video_id))
    )
    return dict(query.tuples())


def _wishes(rows: Sequence[VideoRow]) -> dict[int, str]:
    ids = [row.id for row in rows if row.status == VideoStatus.IGNORED]
    return dict(Video.select(Video.id, Video.wish).where(Video.id.in_(ids)).tuples()) if ids else {}
