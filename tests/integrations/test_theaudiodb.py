"""TheAudioDB, over HTTP against its fake."""

from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Conf
from mvidarr.integrations import theaudiodb as adapter
from mvidarr.integrations.protocols import (
    Checks,
    DescribesArtist,
    FindsArtists,
    FindsVideos,
    FoundVideo,
    Wanted,
)
from tests.fakes import answers
from tests.fakes.answers import Answer
from tests.fakes.theaudiodb import Artist, FakeTheAudioDb

CAN_FIND_VIDEOS: FindsVideos = adapter.find_videos
CAN_FIND_ARTISTS: FindsArtists = adapter.find_artists
CAN_DESCRIBE: DescribesArtist = adapter.describe
CAN_CHECK: Checks = adapter.check

MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
OTHER = "11111111-1111-4111-8111-111111111111"
IMAGES = "https://www.theaudiodb.com/images/media"
YOUTUBE = "https://www.youtube.com/watch?v="


def conf(fake: FakeTheAudioDb, **changes: Any) -> Conf:
    return replace(Conf(service="theaudiodb", base_url=fake.base_url, backoff=0.001), **changes)


def videos(fake: FakeTheAudioDb, artist: Artist) -> list[FoundVideo]:
    wanted = Wanted(name=artist.name, ids={"theaudiodb_artist": str(artist.id)})
    return list(adapter.find_videos(conf(fake), wanted))


@pytest.mark.parametrize("spelled", [str, int])
def test_songs_come_with_their_uploads(theaudiodb: FakeTheAudioDb, spelled: Any) -> None:
    theaudiodb.numbers = spelled
    artist = theaudiodb.add_artist("Björk", mbid=MBID)
    thumb = f"{IMAGES}/track/thumb/a.jpg"
    theaudiodb.add_video(artist, "Hyperballad", link=f"{YOUTUBE}YykjpeuMNEk", thumb=thumb)
    theaudiodb.add_video(theaudiodb.add_artist("Nirvana"), "Lithium")

    (video,) = adapter.find_videos(conf(theaudiodb), Wanted(name="?", ids={"mb_artist": MBID}))

    assert (video.found_by, video.title, video.artists) == (
        "theaudiodb",
        "Hyperballad",
        ("Björk",),
    )
    assert video.ids == {"theaudiodb_track": "32000000"}
    assert video.image_url == thumb
    assert [(u.found_by, u.provider, u.source_id, u.evidence) for u in video.uploads] == [
        ("theaudiodb", "youtube", "YykjpeuMNEk", ("theaudiodb_link",))
    ]


@pytest.mark.parametrize(
    ("link", "provider", "number"),
    [
        (f"{YOUTUBE}YykjpeuMNEk&feature=related", "youtube", "YykjpeuMNEk"),
        ("http://youtu.be/YykjpeuMNEk", "youtube", "YykjpeuMNEk"),
        ("www.youtube.com/watch?v=YykjpeuMNEk", "youtube", "YykjpeuMNEk"),
        ("https://vimeo.com/64611906", "vimeo", "64611906"),
    ],
)
def test_links_of_all_spellings_are_uploads(
    theaudiodb: FakeTheAudioDb, link: str, provider: str, number: str
) -> None:
    artist = theaudiodb.add_artist("Björk")
    theaudiodb.add_video(artist, "Hyperballad", link=link)

    (video,) = videos(theaudiodb, artist)

    assert [(u.provider, u.source_id) for u in video.uploads] == [(provider, number)]


@pytest.mark.parametrize(
    "link",
    [
        *(
            None,
            "",
            "0",
            "https://www.youtube.com/watch?v=",
            "https://www.dailymotion.com/video/x1",
        ),
        *("https://www.youtube.com/channel/UCqECaJ8Gagnn7YCbPEzWH6g", "javascript:alert(1)"),
    ],
)
def test_song_without_a_usable_link_is_still_known_to_have_a_video(
    theaudiodb: FakeTheAudioDb, link: str | None
) -> None:
    artist = theaudiodb.add_artist("Björk")
    theaudiodb.add_video(artist, "Hyperballad", link=link)

    assert [(v.title, v.uploads) for v in videos(theaudiodb, artist)] == [("Hyperballad", ())]


def test_song_that_is_listed_twice_is_one(theaudiodb: FakeTheAudioDb) -> None:
    artist = theaudiodb.add_artist("Björk")
    first = theaudiodb.add_video(artist, "Hyperballad")
    theaudiodb.add_video(artist, "Jóga")
    theaudiodb.videos.append(first)

    assert [video.title for video in videos(theaudiodb, artist)] == ["Hyperballad", "Jóga"]


def test_artist_without_videos_has_none(theaudiodb: FakeTheAudioDb) -> None:
    assert videos(theaudiodb, theaudiodb.add_artist("Björk")) == []


