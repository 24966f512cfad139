"""What a video's file is called, and what it and its sidecars say of the video."""

from pathlib import Path

from mvidarr import models
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import VideoType
from mvidarr.library import files, paths
from mvidarr.library.details import Description
from mvidarr.library.tables import VideoFile
from mvidarr.media import naming, nfo
from mvidarr.media.naming import NameFacts
from mvidarr.media.nfo import NfoFacts, Streams
from mvidarr.media.probe import FileFacts
from mvidarr.media.tags import TagFacts

ENDINGS = (".mp4", ".mkv", ".webm", ".m4v", ".mov")
UNTAGGED = (VideoType.OFFICIAL, VideoType.UNSPECIFIED)  # that is what a music video is anyway


def target(
    video: Description, facts: FileFacts, suffix: str, occupied: frozenset[str] = frozenset()
) -> str:
    """Where the file goes, relative to the library; `occupied`: keys found taken on the disk."""

    def is_taken(key: str) -> bool:
        keys = [files.path_key(key + ending) for ending in ENDINGS]
        others = VideoFile.path_key.in_(keys) & (VideoFile.video_id != video.video_id)
        return key in occupied or bool(VideoFile.select().where(others).exists())

    named = name_facts(video, facts)
    return paths.path_of(paths.layout(), named, video.artist_folder, suffix, is_taken)


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
        quality=naming.quality_of(facts.width, facts.height),
        video_codec=facts.video_codec,
        audio_codec=facts.audio_codec,
        source=video.provider,
        source_id=video.source_id,
    )


def noted(file: models.VideoFile, path: Path) -> FileFacts:
    """What was measured of a file when it came, as far as it was noted."""
    return FileFacts(
        path=path,
        size=file.size,
        mtime=file.mtime,
        container=file.container or "",
        duration=file.duration or 0.0,
        video_codec=file.video_codec or "",
        audio_codec=file.audio_codec or "",
        width=file.width or 0,
        height=file.height or 0,
        fps=file.fps,
        hdr=file.hdr,
        bit_rate=file.bit_rate or 0,
        channels=file.channels or 0,
        subtitles=(),
        findings=tuple(file.findings),
    )


def sidecar(video: Description, facts: FileFacts, existing: bytes | None, added_at: int) -> bytes:
    """The NFO of a file that came at `added_at` (ms); what others wrote into it stays."""
    said = NfoFacts(
        title=f"{video.title} ({video.version})" if video.version else video.title,
        artists=(video.artist, *video.featured),
        album=video.album,
        duration=facts.duration,
        released=video.released,
        year=video.year,
        genres=tuple(video.genres),
        tags=() if video.type in UNTAGGED else (video.type.label,),
        directors=tuple(video.directors),
        studios=(video.label,) if video.label else (),
        country=video.country,
        youtube_id=video.source_id if video.provider == "youtube" else "",
        imvdb_id=video.ids.get("imvdb_video", ""),
        mb_recording=video.ids.get("mb_recording", ""),
        rating=video.rating,
        added_at=added_at,
        streams=Streams(
            video_codec=facts.video_codec,
            width=facts.width,
            height=facts.height,
            duration=facts.duration,
            hdr=facts.hdr or "",
            audio_codec=facts.audio_codec,
            channels=facts.channels,
            subtitles=facts.subtitles or _subtitles(existing),
        ),
    )
    return nfo.merge(existing, said) if existing else nfo.render(said)


def tag_facts(video: Description) -> TagFacts:
    return TagFacts(
        title=f"{video.title} ({video.version})" if video.version else video.title,
        artists=(video.artist, *video.featured),
        album=video.album,
        date=video.released or (str(video.year) if video.year else ""),
        genres=tuple(video.genres),
        label=video.label,
    )


def _subtitles(existing: bytes | None) -> tuple[str, ...]:
    """The languages that an NFO tells: they are measured once, when the file comes."""
    try:
        streams = nfo.read(existing).streams if existing else None
    except Invalid:
        return ()
    return streams.subtitles if streams else ()
