"""Bringing together what several finders say of one upload and of one song."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mvidarr.core import text
from mvidarr.core.terms import Availability, VideoType
from mvidarr.discovery import channels, titles
from mvidarr.integrations.protocols import Found, FoundUpload, FoundVideo

_T = TypeVar("_T")

# Whose word on a song counts first.
_TRUST = ("imvdb", "musicbrainz", "theaudiodb", "ytmusic", "youtube")
_TOLD = ("year", "released", "album", "label", "duration", "directors", "genres")
# Types that describe the sound: the catalogue's video of it is still the official one.
_SOUNDS = frozenset({VideoType.REMIX, VideoType.EXTENDED, VideoType.COVER, VideoType.UNSPECIFIED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A catalogue's video with the name of its song taken apart."""

    video: FoundVideo
    title: str
    title_key: str
    version: str
    type: VideoType
    featured: tuple[str, ...]
    is_own: bool  # of the artist whose videos are looked for


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """One upload as all finders together saw it, and the entries that name it."""

    upload: FoundUpload
    found_by: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def linked(self) -> Entry | None:
        """The artist's entry that names the upload."""
        return next((entry for entry in self.entries if entry.is_own), None)

    @property
    def credited(self) -> str:
        """Whose upload the catalogues say that it is."""
        return ", ".join(self.entries[0].video.artists)[:80] if self.entries else ""


def entries(found: Iterable[Found], names: Sequence[str]) -> list[Entry]:
    """The catalogues' videos, the most trusted first; `names` are the artist's."""
    videos = [item for item in found if isinstance(item, FoundVideo)]
    return [_entry(video, names) for video in sorted(videos, key=_by_trust)]


def sightings(found: Iterable[Found], listed: Sequence[Entry]) -> list[Sighting]:
    """Every upload once, whoever found it."""
    seen: dict[tuple[str, str], list[FoundUpload]] = {}
    named: dict[tuple[str, str], list[Entry]] = {}
    for item in found:
        if isinstance(item, FoundUpload):
            seen.setdefault(_key(item), []).append(item)
    for entry in listed:
        for upload in entry.video.uploads:
            seen.setdefault(_key(upload), []).append(upload)
            named.setdefault(_key(upload), []).append(entry)
    return [
        Sighting(
            upload=merged(uploads),
            found_by=tuple(sorted({upload.found_by for upload in uploads})),
            entries=tuple(named.get(key, ())),
        )
        for key, uploads in sorted(seen.items())
    ]


def merged(uploads: Sequence[FoundUpload]) -> FoundUpload:
    """One upload of what several finders saw: the fullest title, all the evidence."""
    ranked = sorted(uploads, key=_fullest)
    return replace(
        ranked[0],
        channel=first(upload.channel for upload in ranked),
        channel_id=first(upload.channel_id for upload in ranked),
        channel_verified=any(upload.channel_verified for upload in ranked),
        duration=first(upload.duration for upload in ranked),
        published_at=first(upload.published_at for upload in ranked),
        view_count=max((upload.view_count for upload in ranked if upload.view_count), default=None),
        max_height=max((upload.max_height for upload in ranked if upload.max_height), default=None),
        availability=_availability(ranked),
        image_url=first(upload.image_url for upload in ranked),
        is_short=any(upload.is_short for upload in ranked),
        evidence=tuple(sorted({word for upload in ranked for word in upload.evidence})),
    )


def first(values: Iterable[_T | None]) -> _T | None:
    """The first value that says something."""
    return next((value for value in values if value), None)


def union(listed: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Every name once, in the order of the lists, whatever its spelling."""
    names = {
        text.match_key(name): name for row in reversed(list(listed)) for name in reversed(list(row))
    }
    return tuple(reversed(names.values()))


def origins(
    named: Sequence[Entry], uploads: Iterable[tuple[str, Sequence[str]]], year: int | None
) -> dict[str, str]:
    """Whose word each field is: of the first that says anything of it."""
    told: dict[str, str] = {}
    for entry in named:
        video = entry.video
        fields = {name: getattr(video, name) for name in _TOLD}
        for name, value in (*fields.items(), ("title", True), ("featured", entry.featured)):
            if value:
                told.setdefault(name, video.found_by)
    for found_by, featured in uploads:
        told.setdefault("title", found_by)
        if featured:
            told.setdefault("featured", found_by)
    if year and "year" not in told:
        told["year"] = told["released"]
    return dict(sorted(told.items()))


def _key(upload: FoundUpload) -> tuple[str, str]:
    return upload.provider, upload.source_id


def _by_trust(video: FoundVideo) -> tuple[int, str, str]:
    trust = _TRUST.index(video.found_by) if video.found_by in _TRUST else len(_TRUST)
    return trust, video.found_by, _spelled(video)


def _spelled(video: FoundVideo) -> str:
    return repr(replace(video, ids=dict(sorted(video.ids.items()))))


def _fullest(upload: FoundUpload) -> tuple[bool, int, str]:
    return not upload.channel, -len(upload.title), repr(upload)


def _availability(ranked: Sequence[FoundUpload]) -> Availability:
    """Available when anybody could see it, else the trouble that somebody saw."""
    seen = {upload.availability for upload in ranked} - {Availability.UNKNOWN}
    return min(seen, key=list(Availability).index, default=Availability.UNKNOWN)


def _entry(video: FoundVideo, names: Sequence[str]) -> Entry:
    parsed = titles.read_song(video.title)
    title = parsed.title or text.tidy(video.title)
    credited = (*video.artists, *video.featured)
    return Entry(
        video=video,
        title=title,
        title_key=text.match_key(title),
        version=video.version or parsed.version,
        type=VideoType.OFFICIAL if parsed.type in _SOUNDS else parsed.type,
        featured=union([video.featured, parsed.featured]),
        is_own=not credited or any(channels.is_same(name, names) for name in credited),
    )