def test_known_id_takes_one_request(theaudiodb: FakeTheAudioDb) -> None:
    artist = theaudiodb.add_artist("Björk", mbid=MBID)
    wanted = Wanted(name="Björk", ids={"theaudiodb_artist": str(artist.id), "mb_artist": MBID})

    assert list(adapter.find_videos(conf(theaudiodb), wanted)) == []
    assert theaudiodb.asked == [f"/123/mvid.php?i={artist.id}"]


def test_name_finds_only_who_is_called_just_so(theaudiodb: FakeTheAudioDb) -> None:
    theaudiodb.add_video(theaudiodb.add_artist("Airbourne"), "Runnin' Wild")
    theaudiodb.add_video(theaudiodb.add_artist("Air"), "Kelly Watch the Stars")

    found = adapter.find_videos(conf(theaudiodb), Wanted(name="AIR"))

    assert [video.title for video in found] == ["Kelly Watch the Stars"]


def test_two_artists_of_a_name_are_not_guessed_at(theaudiodb: FakeTheAudioDb) -> None:
    for _ in range(2):
        theaudiodb.add_video(theaudiodb.add_artist("Nirvana"), "Lithium")

    assert list(adapter.find_videos(conf(theaudiodb), Wanted(name="Nirvana"))) == []
    assert adapter.describe(conf(theaudiodb), Wanted(name="Nirvana")) is None


def test_namesake_with_another_musicbrainz_id_is_never_taken(theaudiodb: FakeTheAudioDb) -> None:
    theaudiodb.add_video(theaudiodb.add_artist("Nirvana", mbid=OTHER), "Lithium")
    wanted = Wanted(name="Nirvana", ids={"mb_artist": MBID})

    assert list(adapter.find_videos(conf(theaudiodb), wanted)) == []
    assert adapter.describe(conf(theaudiodb), wanted) is None


@pytest.mark.parametrize("ids", [{}, {"mb_artist": "x"}, {"theaudiodb_artist": "../mvid"}])
@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_nothing_to_go_by_asks_nothing(
    theaudiodb: FakeTheAudioDb, name: str, ids: dict[str, str]
) -> None:
    wanted = Wanted(name=name, ids=ids)

    assert list(adapter.find_videos(conf(theaudiodb), wanted)) == []
    assert adapter.describe(conf(theaudiodb), wanted) is None
    assert adapter.find_artists(conf(theaudiodb), name) == []
    assert theaudiodb.asked == []


def test_videos_that_this_key_is_not_told_leave_the_rest_working(
    theaudiodb: FakeTheAudioDb,
) -> None:
    notes: dict[str, str | None] = {}
    artist = theaudiodb.add_artist("Björk", mbid=MBID, thumb=f"{IMAGES}/artist/thumb/a.jpg")
    theaudiodb.add_video(artist, "Hyperballad")
    wanted = Wanted(name="Björk", ids={"mb_artist": MBID})
    known = conf(theaudiodb, note=notes.__setitem__)
    refusals: tuple[Answer | int, ...] = (404, 403, 401, answers.forbidden_html())

    for refusal in refusals:
        theaudiodb.fails(refusal, path="/*/mvid.php", times=1)
        assert list(adapter.find_videos(known, wanted)) == []
        assert "not told" in str(notes.pop("videos"))
        assert adapter.describe(known, wanted) is not None

    assert len(list(adapter.find_videos(known, wanted))) == 1
    assert notes == {"videos": None}


def test_trouble_with_the_videos_is_reported(theaudiodb: FakeTheAudioDb) -> None:
    artist = theaudiodb.add_artist("Björk")
    theaudiodb.fails(answers.too_many(5), path="/*/mvid.php")

    with pytest.raises(errors.ServiceError) as caught:
        videos(theaudiodb, artist)
    assert caught.value.retry_after == 5


def test_artist_is_described(theaudiodb: FakeTheAudioDb) -> None:
    artist = theaudiodb.add_artist(
        "Björk",
        mbid=MBID,
        alternate="Björk Guðmundsdóttir",
        bio="Björk is a singer.\r\n\r\nShe  lives in Reykjavík.",
        genre="Electronic",
        style="Art Pop",
        country="IS",
        place="Reykjavík, Iceland",
        thumb=f"{IMAGES}/artist/thumb/a.jpg",
        fanart=(f"{IMAGES}/artist/fanart/b.jpg", "", f"{IMAGES}/artist/fanart/c.jpg"),
    )

    facts = adapter.describe(conf(theaudiodb), Wanted(name="?", ids={"mb_artist": MBID}))

    assert facts is not None
    assert facts.bio == "Björk is a singer.\n\nShe lives in Reykjavík."
    assert (facts.genres, facts.country) == (("Electronic", "Art Pop"), "IS")
    assert facts.aliases == ("Björk Guðmundsdóttir",)
    assert facts.pictures == (
        f"{IMAGES}/artist/thumb/a.jpg",
        f"{IMAGES}/artist/fanart/b.jpg",
        f"{IMAGES}/artist/fanart/c.jpg",
    )
    assert facts.ids == {"theaudiodb_artist": str(artist.id), "mb_artist": MBID}


