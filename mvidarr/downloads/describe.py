"""What a download's file is called, and what it and its sidecars say of the video."""

from pathlib import Path, PurePosixPath

from mvidarr import settings
from mvidarr.downloads import quality
from mvidarr.library import files
from mvidarr.library.details import Description
from mvidarr.library.tables import VideoFile
from mvidarr.media import naming, nfo, safe_names
from mvidarr.media.naming import NameFacts
from mvidarr.media.nfo import NfoFacts, Streams
from mvidarr.media.probe import FileFacts
from mvidarr.media.tags import TagFacts
from mvidarr.settings import file_options

ENDINGS = (".mp4", ".mkv", ".webm", ".m4v", ".mov")


def target(
    video: Description, facts: FileFacts, suffix: str, occupied: frozenset[str] = frozenset()
) -> str:
    """Where the file goes, relative to the library; `occupied`: keys found taken on the disk."""
    template = naming.parse_template(settings.get(file_options.naming_template), "naming_template")
    path = _in_artists_folder(naming.render(template, name_facts(video, facts)), video)

    def is_taken(key: str) -> bool:
        keys = [files.path_key(key + ending) for ending in ENDINGS]
        others = VideoFile.path_key.in_(keys) & (VideoFile.video_id != video.video_id)
        return key in occupied or bool(VideoFile.select().where(others).exists())

    return f"{naming.unique(path, is_taken, video.source_id)}{suffix}"


def name_facts(video: Description, facts: FileFacts) -> NameFacts:
    return NameFacts(
        artist=video.artist,
        title=video.title,
        version=video.version,
        type=video.type,
        year=video.year,
        album=video.album,
        directors=tuple(video.directors),
        label=video.label,
        featured=tuple(video.featured),
        quality=f"{quality.lines(facts.width, facts.height)}p",
        video_codec=facts.video_codec,
        audio_codec=facts.audio_codec,
        source=video.provider,
        source_id=video.source_id,
    )


def sidecar(video: Description, facts: FileFacts, existing: Path) -> bytes:
    """The NFO; what others wrote into an existing one stays."""
    said = NfoFacts(
        title=f"{video.title} ({video.version})" if video.version else video.title,
        artists=(video.artist, *video.featured),
        album=video.album,
        duration=facts.duration,
        released=video.released,
        year=video.year,
        genres=tuple(video.genres),
        directors=tuple(video.directors),
        studios=(video.label,) if video.label else (),
        country=video.country,
        youtube_id=video.source_id if video.provider == "youtube" else "",
        imvdb_id=video.ids.get("imvdb_video", ""),
        mb_recording=video.ids.get("mb_recording", ""),
        rating=video.rating,
        added_at=video.added_at,
        streams=Streams(
            video_codec=facts.video_codec,
            width=facts.width,
            height=facts.height,
            duration=facts.duration,
            hdr=facts.hdr or "",
            audio_codec=facts.audio_codec,
            channels=facts.channels,
            subtitles=facts.subtitles,
        ),
    )
    if existing.is_file() and existing.stat().st_size <= nfo.LIMIT:
        return nfo.merge(existing.read_bytes(), said)
    return nfo.render(said)


def tag_facts(video: Description) -> TagFacts:
    return TagFacts(
        title=f"{video.title} ({video.version})" if video.version else video.title,
        artists=(video.artist, *video.featured),
        album=video.album,
        date=video.released or (str(video.year) if video.year else ""),
        genres=tuple(video.genres),
        label=video.label,
    )


def _in_artists_folder(path: PurePosixPath, video: Description) -> PurePosixPath:
    """The path below the artist's own folder, where the template begins with the artist."""
    first, *rest = path.parts
    if not rest or first != safe_names.component(video.artist):
        return path
    return PurePosixPath(video.artist_folder or first, *rest)
