"""Videos whose files are below the cutoff of their quality profile, or odd in some way."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from peewee import JOIN, fn

from mvidarr.core import db
from mvidarr.core.db import Page, Place
from mvidarr.core.terms import Finding, VideoStatus
from mvidarr.downloads import profiles, quality
from mvidarr.downloads.quality import Quality
from mvidarr.library import search, video_rows
from mvidarr.library.tables import Artist, Download, Video, VideoFile
from mvidarr.library.video_rows import VideoRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which ones: `q` words of title or artist; `finding`: files with it, whatever their lines."""

    q: str = ""
    finding: Finding | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmet:
    """A video, what its file should have been, and when a better one was looked for, in ms."""

    video: VideoRow
    lines: int
    cutoff: int
    profile: str
    findings: Sequence[Finding]
    tried_at: int | None
    is_upgrading: bool


def page(wanted: Wanted, place: Place) -> Page:
    """A page of Unmet, what was added last first."""
    at = VideoFile.main_key
    order = db.Order(name="id", column=at, id=at, descending=True)
    query = _query(wanted, at, _PROFILE, VideoFile.findings).tuples()
    found = db.page(query, order, place, key=lambda row: (row[0], row[0]))
    return Page(rows=_complete(found.rows), next=found.next, previous=found.previous)


def count(wanted: Wanted) -> tuple[int, bool]:
    """How many there are, and whether that is all of them."""
    return db.capped_count(_query(wanted, VideoFile.id))


def ids(wanted: Wanted, *, automatic: bool = False) -> list[int]:
    """All of them; `automatic`: those whose profile has better files looked for by itself."""
    rows = _query(wanted, VideoFile.main_key, _PROFILE).order_by(VideoFile.main_key).tuples()
    wishes = _wishes()
    return [ident for ident, key in rows if not automatic or _wish(wishes, key)[1].is_upgrading]


def one(video_id: int) -> Unmet | None:
    """The line of one video, as long as it has a file."""
    columns = (VideoFile.main_key, _PROFILE, VideoFile.findings)
    query = _joined(*columns).where(VideoFile.main_key == video_id)
    return next(iter(_complete(list(query.tuples()))), None)


def last_tries(ids: Sequence[int]) -> dict[int, int]:
    """When a better file was last looked for, of videos where that was done."""
    tries = Download.select(Download.video_id, fn.MAX(Download.ended_at)).where(
        Download.video_id.in_(list(ids)),
        Download.is_upgrade == True,  # noqa: E712 - SQL, not Python
        Download.ended_at.is_null(False),
    )
    return dict(tries.group_by(Download.video_id).tuples())


# what somebody chose; 0 where the standard one holds
_PROFILE = fn.COALESCE(Video.profile_id, Artist.profile_id, 0)


def _query(wanted: Wanted, *columns: Any) -> Any:
    query = _joined(*columns)
    if wanted.finding:
        query = query.where(fn.INSTR(VideoFile.findings, f'"{wanted.finding.value}"') > 0)
    else:
        query = _below_cutoff(query)
    if wanted.q:
        query = query.where(search.matching(search.VIDEO, wanted.q, VideoFile.main_key))
    # not the bare column: MariaDB would start at the videos
    return query.where(fn.COALESCE(Video.status, "") == VideoStatus.DOWNLOADED)


def _joined(*columns: Any) -> Any:
    """The files that play, with their videos and artists. LEFT JOINs: both databases begin with
    the files then, which have what most of them are sorted out by."""
    return (
        VideoFile.select(*columns)
        .join(Video, JOIN.LEFT_OUTER, on=(VideoFile.main_key == Video.id))
        .join(Artist, JOIN.LEFT_OUTER, on=(Video.artist_id == Artist.id))
        .where(VideoFile.main_key.is_null(False))
    )


def _below_cutoff(query: Any) -> Any:
    """Below the highest cutoff first, which needs the file alone, then below each one's own."""
    by_lines: dict[int, list[int]] = {}
    for row in profiles.in_use():
        enough = math.ceil(profiles.as_quality(row).enough * quality.REACHED)
        by_lines.setdefault(enough, []).extend([row.id, 0] if row.standard else [row.id])
    if not by_lines:
        return query.where(_has_fewer(Quality().enough))
    query = query.where(_has_fewer(max(by_lines)))
    if len(by_lines) == 1:
        return query
    parts = [_PROFILE.in_(ids) & _has_fewer(enough) for enough, ids in by_lines.items()]
    return query.where(reduce(or_, parts))


def _has_fewer(lines: int) -> Any:
    """The same as `quality.lines` below a number, in SQL; what was not measured has not."""
    wide = math.ceil((lines - 0.5) * 16 / 9)
    width, height = VideoFile.width, VideoFile.height
    narrow = (width < wide) & (height < wide)
    return narrow & ((width < lines) | (height < lines))


def _complete(found: Sequence[tuple[int, int, Any]]) -> list[Unmet]:
    ids = [video_id for video_id, _, _ in found]
    shown = {row.id: row for row in video_rows.by_ids(ids)}
    tries, wishes = last_tries(ids), _wishes()
    made = []
    for video_id, profile_id, findings in found:
        if video_id not in shown:
            continue
        video, (profile, wanted) = shown[video_id], _wish(wishes, profile_id)
        made.append(
            Unmet(
                video=video,
                lines=quality.lines(video.width or 0, video.height or 0),
                cutoff=wanted.cutoff,
                profile=profile,
                findings=[Finding(finding) for finding in findings],
                tried_at=tries.get(video_id),
                is_upgrading=wanted.is_upgrading,
            )
        )
    return made


def _wish(wishes: Mapping[int, tuple[str, Quality]], profile_id: int) -> tuple[str, Quality]:
    """What holds for a choice; the profile may have been deleted a moment ago."""
    return wishes.get(profile_id, wishes[0])


def _wishes() -> Mapping[int, tuple[str, Quality]]:
    """What each profile is called and asks for; under 0 the standard one."""
    made: dict[int, tuple[str, Quality]] = {0: ("", Quality())}
    for row in profiles.rows():
        wish = (row.name, profiles.as_quality(row))
        made |= {row.id: wish} | ({0: wish} if row.standard else {})
    return made
