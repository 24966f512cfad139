"""Matching: which upload is the artist's video, and why."""

from typing import Any

import pytest

from mvidarr.core.terms import Availability, Verdict, VideoType
from mvidarr.discovery import match
from mvidarr.discovery.match import ArtistFacts, Candidate, Lines, Proposal, Rules
from mvidarr.integrations.protocols import Found, FoundUpload, FoundVideo

ARTIST = ArtistFacts(name="Nova", aliases=("Nova Lane",), channels=("UCnova",))
LINES, RULES = Lines(), Rules()


def upload(title: str, channel: str | None = "Nova", **fields: Any) -> FoundUpload:
    given_fields: dict[str, Any] = {
        "found_by": "youtube",
        "provider": "youtube",
        "source_id": f"{title}@{channel}",
        "duration": 200.0,
        **fields,
    }
    return FoundUpload(title=title, channel=channel, **given_fields)


def entry(title: str, **fields: Any) -> FoundVideo:
    return FoundVideo(title=title, **{"found_by": "imvdb", "artists": ("Nova",), **fields})


def linked(**fields: Any) -> FoundUpload:
    """An upload as a catalogue names it: hardly more than its id."""
    return upload("", None, found_by="imvdb", evidence=("imvdb_source",), **fields)


def propose(
    *found: Found,
    rules: Rules = RULES,
    artist: ArtistFacts = ARTIST,
) -> tuple[Proposal, ...]:
    return match.propose(artist, found, rules, LINES)


def judged(*found: Found, rules: Rules = RULES) -> Candidate:
    """The only candidate of the only proposal."""
    [proposal] = propose(*found, rules=rules)
    [candidate] = proposal.candidates
    return candidate


def told(candidate: Candidate) -> dict[str, int]:
    return {reason.text: reason.points for reason in candidate.reasons}


def test_official_video_on_the_artists_channel_is_accepted_with_reasons() -> None:
    candidate = judged(upload("Nova - Tide (Official Video)", channel_verified=True))

    assert (candidate.type, candidate.verdict) == (VideoType.OFFICIAL, Verdict.ACCEPTED)
    assert told(candidate)["Official artist channel"] > 0
    assert told(candidate)["Called the official video"] > 0
    assert candidate.score == min(100, sum(told(candidate).values()))


@pytest.mark.parametrize("evidence", ["imvdb_source", "mb_relation", "omv"])
def test_explicit_link_weighs_more_than_any_other_observation(evidence: str) -> None:
    candidate = judged(upload("Nova - Tide", "some label", evidence=(evidence,)))

    assert (candidate.type, candidate.verdict) == (VideoType.OFFICIAL, Verdict.ACCEPTED)
    assert candidate.reasons[0].points == max(told(candidate).values())
    assert sum(reason.points == candidate.reasons[0].points for reason in candidate.reasons) == 1


@pytest.mark.parametrize(
    ("title", "channel"),
    [
        ("Novaborne - Tide (Official Video)", "Novaborne"),
        ("Nova Supply - Tide (Official Video)", "NovaSupplyVEVO"),
        ("Casanova - Tide (Official Video)", None),
        ("Odd Ones - Nova (Official Video)", "Odd Ones"),
        ("Odd Ones - Tide (Official Video)", "Odd Ones"),
        ("The Nova Explosion - Tide (Official Video)", None),
    ],
)
def test_another_artist_is_refused_and_named(title: str, channel: str | None) -> None:
    candidate = judged(upload(title, channel, channel_verified=True))

    assert candidate.verdict is Verdict.REFUSED
    assert candidate.score == 0
    assert candidate.reasons[0].text == f"Different artist: {title.split(' - ')[0]}"


@pytest.mark.parametrize(
    ("title", "channel"),
    [
        ("NOVA - Tide (Official Video)", "nova"),
        ("Nóva - Tide (Official Video)", "NovaVEVO"),
        ("nova lane - Tide (Official Video)", "Nova Lane Official"),
        ("Odd Ones, Nova - Tide (Official Video)", "Nova"),
        ("Odd Ones & Nova - Tide (Official Video)", "NovaVEVO"),
        ("Odd Ones - Tide ft. Nova (Official Video)", "Nova"),
        ("Tide (Official Video)", "Nova"),
        ("Tide [Official Video] - Nova", "Nova"),
    ],
)
def test_artist_counts_however_the_whole_name_is_written(title: str, channel: str) -> None:
    candidate = judged(upload(title, channel))

    assert candidate.verdict is Verdict.ACCEPTED


