"""Weighing one upload: every observation is a reason with its points, and they are added up."""

from collections.abc import Iterable
from dataclasses import dataclass

from mvidarr.core.terms import PICTURES, SOUND_ONLY, UNASKED, VideoType
from mvidarr.discovery import channels
from mvidarr.discovery.channels import Channel
from mvidarr.discovery.match_values import ArtistFacts, Reason, Rules
from mvidarr.discovery.titles import Parsed
from mvidarr.integrations.protocols import FoundUpload

LINK = 45  # a catalogue names this very upload
FURTHER_LINK = 10
UNWANTED = -10  # a picture of another kind: a video of its own, that nobody asked for
NEVER = -100

BRIEF = 60  # seconds
LONG = 15 * 60

_LINKS = {
    "imvdb_source": "Named by IMVDb",
    "mb_relation": "Linked by MusicBrainz",
    "theaudiodb_link": "Linked by TheAudioDB",
    "omv": "Official music video on YouTube Music",
}

# Types that a title without words for it got from its form or its channel.
_GUESSED = (VideoType.REUPLOAD, VideoType.FAN, VideoType.NOT_MUSIC, VideoType.OTHER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One upload with everything that is known to judge it by."""

    artist: ArtistFacts
    upload: FoundUpload
    parsed: Parsed
    owner: Channel | None
    is_linked: bool  # one of the artist's videos in a catalogue names the upload
    foreign_artist: str = ""  # whose video the catalogue says that it is
    lengths: tuple[float, ...] = ()  # of the song's recordings, seconds
    is_listed: bool = False  # a catalogue has the song

    @property
    def is_own(self) -> bool:
        """Whether the upload is on a channel of the artist."""
        if self.is_others:
            return False
        return self.upload.channel_id in self.artist.channels or (
            self.owner is not None
            and any(channels.is_owner(self.owner, name) for name in self.artist.names)
        )

    @property
    def is_others(self) -> bool:
        """Whether the channel is known as another artist's, who may have the same name."""
        return bool(self.upload.channel_id) and self.upload.channel_id in self.artist.others

    @property
    def is_shared(self) -> bool:
        """Whether the upload is on a channel of the artist and others together."""
        owner = self.owner
        if owner is None or not owner.artist or self.is_others or self.is_part:
            return False
        return channels.is_same(owner.artist, self.artist.names)

    @property
    def is_part(self) -> bool:
        """Whether a longer name has the artist's in it: there is a channel of just that name."""
        credit = self.parsed.artist or ""
        if self.owner is None or channels.is_exactly(credit, self.artist.names):
            return False
        return channels.is_owner(self.owner, credit) and not self.is_explicit

    @property
    def is_surely_own(self) -> bool:
        """Whether the artist's channel is known as such, or vouched for by YouTube."""
        is_vouched = self.upload.channel_verified or bool(self.owner and self.owner.is_vevo)
        return self.upload.channel_id in self.artist.channels or (is_vouched and self.is_own)

    @property
    def is_explicit(self) -> bool:
        return self.is_linked or bool(set(self.upload.evidence) & set(_LINKS))


def type_of(case: Case) -> VideoType:
    """The type of the upload: what its title says, and what the evidence makes of silence."""
    said = case.parsed.type
    if case.upload.is_short and said is not VideoType.ART_TRACK:
        return VideoType.SHORT
    if "atv" in case.upload.evidence:
        return VideoType.ART_TRACK
    if case.is_explicit and said in _GUESSED:
        said = VideoType.UNSPECIFIED
    if case.is_surely_own and said in (VideoType.REUPLOAD, VideoType.FAN):
        said = VideoType.UNSPECIFIED  # guessed from the channel's name, which is known better now
    if said is VideoType.UNSPECIFIED and (
        case.is_explicit or (case.is_surely_own and _is_plausible(case))
    ):
        return VideoType.OFFICIAL
    return said


def reasons(case: Case, kind: VideoType, rules: Rules) -> tuple[Reason, ...]:
    """What speaks for and against the upload, the heaviest first."""
    found = [
        *_links(case),
        _artist(case),
        *_channel(case),
        *_words(case, kind, rules),
        *_length(case, kind),
        *unwanted(kind, rules),
    ]
    return ordered(found)


def ordered(found: Iterable[Reason]) -> tuple[Reason, ...]:
    """The heaviest first."""
    return tuple(sorted(found, key=lambda reason: (-abs(reason.points), reason.text)))


def score(found: tuple[Reason, ...]) -> int:
    if is_refused(found):
        return 0
    return max(0, min(100, sum(reason.points for reason in found)))


def is_other(case: Case) -> bool:
    """Whether the upload is somebody else's song, of which the title may be the same."""
    return _artist(case).points == NEVER


def is_refused(found: tuple[Reason, ...]) -> bool:
    """Whether a reason outweighs everything else."""
    return any(reason.points <= NEVER for reason in found)


def _links(case: Case) -> list[Reason]:
    texts = [text for word, text in _LINKS.items() if word in case.upload.evidence]
    if not texts and case.is_linked:
        texts = ["Named by a catalogue"]
    found = [
        Reason(text=text, points=FURTHER_LINK if index else LINK)
        for index, text in enumerate(texts)
    ]
    if "official_source" in case.upload.evidence:
        found.append(Reason(text="From an official source on YouTube Music", points=10))
    if "ugc" in case.upload.evidence and not case.is_surely_own:
        found.append(Reason(text="Upload of a user on YouTube Music", points=-10))
    return found


def _artist(case: Case) -> Reason:
    """Whether the upload is the artist's at all; a name counts only as a whole."""
    names, credit = case.artist.names, case.parsed.artist or ""
    if case.foreign_artist:
        return Reason(text=f"Different artist: {case.foreign_artist}", points=NEVER)
    if channels.is_exactly(credit, names):
        return Reason(text="Artist named in the title", points=35)
    if channels.is_same(credit, names):
        if case.is_part and not case.is_own:
            return Reason(text="Name is part of a longer one", points=-10)
        return Reason(text="Artist named among others", points=20)
    if any(channels.is_same(guest, names) for guest in case.parsed.featured):
        return Reason(text="Artist named as a guest", points=20)
    if case.is_own:
        return Reason(text="On the artist's own channel", points=20)
    if case.is_linked:
        return Reason(text="The catalogue says it is the artist's", points=35)
    return Reason(text=f"Different artist: {credit or 'none named'}"[:120], points=NEVER)


def _channel(case: Case) -> list[Reason]:
    if case.is_others:
        is_shared = not channels.is_exactly(case.parsed.artist or "", case.artist.names)
        return [] if is_shared else [Reason(text="Channel of another artist", points=-80)]
    if case.upload.channel_id in case.artist.channels:
        return [Reason(text="Known channel of the artist", points=40)]
    if case.is_surely_own:
        return [Reason(text="Official artist channel", points=40)]
    if case.is_own:
        return [Reason(text="Channel with the artist's name", points=20)]
    if case.is_shared:
        return [Reason(text="Channel shared with the artist", points=20)]
    if case.owner is None or case.owner.is_publisher or case.is_explicit:
        return []
    if channels.is_of(case.owner, case.parsed.artist or ""):
        return []  # of somebody who shares the song
    return [Reason(text="Channel of somebody else", points=-20)]


def _words(case: Case, kind: VideoType, rules: Rules) -> list[Reason]:
    found = []
    if case.parsed.type is VideoType.OFFICIAL:
        found.append(Reason(text="Called the official video", points=25))
    elif case.parsed.type is kind and kind in PICTURES:
        found.append(named(kind, rules))
    if case.is_listed and kind in (VideoType.OFFICIAL, VideoType.UNSPECIFIED):
        found.append(Reason(text="Song is in a catalogue", points=10))
    return found


def _length(case: Case, kind: VideoType) -> list[Reason]:
    seconds = case.upload.duration
    if not seconds:
        return []
    if case.lengths and kind not in (VideoType.CONCERT, VideoType.EXTENDED, VideoType.LIVE):
        return [_compared(seconds - min(case.lengths, key=lambda length: abs(seconds - length)))]
    if seconds < BRIEF:
        return [Reason(text="Shorter than a minute", points=-25)]
    if seconds > LONG and kind is not VideoType.CONCERT:
        return [Reason(text="Longer than a quarter of an hour", points=-25)]
    return [Reason(text="Plausible length", points=10)]


def _compared(gap: float) -> Reason:
    """Videos have prologues and credits, so longer is likelier than shorter."""
    seconds = round(abs(gap))
    if seconds <= 3:
        return Reason(text="As long as the recording", points=15)
    if seconds <= 15:
        return Reason(text=f"{seconds} s from the recording's length", points=10)
    if gap > 240:
        return Reason(text=f"{seconds} s longer than the recording", points=-25)
    if gap > 0:
        return Reason(text=f"{seconds} s longer than the recording", points=-max(1, seconds // 20))
    return Reason(text=f"{seconds} s shorter than the recording", points=-min(30, seconds // 2))


def named(kind: VideoType, rules: Rules) -> Reason:
    """What it counts that the title names another kind of picture than the official one."""
    if kind in rules.types:
        return Reason(text=f"{kind.label} in the title, as asked for", points=10)
    return Reason(text=f"{kind.label} in the title", points=UNWANTED)


def unwanted(kind: VideoType, rules: Rules) -> list[Reason]:
    """Why a kind that nobody is offered unasked is refused."""
    if kind in rules.types or kind not in (*SOUND_ONLY, *UNASKED, VideoType.COVER):
        return []
    if kind in SOUND_ONLY:
        return [Reason(text=f"{kind.label}: no picture", points=NEVER)]
    return [Reason(text=f"{kind.label} is not asked for", points=NEVER)]


def _is_plausible(case: Case) -> bool:
    seconds = case.upload.duration
    if not seconds:
        return True
    if case.lengths:
        return any(-15 <= seconds - length <= 240 for length in case.lengths)
    return BRIEF <= seconds <= LONG
