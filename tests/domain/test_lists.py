"""Lists: filters, sorts, pages by key, and how many queries they take."""

from collections.abc import Sequence

import pytest

from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.db import Page, Place
from mvidarr.core.errors import Invalid
from mvidarr.library import artist_rows, filters, sources, stats, video_rows, videos, wanted_rows
from tests.factories import make_artist, make_download, make_file, make_source, make_video

pytestmark = pytest.mark.usefixtures("database")


def titles(*given: tuple[str, str]) -> list[str]:
    rows = video_rows.page(filters.parse(given), "title", Place(limit=100)).rows
    return [row.title for row in rows]


@pytest.fixture
def _few(database: Config) -> None:
    bjork = make_artist("Björk")
    make_file(make_video(bjork, "A", year=1995, type="live"), height=360, width=640)
    make_file(make_video(bjork, "B", year=1999), height=800, width=1920)
    make_video(make_artist("Air"), "C", year=None, fits=False)
    make_file(make_video(title="D", year=2004), height=1920, width=1080)


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], "ABCD"),
        ([("status", "downloaded")], "ABD"),
        ([("status", "downloaded"), ("status", "ignored")], "ABCD"),
        ([("status", "!downloaded")], "C"),
        ([("type", "live")], "A"),
        ([("year", "1990..1999")], "AB"),
        ([("year", "1999")], "B"),
        ([("year", "2000..")], "D"),
        ([("year", "..1995"), ("year", "2004")], "AD"),
        ([("year", "!1990..1999")], "CD"),
        ([("quality", "1080p")], "BD"),
        ([("quality", "!1080p")], "AC"),
        ([("quality", "sd")], "A"),
        ([("has_file", "no")], "C"),
        ([("has_file", "yes"), ("type", "!live")], "BD"),
        ([("q", "air")], "C"),
        ([("q", "bjork"), ("type", "official")], "B"),
        ([("q", "")], "ABCD"),
        ([("year", "")], "ABCD"),
        ([("sort", "title"), ("view", "list"), ("after", "x")], "ABCD"),
    ],
)
def test_filters_narrow_the_list(given: list[tuple[str, str]], expected: str) -> None:
    assert titles(*given) == list(expected)


def test_an_artists_videos_are_those_of_that_artist() -> None:
    air, airbourne = make_artist("Air"), make_artist("Airbourne")
    make_video(air, "Kelly Watch the Stars")
    make_video(airbourne, "Runnin' Wild")

    assert titles(("artist", str(air.id))) == ["Kelly Watch the Stars"]
    assert titles(("artist", str(air.id)), ("artist", str(airbourne.id)))[1:] == ["Runnin' Wild"]
    assert titles(("artist", f"!{air.id}")) == ["Runnin' Wild"]


def test_genres_are_filtered_by_name() -> None:
    video = make_video(title="A")
    make_video(title="B")
    videos.change(video.id, {"genres": ["Trip Hop"]})

    assert titles(("genre", "trip hop")) == ["A"]
    assert titles(("genre", "!TRIP HOP")) == ["B"]
    assert titles(("genre", "Polka")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("colour", "red"),
        ("status", "lost"),
        ("status", "!lost"),
        ("type", "opera"),
        ("year", "99"),
        ("year", "2000..1990"),
        ("year", ".."),
        ("artist", "Björk"),
        ("quality", "4k"),
        ("has_file", "1"),
    ],
)
def test_unknown_names_and_values_are_refused(name: str, value: str) -> None:
    with pytest.raises(Invalid) as error:
        filters.parse([(name, value)])
    assert list(error.value.fields) == [name]


def test_filters_come_back_as_they_were_given() -> None:
    given = [("q", "joga"), ("status", "wanted"), ("status", "!failed"), ("year", "1990..1999")]
    assert filters.parse(given).pairs() == given


