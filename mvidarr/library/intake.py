"""Take in what discovery proposes for an artist: new videos, new uploads, newer facts.

The caller holds the transaction. What a person decided or edited stays. All that many songs need
is read at once and written at once: a large artist would else take minutes on a slow disk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mvidarr import activity, models
from mvidarr.core import clock, db
from mvidarr.core.terms import Verdict, Wish
from mvidarr.library import artists, decisions, offers, status, upload_rows, videos
from mvidarr.library.decisions import Place
from mvidarr.library.proposals import Proposal, Stored, Upload, heed, likeness
from mvidarr.library.rules import Rules
from mvidarr.library.tables import Block, ExternalId, Video, VideoSource
from mvidarr.library.upload_rows import Rows
from mvidarr.library.videos import Key, Song

__all__ = ["FORGOTTEN_AFTER", "Proposal", "Stored", "Upload", "store"]

FORGOTTEN_AFTER = 90 * clock.DAY  # a refused upload that no finder returned so long is dropped


@dataclass(frozen=True, slots=True)
class _Known:
    """What the library has of the artist when the proposals arrive, and gets while they do."""

    artist: models.Artist
    rules: Rules
    sources: dict[Place, models.VideoSource]
    in_use: dict[Place, int]  # upload → video, of any artist
    blocked: set[Place]
    by_id: dict[tuple[str, str], int]
    by_key: dict[Key, int]
    videos: dict[int, models.Video] = field(default_factory=dict)  # that are proposed
    served: set[int] = field(default_factory=set)  # videos with an upload in use
    fresh: dict[int, Song] = field(default_factory=dict)
    told: list[tuple[models.Video, Song]] = field(default_factory=list)  # of videos that were there
    rows: Rows = field(default_factory=Rows)


def store(artist_id: int, proposals: Iterable[Proposal]) -> Stored:
    """Write what is new, refresh what is known; statuses follow."""
    found = list(proposals)
    with db.atomic():
        artist = artists.get(artist_id)
        places = [up.place for proposal in found for up in proposal.uploads]
        given = heed(found, decisions.recall(artist, places))
        known = _known(artist, given)
        offered = 0
        for proposal in given:
            offered += _uploads(proposal, _video(proposal, known), known)
        is_changed = _write(known)
        asked = {row.id for row in known.sources.values() if row.verdict == Verdict.REVIEW}
        offered += len(set(offers.offer_again(known.videos)) - asked)
        _drop_forgotten(artist_id)
        if offered:
            activity.touch("review")
            activity.touch("nav")
        if is_changed or offered:
            activity.touch("artist", artist_id)
        return Stored(videos=list(known.fresh), candidates=offered)


def _write(known: _Known) -> bool:
    """Write what was collected; whether anything is other than it was."""
    videos.describe(known.fresh)
    activity.record_all(
        "video.found",
        [(song.title, known.artist.id, video_id) for video_id, song in known.fresh.items()],
    )
    improved = videos.enrich(known.told)
    upload_rows.write(known.artist.id, known.rows)
    restated = status.restate(known.videos)
    return bool(known.fresh or improved or known.rows.is_news or restated)


def _known(artist: models.Artist, proposals: Sequence[Proposal]) -> _Known:
    places = {up.place for proposal in proposals for up in proposal.uploads}
    pairs = {pair for proposal in proposals for pair in proposal.song.ids.items()}
    rows = Video.select(Video.id, Video.title, Video.type, Video.version)
    known = _Known(
        artist=artist,
        rules=artists.wanted_rules(artist),
        sources=upload_rows.of_artist(artist.id, places),
        in_use=upload_rows.in_use(places),
        blocked=_blocked(places),
        by_id=_by_id(artist.id, pairs),
        by_key={
            likeness(title, kind, version): ident
            for ident, title, kind, version in rows.where(Video.artist == artist.id).tuples()
        },
    )
    meant = {ident for one in proposals if (ident := _match(one, known)) is not None}
    for some in status.chunks(meant):
        status.lock(Video, some)  # somebody may edit one at this moment
        known.videos.update({row.id: row for row in Video.select().where(Video.id.in_(some))})
        known.served.update(upload_rows.served(some))
    return known


def _blocked(places: Iterable[Place]) -> set[Place]:
    blocked: set[Place] = set()
    for provider, idents in upload_rows.by_first(places):
        query = Block.select(Block.provider, Block.source_id)
        mine = query.where(Block.provider == provider, Block.source_id.in_(idents))
        blocked |= set(mine.tuples())
    return blocked


def _by_id(artist_id: int, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    query = ExternalId.select(ExternalId.kind, ExternalId.value, ExternalId.video_id).join(Video)
    for kind, values in upload_rows.by_first(pairs):
        mine = query.where(ExternalId.kind == kind, ExternalId.value.in_(values))
        for _, value, video_id in mine.where(Video.artist == artist_id).tuples():
            found[kind, value] = video_id
    return found


def _video(proposal: Proposal, known: _Known) -> models.Video | None:
    """The video of a proposal, new or known; None when there is none to make."""
    ident = _match(proposal, known)
    song = proposal.song
    if ident is not None:
        if ident not in known.videos:  # deleted at this moment
            return None
        video = known.videos[ident]
        known.told.append((video, song))
    elif proposal.is_video and not _is_barred(proposal, known):
        video = videos.insert(known.artist, song, _wish(proposal, known.rules))
        known.videos[video.id] = video
        known.fresh[video.id] = song
        known.by_key[likeness(song.title, song.type, song.version)] = video.id
    else:
        return None
    known.by_id.update(dict.fromkeys(song.ids.items(), video.id))
    return video


def _wish(proposal: Proposal, rules: Rules) -> Wish:
    """What a person took before is wanted again, whatever the artist's rules say."""
    song = proposal.song
    fits = rules.wants(kind=song.type, title=song.title, version=song.version, year=song.year)
    return Wish.WANT if proposal.is_decided and not fits else Wish.AUTO


