"""What services can do and what passes between them and the domain: frozen values only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from mvidarr.core.http import Conf
from mvidarr.core.terms import Availability


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An artist as a finder sees it; `ids` maps external id kinds to values."""

    name: str
    ids: Mapping[str, str] = field(default_factory=dict)
    limit: int = 60  # uploads at most from one finder


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundUpload:
    """One upload of something, as a finder saw it. Duration in seconds, `published_at` in ms."""

    found_by: str
    provider: str  # youtube, vimeo
    source_id: str
    title: str
    channel: str | None = None
    channel_id: str | None = None
    channel_verified: bool = False
    duration: float | None = None
    published_at: int | None = None
    view_count: int | None = None
    max_height: int | None = None
    availability: Availability = Availability.UNKNOWN
    image_url: str | None = None
    is_short: bool = False
    # imvdb_source mb_relation theaudiodb_link omv official_source atv ugc
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundVideo:
    """A catalogue's entry: one song in one version, with the uploads that it names."""

    found_by: str
    title: str
    artists: tuple[str, ...] = ()
    featured: tuple[str, ...] = ()
    version: str = ""
    year: int | None = None
    released: str | None = None  # yyyy-mm-dd
    album: str | None = None
    label: str | None = None
    duration: float | None = None  # of the recording
    directors: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)  # imvdb_video, mb_recording
    image_url: str | None = None
    uploads: tuple[FoundUpload, ...] = ()


Found = FoundVideo | FoundUpload


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundArtist:
    """A catalogue's answer to an artist's name or address."""

    found_by: str
    name: str
    ids: Mapping[str, str] = field(default_factory=dict)  # mb_artist, imvdb_entity, youtube_channel
    sort_name: str | None = None
    disambiguation: str = ""
    country: str | None = None
    kind: str | None = None  # Person, Group …
    years: str | None = None  # "1987–", "1987–2003"
    genres: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    image_url: str | None = None
    score: int = 0  # 0 to 100, as the catalogue ranks it
    url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFacts:
    """What a service tells of an artist. `pictures`: addresses, the best first."""

    found_by: str
    bio: str | None = None  # plain text
    country: str | None = None
    genres: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One entry of somebody's list. `external_id` stays the same however often it is read."""

    external_id: str
    artist: str
    ids: Mapping[str, str] = field(default_factory=dict)  # of the artist: mb_artist …
    title: str = ""  # of the song, where the list is of songs
    album: str | None = None
    year: int | None = None
    duration: float | None = None  # seconds
    isrc: str | None = None
    upload: FoundUpload | None = None  # where the list names the very upload
    plays: int | None = None
    genres: tuple[str, ...] = ()
    image_url: str | None = None
    monitored: bool = True  # as the service it comes from says


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Something that a service has to import: a playlist, a library."""

    ref: str
    title: str
    detail: str = ""  # "214 songs"


class Change(StrEnum):
    CREATED = "created"
    MODIFIED = "modified"
    DELETED = "deleted"


class Item(StrEnum):
    VIDEO = "video"
    BESIDE = "beside"  # an NFO, a picture, subtitles
    FOLDER = "folder"


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """What changed in the library, as a media server names it.

    `folder`: the next one around it that is still there; it may stand for several.
    """

    path: str
    folder: str
    change: Change
    item: Item


class FindsVideos(Protocol):
    def __call__(self, conf: Conf, wanted: Wanted, /) -> Iterable[Found]: ...


class FindsArtists(Protocol):
    def __call__(self, conf: Conf, name: str, /) -> Iterable[FoundArtist]: ...


class DescribesArtist(Protocol):
    """None when the service does not know the artist."""

    def __call__(self, conf: Conf, wanted: Wanted, /) -> FoundFacts | None: ...


class Checks(Protocol):
    def __call__(self, conf: Conf, /) -> str: ...


class Refreshes(Protocol):
    """Have a media server read what changed; a sentence for the log."""

    def __call__(self, conf: Conf, changes: Sequence[Changed], /) -> str: ...