def test_names_that_differ_in_accents_are_one_for_matching() -> None:
    [proposal] = propose(
        upload("BJÖRK - Army (Official Video)", "björk"), artist=ArtistFacts(name="Björk")
    )

    assert proposal.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("title", "channel", "kind"),
    [
        ("Tide", "Nova - Topic", VideoType.ART_TRACK),
        ("Nova - Tide (Official Audio)", "Nova", VideoType.AUDIO),
        ("Nova - Tide (slowed + reverb)", "Nova", VideoType.ALTERED),
        ("Nova - Tide (Karaoke Version)", "Sing Along", VideoType.KARAOKE),
        ("Nova - Tide (Official Video) REACTION", "Two Guys", VideoType.REACTION),
        ("Nova - Tide", "somebody77", VideoType.REUPLOAD),
        ("Nova - Tide [Fan Made Video]", "somebody77", VideoType.FAN),
        ("Nova Greatest Hits Playlist", "Nova", VideoType.COMPILATION),
        ("Nova - Tide 1 hour", "somebody77", VideoType.LOOP),
    ],
)
def test_what_is_no_video_of_the_song_is_refused_unless_asked_for(
    title: str, channel: str, kind: VideoType
) -> None:
    refused = judged(upload(title, channel, channel_verified=True))
    asked = judged(upload(title, channel), rules=Rules(types=(kind,)))

    assert (refused.type, refused.verdict) == (kind, Verdict.REFUSED)
    assert not any(points <= -100 for points in told(asked).values())


def test_short_and_automatic_audio_are_refused_whatever_the_title_says() -> None:
    short = judged(upload("Nova - Tide (Official Video)", is_short=True))
    audio = judged(upload("Nova - Tide (Official Video)", evidence=("atv",)))

    assert (short.type, short.verdict) == (VideoType.SHORT, Verdict.REFUSED)
    assert (audio.type, audio.verdict) == (VideoType.ART_TRACK, Verdict.REFUSED)


@pytest.mark.parametrize(
    "fields",
    [
        {"channel": "NovaVEVO"},
        {"channel": "Nova", "channel_verified": True},
        {"channel": "strange", "channel_id": "UCnova"},
        {"channel": "somebody77", "evidence": ("omv",)},
        {"channel": "NovaVEVO", "duration": None},
    ],
)
def test_silent_title_is_official_when_the_evidence_says_so(fields: dict[str, Any]) -> None:
    candidate = judged(upload("Nova - Tide", **fields))

    assert (candidate.type, candidate.verdict) == (VideoType.OFFICIAL, Verdict.ACCEPTED)


@pytest.mark.parametrize(
    "fields",
    [
        {"channel": "Nova"},
        {"channel": None},
        {"channel": "Harbour Records"},
        {"channel": "NovaVEVO", "duration": 1500.0},
    ],
)
def test_silent_title_goes_to_review_without_evidence(fields: dict[str, Any]) -> None:
    candidate = judged(upload("Nova - Tide", **fields))

    assert (candidate.type, candidate.verdict) == (VideoType.UNSPECIFIED, Verdict.REVIEW)


def test_foreign_channel_is_never_accepted_on_its_word() -> None:
    candidate = judged(
        entry("Tide", duration=200.0), upload("Nova - Tide (Official Video)", "somebody77")
    )

    assert candidate.verdict is Verdict.REVIEW
    assert told(candidate)["Channel of somebody else"] < 0


