"""MusicBrainz, over HTTP against its fake, and on what the real one answered."""

from collections.abc import Callable
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Blocked, Conf, NotThere
from mvidarr.integrations import musicbrainz as adapter
from mvidarr.integrations.protocols import (
    Checks,
    DescribesArtist,
    FindsArtists,
    FindsVideos,
    FoundVideo,
    Wanted,
)
from tests.fakes import answers
from tests.fakes.internet import FakeInternet
from tests.fakes.musicbrainz import Artist, FakeMusicBrainz

CHANNEL = "UCqECaJ8Gagnn7YCbPEzWH6g"
MBID = "11111111-1111-4111-8111-111111111111"
CAN_FIND_VIDEOS: FindsVideos = adapter.find_videos
CAN_FIND_ARTISTS: FindsArtists = adapter.find_artists
CAN_DESCRIBE: DescribesArtist = adapter.describe
CAN_CHECK: Checks = adapter.check


def conf(fake: FakeMusicBrainz, pace: Callable[[], None] = lambda: None) -> Conf:
    return Conf(service="musicbrainz", base_url=fake.base_url, pace=pace, backoff=0.001)


def videos(fake: FakeMusicBrainz, artist: Artist, limit: int = 60) -> list[FoundVideo]:
    wanted = Wanted(name=artist.name, ids={"mb_artist": artist.mbid}, limit=limit)
    return list(adapter.find_videos(conf(fake), wanted))


def test_artists_come_with_what_tells_them_apart(musicbrainz: FakeMusicBrainz) -> None:
    real = musicbrainz.add_artist(
        "Björk",
        disambiguation="Icelandic singer",
        country="IS",
        kind="Person",
        begin="1965-11-21",
        aliases=("Bjork", "Björk Guðmundsdóttir"),
        genres=("art pop", "electronic"),
    )
    musicbrainz.add_artist("Björn")

    first, second = adapter.find_artists(conf(musicbrainz), "BJÖRK")

    assert (first.name, first.disambiguation, first.country) == ("Björk", "Icelandic singer", "IS")
    assert (first.kind, first.years, first.score) == ("Person", "1965–", 100)
    assert first.genres == ("art pop", "electronic")
    assert first.aliases == ("Bjork", "Björk Guðmundsdóttir")
    assert first.ids == {"mb_artist": real.mbid}
    assert first.url == f"https://musicbrainz.org/artist/{real.mbid}"
    assert second.score < 100


@pytest.mark.parametrize(
    "name",
    [
        *("AC/DC", "!!!", "Guns N' Roses", 'The "5" Boys', "a:b", "(x) [y] {z}", "AND"),
        *("OR NOT", "\\", "Sunn O)))", "+/-", "a^b~c*?", "*NSYNC"),
    ],
)
def test_names_full_of_search_operators_are_found(musicbrainz: FakeMusicBrainz, name: str) -> None:
    musicbrainz.add_artist(name)

    assert [artist.name for artist in adapter.find_artists(conf(musicbrainz), name)] == [name]


def test_search_has_no_bare_operator(musicbrainz: FakeMusicBrainz) -> None:
    adapter.find_artists(conf(musicbrainz), 'AC/DC AND "x" OR (y)')

    query = musicbrainz.internet.requests[0].arg("query")
    assert query == r"ac\/dc and \"x\" or \(y\)"


@pytest.mark.parametrize("name", ["", "   ", "\u200b"])
def test_no_name_asks_nothing(musicbrainz: FakeMusicBrainz, name: str) -> None:
    assert adapter.find_artists(conf(musicbrainz), name) == []
    assert musicbrainz.asked == []


