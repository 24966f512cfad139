"""Facts of artists: asked of every service, the most trusted word kept, an edit never lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import ServiceError
from mvidarr.core.http import Conf
from mvidarr.discovery import describe, portraits
from mvidarr.discovery import run as discovery
from mvidarr.downloads import artwork
from mvidarr.integrations.protocols import Found, FoundFacts, Wanted
from mvidarr.library import aliases, artists, facts, pictures, words
from mvidarr.library.tables import Image
from mvidarr.models import Artist, Job
from tests import factories
from tests.conftest import SetClock
from tests.fakes import finders, media
from tests.fakes.finders import FakeService


def nothing(conf: Conf, wanted: Wanted, /) -> FoundFacts | None:
    return None


def nobody(conf: Conf, wanted: Wanted, /) -> Iterator[Found]:
    return iter(())


KINDS = [
    finders.kind(name, describe=nothing, find_videos=nobody)
    for name in ("musicbrainz", "theaudiodb", "lastfm", "fanarttv", "deezer", "youtube")
]
CHANNEL = "youtube_channel"
PICTURE = "https://theaudiodb.com/images/bjork.jpg"


@pytest.fixture
def services(database: Config, monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    finders.declare(monkeypatch, KINDS)
    return finders.install(monkeypatch)


@pytest.fixture
def bjork(services: dict[str, FakeService]) -> Artist:
    return factories.make_artist("Björk")


def look_up(artist: Artist) -> describe.Description:
    made = describe.describe(artist.id)
    assert made is not None
    return made


def portrait_jobs() -> Iterator[Any]:
    return (job.args["links"] for job in Job.select().where(Job.kind == "portrait"))


def test_each_field_comes_from_the_service_whose_word_counts_most(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["theaudiodb"].tells(bio="Long.", genres=("Pop",), country="Iceland", aliases=("B.",))
    services["lastfm"].tells(bio="A singer.", genres=("electronic",))
    services["musicbrainz"].tells(genres=("art pop",), aliases=("ビョーク",), country="IS")

    made = look_up(bjork)

    row = factories.fresh(bjork)
    assert (row.bio, row.genres, row.country) == ("A singer.", ["art pop"], "IS")
    assert aliases.of(bjork.id) == ["ビョーク"]
    assert facts.sources_of(row) == {
        "bio": "lastfm",
        "genres": "musicbrainz",
        "country": "musicbrainz",
        "aliases": "musicbrainz",
    }
    assert set(made.changed) == {"bio", "country", "genres", "aliases"}


def test_what_a_person_edited_stays_and_can_be_given_back(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["lastfm"].tells(bio="A singer.", genres=("pop",))
    artists.change(bjork.id, {"bio": "Mine.", "aliases": ["Guðmundsdóttir"], "genres": ["jazz"]})
    services["musicbrainz"].tells(aliases=("B.",))

    assert look_up(bjork).changed == []
    row = factories.fresh(bjork)
    assert (row.bio, row.genres, aliases.of(bjork.id)) == ("Mine.", ["jazz"], ["Guðmundsdóttir"])
    assert facts.sources_of(row)["bio"] == "person"

    artists.change(bjork.id, {"locked": []})
    look_up(bjork)
    assert factories.fresh(bjork).bio == "A singer."
    assert aliases.of(bjork.id) == ["B."]


def test_a_service_that_fails_takes_nothing_away(
    services: dict[str, FakeService], bjork: Artist, set_clock: SetClock
) -> None:
    services["lastfm"].tells(bio="A singer.")
    services["theaudiodb"].tells(bio="Long.")
    look_up(bjork)
    services["lastfm"].fails(ServiceError("lastfm", "Last.fm cannot be reached."))

    made = look_up(bjork)

    row = factories.fresh(bjork)
    assert (row.bio, facts.sources_of(row)["bio"]) == ("A singer.", "lastfm")
    assert list(made.problems) == ["Lastfm: Last.fm cannot be reached."]
    assert not facts.is_due(row)
    set_clock.forward(facts.RETRY_AFTER)
    assert facts.is_due(row)


def test_a_more_trusted_word_replaces_a_less_trusted_one_and_newer_words_older_ones(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["theaudiodb"].tells(bio="Long.")
    look_up(bjork)
    services["lastfm"].tells(bio="A singer.")
    assert look_up(bjork).changed == ["bio"]
    services["lastfm"].tells(bio="A singer and actress.")
    assert look_up(bjork).changed == ["bio"]

    assert factories.fresh(bjork).bio == "A singer and actress."


def test_a_country_from_an_unknown_hand_stays(
    services: dict[str, FakeService], database: Config
) -> None:
    artist = artists.add(artists.NewArtist(name="Air", country="France"))
    services["musicbrainz"].tells(country="FR")

    look_up(artist)

    assert factories.fresh(artist).country == "France"


def test_when_nobody_answers_nothing_is_written_and_it_stays_due(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    for fake in services.values():
        fake.fails(ServiceError(fake.name, "It failed."))

    made = look_up(bjork)

    assert len(made.problems) == len(KINDS)
    assert facts.is_due(factories.fresh(bjork))


def test_ids_of_the_first_service_reach_the_others_and_are_kept(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["musicbrainz"].tells(ids={"mb_artist": "m1", "youtube_handle": "@bjork"})
    services["deezer"].tells(ids={"deezer_artist": "7", "fax": "1"})

    look_up(bjork)

    assert services["deezer"].described[0].ids["mb_artist"] == "m1"
    assert words.ids_of_artist(bjork.id) == {"mb_artist": "m1", "deezer_artist": "7"}


def test_an_id_of_somebody_else_or_one_that_is_known_stays_where_it_is(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    other = factories.make_artist("Other")
    artists.change(other.id, {"ids": {"deezer_artist": "7"}})
    artists.change(bjork.id, {"ids": {"mb_artist": "mine"}})
    services["musicbrainz"].tells(ids={"mb_artist": "theirs"})
    services["deezer"].tells(ids={"deezer_artist": "7"})

    look_up(bjork)

    assert words.ids_of_artist(bjork.id) == {"mb_artist": "mine"}


def test_a_channel_that_only_a_name_speaks_for_is_not_taken(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["theaudiodb"].tells(ids={"youtube_channel": "UC1"})
    look_up(bjork)
    assert words.channels_of(bjork.id) == ()

    services["musicbrainz"].tells(ids={"youtube_channel": "UC2"})
    look_up(bjork)
    assert words.channels_of(bjork.id) == ("UC2",)


def test_youtube_is_asked_last_and_only_for_what_nobody_else_knew(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["musicbrainz"].tells(ids={"youtube_handle": "@bjork"})
    services["theaudiodb"].tells(pictures=(PICTURE,))
    services["youtube"].tells(ids={CHANNEL: "UC3"}, pictures=("https://yt3.ggpht.com/b=s88",))

    look_up(bjork)
    assert services["youtube"].described[0].ids["youtube_handle"] == "@bjork"
    assert words.channels_of(bjork.id) == ("UC3",)

    look_up(bjork)
    assert len(services["youtube"].described) == 1


def test_facts_of_any_length_fit(services: dict[str, FakeService], bjork: Artist) -> None:
    services["musicbrainz"].tells(
        bio="x" * 50_000,
        country="y" * 300,
        genres=tuple(f"genre {number}" for number in range(90)),
        aliases=(*(f"name {number}" for number in range(90)), "z" * 300, "Björk", ""),
    )

    look_up(bjork)

    row = factories.fresh(bjork)
    assert (len(row.bio), len(row.country)) == (10_000, 64)
    assert (len(row.genres), len(aliases.of(bjork.id))) == (artists.MOST_GENRES, aliases.MOST)


def test_the_facts_of_an_artist_that_is_gone_are_nobodys(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    def remove() -> None:
        with db.session():
            artists.delete(bjork.id)

    services["lastfm"].tells(bio="A singer.")
    services["lastfm"].while_describing = remove

    assert describe.describe(bjork.id) is None
    assert describe.describe(bjork.id) is None
    assert len(services["lastfm"].described) == 1


def test_where_no_service_describes_artists_nobody_was_asked(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    finders.declare(monkeypatch, [])
    artist = factories.make_artist()

    assert look_up(artist).news == "Nothing new."
    assert facts.asked_at(factories.fresh(artist)) == 0


# with a search


def test_a_search_looks_facts_up_first_and_then_for_thirty_days_no_more(
    services: dict[str, FakeService], bjork: Artist, set_clock: SetClock
) -> None:
    services["musicbrainz"].tells(aliases=("Guðmundsdóttir",))
    upload = finders.upload("Guðmundsdóttir - Jóga (Official Music Video)", channel_verified=False)
    services["youtube"].finds(upload)

    first = discovery.discover(bjork.id)
    assert first is not None
    assert len(first.videos) + first.candidates == 1

    discovery.discover(bjork.id)
    assert len(services["musicbrainz"].described) == 1
    set_clock.forward(31 * clock.DAY)
    discovery.discover(bjork.id)
    assert len(services["musicbrainz"].described) == 2


def test_without_facts_a_search_goes_on(services: dict[str, FakeService], bjork: Artist) -> None:
    for kind in KINDS[:-1]:
        services[kind.name].fails(KeyError("artists"))
    services["youtube"].finds(finders.upload("Björk - Jóga (Official Music Video)"))

    made = discovery.discover(bjork.id)

    assert made is not None
    assert len(made.videos) == 1


def test_an_alias_that_is_another_artists_name_means_the_other(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    factories.make_artist("The Sugarcubes")
    artists.change(bjork.id, {"aliases": ["THE SUGARCUBES", "Guðmundsdóttir"]})

    assert aliases.own(bjork.id) == ["Guðmundsdóttir"]


# pictures


def test_pictures_are_offered_by_trust_and_never_those_of_lastfm(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["deezer"].tells(pictures=("https://e-cdns-images.dzcdn.net/b.jpg",))
    services["lastfm"].tells(pictures=("https://lastfm.example/star.png",))
    services["theaudiodb"].tells(pictures=(PICTURE,))

    look_up(bjork)

    [links] = portrait_jobs()
    assert [one["service"] for one in links] == ["theaudiodb", "deezer"]


def test_the_first_picture_that_can_be_had_is_shown(
    database: Config, bjork: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(link: str, config: Config) -> bytes:
        if "gone" in link:
            raise ServiceError("outside", "There is nothing at that link.")
        return b"no picture" if "broken" in link else media.jpeg("Björk")

    monkeypatch.setattr(artwork, "fetch", fetch)
    links = [
        {"service": "theaudiodb", "link": "https://theaudiodb.com/gone.jpg"},
        {"service": "fanarttv", "link": "https://assets.fanart.tv/broken.jpg"},
        {"service": "deezer", "link": "https://e-cdns-images.dzcdn.net/b.jpg"},
    ]

    assert portraits.keep(bjork.id, links, database, lambda *told: None)

    row = factories.fresh(bjork)
    assert Image.get_by_id(row.image_id).width > 0
    assert facts.sources_of(row)["image"] == "deezer"
    assert Path(database.thumbs).is_dir()
    assert not facts.wants_picture(row, "deezer")
    assert facts.wants_picture(row, "theaudiodb")


def test_a_picture_that_a_person_chose_stays(
    database: Config, bjork: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artwork, "fetch", lambda link, config: media.jpeg("Björk"))
    artists.change(bjork.id, {"locked": [pictures.LOCK]})
    row = factories.fresh(bjork)

    links = [{"service": "deezer", "link": PICTURE}]
    assert not portraits.keep(bjork.id, links, database, lambda *told: None)
    assert not facts.wants_picture(row, "theaudiodb")
    assert factories.fresh(bjork).image_id is None
