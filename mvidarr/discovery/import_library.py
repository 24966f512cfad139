"""The library as import lists compare with it: artists as a whole, songs and uploads as needed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import fn

from mvidarr import models
from mvidarr.core import text
from mvidarr.core.terms import Verdict, VideoType
from mvidarr.discovery import titles
from mvidarr.discovery.import_match import Known, Library
from mvidarr.integrations.protocols import FoundUpload, Listed
from mvidarr.library.status import chunks
from mvidarr.library.tables import (
    Alias,
    Artist,
    Block,
    Decision,
    ExternalId,
    Video,
    VideoSource,
)
from mvidarr.library.videos import Song

PLAIN = (VideoType.OFFICIAL.value, VideoType.UNSPECIFIED.value)
_YEARS = range(1890, 2101)

Likeness = tuple[str, str, str]  # title, type, version


def artists() -> Library:
    """All artists, in three queries."""
    return Library(_known(0))


def above(library: Library) -> Library:
    """The same with whom others added since; what is learned here does not come below."""
    newest = Artist.select(fn.MAX(Artist.id)).scalar() or 0
    return Library(_known(library.newest) if newest > library.newest else (), below=library)


def _known(after: int) -> Iterator[Known]:
    ids: dict[int, dict[str, list[str]]] = {}
    for artist_id, kind, value in (
        ExternalId.select(ExternalId.artist_id, ExternalId.kind, ExternalId.value)
        .where(ExternalId.artist_id > after)
        .tuples()
    ):
        ids.setdefault(artist_id, {}).setdefault(kind, []).append(value)
    aliases: dict[int, list[str]] = {}
    others = Alias.select(Alias.artist_id, Alias.name).where(Alias.artist_id > after)
    for artist_id, name in others.tuples():
        aliases.setdefault(artist_id, []).append(name)
    columns = (Artist.id, Artist.name, Artist.disambiguation, Artist.country)
    query = Artist.select(*columns).where(Artist.id > after).order_by(Artist.id)
    for artist_id, name, apart, country in query.tuples():
        yield Known(
            id=artist_id,
            name=name,
            disambiguation=apart,
            country=country,
            ids=ids.get(artist_id, {}),
            aliases=aliases.get(artist_id, ()),
        )


def as_known(artist: models.Artist) -> Known:
    """One artist as the library has it this moment."""
    ids: dict[str, list[str]] = {}
    mine = ExternalId.artist_id == artist.id
    for kind, value in ExternalId.select(ExternalId.kind, ExternalId.value).where(mine).tuples():
        ids.setdefault(kind, []).append(value)
    return Known(
        id=artist.id,
        name=artist.name,
        disambiguation=artist.disambiguation,
        country=artist.country,
        ids=ids,
    )


def present(name: str, ids: Mapping[str, str]) -> int | None:
    """The artist in the library as it is this moment, by an id or, unless empty, the name.

    Others may have added it since all artists were read.
    """
    for kind, value in ids.items():
        row = ExternalId.get_or_none(ExternalId.kind == kind, ExternalId.value == value)
        if row is not None and row.artist_id:
            return int(row.artist_id)
    if not name:
        return None
    alike = Artist.select().where(Artist.name_key == text.name_key(name))
    same = [artist.id for artist in alike if not as_known(artist).is_other(ids)]
    return same[0] if len(same) == 1 else None


def still_there(artist_ids: Iterable[int]) -> set[int]:
    """Those of these artists that nobody deleted since all artists were read."""
    ids = sorted(set(artist_ids))
    if not ids:
        return set()
    query = Artist.select(Artist.id).where(Artist.id.in_(ids))
    return {artist_id for (artist_id,) in query.tuples()}


def song(entry: Listed) -> Song:
    """The song of an entry, as the library would keep it.

    What only names an edition of the recording (a remaster, a radio edit) has the same video.
    """
    upload = entry.upload
    if upload is not None:
        return _of_upload(entry, upload)
    said = titles.read_song(entry.title)
    is_plain = said.type is VideoType.UNSPECIFIED
    return Song(
        title=said.title or entry.title,
        type=(VideoType.OFFICIAL if is_plain else said.type).value,
        version="" if is_plain else said.version[:255],
        year=entry.year if entry.year in _YEARS else None,
        album=entry.album,
        featured=said.featured,
    )


def _of_upload(entry: Listed, upload: FoundUpload) -> Song:
    said = titles.parse(upload.title, upload.channel, upload.duration)
    # a person chose it: what says nothing of its kind is taken for the song's video
    kind = VideoType.OFFICIAL if said.type is VideoType.UNSPECIFIED else said.type
    return Song(
        title=(said.title or entry.title or upload.title)[:500],
        type=kind.value,
        version=said.version[:255],
        duration=upload.duration,
        featured=said.featured,
    )


@dataclass(frozen=True, kw_only=True)
class Songs:
    """What the library has of some songs and uploads. `blocked`, `used`: ids at YouTube."""

    videos: dict[int, dict[Likeness, int]] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()
    used: dict[str, tuple[int, int]] = field(default_factory=dict)  # upload → artist, video
    refused: frozenset[tuple[str, str]] = frozenset()  # upload, artist's name_key

    def is_refused(self, upload: str, artist: str) -> bool:
        """Whether a person said that the upload is none of this artist's."""
        return (upload, text.name_key(artist)) in self.refused

    def of(self, artist_id: int) -> dict[Likeness, int]:
        """The songs of one artist, asked for the first time that they are needed."""
        if artist_id not in self.videos:
            self.videos[artist_id] = songs([artist_id]).videos.get(artist_id, {})
        return self.videos[artist_id]

    def find(self, artist_id: int, wanted: Song) -> int | None:
        return self.videos.get(artist_id, {}).get(likeness(wanted))


