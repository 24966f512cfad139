"""Lidarr over HTTP against its fake, and on what real ones answered."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core import errors
from mvidarr.core.http import Blocked, Conf
from mvidarr.integrations import lidarr
from mvidarr.integrations.protocols import Checks, Listed
from tests.fakes import answers
from tests.fakes.answers import Answer
from tests.fakes.internet import FakeInternet
from tests.fakes.lidarr import FakeLidarr

RECORDED = Path(__file__).parents[2] / "../shared/recorded/lidarr"
recordings = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")

CAN_CHECK: Checks = lidarr.check
MBID = "10bf95b6-30e3-44f1-817f-45762cdc0de0"


@pytest.fixture
def fake(fake_internet: FakeInternet) -> FakeLidarr:
    return FakeLidarr(fake_internet)


def conf(fake: FakeLidarr, **changes: Any) -> Conf:
    known = Conf(service="lidarr", base_url=fake.url, key=fake.key, backoff=0.001)
    return replace(known, **changes)


def names(fake: FakeLidarr, monitored_only: bool = False) -> list[str]:
    return [entry.artist for entry in lidarr.artists(conf(fake), monitored_only)]


def test_artists_come_by_their_id_at_musicbrainz(fake: FakeLidarr) -> None:
    picture = "https://assets.fanart.tv/x.jpg"
    fake.add_artist("Paradise Lost", mbid=MBID.upper(), genres=("Metal", ""), picture=picture)
    fake.add_artist("Air", monitored=False)

    lost, air = lidarr.artists(conf(fake), False)

    assert lost == Listed(
        external_id=MBID,
        artist="Paradise Lost",
        ids={"mb_artist": MBID},
        genres=("Metal",),
        image_url=picture,
    )
    assert (air.monitored, air.image_url) == (False, None)  # relative addresses need the key


def test_unmonitored_artists_may_be_left_out(fake: FakeLidarr) -> None:
    fake.add_artist("Björk")
    fake.add_artist("Air", monitored=False)

    assert names(fake) == ["Björk", "Air"]
    assert names(fake, monitored_only=True) == ["Björk"]


def test_empty_lidarr_has_nobody(fake: FakeLidarr) -> None:
    assert names(fake) == []


def test_thousands_of_artists_stream(fake: FakeLidarr) -> None:
    for number in range(3000):
        fake.add_artist(f"Artist {number}", genres=("Ünïcode [x], {y}",))

    found = lidarr.artists(conf(fake), True)

    assert next(found).artist == "Artist 0"
    assert len(list(found)) == 2999


def test_more_than_the_usual_limit_is_taken(fake: FakeLidarr) -> None:
    item = {"artistName": "Björk", "foreignArtistId": MBID, "overview": "x" * (17 * 1024 * 1024)}
    fake.fails(answers.json_of([item]))

    assert names(fake) == ["Björk"]


@pytest.mark.parametrize("url_base", ["", "/lidarr", "/apps/lidarr"])
@pytest.mark.parametrize("typed", ["", "/", "/api", "/api/v1", "/api/v1/"])
def test_address_may_end_in_the_api(fake_internet: FakeInternet, url_base: str, typed: str) -> None:
    fake = FakeLidarr(fake_internet, url_base)
    fake.add_artist("Björk")
    known = conf(fake, base_url=fake.url + typed)

    assert [entry.artist for entry in lidarr.artists(known, False)] == ["Björk"]


@pytest.mark.parametrize("typed", ["", "/wrong"])
def test_wrong_url_base_is_explained(fake_internet: FakeInternet, typed: str) -> None:
    fake = FakeLidarr(fake_internet, "/lidarr")
    known = conf(fake, base_url=fake_internet.base_url(fake.host) + typed)

    for ask in (lambda: lidarr.check(known), lambda: list(lidarr.artists(known, False))):
        with pytest.raises(errors.ServiceError, match="URL base") as caught:
            ask()
        assert caught.value.permanent


@pytest.mark.parametrize(
    "answer",
    [
        answers.json_of({"message": "NotFound"}, status=404),
        answers.json_of({"appName": "Sonarr", "version": "4"}),
        answers.json_of([]),
    ],
)
def test_other_program_is_told_from_lidarr(fake: FakeLidarr, answer: Answer) -> None:
    fake.fails(answer)

    with pytest.raises(errors.ServiceError, match="not Lidarr's API"):
        lidarr.check(conf(fake))


def test_redirect_to_another_machine_is_not_followed(fake: FakeLidarr) -> None:
    there = "https://auth.example.org/login"
    fake.fails(answers.json_of({}, status=302, headers={"Location": there}))

    with pytest.raises(errors.ServiceError, match="another address"):
        names(fake)


def test_redirect_to_its_own_login_is_explained(fake: FakeLidarr) -> None:
    on = answers.json_of({}, status=302, headers={"Location": "/login"})
    fake.fails(on, path="/artist")

    with pytest.raises(errors.ServiceError, match="URL base"):
        names(fake)


@pytest.mark.parametrize("bare", [True, False])
def test_refused_key_is_told_in_both_forms(fake: FakeLidarr, bare: bool) -> None:
    fake.bare_401 = bare

    for ask in (lidarr.check, lambda known: list(lidarr.artists(known, False))):
        with pytest.raises(errors.ServiceError, match="refused the key") as caught:
            ask(conf(fake, key="wrong"))
        assert caught.value.permanent


def test_check_names_the_version(fake_internet: FakeInternet) -> None:
    fake = FakeLidarr(fake_internet, "/lidarr")

    assert lidarr.check(conf(fake)) == "Lidarr 2.14.5.4836 answers and accepts the key."
    with pytest.raises(errors.NotConfigured):
        lidarr.check(conf(fake, base_url=""))


@pytest.mark.parametrize(
    ("answer", "kind", "word"),
    [
        (answers.invalid_json(), errors.ServiceError, "something else than artists|damaged"),
        (Answer(body=b'[{"artistName": "Bj'), errors.ServiceError, "damaged"),
        (Answer(body=b"[1, 2"), errors.ServiceError, "damaged"),
        (Answer(body=b"[" * 100_000), errors.ServiceError, "damaged"),
        (answers.json_of({}), errors.ServiceError, "something else"),
        (answers.json_of(None), errors.ServiceError, "something else"),
        (answers.forbidden_html(), Blocked, "forbids access"),
        (answers.json_of({"message": "x", "description": "y"}, status=500), None, "of its own"),
        (answers.json_of({"message": "x"}, status=503), None, "not available"),
        (answers.json_of([{"errorMessage": "x"}], status=400), None, "did not accept"),
        (answers.too_many(5), None, "pause"),
    ],
)
def test_faults_are_sentences(
    fake: FakeLidarr, answer: Answer, kind: type[Exception] | None, word: str
) -> None:
    fake.fails(answer)

    with pytest.raises(kind or errors.ServiceError, match=word) as caught:
        names(fake)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "rubbish",
    [
        [None, 1, "x", [], {}],
        [{"artistName": None}, {"artistName": "", "foreignArtistId": MBID}],
        [{"artistName": "[unknown]", "foreignArtistId": MBID}],
        [{"artistName": "Various Artists"}],
    ],
)
def test_rubbish_is_empty(fake: FakeLidarr, rubbish: Any) -> None:
    fake.fails(answers.json_of(rubbish))
    assert names(fake) == []


def test_odd_members_do_no_harm() -> None:
    entry = lidarr.to_listed(
        {
            "id": 7,
            "artistName": "Björk",
            "foreignArtistId": None,
            "monitored": None,
            "genres": "pop",
            "images": [None, {"coverType": "poster", "remoteUrl": "/x.jpg"}, {"coverType": 5}],
        }
    )

    assert (entry.external_id, entry.ids) == ("lidarr:7", {})
    assert (entry.genres, entry.image_url, entry.monitored) == ((), None, True)


# messages


def test_added_artist_is_the_same_as_in_the_list(fake: FakeLidarr) -> None:
    added = fake.add_artist("Björk", genres=("Pop",), picture="https://example.org/x.jpg")

    (listed,) = lidarr.artists(conf(fake), True)

    assert lidarr.webhook(fake.message("ArtistAdd", added)) == listed


@pytest.mark.parametrize("event", ["Test", "Grab", "Download", "ArtistDelete", "", "Health"])
def test_other_messages_add_nobody(fake: FakeLidarr, event: str) -> None:
    message = fake.message(event)

    assert lidarr.webhook(message) is None
    assert lidarr.is_test(message) is (event == "Test")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"eventType": None},
        {"eventType": "ArtistAdd"},
        {"eventType": "ArtistAdd", "artist": None},
        {"eventType": "ArtistAdd", "artist": [1]},
        {"eventType": "ArtistAdd", "artist": {"name": None, "mbId": 5}},
        {"eventType": ["ArtistAdd"], "artist": {"name": "Björk"}},
    ],
)
def test_messages_that_lack_something_add_nobody(body: dict[str, Any]) -> None:
    assert lidarr.webhook(body) is None
    assert not lidarr.is_test(body)


def test_message_without_an_id_still_names_the_artist() -> None:
    entry = lidarr.webhook({"eventType": "artistadd", "artist": {"id": 3, "name": " Björk "}})

    assert entry is not None
    assert (entry.artist, entry.ids, entry.external_id) == ("Björk", {}, "lidarr:3")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["eventType", "artist", "x"]), JSON), JSON)
def test_any_message_is_taken(body: dict[str, Any], artist: Any) -> None:
    lidarr.webhook(body)
    lidarr.webhook({"eventType": "ArtistAdd", "artist": artist})
    lidarr.is_test(body)


# recordings


@recordings
def test_recorded_artists_are_read(fake: FakeLidarr) -> None:
    fake.fails(Answer(body=(RECORDED / "sanitised_artist_all.json").read_bytes()))

    (entry,) = lidarr.artists(conf(fake), True)

    assert (entry.artist, entry.external_id, entry.ids) == ("string", "string", {})
    assert (entry.genres, entry.image_url, entry.monitored) == (("string",), None, True)
    single = json.loads((RECORDED / "sanitised_artist.json").read_text())
    assert lidarr.to_listed(single).artist == "string"


@recordings
def test_recorded_refusal_is_told(fake: FakeLidarr) -> None:
    fake.fails(Answer(status=400, body=(RECORDED / "sanitised_track_error.json").read_bytes()))

    with pytest.raises(errors.ServiceError, match="did not accept"):
        names(fake)


@recordings
def test_no_recorded_answer_does_harm(fake: FakeLidarr) -> None:
    for path in sorted(RECORDED.glob("*.json")):
        fake.internet.heal()
        fake.fails(Answer(body=path.read_bytes()))
        with contextlib.suppress(errors.ServiceError):
            assert all(name == "string" for name in names(fake))
