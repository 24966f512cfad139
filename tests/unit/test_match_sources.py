"""Matching: kinds of uploads, versions of a song, the order of its sources, whose word counts."""

from typing import Any

import pytest

from mvidarr.core.terms import Availability, Verdict, VideoType
from mvidarr.discovery import match
from mvidarr.discovery.match import ArtistFacts, Candidate, Lines, Proposal, Rules
from mvidarr.integrations.protocols import Found, FoundUpload, FoundVideo

ARTIST = ArtistFacts(name="Nova", channels=("UCnova",))


def upload(title: str, channel: str | None = "NovaVEVO", **fields: Any) -> FoundUpload:
    given: dict[str, Any] = {
        "found_by": "youtube",
        "provider": "youtube",
        "source_id": title,
        "duration": 200.0,
        **fields,
    }
    return FoundUpload(title=title, channel=channel, **given)


def entry(title: str, **fields: Any) -> FoundVideo:
    return FoundVideo(title=title, **{"found_by": "imvdb", "artists": ("Nova",), **fields})


def propose(*found: Found, types: tuple[VideoType, ...] = ()) -> tuple[Proposal, ...]:
    rules = Rules(types=(VideoType.OFFICIAL, *types))
    return match.propose(ARTIST, found, rules, Lines())


def judged(found: FoundUpload, *types: VideoType) -> Candidate:
    [proposal] = propose(found, types=types)
    [candidate] = proposal.candidates
    return candidate


def told(candidate: Candidate) -> dict[str, int]:
    return {reason.text: reason.points for reason in candidate.reasons}


LYRIC = "Nova - Tide (Official Lyric Video)"
LIVE = "Nova - Tide (Live at Sea)"


@pytest.mark.parametrize(("title", "kind"), [(LYRIC, VideoType.LYRIC), (LIVE, VideoType.LIVE)])
def test_kind_that_is_asked_for_is_judged_by_whose_it_is(title: str, kind: VideoType) -> None:
    own = judged(upload(title), kind)
    somebodys = judged(upload(title, "tapes77"), kind)

    assert (own.type, own.verdict) == (kind, Verdict.ACCEPTED)
    assert somebodys.verdict is not Verdict.ACCEPTED
    assert told(own)[f"{kind.label} in the title, as asked for"] > 0


@pytest.mark.parametrize(("title", "kind"), [(LYRIC, VideoType.LYRIC), (LIVE, VideoType.LIVE)])
def test_kind_that_nobody_asked_for_costs_points(title: str, kind: VideoType) -> None:
    [proposal] = propose(upload(title))
    [candidate] = proposal.candidates

    assert told(candidate)[f"{kind.label} in the title"] < 0
    assert candidate.score < judged(upload(title), kind).score
    assert not proposal.fits


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Nova - Tide #shorts", {}),
        ("Nova - Tide (Official Video)", {"is_short": True}),
        ("Nova - Tide (Official Video) REACTION", {}),
        ("Nova - Tide (Odd Ones Cover)", {}),
        ("Nova - Tide (Karaoke Version)", {}),
        ("Nova - Tide (slowed + reverb)", {}),
        ("Nova - Tide (sped up)", {}),
        ("Nova - Tide (8D Audio)", {}),
        ("Nova - Tide 1 hour", {"duration": 3600.0}),
        ("Nova - Tide (Full Album)", {"duration": 3000.0}),
        ("Nova Greatest Hits", {"duration": 3000.0}),
        ("Nova - Tide (Audio)", {}),
        ("Nova - Tide", {"channel": "Nova - Topic"}),
        ("Nova - Tide (Official Video)", {"evidence": ("atv",)}),
    ],
)
def test_what_is_refused_stays_refused_on_the_artists_channel(
    title: str, fields: dict[str, Any]
) -> None:
    candidate = judged(upload(title, **{"channel_id": "UCnova", **fields}))

    assert (candidate.verdict, candidate.score) == (Verdict.REFUSED, 0)
    assert candidate.reasons[0].points <= -100


def test_cover_is_taken_when_covers_are_asked_for() -> None:
    candidate = judged(upload("Nova - Tide (Odd Ones Cover)"), VideoType.COVER)

    assert (candidate.type, candidate.verdict) == (VideoType.COVER, Verdict.ACCEPTED)


@pytest.mark.parametrize("evidence", ["imvdb_source", "mb_relation", "omv", "theaudiodb_link"])
def test_explicit_link_outweighs_a_foreign_channel(evidence: str) -> None:
    candidate = judged(upload("Nova - Tide", "tapes77", evidence=(evidence,)))

    assert (candidate.type, candidate.verdict) == (VideoType.OFFICIAL, Verdict.ACCEPTED)


@pytest.mark.parametrize("title", ["Harbour: a tale of glass and salt", "Nova: Tide", "Tide"])
def test_link_knows_better_than_the_form_of_a_title(title: str) -> None:
    linked = upload(title, "tapes77", source_id="x", evidence=("imvdb_source",))
    [proposal] = propose(entry("Tide", uploads=(linked,)))

    assert (proposal.type, proposal.verdict) == (VideoType.OFFICIAL, Verdict.ACCEPTED)


