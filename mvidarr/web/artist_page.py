"""The page of one artist: hero, videos by year, candidates, history, and its live regions."""

from collections.abc import Callable, Sequence
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
    artist_videos,
    artists,
    details,
    sources,
    stats,
    words,
)
from mvidarr.library import facts as facts_of
from mvidarr.library.artist_rows import ArtistRow
from mvidarr.library.artist_videos import Tally
from mvidarr.library.video_rows import VideoRow
from mvidarr.settings import options
from mvidarr.web import credited, render, source_pictures, stories

MOST_SHOWN = 120  # videos; the list of all videos has the rest, page by page
MOST_CANDIDATES = 50  # uploads; the inbox has the rest
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
    tallies = artist_videos.tallies(artist.id)
    videos = artist_videos.shown(artist.id, show, MOST_SHOWN)
    wanted = artists.wanted_rules(artist)
    candidates = sources.candidates(artist.id, MOST_CANDIDATES)
    first = _first(videos, artist_videos.first_with_file, artist.id, lambda one: one.has_file)
    pictured = _first(videos, artist_videos.first_with_picture, artist.id, lambda one: one.image)
    return {
        "artist": artist,
        "row": row(artist.id),
        "years": _years(videos),
        "is_all": len(videos) == _sum(tallies, lambda one: artist_videos.is_shown(one, show)),
        "shows": _shows(tallies),
        "show": show,
        "on_the_way": _sum(tallies, lambda one: one.status in ON_THE_WAY),
        "downloading": _sum(tallies, lambda one: one.status == VideoStatus.DOWNLOADING),
        "first": first,
        "backdrop": pictured.image if pictured else None,
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


def _sum(tallies: Sequence[Tally], counts: Callable[[Tally], bool]) -> int:
    return sum(one.count for one in tallies if counts(one))


def _first(
    videos: Sequence[VideoRow],
    look: Callable[[int], VideoRow | None],
    artist_id: int,
    fits: Callable[[VideoRow], Any],
) -> VideoRow | None:
    """The first that fits of what is shown, else of what is not."""
    return next((video for video in videos if fits(video)), None) or look(artist_id)


def _shows(tallies: Sequence[Tally]) -> list[Show]:
    listed = [one for one in tallies if one.is_listed]
    missing = _sum(tallies, lambda one: one.status in artist_videos.MISSING)
    ignored = _sum(tallies, lambda one: one.status == VideoStatus.IGNORED)
    made = [Show(value="", label="All", count=_sum(listed, lambda one: True))]
    made += [Show(value="missing", label="Missing", count=missing)] if missing else []
    kinds = {one.type: 0 for one in listed}
    for one in listed:
        kinds[one.type] += one.count
    if len(kinds) > 1:
        made += [
            Show(value=kind, label=kind.label, count=kinds[kind])
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