def _match(proposal: Proposal, known: _Known) -> int | None:
    """The video that a proposal means: by its uploads, by a catalogue's id, by its name."""
    song = proposal.song
    for up in proposal.uploads:
        source = known.sources.get(up.place)
        if source is not None and source.video_id and up.verdict is Verdict.ACCEPTED:
            return source.video_id
    for pair in song.ids.items():
        if pair in known.by_id:
            return known.by_id[pair]
    return known.by_key.get(likeness(song.title, song.type, song.version))


def _is_barred(proposal: Proposal, known: _Known) -> bool:
    """Whether a video would be made for uploads alone that may not be taken."""
    if proposal.is_listed:
        return False
    accepted = [up for up in proposal.uploads if up.verdict is Verdict.ACCEPTED]
    return all(_verdict(up, None, known) is not Verdict.ACCEPTED for up in accepted)


def _uploads(proposal: Proposal, video: models.Video | None, known: _Known) -> int:
    """Note the uploads of a proposal; how many new ones wait for a verdict."""
    offered = 0
    best_first = sorted(proposal.uploads, key=lambda up: up.score, reverse=True)
    for up in sorted(best_first, key=lambda up: up.verdict is not Verdict.ACCEPTED):
        if up.place in known.blocked:
            continue
        verdict = _verdict(up, video, known)
        columns = upload_rows.columns(up, proposal.song, video, verdict)
        source = known.sources.get(up.place)
        if source is None:
            known.sources[up.place] = upload_rows.add(known.rows, up.place, columns)
            offered += verdict is Verdict.REVIEW
        else:
            offered += verdict is Verdict.REVIEW and source.verdict == Verdict.REFUSED
            upload_rows.refresh(known.rows, source, columns)
        if verdict is Verdict.ACCEPTED and video is not None:
            known.in_use[up.place] = video.id
            if up.availability in status.HOPEFUL:
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


def _drop_forgotten(artist_id: int) -> None:
    VideoSource.delete().where(
        VideoSource.artist_id == artist_id,
        VideoSource.verdict == Verdict.REFUSED,
        VideoSource.verdict_by.is_null(),
        VideoSource.seen_at < clock.now() - FORGOTTEN_AFTER,
    ).execute()
