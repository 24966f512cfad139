"""Who is meant by a name or a link, with catalogues that agree, differ, fail and lie."""

from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid, ServiceError
from mvidarr.discovery import candidates
from mvidarr.governor import breaker, budget, services
from mvidarr.integrations.protocols import FoundArtist
from tests.fakes import answers, finders
from tests.fakes.finders import FakeService
from tests.fakes.imvdb import FakeImvdb
from tests.fakes.internet import FakeInternet
from tests.fakes.musicbrainz import FakeMusicBrainz
from tests.fakes.youtube import FakeYouTube


@pytest.fixture
def fakes(database: Config, monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    settings.change({"imvdb_api_key": "a key"})
    return finders.install(monkeypatch, only=("youtube", "musicbrainz", "imvdb"))


def mb(name: str, number: int, **facts: Any) -> FoundArtist:
    known = {"found_by": "musicbrainz", "ids": {"mb_artist": f"m{number}"}, "score": 90}
    return FoundArtist(name=name, **{**known, **facts})


def im(name: str, number: int, **facts: Any) -> FoundArtist:
    known = {"found_by": "imvdb", "ids": {"imvdb_entity": str(number)}, "score": 80}
    return FoundArtist(name=name, **{**known, **facts})


# joining and ranking


def test_entries_of_two_catalogues_become_one() -> None:
    first = mb("Björk", 1, country="IS", kind="Person", disambiguation="Icelandic singer")
    second = im("Bjork", 2, image_url="https://i.example.org/b.jpg", score=95)

    [one] = candidates.rank("björk", [first, second])

    assert one.name == "Björk"
    assert one.ids == {"mb_artist": "m1", "imvdb_entity": "2"}
    assert (one.country, one.kind, one.image_url) == ("IS", "Person", "https://i.example.org/b.jpg")
    assert one.score == 95


def test_two_of_one_catalogue_stay_two() -> None:
    found = candidates.rank("Nirvana", [mb("Nirvana", 1), mb("Nirvana", 2), mb("NIRVANA", 3)])

    assert [one.ids["mb_artist"] for one in found] == ["m1", "m2", "m3"]


def test_spellings_that_only_look_alike_are_not_lost() -> None:
    found = candidates.rank("Bjork", [mb("Björk", 1), mb("Bjork", 2)])

    assert [one.name for one in found] == ["Bjork", "Björk"]


def test_what_could_mean_either_stays_by_itself() -> None:
    both = [mb("Air", 1, disambiguation="French duo"), mb("Air", 2, disambiguation="70s jazz")]

    found = candidates.rank("Air", [*both, im("Air", 3)])

    assert len(found) == 3


def test_a_shared_id_joins_whatever_the_names_say() -> None:
    first = mb("Prince", 1, ids={"mb_artist": "m1", "discogs_artist": "5"})
    second = im("The Artist", 2, ids={"imvdb_entity": "2", "discogs_artist": "5"})

    [one] = candidates.rank("Prince", [first, second])

    assert one.ids == {"mb_artist": "m1", "imvdb_entity": "2", "discogs_artist": "5"}


def test_the_same_name_comes_first_then_the_likeliest() -> None:
    found = candidates.rank(
        "Air",
        [
            mb("Airbourne", 1, score=100),
            mb("AIR", 2, score=60),
            mb("Nicolas & JB", 3, score=70, aliases=("Air!",)),
            mb("Air Supply", 4, score=99),
        ],
    )

    assert [one.name for one in found] == ["AIR", "Nicolas & JB", "Airbourne", "Air Supply"]


def test_a_list_is_not_endless() -> None:
    found = candidates.rank("x", [mb(f"x {number}", number) for number in range(40)])

    assert len(found) == candidates.MOST


# asking for a name


def test_every_catalogue_is_asked(fakes: dict[str, FakeService]) -> None:
    fakes["musicbrainz"].finds(mb("Björk", 1))
    fakes["imvdb"].finds(im("Sugarcubes", 2))

    made = candidates.find("  Björk \n")

    assert made.asked == "Björk"
    assert [one.name for one in made.found] == ["Björk", "Sugarcubes"]
    assert (made.problems, made.is_link) == ([], False)
    assert fakes["youtube"].asked == []


def test_when_every_catalogue_is_down_the_name_is_enough(fakes: dict[str, FakeService]) -> None:
    fakes["musicbrainz"].fails(ServiceError("musicbrainz", "MusicBrainz cannot be reached."))
    fakes["imvdb"].fails(KeyError("results"))

    made = candidates.find("Björk")

    assert list(made.found) == []
    assert made.problems == [
        "MusicBrainz cannot be reached.",
        "IMVDb answered in a way that MVidarr does not understand.",
    ]
    assert budget.row("imvdb").failures == 1


def test_a_resting_catalogue_is_not_asked_nor_blamed(fakes: dict[str, FakeService]) -> None:
    for _ in range(3):
        breaker.failed("imvdb", "It failed.")
    made = candidates.find("Björk")

    assert fakes["imvdb"].asked == []
    assert "left alone" in made.problems[0]
    assert budget.row("imvdb").failures == 3


def test_a_catalogue_without_a_key_is_left_out_silently(fakes: dict[str, FakeService]) -> None:
    settings.change({"imvdb_api_key": ""})

    assert candidates.find("Björk").problems == []
    assert fakes["imvdb"].asked == []


@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_nothing_is_no_name(fakes: dict[str, FakeService], name: str) -> None:
    with pytest.raises(Invalid) as caught:
        candidates.find(name)
    assert caught.value.fields == {"name": "Enter a name or a link."}


@pytest.mark.parametrize("name", ["will.i.am", "AC/DC", "www", "P!nk", "http", "The 1975"])
def test_a_name_is_not_taken_for_a_link(fakes: dict[str, FakeService], name: str) -> None:
    candidates.find(name)

    assert fakes["musicbrainz"].asked == [name]


# links, with the real adapters


@pytest.fixture
def catalogues(
    database: Config,
    monkeypatch: pytest.MonkeyPatch,
    musicbrainz: FakeMusicBrainz,
    imvdb: FakeImvdb,
) -> None:
    finders.unhurried(monkeypatch, only=("youtube", "musicbrainz", "imvdb"))
    settings.change(
        {
            "musicbrainz_url": musicbrainz.base_url,
            "imvdb_url": imvdb.base_url,
            "imvdb_api_key": imvdb.key,
        }
    )


@pytest.mark.usefixtures("catalogues")
def test_a_link_to_musicbrainz(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Björk", country="IS")

    made = candidates.find(f"https://musicbrainz.org/artist/{artist.mbid.upper()}/releases")

    assert [(one.name, one.ids["mb_artist"]) for one in made.found] == [("Björk", artist.mbid)]
    assert made.is_link


@pytest.mark.usefixtures("catalogues")
@pytest.mark.parametrize("slug", ["bjork", "311"])
def test_a_link_to_imvdb_with_a_name_or_a_number_for_a_name(imvdb: FakeImvdb, slug: str) -> None:
    artist = imvdb.add_artist("Somebody", slug=slug)

    made = candidates.find(f"imvdb.com/n/{slug}")

    assert [one.ids["imvdb_entity"] for one in made.found] == [str(artist.id)]


@pytest.mark.usefixtures("catalogues")
def test_a_link_that_nobody_knows_is_said(musicbrainz: FakeMusicBrainz) -> None:
    made = candidates.find("https://musicbrainz.org/artist/00000000-0000-4000-8000-000000000000")

    assert (list(made.found), made.is_link) == ([], True)
    assert made.problems == ("MusicBrainz does not have that.",)
    assert budget.row("musicbrainz").failures == 0


@pytest.mark.usefixtures("catalogues")
def test_a_link_to_a_service_that_is_off_is_said(imvdb: FakeImvdb) -> None:
    settings.change({"imvdb_enabled": False})

    made = candidates.find("https://imvdb.com/n/bjork")

    assert made.problems == ("IMVDb is switched off in the settings.",)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "link",
    [
        "https://www.youtube.com/watch?v=loB0kmz_0MM",
        "youtu.be/loB0kmz_0MM",
        "https://imvdb.com/video/bjork/joga",
        "https://example.org/bjork",
        "www.example.org",
        "ftp://musicbrainz.org/artist/x",
        "javascript://youtube.com/@bjork",
    ],
)
def test_a_link_that_leads_to_no_artist_is_refused(link: str) -> None:
    with pytest.raises(Invalid) as caught:
        candidates.find(link)
    assert list(caught.value.fields) == ["name"]


@pytest.mark.parametrize("address", ["https://www.youtube.com/@Bjork", "youtube.com/channel/{id}"])
def test_a_link_to_a_channel(
    database: Config,
    monkeypatch: pytest.MonkeyPatch,
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    address: str,
) -> None:
    finders.unhurried(monkeypatch, only=("youtube", "musicbrainz", "imvdb"))
    monkeypatch.setattr(services, "_ca", fake_internet.ca_file)
    settings.change({"outbound_proxy": fake_internet.proxy_url})
    channel = fake_youtube.add_channel("Bjork", verified=True)

    made = candidates.find(address.format(id=channel.id))

    assert list(made.problems) == []
    assert [(one.name, one.ids) for one in made.found] == [
        ("Bjork", {"youtube_channel": channel.id})
    ]


@pytest.mark.usefixtures("catalogues")
def test_real_catalogues_agree_on_a_name(musicbrainz: FakeMusicBrainz, imvdb: FakeImvdb) -> None:
    mine = musicbrainz.add_artist("Björk", country="IS", kind="Person")
    theirs = imvdb.add_artist("Björk", slug="bjork")

    made = candidates.find("BJÖRK")

    assert made.found[0].ids["mb_artist"] == mine.mbid
    assert made.found[0].ids["imvdb_entity"] == str(theirs.id)
    assert list(made.problems) == []


@pytest.mark.usefixtures("catalogues")
def test_a_forbidden_search_of_imvdb_leaves_the_other_catalogue(
    musicbrainz: FakeMusicBrainz, imvdb: FakeImvdb
) -> None:
    musicbrainz.add_artist("Björk")
    imvdb.breaks_search()
    musicbrainz.fails(answers.json_of({"artists": None}), times=1)

    first, second = candidates.find("Bjork"), candidates.find("Björk")

    assert list(first.found) == []
    assert [one.name for one in second.found] == ["Björk"]
