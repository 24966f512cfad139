"""Take in what discovery proposes for an artist: new videos, new uploads, newer facts.

The caller holds the transaction. What a person decided or edited stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from mvidarr import activity, models
from mvidarr.core import clock, db, text
from mvidarr.core.terms import Availability, Verdict
from mvidarr.library import artists, status, videos
from mvidarr.library.tables import Block, ExternalId, Video, VideoSource
from mvidarr.library.videos import Key, Song

FORGOTTEN_AFTER = 90 * clock.DAY  # a refused upload that no finder returned so long is dropped

Place = tuple[str, str]  # provider, source id


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One upload with its judgement. `reasons`: {"text", "points"}; rivals share `group_key`."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What was new: ids of videos, and how many uploads wait for a verdict."""

    videos: Sequence[int] = ()
    candidates: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What the library has of the artist when the proposals arrive."""

    sources: dict[Place, models.VideoSource]
    in_use: dict[Place, int]  # upload → video, of any artist
    blocked: set[Place]
    by_id: dict[tuple[str, str], int]
    by_key: dict[Key, int]
    served: set[int] = field(default_factory=set)  # videos with an upload in use


def store(artist_id: int, proposals: Iterable[Proposal]) -> Stored:
    """Write what is new, refresh what is known; statuses follow."""
    given = list(proposals)
    with db.atomic():
        artist = artists.get(artist_id)
        known = _known(artist_id, given)
        fresh: list[int] = []
        touched: set[int] = set()
        offered = 0
        for proposal in given:
            video, is_new = _video(artist, proposal, known)
            offered += _uploads(artist_id, proposal, video, known)
            if video is not None:
                touched.add(video.id)
                fresh += [video.id] if is_new else []
        status.restate(touched)
        _drop_forgotten(artist_id)
        if offered:
            activity.touch("review")
        activity.touch("artist", artist_id)
        return Stored(videos=fresh, candidates=offered)


def _known(artist_id: int, proposals: Sequence[Proposal]) -> _Known:
    uploads = {up.source_id for proposal in proposals for up in proposal.uploads}
    mine = list(VideoSource.select().where(VideoSource.artist_id == artist_id))
    in_use: dict[Place, int] = {}
    blocked: set[Place] = set()
    for some in _slices(uploads):
        accepted = VideoSource.select(
            VideoSource.provider, VideoSource.source_id, VideoSource.video_id
        ).where(VideoSource.source_id.in_(some), VideoSource.verdict == Verdict.ACCEPTED)
        in_use |= {(provider, ident): video for provider, ident, video in accepted.tuples()}
        blocks = Block.select(Block.provider, Block.source_id).where(Block.source_id.in_(some))
        blocked |= set(blocks.tuples())
    rows = Video.select(Video.id, Video.title, Video.type, Video.version)
    return _Known(
        sources={(source.provider, source.source_id): source for source in mine},
        in_use=in_use,
        blocked=blocked,
        by_id=_ids(artist_id),
        by_key={
            _likeness(title, kind, version): ident
            for ident, title, kind, version in rows.where(Video.artist == artist_id).tuples()
        },
        served={source.video_id for source in mine if source.video_id and source.accepted_key},
    )


def _ids(artist_id: int) -> dict[tuple[str, str], int]:
    query = ExternalId.select(ExternalId.kind, ExternalId.value, ExternalId.video_id)
    rows = query.join(Video).where(Video.artist == artist_id).tuples()
    return {(kind, value): video for kind, value, video in rows}


def _likeness(title: str, kind: str, version: str) -> Key:
    """Looser than the unique key: one song, however it is spelled."""
    return text.match_key(title), kind, text.match_key(version)


def _video(
    artist: models.Artist, proposal: Proposal, known: _Known
) -> tuple[models.Video | None, bool]:
    """The video of a proposal and whether it is new; None when there is none to make."""
    ident = _match(artist.id, proposal, known)
    song = proposal.song
    if ident is not None:
        video = videos.get(ident)
        videos.enrich(video, song)
    elif proposal.is_video and not _is_barred(proposal, known):
        video = videos.create(artist, song)
        activity.record("video.found", video.title, artist_id=artist.id, video_id=video.id)
        known.by_key[_likeness(song.title, song.type, song.version)] = video.id
    else:
        return None, False
    known.by_id.update(dict.fromkeys(song.ids.items(), video.id))
    return video, ident is None


def _match(artist_id: int, proposal: Proposal, known: _Known) -> int | None:
    """The video that a proposal means: by its uploads, by a catalogue's id, by its name."""
    song = proposal.song
    for up in proposal.uploads:
        source = known.sources.get(up.place)
        if source is not None and source.video_id and up.verdict is Verdict.ACCEPTED:
            return source.video_id
    for pair in song.ids.items():
        if pair in known.by_id:
            return known.by_id[pair]
    return known.by_key.get(_likeness(song.title, song.type, song.version))