@pytest.mark.parametrize(
    ("seconds", "reason", "is_for"),
    [
        (201.0, "As long as the recording", True),
        (210.0, "10 s from the recording's length", True),
        (300.0, "100 s longer than the recording", False),
        (600.0, "400 s longer than the recording", False),
        (140.0, "60 s shorter than the recording", False),
    ],
)
def test_length_is_compared_with_the_recording(seconds: float, reason: str, is_for: bool) -> None:
    candidate = judged(
        entry("Tide", duration=200.0),
        upload("Nova - Tide (Official Video)", duration=seconds),
    )

    assert (told(candidate)[reason] > 0) is is_for


@pytest.mark.parametrize(("seconds", "is_official"), [(230.0, True), (150.0, False)])
def test_silent_title_needs_the_length_of_the_song(seconds: float, is_official: bool) -> None:
    proposals = propose(
        entry("Tide", duration=200.0), upload("Nova - Tide", "NovaVEVO", duration=seconds)
    )

    [kind] = [candidate.type for one in proposals for candidate in one.candidates]
    assert (kind is VideoType.OFFICIAL) is is_official


def test_upload_found_by_several_is_one_candidate_with_all_the_evidence() -> None:
    same = {"source_id": "abc"}
    [proposal] = propose(
        upload("Tide", None, found_by="ytmusic", evidence=("omv",), **same),
        upload("Nova - Tide (Official Video)", channel_verified=True, view_count=7, **same),
        entry(
            "Tide",
            uploads=(upload("", None, found_by="imvdb", evidence=("imvdb_source",), **same),),
        ),
    )

    [candidate] = proposal.candidates
    assert candidate.upload.evidence == ("imvdb_source", "omv")
    assert candidate.upload.title == "Nova - Tide (Official Video)"
    assert (candidate.upload.channel_verified, candidate.upload.view_count) == (True, 7)
    assert proposal.found_by == ("imvdb", "youtube", "ytmusic")
    assert {"Named by IMVDb", "Official music video on YouTube Music"} <= told(candidate).keys()


def test_other_versions_are_other_videos() -> None:
    proposals = propose(
        upload("Nova - Tide (Official Video)"),
        upload("Nova - Tide (Official Lyric Video)"),
        upload("Nova - Tide (Live at Sea)"),
        upload("Nova - Tide (Odd Remix) [Official Video]"),
        upload("Nova - Tide (Official Video) [4K Remaster]"),
    )

    assert {(one.type, one.version, len(one.candidates)) for one in proposals} == {
        (VideoType.OFFICIAL, "", 2),
        (VideoType.OFFICIAL, "Odd Remix", 1),
        (VideoType.LYRIC, "", 1),
        (VideoType.LIVE, "Live at Sea", 1),
    }
    assert {one.title_key for one in proposals} == {"tide"}
    assert len({one.group_key for one in proposals}) == 4


def test_upload_of_unclear_type_is_a_rival_of_the_official_ones() -> None:
    proposals = propose(upload("Nova - Tide (Official Video)"), upload("Nova - Tide", None))

    assert {one.type for one in proposals} == {VideoType.OFFICIAL, VideoType.UNSPECIFIED}
    assert len({one.group_key for one in proposals}) == 1


def test_catalogue_entry_without_upload_is_a_video() -> None:
    [proposal] = propose(entry("Tide", year=1999, directors=("Ana Roe",), ids={"imvdb_video": "7"}))

    assert (proposal.title, proposal.year, proposal.directors) == ("Tide", 1999, ("Ana Roe",))
    assert (proposal.candidates, proposal.verdict, proposal.fits) == ((), Verdict.ACCEPTED, True)


def test_catalogues_and_uploads_of_one_song_become_one_video() -> None:
    [proposal] = propose(
        entry("Tide", found_by="musicbrainz", album="Shores", released="1998-05-01"),
        entry("TIDE (feat. Mika Roe)", year=1999, genres=("pop",)),
        upload("Nova - Tide (Official Video)", channel_verified=True),
    )

    assert (proposal.title, proposal.year, proposal.album) == ("TIDE", 1999, "Shores")
    assert (proposal.released, proposal.featured) == ("1998-05-01", ("Mika Roe",))
    assert proposal.verdict is Verdict.ACCEPTED
    assert len(proposal.candidates) == 1