@pytest.mark.parametrize("sort", ["created", "-created", "title", "-title", "year", "-year"])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_pages_by_key_show_everything_once_forwards_and_backwards(sort: str, limit: int) -> None:
    artist = make_artist()
    years = [None, 1999, None, 1999, 1990, 2004, None, 1999]
    for number, year in enumerate(years):
        make_video(artist, f"Song {number % 3} {number}", year=year, created_at=number // 2)

    def turn(place: Place) -> Page:
        return video_rows.page(filters.parse([]), sort, place)

    everything = [row.id for row in turn(Place(limit=100)).rows]
    assert sorted(everything) == sorted(set(everything))
    assert len(everything) == len(years)

    seen, page, pages = [], turn(Place(limit=limit)), 1
    assert page.previous is None
    seen += _ids(page)
    while page.next:
        page = turn(Place(after=page.next, limit=limit))
        assert page.previous is not None
        seen, pages = seen + _ids(page), pages + 1
    assert seen == everything

    back, page = [], turn(Place(last=True, limit=limit))
    assert page.next is None
    back = _ids(page)
    while page.previous:
        page = turn(Place(before=page.previous, limit=limit))
        back = _ids(page) + back
    assert back == everything


def _ids(page: Page) -> list[int]:
    return [row.id for row in page.rows]


def test_an_unknown_sort_or_place_is_refused() -> None:
    with pytest.raises(Invalid) as error:
        video_rows.page(filters.parse([]), "colour", Place())
    assert list(error.value.fields) == ["sort"]
    with pytest.raises(Invalid):
        video_rows.page(filters.parse([]), "year", Place(after="nonsense"))


def test_counts_are_capped() -> None:
    make_video()
    assert video_rows.count(filters.parse([])) == (1, True)
    assert video_rows.count(filters.parse([("status", "failed")])) == (0, True)


def test_a_row_shows_quality_progress_and_people() -> None:
    video = make_video(make_artist("Björk"), "Jóga", source=True)
    make_download(video, state="running", percent=42.5, stage="fetch")
    videos.change(video.id, {"directors": ["Michel Gondry", "Olivier Gondry"]})

    row = video_rows.page(filters.parse([]), "-created", Place(), people=True).rows[0]
    assert row.progress is not None
    assert (row.artist_name, row.status, row.progress.percent) == ("Björk", "downloading", 42.5)
    assert row.directors == ["Michel Gondry", "Olivier Gondry"]
    assert (row.quality, row.has_file) == (None, False)


def test_an_artists_page_has_the_newest_year_first_and_unknown_years_last() -> None:
    artist = make_artist()
    for title, year in (("A", None), ("B", 1990), ("C", 2004), ("D", 1990)):
        make_video(artist, title, year=year)
    make_video()

    assert [row.title for row in video_rows.of_artist(artist.id)] == ["C", "B", "D", "A"]
    assert video_rows.years() == (1990, 2004)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Air", "The Beatles", "Björk"]),
        ("-name", ["Björk", "The Beatles", "Air"]),
        ("-videos", ["Björk", "The Beatles", "Air"]),
        ("created", ["Björk", "The Beatles", "Air"]),
    ],
)
def test_artists_are_sorted(sort: str, expected: list[str]) -> None:
    for number, (name, count) in enumerate([("Björk", 2), ("The Beatles", 1), ("Air", 0)]):
        artist = make_artist(name, created_at=number)
        for _ in range(count):
            make_video(artist)

    page = artist_rows.page(artist_rows.parse({}), sort, Place(limit=2))
    rest = artist_rows.page(artist_rows.parse({}), sort, Place(after=page.next, limit=2))
    assert [row.name for row in [*page.rows, *rest.rows]] == expected
    assert artist_rows.letters() == {"A", "B"}