def test_artist_comes_with_links_to_other_services(musicbrainz: FakeMusicBrainz) -> None:
    known = musicbrainz.add_artist(
        "Björk",
        begin="1965",
        end="2060",
        links=(
            ("youtube", f"https://www.youtube.com/channel/{CHANNEL}"),
            ("youtube", "https://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa"),
            ("youtube", "https://www.youtube.com/@bjork"),
            ("other databases", "https://imvdb.com/n/bjork"),
            ("official homepage", "https://bjork.com/"),
            ("free streaming", "https://www.youtube.com/watch?v=YykjpeuMNEk"),
        ),
    )

    found = adapter.artist(conf(musicbrainz), known.mbid)

    assert found.years == "1965–2060"
    assert found.ids == {
        "mb_artist": known.mbid,
        "youtube_channel": CHANNEL,
        "youtube_handle": "@bjork",
        "imvdb_slug": "bjork",
    }


def test_merged_artist_answers_under_the_new_id(musicbrainz: FakeMusicBrainz) -> None:
    known = musicbrainz.add_artist("Björk")
    old = "00000000-0000-4000-8000-000000000000"
    musicbrainz.merge(old, known)

    assert adapter.artist(conf(musicbrainz), old).ids["mb_artist"] == known.mbid


@pytest.mark.parametrize(
    "mbid", ["00000000-0000-4000-8000-00000000dead", "../artist", "..", "a b?c#d"]
)
def test_unknown_artist_is_not_there(musicbrainz: FakeMusicBrainz, mbid: str) -> None:
    with pytest.raises(NotThere):
        adapter.artist(conf(musicbrainz), mbid)


def test_videos_come_with_uploads_and_credits(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Gorillaz")
    guest = musicbrainz.add_artist("De La Soul")
    musicbrainz.add_recording(artist, "Feel Good Inc.")
    known = musicbrainz.add_video(
        artist,
        "Feel Good Inc.",
        disambiguation="official music video",
        length=254_000,
        released="2005-05-09",
        featured=(guest,),
        directors=("Jamie Hewlett", "Pete Candeland"),
        youtube=("HyHNuVaZJ-k",),
        links=(
            ("other databases", "http://imvdb.com/video/gorillaz/feel-good-inc."),
            ("free streaming", "https://vimeo.com/1234567"),
            ("free streaming", "https://www.youtube.com/watch?v=HyHNuVaZJ-k&t=1"),
            ("purchase for download", "https://example.org/buy"),
        ),
    )

    (video,) = videos(musicbrainz, artist)

    assert (video.title, video.version) == ("Feel Good Inc.", "")
    assert (video.artists, video.featured) == (("Gorillaz",), ("De La Soul",))
    assert (video.year, video.released, video.duration) == (2005, "2005-05-09", 254.0)
    assert video.directors == ("Jamie Hewlett", "Pete Candeland")
    assert video.ids == {
        "mb_recording": known.mbid,
        "imvdb_video_slug": "gorillaz/feel-good-inc.",
    }
    assert [(u.provider, u.source_id, u.evidence) for u in video.uploads] == [
        ("youtube", "HyHNuVaZJ-k", ("mb_relation",)),
        ("vimeo", "1234567", ("mb_relation",)),
    ]


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("", ""),
        ("music video", ""),
        ("Official Video", ""),
        ("video clip version", "video clip version"),
        ("live, 1992-08-30: Reading Festival", "live, 1992-08-30: Reading Festival"),
        ("lyric video", "lyric video"),
    ],
)
def test_version_is_what_tells_it_from_other_videos(
    musicbrainz: FakeMusicBrainz, said: str, version: str
) -> None:
    artist = musicbrainz.add_artist("Nirvana")
    musicbrainz.add_video(artist, "Lithium", disambiguation=said)

    assert [video.version for video in videos(musicbrainz, artist)] == [version]


