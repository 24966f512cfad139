"""Matching: from what the finders found to an artist's videos, each with its uploads and why.

Pure: the order of what was found never changes the answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mvidarr.core import text
from mvidarr.core.terms import Availability, Verdict, VideoType
from mvidarr.discovery import channels, match_merge, match_score, title_words, titles
from mvidarr.discovery.match_merge import Entry, Sighting
from mvidarr.discovery.match_score import Case
from mvidarr.discovery.match_values import ArtistFacts, Candidate, Lines, Proposal, Reason, Rules
from mvidarr.integrations.protocols import Found

__all__ = [
    "ArtistFacts",
    "Candidate",
    "Lines",
    "Proposal",
    "Reason",
    "Rules",
    "fits",
    "propose",
    "verdict",
]

_USABLE = (Availability.AVAILABLE, Availability.UNKNOWN)
_HEIGHTS = {"8k": 4320, "4k": 2160, "uhd": 2160, "2160p": 2160, "1080p": 1080, "hd": 720}
_CUTS = title_words.folded(
    "explicit,clean,censored,uncensored,dirty,album,single,radio,edit,version"
)
_Identity = tuple[str, VideoType, str, str]  # title, type, version; another artist


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judged:
    """A candidate and the song that it is an upload of."""

    candidate: Candidate
    title: str
    featured: tuple[str, ...]
    found_by: tuple[str, ...]
    other: str  # key of the artist whose song it is, when that is another one

    @property
    def identity(self) -> _Identity:
        return _identity(self.title, self.candidate.type, self.candidate.version, self.other)

    @property
    def is_refused(self) -> bool:
        return self.candidate.verdict is Verdict.REFUSED


def propose(
    artist: ArtistFacts, found: Iterable[Found], rules: Rules, lines: Lines
) -> tuple[Proposal, ...]:
    """Every video of the artist that was found: catalogued, uploaded or both."""
    everything = list(found)
    listed = match_merge.entries(everything, artist.names)
    own = [entry for entry in listed if entry.is_own]
    songs: dict[str, list[Entry]] = {}
    for entry in own:
        songs.setdefault(entry.title_key, []).append(entry)
    uploads: dict[_Identity, list[_Judged]] = {}
    for sighting in match_merge.sightings(everything, listed):
        case, title = _case(artist, sighting, songs)
        judged = _judge(case, title, sighting, rules, lines)
        uploads.setdefault(judged.identity, []).append(judged)
    named: dict[_Identity, list[Entry]] = {}
    for entry in own:
        named.setdefault(_identity(entry.title, entry.type, entry.version), []).append(entry)
    order = sorted(uploads.keys() | named.keys())
    return tuple(_proposal(named.get(key, []), uploads.get(key, []), rules) for key in order)


def fits(rules: Rules, *, type: VideoType, title: str, version: str, year: int | None) -> bool:
    """Whether the artist's rules want the video; a year that nobody knows is no hindrance."""
    wanted = type in rules.types or (
        type is VideoType.UNSPECIFIED and VideoType.OFFICIAL in rules.types
    )
    if year and not (rules.year_from or year) <= year <= (rules.year_to or year):
        return False
    if rules.words_in and not _says(title, version, rules.words_in):
        return False
    return wanted and not _says(title, version, rules.words_out)


def _says(title: str, version: str, phrases: Sequence[str]) -> bool:
    """Whether one of the phrases is among the words, as whole words."""
    spoken = f" {' '.join(title_words.words(f'{title} {version}'))} "
    wanted = (" ".join(title_words.words(phrase)) for phrase in phrases)
    return any(f" {phrase} " in spoken for phrase in wanted if phrase)


def _identity(title: str, kind: VideoType, version: str, other: str = "") -> _Identity:
    return text.match_key(title), kind, text.match_key(version), other


def _case(
    artist: ArtistFacts, sighting: Sighting, songs: Mapping[str, Sequence[Entry]]
) -> tuple[Case, str]:
    """An upload with what is known of its song, and the song's name."""
    upload, linked = sighting.upload, sighting.linked
    parsed = titles.parse(upload.title, upload.channel, upload.duration)
    title = (linked.title if linked else parsed.title) or text.tidy(upload.title)
    same = songs.get(text.match_key(title), ())
    case = Case(
        artist=artist,
        upload=upload,
        parsed=parsed,
        owner=channels.read(upload.channel),
        is_linked=linked is not None,
        foreign_artist="" if linked else sighting.credited,
        lengths=tuple(entry.video.duration for entry in same if entry.video.duration),
        is_listed=bool(same),
    )
    return case, title


