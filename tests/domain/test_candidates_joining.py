"""Artists of several catalogues are one entry when an id or a unique name says so."""

from itertools import permutations
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid
from mvidarr.discovery import candidates, joining
from mvidarr.integrations.protocols import FoundArtist
from tests.fakes import answers, finders
from tests.fakes.imvdb import FakeImvdb
from tests.fakes.musicbrainz import FakeMusicBrainz

SPOTIFY = "7w29UYBi0qsHi5RTcv3lmA"


def entry(by: str, name: str = "Air", **facts: Any) -> FoundArtist:
    return FoundArtist(found_by=by, name=name, **facts)


def test_who_knows_an_artist_is_said_with_all_that_they_know() -> None:
    [one] = joining.joined(
        [
            entry("musicbrainz", ids={"mb_artist": "m1", "imvdb_slug": "air"}, country="FR"),
            entry("imvdb", ids={"imvdb_entity": "2", "imvdb_slug": "air"}, image_url="https://x/y"),
            entry(
                "theaudiodb",
                "AIR",
                ids={"theaudiodb_artist": "3", "mb_artist": "m1"},
                genres=("pop",),
            ),
        ]
    )

    assert one.found_by == "musicbrainz, imvdb, theaudiodb"
    assert one.ids == {
        "mb_artist": "m1",
        "imvdb_slug": "air",
        "imvdb_entity": "2",
        "theaudiodb_artist": "3",
    }
    assert (one.country, one.image_url, one.genres) == ("FR", "https://x/y", ("pop",))


def test_an_id_tells_namesakes_apart_in_any_order() -> None:
    entries = [
        entry("musicbrainz", ids={"mb_artist": "m1"}, disambiguation="French duo"),
        entry("musicbrainz", ids={"mb_artist": "m2"}, disambiguation="jazz"),
        entry("theaudiodb", ids={"mb_artist": "m2", "theaudiodb_artist": "9"}),
    ]
    for order in permutations(entries):
        found = {one.ids["mb_artist"]: one for one in joining.joined(order)}
        assert found.keys() == {"m1", "m2"}
        assert found["m2"].ids["theaudiodb_artist"] == "9"
        assert "theaudiodb_artist" not in found["m1"].ids


def test_an_entry_can_bring_two_others_together() -> None:
    [one] = joining.joined(
        [
            entry("imvdb", "AIR (French Band)", ids={"imvdb_entity": "2", "discogs_artist": "5"}),
            entry("theaudiodb", "Air", ids={"theaudiodb_artist": "3"}),
            entry(
                "musicbrainz",
                "Air French Band",
                ids={"mb_artist": "m1", "discogs_artist": "5", "theaudiodb_artist": "3"},
            ),
        ]
    )
    assert set(one.ids) == {"mb_artist", "imvdb_entity", "discogs_artist", "theaudiodb_artist"}


def test_one_catalogues_two_artists_are_never_joined_by_a_shared_link() -> None:
    found = joining.joined(
        [
            entry("musicbrainz", ids={"mb_artist": "m1", "youtube_channel": "UC1"}),
            entry("musicbrainz", ids={"mb_artist": "m2", "youtube_channel": "UC1"}),
        ]
    )
    assert len(found) == 2


def test_a_name_that_is_not_unique_joins_nobody() -> None:
    found = joining.joined(
        [
            entry("musicbrainz", ids={"mb_artist": "m1"}),
            entry("imvdb", ids={"imvdb_entity": "1"}),
            entry("imvdb", ids={"imvdb_entity": "2"}),
        ]
    )
    assert len(found) == 3


# with the real adapters


@pytest.fixture
def catalogues(
    database: Config,
    monkeypatch: pytest.MonkeyPatch,
    musicbrainz: FakeMusicBrainz,
    imvdb: FakeImvdb,
) -> None:
    finders.unhurried(monkeypatch, only=("youtube", "musicbrainz", "imvdb"))
    addresses = {"musicbrainz_url": musicbrainz.base_url, "imvdb_url": imvdb.base_url}
    settings.change({**addresses, "imvdb_api_key": imvdb.key})


