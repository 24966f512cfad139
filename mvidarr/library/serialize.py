"""JSON of artists, videos, uploads, files and events: plain dicts, unknown is None."""

from collections.abc import Mapping
from typing import Any

from mvidarr import models
from mvidarr.core import clock
from mvidarr.library import aliases, artists, facts, filters, links, trash, words
from mvidarr.library.artist_rows import ArtistRow
from mvidarr.library.details import Detail
from mvidarr.library.sources import Candidate
from mvidarr.library.video_rows import VideoRow
from mvidarr.library.wanted_rows import WantedRow


def artist_row(row: ArtistRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "disambiguation": row.disambiguation,
        "country": row.country,
        "monitored": row.monitored,
        "folder": row.folder,
        "image": row.image,
        "videos": {"known": row.known, "have": row.have, "wanted": row.wanted},
        "size": row.size,
        "checked_at": clock.iso(row.checked_at),
        "next_check_at": clock.iso(row.next_check_at or None),
        "created_at": clock.iso(row.created_at),
        "updated_at": clock.iso(row.updated_at),
    }


def artist(row: models.Artist, shown: ArtistRow, ids: Mapping[str, str]) -> dict[str, Any]:
    """One artist with all its fields."""
    return {
        **artist_row(shown),
        "sort_key": row.sort_key,
        "bio": row.bio,
        "genres": row.genres,
        "aliases": aliases.of(row.id),
        "origins": facts.sources_of(row),
        "asked_at": clock.iso(facts.asked_at(row) or None),
        "profile_id": row.profile_id,
        "rules": artists.wanted_rules(row).stored(),
        "ids": {catalogue.kind: ids.get(catalogue.kind) for catalogue in words.ARTIST_IDS},
        "failures": row.failures,
        "locked": row.locked,
    }


def video_row(row: VideoRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "version": row.version,
        "type": row.type,
        "year": row.year,
        "album": row.album,
        "status": row.status,
        "duration": row.duration,
        "quality": row.quality,
        "size": row.size,
        "has_file": row.has_file,
        "only_copy": row.only_copy,
        "image": row.image,
        "artist": {"id": row.artist_id, "name": row.artist_name},
        "progress": _progress(row),
        "created_at": clock.iso(row.created_at),
    }


def video(detail: Detail) -> dict[str, Any]:
    """One video with its words, uploads and files."""
    row = detail.video
    return {
        **video_row(detail.row),
        "wish": row.wish,
        "fits": row.fits,
        "released": row.released,
        "label": row.label,
        "rating": row.rating,
        "profile_id": row.profile_id,
        "plays": row.plays,
        "featured": list(detail.names["featured"]),
        "directors": list(detail.names["directors"]),
        "genres": list(detail.names["genres"]),
        "ids": {catalogue.kind: detail.ids.get(catalogue.kind) for catalogue in words.VIDEO_IDS},
        "origins": {name: by for name, by in row.origins.items() if by},
        "locked": row.locked,
        "sources": [source(each) for each in detail.sources],
        "files": [file(each) for each in detail.files],
        "updated_at": clock.iso(row.updated_at),
    }


def wanted(row: WantedRow) -> dict[str, Any]:
    return {
        **video_row(row.video),
        "why": row.why,
        "searched_at": clock.iso(row.searched_at),
        "candidates": row.candidates,
    }


def source(row: models.VideoSource) -> dict[str, Any]:
    return {
        "id": row.id,
        "artist_id": row.artist_id,
        "video_id": row.video_id,
        "provider": row.provider,
        "source_id": row.source_id,
        "url": links.page_of(row.provider, row.source_id),
        "title": row.title,
        "channel": row.channel,
        "published_at": clock.iso(row.published_at),
        "duration": row.duration,
        "type": row.type,
        "version": row.version,
        "max_height": row.max_height,
        "score": row.score,
        "reasons": row.reasons,
        "verdict": row.verdict,
        "by_person": row.verdict_by_id is not None,
        "availability": row.availability,
        "found_by": row.found_by,
    }


def candidate(row: Candidate) -> dict[str, Any]:
    return {**source(row.source), "rivals": [source(rival) for rival in row.rivals]}


def file(row: models.VideoFile) -> dict[str, Any]:
    return {
        "id": row.id,
        "path": row.path,
        "size": row.size,
        "container": row.container,
        "video_codec": row.video_codec,
        "audio_codec": row.audio_codec,
        "width": row.width,
        "height": row.height,
        "quality": filters.quality_of(row.width, row.height),
        "fps": row.fps,
        "hdr": row.hdr,
        "bit_rate": row.bit_rate,
        "channels": row.channels,
        "loudness": row.loudness,
        "true_peak": row.true_peak,
        "duration": row.duration,
        "subtitles": row.subtitles,
        "findings": row.findings,
        "source_id": row.source_id,
        "measured_at": clock.iso(row.measured_at),
        "plays": row.main_key is not None,
        "missing_since": clock.iso(row.missing_since),
        "created_at": clock.iso(row.created_at),
    }


def trash_item(row: models.TrashItem) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "artist": row.facts["artist"]["name"],
        "path": row.path,
        "size": row.size,
        "files": row.files,
        "reason": row.reason,
        "batch": row.batch,
        "video_id": row.video_id,
        "artist_id": row.artist_id,
        "deleted_at": clock.iso(row.created_at),
        "goes_at": clock.iso(trash.goes_at(row)),
    }


def event(row: models.Event) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": clock.iso(row.at),
        "kind": row.kind,
        "level": row.level,
        "title": row.title,
        "artist_id": row.artist_id,
        "video_id": row.video_id,
        "data": row.data,
    }


def _progress(row: VideoRow) -> dict[str, Any] | None:
    if row.progress is None:
        return None
    now = row.progress
    return {"download_id": now.id, "state": now.state, "stage": now.stage, "percent": now.percent}
