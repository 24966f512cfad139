"""The page of one artist: hero, videos by year, candidates, history, and its live regions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

from mvidarr import models, settings
from mvidarr.core.errors import NotFound
from mvidarr.core.terms import VideoStatus, VideoType
from mvidarr.jobs import jobs
from mvidarr.library import (
    aliases,
    artist_rows,
    artists,
    details,
    sources,
    stats,
    video_rows,
    words,
)
from mvidarr.library import facts as facts_of
from mvidarr.library.artist_rows import ArtistRow
from mvidarr.library.video_rows import VideoRow
from mvidarr.settings import options
from mvidarr.web import credited, render, source_pictures, stories

MISSING = (VideoStatus.WANTED, VideoStatus.FAILED, VideoStatus.QUEUED, VideoStatus.DOWNLOADING)
ON_THE_WAY = (VideoStatus.QUEUED, VideoStatus.DOWNLOADING)


@dataclass(frozen=True, kw_only=True)
class Year:
    """The videos of one year; None: not known."""

    year: int | None
    videos: Sequence[VideoRow]


@dataclass(frozen=True, kw_only=True)
class Show:
    """One choice of what the page shows."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Link:
    label: str
    href: str


def context(artist: models.Artist, show: str = "") -> dict[str, Any]:
    """All that the page needs."""
    videos = video_rows.of_artist(artist.id)
    listed = [video for video in videos if video.status != VideoStatus.IGNORED or video.has_file]
    wanted = artists.wanted_rules(artist)
    candidates = sources.candidates(artist.id)
    return {
        "artist": artist,
        "row": row(artist.id),
        "years": _years([video for video in videos if _is_shown(video, show)]),
        "shows": _shows(videos, listed),
        "show": show,
        "on_the_way": sum(video.status in ON_THE_WAY for video in videos),
        "downloading": sum(video.status == VideoStatus.DOWNLOADING for video in videos),
        "first": next((video for video in videos if video.has_file), None),
        "backdrop": next((video.image for video in videos if video.image), None),
        "candidates": candidates,
        "pictures": {
            source.id: source_pictures.address(source)
            for one in candidates
            for source in (one.source, *one.rivals)
        },
        "lines": (settings.get(options.review_score), wanted.accept_score()),
        "job": _last("discover", artist.id),
        "rules": wanted,
        "type_names": stories.types(wanted.types),
        "links": _links(artist.id),
        "aliases": aliases.of(artist.id),
        "told": credited.told(facts_of.sources_of(artist)),
        "asked_at": facts_of.asked_at(artist) or None,
        "describing": _last("describe", artist.id),
        "stories": stories.tell(details.history(artist_id=artist.id, limit=30)),
    }


def regions(artist_id: int) -> list[render.Partial]:
    """The regions of the page that change by themselves."""
    artist = artists.find(artist_id)
    if artist is None:
        return []
    known = context(artist)
    names = ("head", "stats", "ribbon", "candidates", "about", "history")
    parts = [(f"artist-{artist_id}-{name}", f"artists/_{name}.html", known) for name in names]
    return [*parts, search_region(artist_id)]


def search_region(artist_id: int) -> render.Partial:
    """How the search for an artist goes."""
    known = {"artist": artists.get(artist_id), "job": _last("discover", artist_id)}
    return (f"artist-{artist_id}-search", "artists/_search.html", known)


def about_region(artist_id: int) -> render.Partial:
    """What is known of an artist."""
    known = context(artists.get(artist_id))
    return (f"artist-{artist_id}-about", "artists/_about.html", known)


def row(artist_id: int) -> ArtistRow:
    found = artist_rows.by_id(artist_id)
    if found is None:
        raise NotFound("This artist is not in the library.")
    return found


def facts() -> list[str]:
    """Totals for the head of the list."""
    totals = stats.totals()
    return [
        f"{totals.artists:,} {'artist' if totals.artists == 1 else 'artists'}",
        f"{totals.monitored:,} monitored",
        f"{totals.missing:,} {'video' if totals.missing == 1 else 'videos'} missing",
    ]


def _last(kind: str, artist_id: int) -> models.Job | None:
    """The job that waits or runs, else the newest one if it failed."""
    job = jobs.of(kind, str(artist_id))
    return job if job and (job.active_key or job.last_error) else None


def _years(videos: Sequence[VideoRow]) -> list[Year]:
    return [
        Year(year=year, videos=list(rows)) for year, rows in groupby(videos, lambda row: row.year)
    ]


def _is_shown(video: VideoRow, show: str) -> bool:
    if show == "all":
        return True
    if show == "missing":
        return video.status in MISSING
    if show == "ignored":
        return video.status == VideoStatus.IGNORED
    is_ignored = video.status == VideoStatus.IGNORED and not video.has_file
    return not is_ignored and show in ("", video.type)


def _shows(videos: Sequence[VideoRow], listed: Sequence[VideoRow]) -> list[Show]:
    missing = sum(video.status in MISSING for video in videos)
    ignored = sum(video.status == VideoStatus.IGNORED for video in videos)
    made = [Show(value="", label="All", count=len(listed))]
    made += [Show(value="missing", label="Missing", count=missing)] if missing else []
    kinds = list(dict.fromkeys(video.type for video in listed))
    if len(kinds) > 1:
        made += [
            Show(value=kind, label=kind.label, count=sum(video.type == kind for video in listed))
            for kind in VideoType
            if kind in kinds
        ]
    made += [Show(value="ignored", label="Ignored", count=ignored)] if ignored else []
    return made


def _links(artist_id: int) -> list[Link]:
    ids = words.ids_of_artist(artist_id)
    return [
        Link(label=catalogue.label, href=catalogue.page.format(quote(ids[catalogue.kind], safe="")))
        for catalogue in words.ARTIST_IDS
        if catalogue.page and catalogue.kind in ids
    ]
