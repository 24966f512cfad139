"""Rows for tests: what a test does not name has a sensible value, and keys and statuses follow.

Each function takes the columns of its table by name.
"""

from itertools import count
from typing import Any

from mvidarr.core import text
from mvidarr.core.terms import ACTIVE, Role, Verdict, WorkState
from mvidarr.library import files, status, words
from mvidarr.models import Artist, Download, User, Video, VideoFile, VideoSource

_numbers = count(1)


def make_artist(name: str | None = None, **columns: Any) -> Artist:
    name = name or f"Artist {next(_numbers)}"
    folder = columns.pop("folder", name)
    defaults: dict[str, Any] = {
        "name_key": text.name_key(name),
        "sort_key": text.sort_key(name),
        "folder": folder,
        "folder_key": files.path_key(f"{folder}"),
        "rules": {"types": ["official"]},
    }
    artist: Artist = Artist.create(name=name, **{**defaults, **columns})
    words.index_artist(artist)
    return artist


def make_video(artist: Artist | None = None, title: str | None = None, **columns: Any) -> Video:
    """A video; `source=True` gives it an accepted upload, `file=True` a file."""
    artist = artist or make_artist()
    title = title or f"Song {next(_numbers)}"
    source, file = columns.pop("source", False), columns.pop("file", False)
    version = columns.get("version", "")
    defaults: dict[str, Any] = {
        "artist": artist.id,
        "title": title,
        "title_key": text.name_key(title),
        "sort_key": text.sort_key(title),
        "version_key": text.name_key(version),
        "type": "official",
    }
    video: Video = Video.create(**{**defaults, **columns})
    words.index_videos([video.id])
    if source:
        make_source(video=video)
    if file:
        make_file(video)
    status.restate([video.id])
    stated: Video = fresh(video)
    return stated


def make_source(
    artist: Artist | None = None, video: Video | None = None, **columns: Any
) -> VideoSource:
    """An upload: accepted for `video` when one is given, else waiting for a verdict."""
    number = next(_numbers)
    verdict = columns.get("verdict", Verdict.ACCEPTED if video else Verdict.REVIEW)
    source_id = columns.get("source_id", f"upload{number:05}")
    provider = columns.get("provider", "youtube")
    owner = video.artist_id if video else (artist or make_artist()).id
    defaults: dict[str, Any] = {
        "artist": owner,
        "video": video.id if video else None,
        "provider": provider,
        "source_id": source_id,
        "title": f"Upload {number}",
        "type": "official",
        "score": 80,
        "verdict": verdict,
        "accepted_key": f"{provider}:{source_id}" if verdict == Verdict.ACCEPTED else None,
    }
    source: VideoSource = VideoSource.create(**{**defaults, **columns})
    if video is not None:
        status.restate([video.id])
    return source


def make_file(video: Video | None = None, **columns: Any) -> VideoFile:
    """The file that plays for a video; nothing is written to a disk."""
    video = video or make_video()
    path = columns.pop("path", f"Artist/Song {next(_numbers)}.mp4")
    defaults: dict[str, Any] = {
        "video": video.id,
        "path": path,
        "path_key": files.path_key(path),
        "size": 50_000_000,
        "mtime": 1_790_000_000_000,
        "container": "mp4",
        "video_codec": "h264",
        "audio_codec": "aac",
        "width": 1920,
        "height": 1080,
        "duration": 245.0,
        "main_key": video.id,
    }
    file: VideoFile = VideoFile.create(**{**defaults, **columns})
    status.restate([video.id])
    return file


def make_download(video: Video | None = None, **columns: Any) -> Download:
    video = video or make_video(source=True)
    state = WorkState(columns.pop("state", WorkState.QUEUED))
    key = str(video.id) if state in ACTIVE else None
    defaults: dict[str, Any] = {"video": video.id, "state": state, "active_key": key}
    download: Download = Download.create(**{**defaults, **columns})
    status.restate([video.id])
    return download


def make_user(name: str | None = None, role: Role = Role.ADMIN, **columns: Any) -> User:
    """Somebody without a usable password."""
    name = name or f"User {next(_numbers)}"
    defaults: dict[str, Any] = {"name_key": text.name_key(name), "password_hash": "!"}
    user: User = User.create(name=name, role=role, **{**defaults, **columns})
    return user


def fresh(row: Any) -> Any:
    """The row as the database has it now."""
    return type(row).get_by_id(row.id)
