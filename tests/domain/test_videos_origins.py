"""Where facts about videos come from, and who may replace whose."""

from typing import Any

import pytest

from mvidarr.library import videos
from mvidarr.library.videos import Song
from mvidarr.models import Artist, Video
from tests.factories import fresh, make_artist, make_video

pytestmark = pytest.mark.usefixtures("database")


def song(by: str, **facts: Any) -> Song:
    return Song(title="Jóga", **facts, origins=dict.fromkeys(["title", *facts], by))


@pytest.fixture
def bjork() -> Artist:
    return make_artist("Björk")


def made(artist: Artist, by: str, **facts: Any) -> Video:
    return videos.create(artist, song(by, **facts))


def told(video: Video, by: str, **facts: Any) -> Video:
    videos.enrich([(fresh(video), song(by, **facts))])
    now: Video = fresh(video)
    return now


def test_each_fact_says_where_it_comes_from(bjork: Artist) -> None:
    video = made(bjork, "musicbrainz", year=1997, directors=["Michel Gondry"], label=None)

    assert video.origins == {
        "title": "musicbrainz",
        "year": "musicbrainz",
        "directors": "musicbrainz",
    }
    now = told(video, "theaudiodb", album="Homogenic", genres=["Art pop"])
    assert (now.origins["album"], now.origins["genres"]) == ("theaudiodb", "theaudiodb")
    assert videos.names_of(video.id)["genres"] == ["Art pop"]


@pytest.mark.parametrize(
    ("by", "year"), [("imvdb", 1998), ("musicbrainz", 1998), ("theaudiodb", 1997), ("new", 1997)]
)
def test_a_newer_fact_counts_from_whom_is_trusted_as_much(
    bjork: Artist, by: str, year: int
) -> None:
    video = made(bjork, "musicbrainz", year=1997)

    now = told(video, by, year=1998)

    assert (now.year, now.origins["year"]) == (year, by if year == 1998 else "musicbrainz")


def test_what_is_not_said_any_more_stays(bjork: Artist) -> None:
    video = made(bjork, "imvdb", year=1997, directors=["Michel Gondry"])
    now = told(video, "imvdb", album="Homogenic")

    assert (now.year, now.album) == (1997, "Homogenic")
    assert videos.names_of(video.id)["directors"] == ["Michel Gondry"]


def test_a_persons_word_is_never_replaced_and_can_be_given_back(bjork: Artist) -> None:
    video = made(bjork, "musicbrainz", year=1997, directors=["Michel Gondry"])
    videos.change(video.id, {"year": 1996, "directors": ["Me"]})
    assert fresh(video).origins["year"] == fresh(video).origins["directors"] == "person"

    now = told(video, "imvdb", year=1998, directors=["Somebody"])
    assert (now.year, videos.names_of(video.id)["directors"]) == (1996, ["Me"])

    videos.change(video.id, {"locked": ["directors"]})
    now = told(video, "theaudiodb", year=1999, directors=["Somebody"])
    assert (now.year, now.origins["year"]) == (1999, "theaudiodb")
    assert videos.names_of(video.id)["directors"] == ["Me"]


def test_what_a_person_entered_by_hand_is_theirs_without_a_lock(bjork: Artist) -> None:
    video = videos.add(bjork.id, Song(title="Jóga", year=1996, album="Mine"))
    assert video.origins == {
        "title": "person",
        "type": "person",
        "year": "person",
        "album": "person",
    }

    now = told(video, "imvdb", year=1997, album="Homogenic", label="One Little Indian")

    assert (now.year, now.album, now.label) == (1996, "Mine", "One Little Indian")


def test_a_fact_of_unknown_origin_stays_and_learns_it_from_who_agrees(bjork: Artist) -> None:
    video = make_video(bjork, "Jóga", year=1997, album="Homogenic")

    now = told(video, "imvdb", year=1997, album="Greatest Hits")

    assert (now.album, now.origins) == ("Homogenic", {"year": "imvdb"})


def test_names_in_another_order_are_nothing_new(bjork: Artist) -> None:
    video = made(bjork, "imvdb", genres=["Pop", "Art pop"])
    before = fresh(video).updated_at, videos.names_of(video.id)

    now = told(video, "imvdb", genres=["art pop", "POP"])

    assert (now.updated_at, videos.names_of(video.id)) == before


def test_a_year_that_is_corrected_is_judged_by_the_rules() -> None:
    artist = make_artist(rules={"types": ["official"], "year_from": 2000})
    video = made(artist, "theaudiodb", year=2001)
    assert video.fits

    assert not told(video, "imvdb", year=1997).fits