def likeness(wanted: Song) -> Likeness:
    """What two spellings of one song in one version share."""
    return _likeness(wanted.title, wanted.type, wanted.version)


def _likeness(title: str, kind: str, version: str) -> Likeness:
    plain = PLAIN[0] if kind in PLAIN else kind
    return text.match_key(title), plain, text.match_key(version) if version else ""


def songs(artist_ids: Iterable[int], uploads: Sequence[str] = ()) -> Songs:
    """What there is of these artists' songs and of these uploads."""
    videos: dict[int, dict[Likeness, int]] = {}
    for some in chunks(artist_ids):
        columns = (Video.artist_id, Video.id, Video.title, Video.type, Video.version)
        query = Video.select(*columns).where(Video.artist_id.in_(some)).order_by(Video.id)
        for artist_id, video_id, title, kind, version in query.tuples():
            mine = videos.setdefault(artist_id, {})
            mine.setdefault(_likeness(title, kind, version), video_id)
    if not uploads:
        return Songs(videos=videos)
    return Songs(
        videos=videos, blocked=_blocked(uploads), used=_used(uploads), refused=_refused(uploads)
    )


def _blocked(uploads: Sequence[str]) -> frozenset[str]:
    query = Block.select(Block.source_id).where(_is_among(Block, uploads))
    return frozenset(source_id for (source_id,) in query.tuples())


def _refused(uploads: Sequence[str]) -> frozenset[tuple[str, str]]:
    query = Decision.select(Decision.source_id, Decision.artist_key).where(
        _is_among(Decision, uploads), Decision.verdict == Verdict.REFUSED
    )
    return frozenset(query.tuples())


def _used(uploads: Sequence[str]) -> dict[str, tuple[int, int]]:
    columns = (VideoSource.source_id, VideoSource.artist_id, VideoSource.video_id)
    query = VideoSource.select(*columns).where(
        _is_among(VideoSource, uploads),
        VideoSource.verdict == Verdict.ACCEPTED,
        VideoSource.video_id.is_null(False),
    )
    return {source_id: (artist_id, video_id) for source_id, artist_id, video_id in query.tuples()}


def _is_among(table: Any, uploads: Sequence[str]) -> Any:
    return (table.provider == "youtube") & table.source_id.in_(list(uploads))