@pytest.mark.usefixtures("catalogues")
def test_links_at_musicbrainz_tell_which_namesake_is_meant(
    musicbrainz: FakeMusicBrainz, imvdb: FakeImvdb
) -> None:
    musicbrainz.add_artist("Nirvana", country="GB", disambiguation="60s band")
    grunge = musicbrainz.add_artist(
        "Nirvana", country="US", links=(("IMDb", "https://imvdb.com/n/nirvana"),)
    )
    theirs = imvdb.add_artist("Nirvana", slug="nirvana")

    found = candidates.find("Nirvana").found

    assert len(found) == 2
    [one] = [one for one in found if "imvdb_entity" in one.ids]
    assert (one.ids["mb_artist"], one.ids["imvdb_entity"]) == (grunge.mbid, str(theirs.id))
    assert one.found_by == "musicbrainz, imvdb"


@pytest.mark.usefixtures("catalogues")
def test_no_links_are_asked_for_where_the_name_says_it(
    musicbrainz: FakeMusicBrainz, imvdb: FakeImvdb
) -> None:
    musicbrainz.add_artist("Björk")
    imvdb.add_artist("Björk", slug="bjork")

    candidates.find("Björk")

    assert len(musicbrainz.asked) == 1


@pytest.mark.usefixtures("catalogues")
@pytest.mark.parametrize(
    ("link", "kind", "value"),
    [
        (f"https://open.spotify.com/intl-de/artist/{SPOTIFY}?si=x", "spotify_artist", SPOTIFY),
        (f"spotify:artist:{SPOTIFY}", "spotify_artist", SPOTIFY),
        ("https://www.deezer.com/en/artist/399", "deezer_artist", "399"),
        ("https://www.discogs.com/artist/93-Bjork", "discogs_artist", "93"),
        ("theaudiodb.com/artist/111239-Bjork", "theaudiodb_artist", "111239"),
    ],
)
def test_links_of_other_services_are_understood_through_musicbrainz(
    musicbrainz: FakeMusicBrainz, link: str, kind: str, value: str
) -> None:
    mbid = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
    relation = {"target-type": "artist", "artist": {"id": mbid, "name": "Björk"}}
    musicbrainz.fails(answers.json_of({"relations": [relation]}), path="/url")

    made = candidates.find(link)

    assert [(one.name, one.ids) for one in made.found] == [
        ("Björk", {"mb_artist": mbid, kind: value})
    ]
    assert made.is_link


@pytest.mark.usefixtures("catalogues")
@pytest.mark.parametrize(
    "answer",
    [answers.json_of({"error": "Not Found"}, status=404), answers.json_of({"relations": None})],
)
def test_a_link_that_musicbrainz_does_not_know_is_said(
    musicbrainz: FakeMusicBrainz, answer: answers.Answer
) -> None:
    musicbrainz.fails(answer, path="/url")

    made = candidates.find("https://www.deezer.com/artist/399")

    assert list(made.found) == []
    assert made.problems == (
        "MusicBrainz does not know this link. Enter the artist's name instead.",
    )


@pytest.mark.usefixtures("catalogues")
def test_a_link_to_lastfm_is_a_name(musicbrainz: FakeMusicBrainz) -> None:
    musicbrainz.add_artist("Sigur Rós")

    made = candidates.find("https://www.last.fm/de/music/Sigur+R%C3%B3s")

    assert (made.asked, [one.name for one in made.found]) == ("Sigur Rós", ["Sigur Rós"])


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://www.youtube.com/watch?v=loB0kmz_0MM", "leads to a video"),
        ("https://www.youtube.com/playlist?list=PLabcdefgh", "leads to a playlist"),
        ("https://imvdb.com/video/bjork/joga", "leads to a video"),
        ("https://example.org/bjork", "leads to no artist"),
    ],
)
def test_what_a_link_leads_to_instead_is_said(link: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        candidates.find(link)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("query", ["名" * 256, "x" * 10_000, "https://imvdb.com/n/" + "x" * 2000])
def test_what_is_too_long_is_refused(query: str) -> None:
    with pytest.raises(Invalid, match="characters or fewer"):
        candidates.find(query)
