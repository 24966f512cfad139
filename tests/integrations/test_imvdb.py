"""IMVDb, over HTTP against its fake, and on what the real one answered."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Blocked, Conf, NotThere
from mvidarr.integrations import imvdb as adapter
from mvidarr.integrations.protocols import Checks, FindsArtists, FindsVideos, FoundVideo, Wanted
from tests.fakes import answers
from tests.fakes.answers import Answer
from tests.fakes.imvdb import Artist, FakeImvdb
from tests.fakes.internet import FakeInternet

CAN_FIND_VIDEOS: FindsVideos = adapter.find_videos
CAN_FIND_ARTISTS: FindsArtists = adapter.find_artists
CAN_CHECK: Checks = adapter.check


def conf(fake: FakeImvdb, **changes: Any) -> Conf:
    known = Conf(service="imvdb", base_url=fake.base_url, key=fake.key, backoff=0.001)
    return replace(known, **changes)


def videos(fake: FakeImvdb, artist: Artist, limit: int = 60) -> list[FoundVideo]:
    wanted = Wanted(name=artist.name, ids={"imvdb_entity": str(artist.id)}, limit=limit)
    return list(adapter.find_videos(conf(fake), wanted))


def test_videos_come_with_uploads_and_credits(imvdb: FakeImvdb) -> None:
    artist, guest = imvdb.add_artist("Gorillaz"), imvdb.add_artist("De La Soul")
    imvdb.add_video(
        artist,
        "Feel Good Inc.",
        year=2005,
        youtube=("HyHNuVaZJ-k", "aaaaaaaaaaa"),
        vimeo=(64611906,),
        directors=("Jamie Hewlett", "Pete Candeland"),
        featured=(guest,),
        released=1_115_596_800,
        image={
            "o": "https://s3.amazonaws.com/o.jpg?v=7",
            "l": "https://s3.amazonaws.com/l.jpg?v=7",
        },
    )

    (video,) = videos(imvdb, artist)

    assert (video.title, video.version, video.year) == ("Feel Good Inc.", "", 2005)
    assert (video.artists, video.featured) == (("Gorillaz",), ("De La Soul",))
    assert video.directors == ("Jamie Hewlett", "Pete Candeland")
    assert video.released == "2005-05-09"
    assert video.image_url == "https://s3.amazonaws.com/l.jpg?v=7"
    assert video.ids == {
        "imvdb_video": "120000000000",
        "imvdb_video_slug": "gorillaz/feel-good-inc.",
    }
    assert [(u.provider, u.source_id, u.evidence) for u in video.uploads] == [
        ("youtube", "HyHNuVaZJ-k", ("imvdb_source",)),
        ("youtube", "aaaaaaaaaaa", ("imvdb_source",)),
        ("vimeo", "64611906", ("imvdb_source",)),
    ]


def test_oddities_are_taken_as_they_are(imvdb: FakeImvdb) -> None:
    imvdb.has_mark = True
    artist = imvdb.add_artist("311")
    imvdb.add_video(artist, "999", year="", image=[])

    (video,) = videos(imvdb, artist)

    assert (video.title, video.artists) == ("999", ("311",))
    assert (video.year, video.image_url, video.uploads) == (None, None, ())


@pytest.mark.parametrize("year", ["", None, 0, "0", 99, "soon", [], False])
def test_year_that_is_none_is_unknown(year: Any) -> None:
    assert adapter.to_video({"id": 1, "song_title": "x", "year": year}).year is None


@pytest.mark.parametrize(
    ("facts", "version"),
    [
        ({"version_name": None, "version_number": 1}, ""),
        ({"version_name": "Version 1", "version_number": 1}, ""),
        ({"version_name": "Version 2", "version_number": 2}, "Version 2"),
        ({"version_name": None, "version_number": 3}, "Version 3"),
        ({"version_name": "Director's Cut", "version_number": 1}, "Director's Cut"),
        ({}, ""),
    ],
)
def test_version_tells_alternative_cuts_apart(facts: dict[str, Any], version: str) -> None:
    assert adapter.to_video({"id": 1, "song_title": "x", **facts}).version == version


@pytest.mark.parametrize(
    "image",
    [[], "", None, "https://imvdb.com/", {}, {"l": ""}, {"l": None}, {"l": "javascript:x.jpg"}, 5],
)
def test_image_that_is_none_is_left_out(image: Any) -> None:
    assert adapter.to_video({"id": 1, "song_title": "x", "image": image}).image_url is None


def test_primary_upload_comes_first_and_odd_ones_not_at_all() -> None:
    sources = [
        {"source": "youtube", "source_data": "bbbbbbbbbbb", "is_primary": False},
        {"source": "youtube", "source_data": "aaaaaaaaaaa", "is_primary": True},
        {"source": "youtube", "source_data": "aaaaaaaaaaa", "is_primary": False},
        {"source": "youtube", "source_data": "../etc", "is_primary": False},
        {"source": "youtube", "source_data": None},
        {"source": "dailymotion", "source_data": "x1"},
        {},
    ]
    video = adapter.to_video({"id": 1, "song_title": "x", "sources": sources})

    assert [upload.source_id for upload in video.uploads] == ["aaaaaaaaaaa", "bbbbbbbbbbb"]


def test_unreleased_videos_are_left_out(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Nirvana")
    for status in "rpin":
        imvdb.add_video(artist, f"Status {status}", status=status)

    assert [video.title for video in videos(imvdb, artist)] == ["Status r"]


def test_videos_as_a_guest_come_after_the_own_ones(imvdb: FakeImvdb) -> None:
    artist, host = imvdb.add_artist("De La Soul"), imvdb.add_artist("Gorillaz")
    imvdb.add_video(host, "Feel Good Inc.", featured=(artist,))
    imvdb.add_video(artist, "Me Myself and I")

    found = videos(imvdb, artist)

    assert [(video.title, video.artists) for video in found] == [
        ("Me Myself and I", ("De La Soul",)),
        ("Feel Good Inc.", ("Gorillaz",)),
    ]


def test_uploads_are_asked_for_no_more_often_than_wanted(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Nirvana")
    for number in range(9):
        imvdb.add_video(artist, f"Video {number}", youtube=(f"video{number:06}",))

    found = videos(imvdb, artist, limit=4)

    assert [len(video.uploads) for video in found] == [1] * 4 + [0] * 5
    assert len(imvdb.asked) == 5


def test_every_page_of_a_long_list_is_read(imvdb: FakeImvdb) -> None:
    imvdb.page_size = 3
    artist = imvdb.add_artist("Nirvana")
    for number in range(8):
        imvdb.add_video(artist, f"Video {number}")

    found = videos(imvdb, artist, limit=0)

    assert [video.title for video in found] == [f"Video {number}" for number in range(8)]
    assert len(imvdb.asked) == 3


def test_list_that_counts_wrongly_ends(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Nirvana")
    imvdb.add_video(artist, "Lithium")
    entity = {"id": artist.id, "artist_videos": {"total_videos": 999, "videos": [{"id": 1}]}}
    imvdb.fails(answers.json_of(entity), path="/entity/*")

    assert len(videos(imvdb, artist, limit=0)) == 1
    assert len(imvdb.asked) == 2


def test_video_that_is_gone_keeps_what_the_list_said(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Nirvana")
    imvdb.add_video(artist, "Lithium", year=1992)
    imvdb.fails(404, path="/video/*")

    assert [(video.title, video.year) for video in videos(imvdb, artist)] == [("Lithium", 1992)]


def test_slug_finds_the_artist_too(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Nirvana")
    imvdb.add_video(artist, "Lithium")
    wanted = Wanted(name="Nirvana", ids={"imvdb_slug": "nirvana"})

    assert [video.title for video in adapter.find_videos(conf(imvdb), wanted)] == ["Lithium"]
    assert imvdb.internet.requests[0].arg("method") == "slug"


def test_slug_that_changed_is_searched_for(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Nirvana")
    imvdb.add_video(artist, "Lithium")
    wanted = Wanted(name="Nirvana", ids={"imvdb_slug": "nirvana-2"})

    assert [video.title for video in adapter.find_videos(conf(imvdb), wanted)] == ["Lithium"]


def test_artist_of_another_name_is_never_taken(imvdb: FakeImvdb) -> None:
    imvdb.add_video(imvdb.add_artist("Airbourne"), "Runnin' Wild")
    imvdb.add_video(imvdb.add_artist("Air Supply"), "All Out of Love")

    assert list(adapter.find_videos(conf(imvdb), Wanted(name="Air"))) == []


def test_name_with_accents_is_found(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Björk", slug="bjork")
    imvdb.add_video(artist, "Army of Me")

    found = adapter.find_videos(conf(imvdb), Wanted(name="BJÖRK"))

    assert [video.title for video in found] == ["Army of Me"]


def test_artists_are_ranked_by_likeness_and_not_as_they_come(imvdb: FakeImvdb) -> None:
    for name in ("Robin Thicke Band", "Mike Thicke", "Robin Thicke", "Thicke"):
        imvdb.add_artist(name, discogs_id=292681)

    found = adapter.find_artists(conf(imvdb), "robin  thicke")

    assert found[0].name == "Robin Thicke"
    assert found[0].score == 100
    assert found[0].ids == {
        "imvdb_entity": "700002",
        "imvdb_slug": "robin-thicke",
        "discogs_artist": "292681",
    }
    assert found[0].url == "https://imvdb.com/n/robin-thicke"
    assert found[0].image_url is None
    assert [artist.score for artist in found] == sorted((a.score for a in found), reverse=True)
    assert found[1].name == "Robin Thicke Band"


def test_broken_search_falls_back_to_the_obvious_slug(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Sigur Rós", slug="sigur-ros")
    imvdb.add_video(artist, "Glósóli")
    imvdb.breaks_search()

    assert [a.name for a in adapter.find_artists(conf(imvdb), "Sigur Rós")] == ["Sigur Rós"]
    found = adapter.find_videos(conf(imvdb), Wanted(name="Sigur Rós"))
    assert [video.title for video in found] == ["Glósóli"]


def test_broken_search_is_said_when_nothing_else_helps(imvdb: FakeImvdb) -> None:
    imvdb.breaks_search()

    for ask in (
        lambda: adapter.find_artists(conf(imvdb), "Nirvana"),
        lambda: list(adapter.find_videos(conf(imvdb), Wanted(name="Nirvana"))),
    ):
        with pytest.raises(errors.ServiceError, match="search is out of order") as caught:
            ask()
        assert caught.value.service == "imvdb"
        assert not caught.value.permanent


@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_no_name_asks_nothing(imvdb: FakeImvdb, name: str) -> None:
    assert adapter.find_artists(conf(imvdb), name) == []
    assert imvdb.asked == []


def test_name_without_a_slug_is_not_guessed_at(imvdb: FakeImvdb) -> None:
    imvdb.breaks_search()

    with pytest.raises(errors.ServiceError, match="search is out of order"):
        adapter.find_artists(conf(imvdb), "!!!")
    assert len(imvdb.asked) == 1


def test_pause_is_not_mistaken_for_a_broken_search(imvdb: FakeImvdb) -> None:
    imvdb.breaks_search()
    imvdb.fails(answers.too_many(5), path="/entity/*")

    with pytest.raises(errors.ServiceError) as caught:
        adapter.find_artists(conf(imvdb), "Nirvana")
    assert caught.value.retry_after == 5


def test_broken_search_does_not_matter_to_whom_the_id_is_known(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Nirvana")
    imvdb.add_video(artist, "Lithium")
    imvdb.breaks_search()

    assert [video.title for video in videos(imvdb, artist)] == ["Lithium"]


@pytest.mark.parametrize("ref", ["700000", "sunn-o)))"])
def test_artist_is_read_by_id_and_by_slug(imvdb: FakeImvdb, ref: str) -> None:
    imvdb.add_artist("Sunn O)))", slug="sunn-o)))")

    found = adapter.artist(conf(imvdb), ref)

    assert found.ids["imvdb_entity"] == "700000"
    assert found.name == "Sunn O)))"


def test_slug_that_is_a_number_is_no_id(imvdb: FakeImvdb) -> None:
    imvdb.add_video(imvdb.add_artist("311"), "Down")
    wanted = Wanted(name="x", ids={"imvdb_slug": "311"})

    assert adapter.artist(conf(imvdb), "311", by_slug=True).name == "311"
    assert [video.title for video in adapter.find_videos(conf(imvdb), wanted)] == ["Down"]


def test_unknown_artist_is_not_there(imvdb: FakeImvdb) -> None:
    with pytest.raises(NotThere):
        adapter.artist(conf(imvdb), "nobody")


def test_missing_key_is_asked_for(imvdb: FakeImvdb) -> None:
    with pytest.raises(errors.NotConfigured, match="key"):
        adapter.check(conf(imvdb, key=""))
    assert imvdb.asked == []


def test_wrong_key_is_refused_for_good(imvdb: FakeImvdb) -> None:
    with pytest.raises(errors.ServiceError, match="IMVDb refused the key") as caught:
        adapter.check(conf(imvdb, key="another-key"))
    assert caught.value.permanent


def test_check_says_that_all_of_it_works(imvdb: FakeImvdb) -> None:
    assert adapter.check(conf(imvdb)) == "IMVDb answers and accepts the key."


def test_check_says_which_part_does_not_work(imvdb: FakeImvdb) -> None:
    imvdb.breaks_search()

    said = adapter.check(conf(imvdb))

    assert said == "IMVDb answers for videos and artists, but not for search at the moment."


def test_check_fails_when_no_part_works(imvdb: FakeImvdb) -> None:
    imvdb.fails(answers.forbidden_html())

    with pytest.raises(Blocked):
        adapter.check(conf(imvdb))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (answers.unauthorized(), "refused the key"),
        (answers.too_many(80_000), "asks for a pause"),
        (answers.server_error(), "problem of its own"),
        (answers.server_error(503), "not available right now"),
        (answers.invalid_json(), "damaged data"),
        (answers.html_with_200(), "a web page instead of data"),
    ],
)
def test_trouble_is_said_by_name(imvdb: FakeImvdb, fault: Answer, sentence: str) -> None:
    imvdb.fails(fault)
    asks: tuple[Callable[[], object], ...] = (
        lambda: adapter.check(conf(imvdb)),
        lambda: adapter.find_artists(conf(imvdb), "Nirvana"),
        lambda: list(adapter.find_videos(conf(imvdb), Wanted(name="Nirvana"))),
    )
    for ask in asks:
        with pytest.raises(errors.ServiceError, match=f"IMVDb.*{sentence}") as caught:
            ask()
        assert caught.value.service == "imvdb"


def test_cut_answers_are_asked_again(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Nirvana")
    imvdb.fails(cut_after=10, times=2)

    assert videos(imvdb, artist) == []


@pytest.mark.parametrize(
    "odd",
    [
        *([], None, "", 5, {"results": None}, {"results": {}}, {"results": [None, 5, [], {}]}),
        {"id": None, "artist_videos": []},
        {"id": 5, "artist_videos": {"videos": {"id": 1}}, "featured_artist_videos": None},
        {
            "id": 5,
            "artist_videos": {"videos": [{}, {"id": None}, {"id": True}], "total_videos": []},
        },
    ],
)
def test_answers_of_another_shape_do_not_break_it(fake_internet: FakeInternet, odd: Any) -> None:
    fake_internet.add("imvdb.com", lambda request: answers.json_of(odd))
    fake = Conf(service="imvdb", base_url=fake_internet.base_url("imvdb.com"), key="x")

    assert adapter.find_artists(fake, "x") == []
    assert list(adapter.find_videos(fake, Wanted(name="x"))) == []
    assert list(adapter.find_videos(fake, Wanted(name="x", ids={"imvdb_entity": "5"}))) == []


def test_broken_videos_leave_the_list_of_them(imvdb: FakeImvdb) -> None:
    notes: dict[str, str | None] = {}
    artist = imvdb.add_artist("Nirvana")
    for number in range(5):
        imvdb.add_video(artist, f"Video {number}", youtube=(f"video{number:06}",))
    imvdb.fails(answers.forbidden_html(), path="/video/*")
    wanted = Wanted(name="Nirvana", ids={"imvdb_entity": str(artist.id)})

    found = list(adapter.find_videos(conf(imvdb, note=notes.__setitem__), wanted))

    assert [video.title for video in found] == [f"Video {number}" for number in range(5)]
    assert len(imvdb.asked) == 2  # what does not work is asked once
    assert notes["artists"] is None
    assert "out of order" in str(notes["videos"])


@pytest.mark.parametrize("fault", [answers.too_many(5), answers.server_error()])
def test_trouble_with_a_video_is_raised_after_the_list(imvdb: FakeImvdb, fault: Answer) -> None:
    artist = imvdb.add_artist("Nirvana")
    videos = [imvdb.add_video(artist, f"Video {n}", youtube=("aaaaaaaaaaa",)) for n in range(3)]
    imvdb.fails(fault, path=f"/video/{videos[1].id}")
    wanted = Wanted(name="Nirvana", ids={"imvdb_entity": str(artist.id)})
    found: list[FoundVideo] = []

    with pytest.raises(errors.ServiceError):
        found.extend(adapter.find_videos(conf(imvdb), wanted))
    assert [len(video.uploads) for video in found] == [1, 0, 0]


def test_slot_that_is_too_far_away_leaves_the_list(imvdb: FakeImvdb) -> None:
    artist = imvdb.add_artist("Nirvana")
    for number in range(3):
        imvdb.add_video(artist, f"Video {number}")
    wanted = Wanted(name="Nirvana", ids={"imvdb_entity": str(artist.id)})
    taken: list[int] = []

    def pace() -> None:
        taken.append(1)
        if len(taken) > 2:
            raise errors.TooSoon("Later.", retry_after=60)

    found: list[FoundVideo] = []
    with pytest.raises(errors.TooSoon):
        found.extend(adapter.find_videos(conf(imvdb, pace=pace), wanted))
    assert len(found) == 3


def test_broken_artists_are_said_to_be_so(imvdb: FakeImvdb) -> None:
    notes: dict[str, str | None] = {}
    imvdb.add_artist("Nirvana")
    imvdb.fails(answers.forbidden_html(), path="/entity/*")

    with pytest.raises(Blocked):
        list(adapter.find_videos(conf(imvdb, note=notes.__setitem__), Wanted(name="Nirvana")))
    assert notes["search"] is None
    assert "out of order" in str(notes["artists"])


def test_check_notes_how_each_part_does(imvdb: FakeImvdb) -> None:
    notes: dict[str, str | None] = {}
    imvdb.breaks_search()
    adapter.check(conf(imvdb, note=notes.__setitem__))
    assert notes.keys() == {"videos", "artists", "search"}
    assert [part for part, problem in notes.items() if problem] == ["search"]

    imvdb.internet.heal()
    adapter.check(conf(imvdb, note=notes.__setitem__))
    assert set(notes.values()) == {None}


@pytest.mark.parametrize("ref", ["", ".", "..", "...", "a/b", "a b", "x" * 201])
def test_ref_that_is_none_reaches_no_path(imvdb: FakeImvdb, ref: str) -> None:
    with pytest.raises(NotThere):
        adapter.artist(conf(imvdb), ref)
    ids = {"imvdb_entity": ref, "imvdb_slug": ref}
    assert list(adapter.find_videos(conf(imvdb), Wanted(name="", ids=ids))) == []
    assert imvdb.asked == []


def test_ids_that_are_no_numbers_reach_no_path(fake_internet: FakeInternet) -> None:
    odd = ("../x", "1/../2", "٣", -1, 1.5, True, "9" * 30, "7a")
    videos = [{"id": number, "song_title": "x"} for number in odd]
    entity = {"id": "../5", "slug": "x", "artist_videos": {"total_videos": 99, "videos": videos}}
    fake_internet.add("imvdb.com", lambda request: answers.json_of({"results": [entity], **entity}))
    fake = Conf(service="imvdb", base_url=fake_internet.base_url("imvdb.com"), key="x")

    assert list(adapter.find_videos(fake, Wanted(name="x", ids={"imvdb_entity": "5"}))) == []
    assert list(adapter.find_videos(fake, Wanted(name="x"))) == []
    assert [request.path for request in fake_internet.requests] == ["/entity/5", "/search/entities"]


def test_long_name_is_asked_for_in_part(imvdb: FakeImvdb) -> None:
    assert adapter.find_artists(conf(imvdb), "é" * 10_000) == []
    assert len(imvdb.internet.requests[0].arg("q")) == adapter.LONGEST_QUERY
