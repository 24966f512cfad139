"""What the trash remembers of a file: all that makes it, its video and its artist again."""

from collections.abc import Mapping, Sequence
from typing import Any

from peewee import JOIN

from mvidarr.library import words
from mvidarr.library.tables import Artist, ExternalId, Image, Video, VideoFile, VideoSource

# a file's columns that are not put back as they were
_LEFT_OUT = frozenset({"id", "video", "path", "path_key", "main_key", "created_at", "updated_at"})
_FILE = [name for name in VideoFile._meta.fields if name not in _LEFT_OUT]
_SONG = ("title", "type", "version", "year", "released", "album", "label", "duration", "image_url")
_MORE = ("rating", "wish", "plays", "locked", "origins")  # of a video, beside its song
_ARTIST = ("name", "disambiguation", "folder")
_UPLOAD = (
    *("provider", "source_id", "title", "channel", "channel_id", "published_at", "duration"),
    *("type", "version", "max_height", "score", "reasons", "availability", "image_url", "found_by"),
)


def of(file_ids: Sequence[int]) -> list[tuple[Any, dict[str, Any]]]:
    """Each file, with its video joined, and what to remember of it."""
    query = (
        VideoFile.select(VideoFile, Video, Artist, VideoSource, Image)
        .join(Video)
        .join(Artist)
        .switch(VideoFile)
        .join(VideoSource, JOIN.LEFT_OUTER, on=(VideoFile.source == VideoSource.id))
        .switch(Video)
        .join(Image, JOIN.LEFT_OUTER, on=(Video.image == Image.id))
    )
    rows = list(query.where(VideoFile.id.in_(file_ids)).order_by(VideoFile.id))
    video_ids = sorted({row.video_id for row in rows})
    names, ids = words.names_of(video_ids), _ids(video_ids)
    return [(row, _facts(row, names[row.video_id], ids.get(row.video_id, {}))) for row in rows]


def _facts(row: Any, names: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    video, source = row.video, row.source if row.source_id else None
    return {
        "file": {name: row.__data__[name] for name in _FILE},
        "video": {**{name: getattr(video, name) for name in _SONG}, **names, "ids": dict(ids)},
        "more": {name: getattr(video, name) for name in _MORE},
        "image": video.image.hash if video.image_id else None,
        "artist": {name: getattr(video.artist, name) for name in _ARTIST},
        "upload": {name: getattr(source, name) for name in _UPLOAD} if source else None,
    }


def _ids(video_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    query = ExternalId.select(ExternalId.video_id, ExternalId.kind, ExternalId.value)
    for video_id, kind, value in query.where(ExternalId.video_id.in_(video_ids)).tuples():
        found.setdefault(video_id, {})[kind] = value
    return found