def test_what_youtube_music_says_weighs_a_little() -> None:
    title = "Nova - Tide (Official Video)"
    plain = judged(upload(title, "Harbour Records"))
    official = judged(upload(title, "Harbour Records", evidence=("official_source",)))
    users = judged(upload(title, "Harbour Records", evidence=("ugc",)))
    own = judged(upload(title, channel_id="UCnova", evidence=("ugc",)))

    assert users.score < plain.score < official.score
    assert official.verdict is not Verdict.REFUSED
    assert "Upload of a user on YouTube Music" in told(users)
    assert "Upload of a user on YouTube Music" not in told(own)


@pytest.mark.parametrize(
    "title",
    [
        "Nova - Tide (Official Video) [4K Remaster]",
        "Nova - Tide (Official Video) [HD UPGRADE]",
        "Nova - Tide (Official 4K Video)",
        "Nova - Tide (Official HD Video - 1987)",
        "Nova: Tide (Official Music Video) [Remastered 2015]",
    ],
)
def test_sharper_upload_is_a_better_source_of_the_same_video(title: str) -> None:
    [proposal] = propose(upload("Nova - Tide (Official Video)"), upload(title))

    assert len(proposal.candidates) == 2
    if "4K" in title or "HD" in title:
        assert proposal.candidates[0].upload.title == title


@pytest.mark.parametrize(
    "version",
    [
        "Odd Remix",
        "Live at Sea",
        "Lyric Video",
        "Explicit",
        "Clean Version",
        "Director's Cut",
        "Brazil Version",
        "Acoustic",
        "Version 2",
        "Extended Mix",
    ],
)
def test_other_version_is_another_video(version: str) -> None:
    proposals = propose(
        upload("Nova - Tide (Official Video)"), upload(f"Nova - Tide ({version}) [Video]")
    )

    assert len(proposals) == 2
    assert len({one.group_key for one in proposals}) == 2
    assert {one.title_key for one in proposals} == {"tide"}


def test_dead_link_falls_behind_what_can_be_played() -> None:
    dead = upload("Nova - Tide (Official Video)", source_id="dead", evidence=("imvdb_source",))
    gone = FoundUpload(
        found_by="youtube",
        provider="youtube",
        source_id="dead",
        title="",
        availability=Availability.REMOVED,
    )
    [proposal] = propose(
        entry("Tide", uploads=(dead,)),
        gone,
        upload("Nova - Tide (Official Video)", "Harbour Records", source_id="alive"),
    )

    assert [one.upload.source_id for one in proposal.candidates] == ["alive", "dead"]


def test_linked_cut_is_a_source_of_the_catalogues_video() -> None:
    explicit = upload("Nova - Tide (Explicit)", source_id="x", evidence=("imvdb_source",))
    [proposal] = propose(entry("Tide", year=1999, uploads=(explicit,)))

    assert (proposal.version, proposal.year) == ("", 1999)
    assert [one.upload.source_id for one in proposal.candidates] == ["x"]


def test_linked_lyric_video_does_not_become_the_official_one() -> None:
    lyric = upload(LYRIC, evidence=("mb_relation",))
    proposals = propose(entry("Tide", uploads=(lyric,)))

    assert {(one.type, len(one.candidates)) for one in proposals} == {
        (VideoType.OFFICIAL, 0),
        (VideoType.LYRIC, 1),
    }


def test_every_field_names_whose_word_it_is() -> None:
    [proposal] = propose(
        entry("TIDE", directors=("Ana Roe",)),
        entry(
            "Tide",
            found_by="musicbrainz",
            released="1998-05-01",
            duration=200.0,
            label="Shore",
            genres=("pop",),
            directors=("Zed",),
        ),
        entry("Tide", found_by="theaudiodb", album="Shores", genres=("rock",)),
        upload("Nova - Tide ft. Mika Roe (Official Video)"),
    )

    assert proposal.origins == {
        "album": "theaudiodb",
        "directors": "imvdb",
        "duration": "musicbrainz",
        "featured": "youtube",
        "genres": "musicbrainz",
        "label": "musicbrainz",
        "released": "musicbrainz",
        "title": "imvdb",
        "year": "musicbrainz",
    }
    assert proposal.year == 1998


def test_upload_alone_tells_only_its_names() -> None:
    [proposal] = propose(upload("Nova - Tide (Official Video)"))

    assert proposal.origins == {"title": "youtube"}


def test_reasons_are_short_sentences_with_points() -> None:
    proposals = propose(
        entry("Tide", duration=200.0),
        upload("Nova - Tide (Official Video)", duration=243.0),
        upload("Odd Ones - Tide (Official Video)", "Odd Ones"),
        upload(LYRIC, "tapes77", evidence=("ugc",)),
    )

    reasons = [
        reason for one in proposals for candidate in one.candidates for reason in candidate.reasons
    ]
    assert "43 s longer than the recording" in {reason.text for reason in reasons}
    for reason in reasons:
        assert reason.points != 0
        assert reason.text[0].isupper() or reason.text[0].isdigit()
        assert len(reason.text.split()) <= 10
