"""What matching takes and gives: frozen values only."""

from collections.abc import Mapping
from dataclasses import dataclass

from mvidarr.core.terms import Verdict, VideoType
from mvidarr.integrations.protocols import FoundUpload


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One observation, and the points that it adds to a score or takes from it."""

    text: str
    points: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ArtistFacts:
    """What is known of the artist whose videos are looked for."""

    name: str
    aliases: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()  # ids of the artist's own YouTube channels
    others: tuple[str, ...] = ()  # ids of channels that are known to be other artists'

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """Which videos of an artist are wanted, and how sure an upload has to be."""

    types: tuple[VideoType, ...] = (VideoType.OFFICIAL,)
    year_from: int | None = None
    year_to: int | None = None
    words_in: tuple[str, ...] = ()  # at least one of them, when there are any
    words_out: tuple[str, ...] = ()  # none of them
    min_score: int | None = None
    review: bool = False  # nothing is accepted without a person


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """From which score on an upload is accepted, or shown to a person."""

    accept: int = 75
    review: int = 45


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One upload of a video, judged."""

    upload: FoundUpload
    type: VideoType
    version: str
    score: int  # 0 to 100
    reasons: tuple[Reason, ...]
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One video, a song in one version and kind of picture, with its uploads, best first."""

    title: str
    title_key: str
    version: str
    version_key: str
    type: VideoType
    year: int | None
    released: str | None
    album: str | None
    label: str | None
    duration: float | None  # of the recording, seconds
    directors: tuple[str, ...]
    featured: tuple[str, ...]
    genres: tuple[str, ...]
    ids: Mapping[str, str]
    image_url: str | None
    found_by: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    group_key: str  # what rivals for one video share
    verdict: Verdict
    fits: bool  # whether the artist's rules want it
    origins: Mapping[str, str]  # which finder told a field: title, year, album …
