"""All about one video, in a bounded number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peewee import JOIN

from mvidarr import models
from mvidarr.core.errors import NotFound
from mvidarr.core.terms import VideoType
from mvidarr.library import files, sources, video_rows, videos
from mvidarr.library.files import Caption
from mvidarr.library.tables import (
    Artist,
    Download,
    Event,
    ExternalId,
    Video,
    VideoSource,
)
from mvidarr.library.video_rows import VideoRow

MOST_EVENTS = 50
MOST_NEIGHBOURS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """What a video is, for its name, its NFO and its tags; empty means unknown."""

    video_id: int
    artist: str
    artist_folder: str
    title: str
    type: VideoType
    version: str = ""
    featured: Sequence[str] = ()
    directors: Sequence[str] = ()
    genres: Sequence[str] = ()
    year: int | None = None
    released: str | None = None
    album: str = ""
    label: str = ""
    country: str = ""
    duration: float | None = None
    rating: int | None = None
    added_at: int | None = None
    ids: Mapping[str, str]  # imvdb_video, mb_recording; mb_artist … of the artist
    provider: str = ""
    source_id: str = ""  # of the upload that it comes from


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """What the page of a video shows."""

    video: models.Video
    row: VideoRow
    artist: models.Artist
    files: Sequence[models.VideoFile]
    sources: Sequence[models.VideoSource]
    names: Mapping[str, Sequence[str]]  # featured, directors, genres
    ids: Mapping[str, str]
    history: Sequence[models.Event]
    download: models.Download | None  # the newest
    neighbours: Sequence[VideoRow]  # other videos of the artist
    captions: Sequence[Caption]

    @property
    def id(self) -> int:
        return self.video.id

    @property
    def file(self) -> models.VideoFile | None:
        """The one that plays."""
        return self.files[0] if self.files and self.files[0].main_key else None

    def source_of(self, file: models.VideoFile) -> models.VideoSource | None:
        """The upload that a file came from, as long as it is known."""
        return next((source for source in self.sources if source.id == file.source_id), None)


def load(video_id: int) -> Detail:
    """Raises NotFound."""
    video = videos.get(video_id)
    rows = video_rows.by_ids([video_id])
    found = files.of(video_id)
    return Detail(
        video=video,
        row=rows[0],
        artist=Artist.get_by_id(video.artist_id),
        files=found,
        sources=sources.of(video_id),
        names=videos.names_of(video_id),
        ids=_ids(ExternalId.video_id == video_id),
        history=history(video_id=video_id),
        download=_newest_download(video_id),
        neighbours=video_rows.others(video, MOST_NEIGHBOURS),
        captions=files.captions(found[0]) if found and found[0].main_key else (),
    )


def describe(video_id: int, source_id: int | None = None) -> Description:
    """What is known of a video; `source_id` names the upload, else the best one is taken.

    Raises NotFound.
    """
    query = Video.select(Video, Artist).join(Artist).where(Video.id == video_id)
    video = query.first()
    if video is None:
        raise NotFound("The video was deleted in the meantime.")
    names = videos.names_of(video_id)
    source = VideoSource.get_or_none(VideoSource.id == source_id) if source_id else None
    source = source or sources.best_source(video_id)
    return Description(
        video_id=video_id,
        artist=video.artist.name,
        artist_folder=video.artist.folder,
        title=video.title,
        type=VideoType(video.type),
        version=video.version,
        featured=names["featured"],
        directors=names["directors"],
        genres=names["genres"],
        year=video.year,
        released=video.released,
        album=video.album or "",
        label=video.label or "",
        country=video.artist.country or "",
        duration=video.duration,
        rating=video.rating,
        added_at=video.created_at,
        ids=_ids((ExternalId.video_id == video_id) | (ExternalId.artist_id == video.artist_id)),
        provider=source.provider if source else "",
        source_id=source.source_id if source else "",
    )


def history(
    *, video_id: int | None = None, artist_id: int | None = None, limit: int = MOST_EVENTS
) -> list[models.Event]:
    """What happened to a video or an artist, the newest first."""
    mine = Event.video_id == video_id if video_id else Event.artist_id == artist_id
    return list(Event.select().where(mine).order_by(Event.id.desc()).limit(limit))


def _ids(condition: object) -> dict[str, str]:
    query = ExternalId.select(ExternalId.kind, ExternalId.value).where(condition)
    return dict(query.tuples())


def _newest_download(video_id: int) -> models.Download | None:
    mine = Download.select(Download, VideoSource).where(Download.video_id == video_id)
    joined = mine.join(VideoSource, JOIN.LEFT_OUTER, on=(Download.source_id == VideoSource.id))
    newest: models.Download | None = joined.order_by(Download.id.desc()).first()
    return newest
