"""Matching: whose an upload is, whatever names look like and whoever is called alike."""

import pytest

from mvidarr.core.terms import Verdict, VideoType
from mvidarr.discovery import match
from mvidarr.discovery.match import ArtistFacts, Candidate, Lines, Rules
from mvidarr.integrations.protocols import FoundUpload


def judged(
    artist: ArtistFacts, title: str, channel: str | None, channel_id: str | None = None
) -> Candidate:
    upload = FoundUpload(
        found_by="youtube",
        provider="youtube",
        source_id="abc",
        title=title,
        channel=channel,
        channel_id=channel_id,
        duration=200.0,
    )
    [proposal] = match.propose(artist, [upload], Rules(), Lines())
    [candidate] = proposal.candidates
    return candidate


def told(candidate: Candidate) -> dict[str, int]:
    return {reason.text: reason.points for reason in candidate.reasons}


@pytest.mark.parametrize(
    ("name", "title", "channel"),
    [
        ("Air", "AIR - Tide (Official Video)", "AIR"),
        ("AC/DC", "AC/DC - Tide (Official Video)", "AC/DC"),
        ("AC/DC", "ACDC - Tide (Official Video)", "acdcVEVO"),
        ("Tyler, The Creator", "Tyler, The Creator - Tide (Official Video)", "Tyler, The Creator"),
        ("Earth, Wind & Fire", "Earth, Wind & Fire - Tide (Official Video)", "Earth Wind & Fire"),
        ("Simon & Garfunkel", "Simon and Garfunkel - Tide (Official Video)", "SimonGarfunkelVEVO"),
        ("P!nk", "Pink - Tide (Official Video)", "P!NK"),
        ("Pink", "P!nk - Tide (Official Video)", "PinkVEVO"),
        ("Ke$ha", "Kesha - Tide (Official Video)", "keshaVEVO"),
        ("A$AP Rocky", "ASAP Rocky - Tide (Official Video)", "ASAP Rocky"),
        ("The The", "The The - Tide (Official Video)", "The The"),
        ("!!!", "!!! - Tide (Official Video)", "!!!"),
        ("†††", "††† - Tide (Official Video)", "†††"),
        ("Sigur Rós", "Sigur Ros - Tide (Official Video)", "sigurrós"),
        ("Wham!", "Wham! - Tide (Official Video)", "WhamVEVO"),
        ("방탄소년단", "BTS (방탄소년단) 'Tide' Official MV", "BANGTANTV 방탄소년단"),
        ("周杰倫", "周杰倫 Jay Chou【晚風】Official MV", "周杰倫 Jay Chou"),
        ("Дима Билан", "Дима Билан - Прилив (Официальный клип)", "Дима Билан"),
        ("a-ha", "a-ha - Tide (Official Video)", "a-ha"),
        ("Live", "Live - Tide (Official Video)", "LiveVEVO"),
        ("Europe", "Europe - Tide (Official Video)", "Europe"),
    ],
)
def test_own_video_is_taken_however_the_name_is_written(
    name: str, title: str, channel: str
) -> None:
    assert judged(ArtistFacts(name=name), title, channel).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("name", "alias", "title", "channel"),
    [
        ("방탄소년단", "BTS", "BTS - Tide (Official Video)", "BTS"),
        ("Дима Билан", "Dima Bilan", "Dima Bilan - Tide (Official Video)", "DimaBilanVEVO"),
        ("Prince", "The Artist", "The Artist - Tide (Official Video)", "The Artist"),
    ],
)
def test_alias_counts_like_the_name(name: str, alias: str, title: str, channel: str) -> None:
    known = judged(ArtistFacts(name=name, aliases=(alias,)), title, channel)
    unknown = judged(ArtistFacts(name=name), title, channel)

    assert (known.verdict, unknown.verdict) == (Verdict.ACCEPTED, Verdict.REFUSED)
    assert told(known)["Artist named in the title"] == 35


