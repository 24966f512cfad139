"""Plex over HTTP against its fake, and on what real ones answered."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Blocked, Conf, NotThere
from mvidarr.integrations import plex
from mvidarr.integrations.protocols import Checks, Listed, Offer
from tests.fakes import answers
from tests.fakes.answers import Answer
from tests.fakes.internet import FakeInternet
from tests.fakes.plex import FakePlex

RECORDED = Path(__file__).parents[2] / "../shared/recorded/plex"
recordings = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")

CAN_CHECK: Checks = plex.check
MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"


@pytest.fixture
def fake(fake_internet: FakeInternet) -> FakePlex:
    return FakePlex(fake_internet)


def conf(fake: FakePlex, **changes: Any) -> Conf:
    known = Conf(service="plex", base_url=fake.base_url, key=fake.token, backoff=0.001)
    return replace(known, **changes)


def test_only_music_libraries_are_offered(fake: FakePlex) -> None:
    fake.add_section("Films", "movie")
    fake.add_section("Music")
    fake.add_section("Photos", "photo")
    fake.add_section("More music")

    assert plex.libraries(conf(fake)) == [
        Offer(ref="2", title="Music"),
        Offer(ref="4", title="More music"),
    ]


def test_artists_come_with_id_and_genres(fake: FakePlex) -> None:
    music = fake.add_section("Music")
    fake.add_artist(music, "Björk", mbid=MBID, genres=("Art Pop", "Electronic"))
    fake.add_artist(music, "Air")
    fake.add_artist(music, "Various Artists")
    fake.add_artist(music, "[Unknown Artist]")

    bjork, air = plex.artists(conf(fake), music.key)

    assert bjork == Listed(
        external_id="100",
        artist="Björk",
        ids={"mb_artist": MBID},
        genres=("Art Pop", "Electronic"),
    )
    assert (air.artist, air.ids, air.genres) == ("Air", {}, ())


def test_artists_come_page_by_page(fake: FakePlex) -> None:
    music = fake.add_section("Music")
    for number in range(450):
        fake.add_artist(music, f"Artist {number}")

    found = plex.artists(conf(fake), music.key)

    assert next(found).artist == "Artist 0"
    assert len(fake.asked) == 1
    assert len(list(found)) == 449
    assert len(fake.asked) == 3


@pytest.mark.parametrize("count", [0, 1, 200, 400])
def test_pages_that_are_just_full_lose_nothing(fake: FakePlex, count: int) -> None:
    music = fake.add_section("Music")
    for number in range(count):
        fake.add_artist(music, f"Artist {number}")

    assert len(list(plex.artists(conf(fake), music.key))) == count


def test_server_without_pages_is_read_once(fake: FakePlex) -> None:
    fake.knows_pages = False
    music = fake.add_section("Music")
    for number in range(450):
        fake.add_artist(music, f"Artist {number}")

    assert len(list(plex.artists(conf(fake), music.key))) == 450
    assert len(fake.asked) == 1


def test_requests_say_who_asks_and_hide_the_token(fake: FakePlex) -> None:
    fake.add_section("Music")

    plex.libraries(conf(fake))

    (asked,) = fake.internet.asked(fake.host)
    assert asked.headers["x-plex-product"] == "MVidarr"
    assert asked.headers["x-plex-client-identifier"] == "mvidarr"
    assert asked.headers["x-plex-token"] == fake.token
    assert fake.token not in asked.target


@pytest.mark.parametrize("section", ["7", "../../identity", "..", "", "é", "1?x=1"])
def test_library_that_is_gone_is_told(fake: FakePlex, section: str) -> None:
    with pytest.raises(NotThere, match="no longer has this library"):
        list(plex.artists(conf(fake), section))
    assert len(fake.asked) == (1 if section == "7" else 0)


def test_refused_token_is_told(fake: FakePlex) -> None:
    fake.add_section("Music")
    wrong = conf(fake, key="wrong")

    for ask in (plex.check, plex.libraries, lambda known: list(plex.artists(known, "1"))):
        with pytest.raises(errors.ServiceError, match="refused the token") as caught:
            ask(wrong)
        assert caught.value.permanent


def test_xml_is_explained(fake: FakePlex) -> None:
    fake.speaks_xml = True
    fake.add_section("Music")

    for ask in (plex.check, plex.libraries, lambda known: list(plex.artists(known, "1"))):
        with pytest.raises(errors.ServiceError, match="instead of JSON") as caught:
            ask(conf(fake))
        assert caught.value.permanent


def test_check_counts_the_libraries(fake: FakePlex) -> None:
    said = "Plex 1.43.0 answers and accepts the token; it has "
    assert plex.check(conf(fake)) == said + "no music library."
    fake.add_section("Music")
    assert plex.check(conf(fake)) == said + "1 music library."
    fake.add_section("More")
    assert plex.check(conf(fake)) == said + "2 music libraries."
    with pytest.raises(errors.NotConfigured):
        plex.check(conf(fake, base_url=""))


def test_other_program_is_told_from_plex(fake: FakePlex) -> None:
    fake.fails(answers.json_of({"appName": "Lidarr"}))

    with pytest.raises(errors.ServiceError, match="not a Plex server"):
        plex.check(conf(fake))


@pytest.mark.parametrize(
    ("answer", "kind", "word"),
    [
        (answers.invalid_json(), errors.ServiceError, "damaged"),
        (answers.html_with_200(), errors.ServiceError, "instead of JSON"),
        (answers.forbidden_html(), Blocked, "forbids access"),
        (answers.server_error(500), errors.ServiceError, "of its own"),
        (answers.server_error(503), errors.ServiceError, "not available"),
        (answers.server_error(404), NotThere, "no longer has this library"),
    ],
)
def test_faults_are_sentences(
    fake: FakePlex, answer: Answer, kind: type[Exception], word: str
) -> None:
    fake.fails(answer)

    with pytest.raises(kind, match=word):
        list(plex.artists(conf(fake), "1"))


@pytest.mark.parametrize(
    "rubbish",
    [
        [],
        {},
        None,
        {"MediaContainer": []},
        {"MediaContainer": {"Metadata": {"title": "x"}, "totalSize": "many"}},
        {"MediaContainer": {"Metadata": [None, 1, {}, {"title": ""}], "totalSize": 4}},
        {"MediaContainer": {"Directory": [None, {"type": "artist"}, {"key": 1}]}},
        {"MediaContainer": {"Metadata": [{"title": "Album", "type": "album"}]}},
    ],
)
def test_rubbish_is_empty(fake: FakePlex, rubbish: Any) -> None:
    fake.fails(answers.json_of(rubbish))

    assert plex.libraries(conf(fake)) == []
    assert list(plex.artists(conf(fake), "1")) == []


def test_server_that_never_ends_is_left(fake: FakePlex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvidarr.integrations.plex.MOST_PAGES", 3)
    one = {"ratingKey": "1", "title": "Björk", "type": "artist"}
    fake.fails(answers.json_of({"MediaContainer": {"Metadata": [one], "totalSize": 10**9}}))

    assert len(list(plex.artists(conf(fake), "1"))) == 1
    assert len(fake.asked) == 3


def test_odd_guids_are_no_ids(fake: FakePlex) -> None:
    music = fake.add_section("Music")
    fake.add_artist(music, "Björk", mbid="not-an-id")

    assert next(plex.artists(conf(fake), music.key)).ids == {}


# recordings


@recordings
def test_recorded_sections_in_xml_are_explained(fake: FakePlex) -> None:
    content = (RECORDED / "ha_library_sections.xml").read_bytes()
    fake.fails(Answer(body=content, kind="text/xml;charset=utf-8"))

    with pytest.raises(errors.ServiceError, match="instead of JSON"):
        plex.libraries(conf(fake))


@recordings
def test_recorded_answers_of_old_servers_do_no_harm(fake: FakePlex) -> None:
    for path in sorted(RECORDED.glob("*.json")):
        fake.internet.heal()
        fake.fails(Answer(body=path.read_bytes()))
        assert plex.libraries(conf(fake)) == []  # they have films and photos
        assert list(plex.artists(conf(fake), "1")) == []