def test_artists_are_narrowed_by_name_and_by_what_is_missing() -> None:
    make_video(make_artist("Air"), file=True)
    make_video(make_artist("Airbourne", monitored=False))

    def names(**given: str) -> list[str]:
        page = artist_rows.page(artist_rows.parse(given), "name", Place())
        return [row.name for row in page.rows]

    assert names(q="air") == ["Air", "Airbourne"]
    assert names(q="airb") == ["Airbourne"]
    assert names(show="incomplete") == ["Airbourne"]
    assert names(show="monitored") == ["Air"]
    assert names(show="unmonitored") == ["Airbourne"]
    assert artist_rows.count(artist_rows.parse({"q": "air"})) == (2, True)
    with pytest.raises(Invalid):
        artist_rows.parse({"show": "all", "colour": "red"})


def test_totals_add_up() -> None:
    artist = make_artist()
    make_video(artist, file=True)
    make_video(artist)
    make_video(make_artist(monitored=False), fits=False)
    make_source(artist)

    totals = stats.totals()
    assert (totals.artists, totals.monitored, totals.videos, totals.have) == (2, 1, 2, 1)
    assert (totals.missing, totals.wanted, totals.size) == (1, 1, 50_000_000)
    assert stats.waiting() == stats.Waiting(count=1, exact=True)


def test_an_empty_library_has_totals_too() -> None:
    totals = stats.totals()
    assert (totals.artists, totals.videos, totals.hours) == (0, 0, 0)
    assert video_rows.years() is None


def test_wanted_videos_say_why_they_are_missing() -> None:
    searched, never = make_artist(checked_at=5), make_artist()
    make_video(searched, "A", source=True)
    make_source(video=make_video(searched, "B"), availability="geo_blocked")
    review = make_video(searched, "C")
    for score in (70, 60):
        make_source(video=review, verdict="review", score=score, accepted_key=None)
    make_video(searched, "D")
    make_video(never, "E")
    make_video(make_artist(monitored=False, checked_at=5), "F")

    rows = wanted_rows.page("missing", "", "title", Place()).rows
    assert [(row.video.title, row.why) for row in rows] == [
        ("A", "Upload found, score 80."),
        ("B", "Not available in your country."),
        ("C", "2 candidates, best 70."),
        ("D", "No upload found yet."),
        ("E", "Not searched yet."),
        ("F", "Its artist is not monitored."),
    ]
    assert [row.has_source for row in rows] == [True, False, False, False, False, False]


def test_failed_and_ignored_videos_say_why() -> None:
    failed = make_video(source=True)
    source = sources.of(failed.id)[0]
    make_download(failed, state="failed", source=source.id, last_error="YouTube said no.")
    make_video(title="A", wish="ignore")
    make_video(title="B", fits=False)

    assert [row.why for row in wanted_rows.page("failed", "", "title", Place()).rows] == [
        "YouTube said no."
    ]
    assert [row.why for row in wanted_rows.page("ignored", "", "title", Place()).rows] == [
        "You ignored it.",
        "The artist's rules leave it out.",
    ]
    assert wanted_rows.count("failed") == (1, True)


@pytest.mark.parametrize("listed", ["videos", "artists", "wanted", "artist"])
def test_a_list_takes_as_many_queries_for_one_row_as_for_many(listed: str) -> None:
    artist = make_artist()

    def look() -> Sequence[object]:
        if listed == "artists":
            return artist_rows.page(artist_rows.parse({}), "name", Place()).rows
        if listed == "wanted":
            return wanted_rows.page("missing", "", "title", Place()).rows
        if listed == "artist":
            return video_rows.of_artist(artist.id)
        return video_rows.page(filters.parse([]), "-created", Place(), people=True).rows

    def measured() -> tuple[int, int]:
        with db.counting() as queries:
            rows = look()
        return len(rows), len(queries)

    make_video(artist, source=True)
    few = measured()
    for _ in range(7):
        make_video(artist, source=True)
        make_video(source=True)
    many = measured()
    assert many[0] > few[0]
    assert many[1] == few[1]
    assert many[1] <= 6