@pytest.mark.parametrize(
    ("name", "title", "channel"),
    [
        ("Air", "Airbourne - Tide (Official Video)", "Airbourne"),
        ("Air", "Air Supply - Tide (Official Video)", "AirSupplyVEVO"),
        ("Air", "Jefferson Airplane - Tide (Official Video)", "Jefferson Airplane"),
        ("Heart", "Hearts & Colors - Tide (Official Video)", "Hearts & Colors"),
        ("Heart", "Odd Ones - Heart (Official Video)", "Odd Ones"),
        ("Live", "Odd Ones - Tide (Live) (Official Video)", "Odd Ones"),
        ("Live", "Live Nation - Tide (Official Video)", "Live Nation"),
        ("Europe", "Odd Ones - Live in Europe (Official Video)", "Odd Ones"),
        ("Boston", "Odd Ones - Tide (Live in Boston)", "Odd Ones"),
        ("Journey", "Journey South - Tide (Official Video)", "Journey South"),
        ("Fire", "Earth, Wind & Fire - Tide (Official Video)", "Earth Wind & Fire"),
        ("Earth", "Earth, Wind & Fire - Tide (Official Video)", "EarthWindandFireVEVO"),
        ("Garfunkel", "Simon & Garfunkel - Tide (Official Video)", "Simon & Garfunkel"),
        ("Creator", "Tyler, The Creator - Tide (Official Video)", "Tyler, The Creator"),
        ("The The", "The Who - Tide (Official Video)", "The Who"),
        ("!!!", "??? - Tide (Official Video)", "???"),
        ("†††", "Crosses - Tide (Official Video)", "Crosses"),
        ("Билан", "Дима Билан - Прилив (Официальный клип)", "Дима Билан"),
    ],
)
def test_name_inside_another_catches_nothing(name: str, title: str, channel: str) -> None:
    assert judged(ArtistFacts(name=name), title, channel).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    ("title", "channel"),
    [
        ("Odd Ones & Nova - Tide (Official Video)", "Nova"),
        ("ODD ONES X NOVA - Tide (Official Video)", "Odd Ones and Nova"),
        ("Odd Ones, Nova - Tide (Official Video)", "NovaVEVO"),
        ("Odd Ones - Tide ft. Nova (Official Video)", "Nova"),
    ],
)
def test_video_of_several_is_everybodys(title: str, channel: str) -> None:
    assert judged(ArtistFacts(name="Nova"), title, channel).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "title",
    [
        "Odd Ones - Tide ft. Nova (Official Video)",
        "Odd Ones & Nova - Tide (Official Video)",
    ],
)
def test_guest_on_a_channel_of_the_other_is_shown_to_a_person(title: str) -> None:
    candidate = judged(ArtistFacts(name="Nova"), title, "Odd Ones")

    assert candidate.verdict is Verdict.REVIEW


def test_artist_of_the_same_name_is_known_by_the_channel() -> None:
    artist = ArtistFacts(name="Nova", channels=("UCmine",), others=("UCtheirs",))

    theirs = judged(artist, "Nova - Tide (Official Video)", "Nova", channel_id="UCtheirs")
    unnamed = judged(artist, "Tide (Official Video)", "Nova", channel_id="UCtheirs")
    mine = judged(artist, "Nova - Tide (Official Video)", "Nova", channel_id="UCmine")

    assert told(theirs)["Channel of another artist"] <= -50
    assert (theirs.verdict, unnamed.verdict) == (Verdict.REFUSED, Verdict.REFUSED)
    assert mine.verdict is Verdict.ACCEPTED


def test_channel_of_another_artist_may_show_a_guest() -> None:
    artist = ArtistFacts(name="Nova", others=("UCodd",))

    candidate = judged(
        artist, "Odd Ones - Tide ft. Nova (Official Video)", "Odd Ones", channel_id="UCodd"
    )

    assert "Channel of another artist" not in told(candidate)
    assert candidate.type is VideoType.OFFICIAL