def test_id_that_it_does_not_know_leads_on_to_its_own_and_to_the_name(
    theaudiodb: FakeTheAudioDb,
) -> None:
    artist = theaudiodb.add_artist("Björk", bio="Sings.")
    ids = {"mb_artist": MBID, "theaudiodb_artist": str(artist.id)}

    by_number = adapter.describe(conf(theaudiodb), Wanted(name="?", ids=ids))
    by_name = adapter.describe(conf(theaudiodb), Wanted(name="bjork", ids={"mb_artist": MBID}))

    assert by_number is not None
    assert by_number.ids == {"theaudiodb_artist": str(artist.id)}
    assert by_name is None  # the search knows accents
    by_accents = adapter.describe(conf(theaudiodb), Wanted(name="BJÖRK"))
    assert by_accents is not None
    assert (by_accents.bio, by_accents.ids) == ("Sings.", {})  # a name proves no id


def test_endless_biography_is_cut(theaudiodb: FakeTheAudioDb) -> None:
    theaudiodb.add_artist("Björk", bio="é" * 10**6, alternate="x" * 10_000)

    facts = adapter.describe(conf(theaudiodb), Wanted(name="Björk"))

    assert facts is not None
    assert len(facts.bio or "") == 20_000
    assert facts.aliases == ()


@pytest.mark.parametrize("code", ["", None, "Iceland", "I", "1S", "İS"])
def test_country_that_is_no_code_is_left_out(theaudiodb: FakeTheAudioDb, code: Any) -> None:
    theaudiodb.add_artist("Björk", country=code, place="Reykjavík, Iceland")

    facts = adapter.describe(conf(theaudiodb), Wanted(name="Björk"))

    assert facts is not None
    assert facts.country is None


@pytest.mark.parametrize(
    ("facts", "years"),
    [
        ({"formed": 1987, "died": 1994}, "1987–1994"),
        ({"formed": 0, "born": 1965, "died": 0}, "1965–"),
        ({"born": 1965}, "1965–"),
        ({}, None),
    ],
)
def test_artists_come_with_what_tells_them_apart(
    theaudiodb: FakeTheAudioDb, facts: dict[str, Any], years: str | None
) -> None:
    thumb = f"{IMAGES}/artist/thumb/a.jpg"
    artist = theaudiodb.add_artist(
        "Nirvana", mbid=MBID, country="us", genre="Rock", thumb=thumb, **facts
    )

    (found,) = adapter.find_artists(conf(theaudiodb), "nirvana")

    assert (found.name, found.score, found.country, found.years) == ("Nirvana", 100, "US", years)
    assert (found.genres, found.image_url) == (("Rock",), thumb)
    assert found.ids == {"theaudiodb_artist": str(artist.id), "mb_artist": MBID}
    assert found.url == f"https://www.theaudiodb.com/artist/{artist.id}"


def test_artist_who_looks_otherwise_is_left_out(theaudiodb: FakeTheAudioDb) -> None:
    other = {"idArtist": "1", "strArtist": "Somebody Else"}
    theaudiodb.fails(answers.json_of({"artists": [other, {"strArtist": "Nirvana 2002"}]}))

    assert [a.name for a in adapter.find_artists(conf(theaudiodb), "Nirvana")] == ["Nirvana 2002"]


def test_long_name_is_asked_for_in_part(theaudiodb: FakeTheAudioDb) -> None:
    assert adapter.find_artists(conf(theaudiodb), "é" * 10_000) == []
    assert len(theaudiodb.internet.requests[0].arg("s")) == 200


def test_own_key_is_used_instead_of_the_public_one(theaudiodb: FakeTheAudioDb) -> None:
    assert adapter.check(conf(theaudiodb)) == "TheAudioDB answers to the public key."
    own = conf(theaudiodb, key=theaudiodb.key)
    assert adapter.check(own) == "TheAudioDB answers and accepts the key."
    assert [path.split("/")[1] for path in theaudiodb.asked] == ["123", theaudiodb.key]


@pytest.mark.parametrize("key", ["wrong", "../../x", "a?b#c", " 9 ", "é"])
def test_key_that_it_does_not_know_is_said_to_be_wrong(
    theaudiodb: FakeTheAudioDb, key: str
) -> None:
    wanted = Wanted(name="Björk")
    known = conf(theaudiodb, key=key)
    for ask in (
        lambda: adapter.check(known),
        lambda: adapter.describe(known, wanted),
        lambda: list(adapter.find_videos(known, wanted)),
    ):
        with pytest.raises(errors.ServiceError, match="Check both in the settings") as caught:
            ask()
        assert caught.value.permanent
    assert all(r.path.startswith("/api/v1/json/") for r in theaudiodb.internet.requests)