def _is_barred(proposal: Proposal, known: _Known) -> bool:
    """Whether a video would be made for uploads alone that may not be taken."""
    if proposal.is_listed:
        return False
    accepted = [up for up in proposal.uploads if up.verdict is Verdict.ACCEPTED]
    return all(_verdict(up, None, known) is not Verdict.ACCEPTED for up in accepted)


def _uploads(artist_id: int, proposal: Proposal, video: models.Video | None, known: _Known) -> int:
    """Write the uploads of a proposal; how many new ones wait for a verdict."""
    offered = 0
    best_first = sorted(proposal.uploads, key=lambda up: up.score, reverse=True)
    for up in sorted(best_first, key=lambda up: up.verdict is not Verdict.ACCEPTED):
        if up.place in known.blocked:
            continue
        verdict = _verdict(up, video, known)
        columns = _columns(up, proposal.song, video, verdict)
        source = known.sources.get(up.place)
        if source is None:
            known.sources[up.place] = VideoSource.create(artist=artist_id, **columns)
            offered += verdict is Verdict.REVIEW
        else:
            offered += verdict is Verdict.REVIEW and source.verdict == Verdict.REFUSED
            _refresh(source, columns)
        if verdict is Verdict.ACCEPTED and video is not None:
            known.in_use[up.place] = video.id
            known.served.add(video.id)
    return offered


def _verdict(up: Upload, video: models.Video | None, known: _Known) -> Verdict:
    """The finder's verdict, as far as what is there already allows it."""
    source = known.sources.get(up.place)
    if up.place in known.blocked:
        return Verdict.BLOCKED
    if source is not None and (source.verdict_by_id or source.accepted_key):
        return Verdict(source.verdict)
    user = known.in_use.get(up.place)
    if user is not None and (video is None or user != video.id):
        return Verdict.REFUSED
    if up.verdict is Verdict.REVIEW and video is not None and video.id in known.served:
        return Verdict.REFUSED  # nobody is asked about a second best
    return up.verdict


def _columns(
    up: Upload, song: Song, video: models.Video | None, verdict: Verdict
) -> dict[str, Any]:
    return {
        "video": video.id if video else None,
        "provider": up.provider,
        "source_id": up.source_id,
        "title": up.title[:500],
        "channel": up.channel and up.channel[:255],
        "channel_id": up.channel_id,
        "published_at": up.published_at,
        "duration": up.duration,
        "type": up.type or song.type,
        "version": (up.version or song.version)[:255],
        "max_height": up.max_height,
        "score": up.score,
        "reasons": [dict(reason) for reason in up.reasons],
        "song": asdict(song),
        "verdict": verdict.value,
        "availability": up.availability.value,
        "image_url": up.image_url if len(up.image_url or "") <= 500 else None,
        "found_by": up.found_by[:64],
        "seen_at": clock.now(),
        "group_key": up.group_key,
        "accepted_key": f"{up.provider}:{up.source_id}" if verdict is Verdict.ACCEPTED else None,
    }


def _refresh(source: models.VideoSource, columns: dict[str, Any]) -> None:
    """Newer facts of a known upload; what is not said any more stays, and so do verdicts."""
    keep = {"provider", "source_id"}
    if source.accepted_key or source.verdict_by_id:
        keep |= {"video", "verdict", "accepted_key", "type", "version"}
    if columns["availability"] == Availability.UNKNOWN:
        keep.add("availability")
    values = {
        name: value for name, value in columns.items() if name not in keep and value is not None
    }
    VideoSource.update(**values, updated_at=clock.now()).where(
        VideoSource.id == source.id
    ).execute()


def _drop_forgotten(artist_id: int) -> None:
    VideoSource.delete().where(
        VideoSource.artist_id == artist_id,
        VideoSource.verdict == Verdict.REFUSED,
        VideoSource.verdict_by.is_null(),
        VideoSource.seen_at < clock.now() - FORGOTTEN_AFTER,
    ).execute()


def _slices(values: Iterable[str], size: int = 500) -> Iterable[list[str]]:
    rest = sorted(values)
    return [rest[start : start + size] for start in range(0, len(rest), size)]