def _judge(case: Case, title: str, sighting: Sighting, rules: Rules, lines: Lines) -> _Judged:
    linked = sighting.linked
    kind, version = match_score.type_of(case), case.parsed.version
    if linked and kind is VideoType.OFFICIAL:
        kind = linked.type
        version = "" if _is_cut(version) else version
    found = match_score.reasons(case, kind, rules)
    points = match_score.score(found)
    candidate = Candidate(
        upload=case.upload,
        type=kind,
        version=version or (linked.version if linked else ""),
        score=points,
        reasons=found,
        verdict=verdict(points, kind, match_score.is_refused(found), rules, lines),
    )
    return _Judged(
        candidate=candidate,
        title=title,
        featured=case.parsed.featured,
        found_by=sighting.found_by,
        other=_other(case) if match_score.is_other(case) else "",
    )


def _is_cut(version: str) -> bool:
    """Whether it only tells which cut of the song a catalogue's link leads to."""
    return set(title_words.words(version)) <= _CUTS


def _other(case: Case) -> str:
    return text.match_key(case.foreign_artist or case.parsed.artist or "") or "?"


def verdict(points: int, kind: VideoType, is_refused: bool, rules: Rules, lines: Lines) -> Verdict:
    """What becomes of an upload of so many points."""
    accept = max(lines.accept, rules.min_score or 0)
    if is_refused or points < min(lines.review, accept):
        return Verdict.REFUSED
    if points >= accept and not rules.review and kind is not VideoType.UNSPECIFIED:
        return Verdict.ACCEPTED
    return Verdict.REVIEW


def _proposal(named: Sequence[Entry], judged: Sequence[_Judged], rules: Rules) -> Proposal:
    ranked = sorted(judged, key=_rank)
    best = ranked[0] if ranked else None
    title = named[0].title if named else ranked[0].title
    kind = best.candidate.type if best else named[0].type
    version = named[0].version if named else ranked[0].candidate.version
    videos = [entry.video for entry in named]
    trusted = [item for item in ranked if not item.is_refused] or ([] if named else ranked)
    released = match_merge.first(video.released for video in videos)
    year = match_merge.first(video.year for video in videos) or _year(released)
    title_key, _, version_key, other = _identity(title, kind, version, best.other if best else "")
    pictures = (item.candidate.upload.image_url for item in trusted)
    return Proposal(
        title=title,
        title_key=title_key,
        version=version,
        version_key=version_key,
        type=kind,
        year=year,
        released=released,
        album=match_merge.first(video.album for video in videos),
        label=match_merge.first(video.label for video in videos),
        duration=match_merge.first(video.duration for video in videos),
        directors=match_merge.union(video.directors for video in videos),
        featured=match_merge.union(
            [entry.featured for entry in named] + [item.featured for item in trusted]
        ),
        genres=match_merge.union(video.genres for video in videos),
        ids={name: value for video in reversed(videos) for name, value in video.ids.items()},
        image_url=match_merge.first([*(video.image_url for video in videos), *pictures]),
        found_by=_finders(named, trusted),
        candidates=tuple(item.candidate for item in ranked),
        group_key=_group(title_key, kind, version_key, other),
        # What a catalogue knows exists, even when every upload of it is refused.
        verdict=Verdict.ACCEPTED if named and not trusted else ranked[0].candidate.verdict,
        fits=fits(rules, type=kind, title=title, version=version, year=year),
        origins=match_merge.origins(
            named, [(item.candidate.upload.found_by, item.featured) for item in trusted], year
        ),
    )


def _year(released: str | None) -> int | None:
    start = (released or "")[:4]
    return int(start) if start.isascii() and start.isdigit() else None


def _finders(named: Sequence[Entry], ranked: Sequence[_Judged]) -> tuple[str, ...]:
    found_by = {entry.video.found_by for entry in named}
    return tuple(sorted(found_by.union(*(item.found_by for item in ranked))))


def _group(title_key: str, kind: VideoType, version_key: str, other: str) -> str:
    """Uploads that may be the official video are rivals of those that are."""
    shown = VideoType.OFFICIAL if kind is VideoType.UNSPECIFIED else kind
    return text.bounded("|".join(filter(None, [title_key, shown.value, version_key, other])))


def _told_height(title: str) -> int:
    """How sharp the title says that the upload is, where nobody has measured it."""
    return max((_HEIGHTS.get(word, 0) for word in title_words.words(title)), default=0)


def _rank(judged: _Judged) -> tuple[bool, bool, int, int, int, str, str]:
    """Usable before gone, then by score; ties go to the sharper and the more watched one."""
    upload = judged.candidate.upload
    return (
        judged.is_refused,
        upload.availability not in _USABLE,
        -judged.candidate.score,
        -max(upload.max_height or 0, _told_height(upload.title)),
        -(upload.view_count or 0),
        upload.provider,
        upload.source_id,
    )
