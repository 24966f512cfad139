"""Between the library and matching: what is known of an artist, and proposals as they are kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from mvidarr import models, settings
from mvidarr.core.terms import Verdict, VideoType
from mvidarr.discovery import match
from mvidarr.library import aliases, artists, decisions, intake, rules, videos, words
from mvidarr.settings import options


def facts_of(artist: models.Artist) -> match.ArtistFacts:
    return match.ArtistFacts(
        name=artist.name,
        aliases=tuple(aliases.own(artist.id)),
        channels=words.channels_of(artist.id),
        others=decisions.foreign_channels(artist.id),
    )


def rules_of(artist: models.Artist) -> match.Rules:
    wanted = artists.wanted_rules(artist)
    return match.Rules(
        types=tuple(VideoType(kind) for kind in wanted.types),
        year_from=wanted.year_from,
        year_to=wanted.year_to,
        words_in=wanted.words_in,
        words_out=wanted.words_out,
        min_score=wanted.min_score,
        review=wanted.mode == rules.REVIEW,
    )


def lines_for(artist: models.Artist) -> match.Lines:
    """From which score on finds are taken or shown; the artist's own line counts, also a lower."""
    accept = artists.wanted_rules(artist).accept_score()
    return match.Lines(accept=accept, review=settings.get(options.review_score))


def kept(proposal: match.Proposal) -> intake.Proposal:
    """As the library stores it."""
    song = videos.Song(
        title=proposal.title,
        type=_type_of(proposal),
        version=proposal.version,
        year=proposal.year,
        released=proposal.released,
        album=proposal.album,
        label=proposal.label,
        duration=proposal.duration,
        featured=proposal.featured,
        directors=proposal.directors,
        genres=proposal.genres,
        ids=proposal.ids,
        origins=proposal.origins,
        image_url=_picture(proposal),
    )
    uploads = tuple(_upload(proposal, candidate) for candidate in proposal.candidates)
    # ids come from catalogues alone: what one of them lists is a video, with or without uploads
    return intake.Proposal(song=song, uploads=uploads, is_listed=bool(proposal.ids))


def told(reasons: Sequence[match.Reason]) -> list[Mapping[str, Any]]:
    """Reasons as they are stored."""
    return [{"text": reason.text, "points": reason.points} for reason in reasons]


def offered(verdict: Verdict, *, fits: bool) -> Verdict:
    """Nobody is asked about what the artist's rules do not want."""
    return Verdict.REFUSED if verdict is Verdict.REVIEW and not fits else verdict


def _picture(proposal: match.Proposal) -> str | None:
    """A catalogue's own picture; those of uploads are kept with them."""
    shown = {candidate.upload.image_url for candidate in proposal.candidates}
    return None if proposal.image_url in shown else proposal.image_url


def _type_of(proposal: match.Proposal) -> str:
    """A catalogue of music videos lists official ones unless it says otherwise."""
    kind = proposal.type
    return (VideoType.OFFICIAL if kind is VideoType.UNSPECIFIED else kind).value


def _upload(proposal: match.Proposal, candidate: match.Candidate) -> intake.Upload:
    upload = candidate.upload
    return intake.Upload(
        source_id=upload.source_id,
        title=upload.title,
        score=candidate.score,
        verdict=offered(candidate.verdict, fits=proposal.fits),
        provider=upload.provider,
        type=candidate.type.value,
        version=candidate.version,
        channel=upload.channel,
        channel_id=upload.channel_id,
        published_at=upload.published_at,
        duration=upload.duration,
        max_height=upload.max_height,
        reasons=told(candidate.reasons),
        availability=upload.availability,
        image_url=upload.image_url,
        found_by=upload.found_by,
        group_key=proposal.group_key,
    )