def test_video_of_a_catalogue_survives_that_its_uploads_are_refused() -> None:
    proposals = propose(
        entry("Tide"), upload("Odd Ones - Tide (Official Video) ft. Zed", "Odd Ones")
    )

    known, foreign = sorted(proposals, key=lambda one: len(one.candidates))
    assert (known.verdict, known.found_by, known.featured) == (Verdict.ACCEPTED, ("imvdb",), ())
    assert foreign.verdict is Verdict.REFUSED
    assert known.group_key != foreign.group_key


def test_entry_of_another_artist_proposes_nothing_of_its_own() -> None:
    proposals = propose(
        entry("Tide", artists=("Odd Ones",)),
        entry(
            "Ebb", artists=("Odd Ones",), uploads=(upload("Ebb", None, evidence=("imvdb_source",)),)
        ),
    )

    [candidate] = [candidate for one in proposals for candidate in one.candidates]
    assert len(proposals) == 1
    assert candidate.verdict is Verdict.REFUSED
    assert "Different artist: Odd Ones" in told(candidate)


def test_best_candidate_is_usable_then_likely_then_sharp() -> None:
    title, channel = "Nova - Tide (Official Video)", "NovaVEVO"
    [proposal] = propose(
        upload(title, channel, source_id="low", max_height=480),
        upload(title, channel, source_id="sharp", max_height=2160),
        upload(title, "somebody77", source_id="foreign", max_height=4320),
        upload(title, channel, source_id="gone", availability=Availability.PRIVATE),
    )

    ranked = [candidate.upload.source_id for candidate in proposal.candidates]
    assert ranked == ["sharp", "low", "foreign", "gone"]
    assert proposal.verdict is Verdict.ACCEPTED


def test_artist_may_ask_for_review_or_for_more_certainty() -> None:
    found = upload("Nova - Tide (Official Video)")

    assert judged(found).verdict is Verdict.ACCEPTED
    assert judged(found, rules=Rules(review=True)).verdict is Verdict.REVIEW
    assert judged(found, rules=Rules(min_score=100)).verdict is Verdict.REVIEW
    assert judged(found, rules=Rules(min_score=10)).verdict is Verdict.ACCEPTED


def test_lines_decide_what_a_score_means() -> None:
    found = [upload("Nova - Tide (Official Video)", "somebody77")]
    score = judged(*found).score

    def verdict(accept: int, review: int) -> Verdict:
        lines = Lines(accept=accept, review=review)
        return match.propose(ARTIST, found, Rules(), lines)[0].verdict

    assert verdict(score, score) is Verdict.ACCEPTED
    assert verdict(score + 1, score) is Verdict.REVIEW
    assert verdict(score + 2, score + 1) is Verdict.REFUSED


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(), True),
        (Rules(types=(VideoType.LIVE,)), False),
        (Rules(types=()), False),
        (Rules(year_from=1999), True),
        (Rules(year_from=2000), False),
        (Rules(year_to=1998), False),
        (Rules(words_in=("tide",)), True),
        (Rules(words_in=("ebb", "HIGH tide")), True),
        (Rules(words_in=("tid",)), False),
        (Rules(words_out=("tid", "igh")), True),
        (Rules(words_out=("Tíde",)), False),
        (Rules(words_out=("club mix",)), False),
    ],
)
def test_rules_want_types_years_and_whole_words(rules: Rules, expected: bool) -> None:
    wanted = match.fits(
        rules, type=VideoType.OFFICIAL, title="High Tide", version="Club Mix", year=1999
    )

    assert wanted is expected


def test_unknown_year_and_unclear_type_are_no_hindrance() -> None:
    rules = Rules(year_from=2000)

    assert match.fits(rules, type=VideoType.OFFICIAL, title="Tide", version="", year=None)
    assert match.fits(rules, type=VideoType.UNSPECIFIED, title="Tide", version="", year=None)


def test_unwanted_lyric_video_is_proposed_but_does_not_fit() -> None:
    [proposal] = propose(upload("Nova - Tide (Lyric Video)", channel_verified=True))

    assert (proposal.verdict, proposal.fits) == (Verdict.ACCEPTED, False)
