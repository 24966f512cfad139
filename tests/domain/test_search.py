"""Search by words: each by its beginning, without accents, on both databases alike."""

import pytest

from mvidarr.core.config import Config
from mvidarr.library import search
from mvidarr.models import Artist, SearchTerm, Video
from tests.factories import make_artist, make_video

pytestmark = pytest.mark.usefixtures("database")


def found(q: str) -> list[str]:
    query = Video.select().where(search.matching(search.VIDEO, q, Video.id))
    return sorted(video.title for video in query)


@pytest.fixture(autouse=True)
def _library(database: Config) -> None:
    bjork = make_artist("Björk")
    make_video(bjork, "Jóga", album="Homogenic")
    make_video(bjork, "All Is Full of Love")
    make_video(make_artist("宇多田ヒカル"), "光")
    make_video(make_artist("The The"), "This Is the Day")


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("joga", ["Jóga"]),
        ("JÓ", ["Jóga"]),
        ("bjork love", ["All Is Full of Love"]),
        ("lov bjö", ["All Is Full of Love"]),
        ("homogenic", ["Jóga"]),
        ("oga", []),
        ("the", ["This Is the Day"]),
        ("多田", ["光"]),
        ("光", ["光"]),
        ("joga love", []),
        ("!!!", []),
    ],
)
def test_every_word_is_found_by_its_beginning(q: str, expected: list[str]) -> None:
    assert found(q) == expected


def test_artists_and_videos_are_searched_apart() -> None:
    query = Artist.select().where(search.matching(search.ARTIST, "joga", Artist.id))
    assert query.count() == 0


def test_indexing_again_replaces_the_words() -> None:
    search.index(search.VIDEO, 999, ["One two", None, "two three"])
    search.index(search.VIDEO, 999, ["three four"])

    rows = SearchTerm.select().where(SearchTerm.ref_id == 999)
    assert sorted(row.term for row in rows) == ["four", "three"]
    search.forget(search.VIDEO, [999])
    assert rows.count() == 0