def test_one_video_takes_two_requests(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Nirvana")
    for number in range(250):
        musicbrainz.add_recording(artist, f"Sound {number}")
    musicbrainz.add_video(artist, "Lithium", youtube=("aaaaaaaaaaa",))
    taken: list[int] = []
    wanted = Wanted(name="Nirvana", ids={"mb_artist": artist.mbid})

    found = list(adapter.find_videos(conf(musicbrainz, lambda: taken.append(1)), wanted))

    assert len(found) == 1
    assert len(taken) == len(musicbrainz.asked) == 2


def test_many_videos_are_detailed_a_hundred_at_once(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Nirvana")
    for number in range(40):
        musicbrainz.add_video(artist, f"Video {number}", youtube=(f"video{number:06}",))
    for number in range(90):
        musicbrainz.add_recording(artist, f"Sound {number}")

    found = videos(musicbrainz, artist)

    assert len(found) == 40
    assert all(video.uploads for video in found)
    assert len(musicbrainz.asked) == 2


def test_few_videos_among_much_sound_are_looked_up(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Nirvana")
    for number in range(2000):
        musicbrainz.add_recording(artist, f"Sound {number}")
    for number in range(5):
        musicbrainz.add_video(artist, f"Video {number}", youtube=(f"video{number:06}",))

    found = videos(musicbrainz, artist)

    assert len(found) == 5
    assert all(video.uploads for video in found)
    assert len(musicbrainz.asked) == 7  # search, a page that showed how much there is, 5 look-ups


def test_all_videos_are_listed_though_few_are_looked_up(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Nirvana")
    for number in range(2000):
        musicbrainz.add_recording(artist, f"Sound {number}")
    for number in range(150):
        musicbrainz.add_video(artist, f"Video {number}", youtube=(f"video{number:06}",))

    found = videos(musicbrainz, artist, limit=7)

    assert [len(video.uploads) for video in found] == [1] * 7 + [0] * 143
    assert len(musicbrainz.asked) == 10  # 2 searches, a page that showed how much there is, 7


def test_artist_with_2500_recordings_is_read_to_the_end(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Prolific")
    for number in range(2500):
        add = musicbrainz.add_video if number % 10 == 0 else musicbrainz.add_recording
        add(artist, f"Song {number}", youtube=(f"video{number:06}",))

    found = videos(musicbrainz, artist)

    assert len({video.ids["mb_recording"] for video in found}) == 250
    assert all(video.uploads for video in found)
    assert len(musicbrainz.asked) == 3 + 25  # searches, and pages instead of 60 look-ups


def test_endless_list_of_videos_ends(fake_internet: FakeInternet) -> None:
    page = {"count": 10**9, "recordings": [{"id": MBID, "title": "Again"}]}
    fake_internet.add("musicbrainz.org", lambda request: answers.json_of(page))
    fake = Conf(service="musicbrainz", base_url=fake_internet.base_url("musicbrainz.org"))
    wanted = Wanted(name="x", ids={"mb_artist": MBID})

    assert [video.title for video in adapter.find_videos(fake, wanted)] == ["Again"]
    assert len(fake_internet.requests) == 3


def test_video_that_was_removed_meanwhile_is_left_out(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Nirvana")
    known = musicbrainz.add_video(artist, "Lithium")
    musicbrainz.fails(404, path=f"/recording/{known.mbid}")

    assert videos(musicbrainz, artist) == []


def test_videos_of_a_merged_artist_are_found(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Nirvana")
    musicbrainz.add_video(artist, "Lithium", youtube=("aaaaaaaaaaa",))
    old = "00000000-0000-4000-8000-000000000000"
    musicbrainz.merge(old, artist)
    wanted = Wanted(name="Nirvana", ids={"mb_artist": old})

    assert [video.title for video in adapter.find_videos(conf(musicbrainz), wanted)] == ["Lithium"]


def test_artist_without_videos_has_none(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Nirvana")
    musicbrainz.add_recording(artist, "Lithium")

    assert videos(musicbrainz, artist) == []


def test_artist_that_is_gone_has_no_videos(musicbrainz: FakeMusicBrainz) -> None:
    wanted = Wanted(name="X", ids={"mb_artist": "00000000-0000-4000-8000-00000000dead"})

    assert list(adapter.find_videos(conf(musicbrainz), wanted)) == []


def test_only_artist_of_a_name_is_taken_without_an_id(musicbrainz: FakeMusicBrainz) -> None:
    air = musicbrainz.add_artist("Air")
    musicbrainz.add_video(air, "Kelly Watch the Stars")
    airbourne = musicbrainz.add_artist("Airbourne")
    musicbrainz.add_video(airbourne, "Runnin' Wild")

    found = list(adapter.find_videos(conf(musicbrainz), Wanted(name="AIR")))

    assert [video.title for video in found] == ["Kelly Watch the Stars"]


def test_two_artists_of_a_name_are_not_guessed_at(musicbrainz: FakeMusicBrainz) -> None:
    for place in ("US", "GB"):
        artist = musicbrainz.add_artist("Nirvana", country=place)
        musicbrainz.add_video(artist, "Lithium")

    assert list(adapter.find_videos(conf(musicbrainz), Wanted(name="Nirvana"))) == []


def test_trouble_keeps_what_came_before_it(musicbrainz: FakeMusicBrainz) -> None:
    artist = musicbrainz.add_artist("Nirvana")
    for number in range(2000):
        musicbrainz.add_recording(artist, f"Sound {number}")
    first, second = (musicbrainz.add_video(artist, title) for title in ("Lithium", "Sliver"))
    musicbrainz.fails(answers.too_many(5), path=f"/recording/{second.mbid}")
    wanted = Wanted(name="Nirvana", ids={"mb_artist": artist.mbid})
    found = iter(adapter.find_videos(conf(musicbrainz), wanted))

    assert next(found).ids["mb_recording"] == first.mbid
    with pytest.raises(errors.ServiceError) as caught:
        next(found)
    assert caught.value.retry_after == 5


def test_check_says_that_it_answers(musicbrainz: FakeMusicBrainz) -> None:
    assert adapter.check(conf(musicbrainz)) == "MusicBrainz answers."


@pytest.mark.parametrize(
    ("fault", "kind", "sentence"),
    [
        (answers.forbidden_html(), Blocked, "forbids access"),
        (answers.too_many(80_000), errors.ServiceError, "asks for a pause"),
        (answers.server_error(), errors.ServiceError, "problem of its own"),
        (answers.server_error(503), errors.ServiceError, "not available right now"),
        (answers.invalid_json(), errors.ServiceError, "damaged data"),
        (answers.html_with_200(), errors.ServiceError, "a web page instead of data"),
    ],
)
def test_trouble_is_said_by_name(
    musicbrainz: FakeMusicBrainz,
    fault: answers.Answer,
    kind: type[errors.ServiceError],
    sentence: str,
) -> None:
    musicbrainz.fails(fault)

    for ask in (
        lambda: adapter.check(conf(musicbrainz)),
        lambda: adapter.find_artists(conf(musicbrainz), "Nirvana"),
        lambda: list(adapter.find_videos(conf(musicbrainz), Wanted(name="Nirvana"))),
    ):
        with pytest.raises(kind, match=f"MusicBrainz.*{sentence}") as caught:
            ask()
        assert caught.value.service == "musicbrainz"


@pytest.mark.parametrize(
    "odd",
    [
        [],
        None,
        "",
        5,
        {"artists": None},
        {"artists": {}},
        {"artists": [None, 5, []]},
        {"artists": [{}]},
    ],
)
def test_answers_of_another_shape_do_not_break_it(fake_internet: FakeInternet, odd: Any) -> None:
    fake_internet.add("musicbrainz.org", lambda request: answers.json_of(odd))
    fake = Conf(service="musicbrainz", base_url=fake_internet.base_url("musicbrainz.org"))

    assert len(adapter.find_artists(fake, "x")) <= 1
    wanted = Wanted(name="x", ids={"mb_artist": "00000000-0000-4000-8000-000000000000"})
    assert list(adapter.find_videos(fake, wanted)) == []


def test_artist_is_described(musicbrainz: FakeMusicBrainz) -> None:
    known = musicbrainz.add_artist(
        "Björk",
        country="IS",
        genres=("art pop", "electronic"),
        aliases=("Bjork",),
        links=(
            ("youtube", f"https://www.youtube.com/channel/{CHANNEL}"),
            ("youtube music", "https://music.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa"),
            ("other databases", "https://imvdb.com/n/bjork"),
            ("discogs", "https://www.discogs.com/artist/2589"),
            ("free streaming", "https://open.spotify.com/artist/7w29UYBi0qsHi5RTcv3lmA"),
            ("free streaming", "https://www.deezer.com/artist/1091"),
            ("last.fm", "https://www.last.fm/music/Bj%C3%B6rk"),
            ("other databases", "https://www.theaudiodb.com/artist/111279"),
            ("wikidata", "https://www.wikidata.org/wiki/Q42455"),
        ),
    )

    facts = adapter.describe(conf(musicbrainz), Wanted(name="?", ids={"mb_artist": known.mbid}))

    assert facts is not None
    assert (facts.country, facts.genres) == ("IS", ("art pop", "electronic"))
    assert facts.aliases == ("Bjork",)
    assert facts.ids == {
        "mb_artist": known.mbid,
        "youtube_channel": CHANNEL,
        "imvdb_slug": "bjork",
        "discogs_artist": "2589",
        "spotify_artist": "7w29UYBi0qsHi5RTcv3lmA",
        "deezer_artist": "1091",
        "theaudiodb_artist": "111279",
    }
    assert musicbrainz.asked[0].startswith(f"/artist/{known.mbid}?")
    assert len(musicbrainz.asked) == 1


def test_channel_of_sound_alone_is_not_the_artists_channel(musicbrainz: FakeMusicBrainz) -> None:
    link = ("youtube music", f"https://music.youtube.com/channel/{CHANNEL}")
    known = musicbrainz.add_artist("Björk", links=(link,))

    facts = adapter.describe(conf(musicbrainz), Wanted(name="?", ids={"mb_artist": known.mbid}))

    assert facts is not None
    assert facts.ids == {"mb_artist": known.mbid}


def test_only_names_that_the_artist_goes_by_are_aliases(musicbrainz: FakeMusicBrainz) -> None:
    musicbrainz.add_artist(
        "椎名林檎",
        aliases=("Ringo Sheena", "椎名林檎", "Ringo Sheena", "x" * 10_000),
        other_names=(
            ("Yumiko Shiina", "Legal name"),
            ("Shena Ringo", "Search hint"),
            ("Sheena Ringo", None),
            ("しいなりんご", None),
        ),
    )

    (found,) = adapter.find_artists(conf(musicbrainz), "椎名林檎")

    assert found.aliases == ("Ringo Sheena", "Sheena Ringo")


def test_artist_is_described_by_the_only_one_of_the_name(musicbrainz: FakeMusicBrainz) -> None:
    known = musicbrainz.add_artist("Air", genres=("electronic",))
    musicbrainz.add_artist("Airbourne")
    for _ in range(2):
        musicbrainz.add_artist("Nirvana")

    facts = adapter.describe(conf(musicbrainz), Wanted(name="AIR"))

    assert facts is not None
    assert facts.ids == {"mb_artist": known.mbid}
    assert adapter.describe(conf(musicbrainz), Wanted(name="Nirvana")) is None


def test_merged_artist_is_described_under_the_new_id(musicbrainz: FakeMusicBrainz) -> None:
    known = musicbrainz.add_artist("Björk", country="IS")
    musicbrainz.merge(MBID, known)

    facts = adapter.describe(conf(musicbrainz), Wanted(name="?", ids={"mb_artist": MBID}))

    assert facts is not None
    assert (facts.ids, facts.country) == ({"mb_artist": known.mbid}, "IS")


def test_artist_that_is_gone_is_not_described(musicbrainz: FakeMusicBrainz) -> None:
    wanted = Wanted(name="?", ids={"mb_artist": MBID})

    assert adapter.describe(conf(musicbrainz), wanted) is None


def test_long_name_is_asked_for_in_part(musicbrainz: FakeMusicBrainz) -> None:
    assert adapter.find_artists(conf(musicbrainz), "é" * 10_000) == []
    assert len(musicbrainz.internet.requests[0].arg("query")) == adapter.LONGEST_QUERY
