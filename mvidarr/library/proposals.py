"""What discovery proposes to the library, and how people's earlier decisions change it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mvidarr.core import text
from mvidarr.core.terms import Availability, Verdict
from mvidarr.library.decisions import Place, Said
from mvidarr.library.videos import Key, Song


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One upload with its judgement. `reasons`: {"text", "points"}; rivals share `group_key`.

    `is_decided`: the verdict is a person's, of `verdict_by` while that account exists.
    """

    source_id: str
    title: str
    score: int
    verdict: Verdict
    provider: str = "youtube"
    type: str = ""
    version: str = ""
    channel: str | None = None
    channel_id: str | None = None
    published_at: int | None = None
    duration: float | None = None
    max_height: int | None = None
    reasons: Sequence[Mapping[str, Any]] = ()
    availability: Availability = Availability.UNKNOWN
    image_url: str | None = None
    found_by: str = ""
    group_key: str | None = None
    is_decided: bool = False
    verdict_by: int | None = None

    @property
    def place(self) -> Place:
        return self.provider, self.source_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One song in one version. `is_listed`: a catalogue has it, so it is a video by itself."""

    song: Song
    uploads: Sequence[Upload] = ()
    is_listed: bool = False

    @property
    def is_video(self) -> bool:
        return self.is_listed or any(up.verdict is Verdict.ACCEPTED for up in self.uploads)

    @property
    def is_decided(self) -> bool:
        """Whether a person took one of its uploads."""
        return any(up.is_decided and up.verdict is Verdict.ACCEPTED for up in self.uploads)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What was new: ids of videos, and how many uploads wait for a verdict."""

    videos: Sequence[int] = ()
    candidates: int = 0


def likeness(title: str, kind: str, version: str) -> Key:
    """Looser than a video's unique key: one song, however it is spelled."""
    # as much as is kept of both: a longer title would not be known again
    return text.match_key(title[:500]), kind, text.match_key(version[:255])


def heed(proposals: Iterable[Proposal], said: Mapping[Place, Said]) -> list[Proposal]:
    """The proposals as people's decisions have them; an upload of another song stands alone."""
    if not said:
        return list(proposals)
    made: list[Proposal] = []
    for proposal in proposals:
        kept: list[Upload] = []
        moved: list[Proposal] = []
        for up in proposal.uploads:
            word = said.get(up.place)
            judged = _judged(up, word) if word else up
            if word and _is_other(proposal.song, word):
                moved.append(_alone(judged, word))
            else:
                kept.append(judged)
        made += [replace(proposal, uploads=tuple(kept)), *moved]
    return made


def _judged(up: Upload, word: Said) -> Upload:
    reasons = [*up.reasons, {"text": word.sentence, "points": 0}]
    return replace(up, verdict=word.verdict, verdict_by=word.by, is_decided=True, reasons=reasons)


def _is_other(song: Song, word: Said) -> bool:
    """Whether a person said that the upload shows another song, or another version of it."""
    if word.verdict is not Verdict.ACCEPTED or not word.title:
        return False
    said = likeness(word.title, word.type, word.version)
    return said != likeness(song.title, song.type, song.version)


def _alone(up: Upload, word: Said) -> Proposal:
    song = Song(title=word.title, type=word.type, version=word.version)
    own = replace(up, type=word.type, version=word.version, group_key=None)
    return Proposal(song=song, uploads=(own,))
