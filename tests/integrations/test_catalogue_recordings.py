"""The catalogues' adapters on what the real services answered once; skipped without that."""

import json
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Conf
from mvidarr.integrations import deezer, fanarttv, imvdb, musicbrainz, theaudiodb
from mvidarr.integrations.protocols import Wanted
from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet

NIRVANA = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"
RECORDED = Path(__file__).parents[2] / "../shared/recorded"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text(encoding="utf-8-sig"))


def exchanged(name: str, host: str) -> dict[str, Any]:
    """What a host answered once: path with query → body, of a file of several tests' talks."""
    calls = [call for _, calls in recorded(name) for call in calls if host in call["scope"]]
    bodies = {call["path"]: call["response"] for call in calls}
    return {path: json.loads(b) if isinstance(b, str) else b for path, b in bodies.items()}


def test_recorded_search_is_read() -> None:
    found = [
        musicbrainz.to_artist(a)
        for a in recorded("musicbrainz/artist_search_response.json")["artists"]
    ]

    assert found[0].name == "Nirvana"
    assert (found[0].score, found[0].country, found[0].years) == (100, "US", "1987–1994")
    assert "ニルヴァーナ" in found[0].aliases
    assert len(found[0].genres) == 5
    assert len({artist.ids["mb_artist"] for artist in found}) == len(found)


def test_recorded_video_is_read() -> None:
    video = musicbrainz.to_video(recorded("musicbrainz/recording_video_official_music_video.json"))

    assert (video.title, video.version, video.artists) == ("The Enemy", "", ("Paradise Lost",))
    assert (video.released, video.duration) == ("2008-05-23", 218.0)
    assert video.directors == ("Edward Mavskegg",)
    assert video.ids["imvdb_video_slug"] == "paradise-lost/the-enemy"
    assert [(upload.provider, upload.source_id) for upload in video.uploads] == [
        ("youtube", "O_HwMrrJ4M4")
    ]


def test_recorded_nothing_is_read() -> None:
    assert musicbrainz.to_artist(recorded("musicbrainz/picard_artist_null.json")).name == ""


def test_every_recorded_recording_is_read(fake_internet: FakeInternet) -> None:
    wholes = ["musicbrainz/recording_response.json", "musicbrainz/picard_recording.json"]
    listed = recorded("musicbrainz/track_search_response.json")["recordings"]
    listed += recorded("musicbrainz/isrc_search_response.json")["recordings"]
    for item in [*map(recorded, wholes), *listed]:
        video = musicbrainz.to_video(item)
        assert video.title
        assert video.artists
        assert video.ids["mb_recording"]


def test_recorded_refusal_is_permanent(fake_internet: FakeInternet) -> None:
    groups = recorded("musicbrainz/nock_client.json")
    refusal = next(calls for name, calls in groups if "returns an error" in name)[0]["response"]
    fake_internet.add("musicbrainz.org", lambda request: answers.json_of(refusal, status=400))
    base_url = fake_internet.base_url("musicbrainz.org")

    with pytest.raises(errors.ServiceError) as caught:
        musicbrainz.check(Conf(service="musicbrainz", base_url=base_url))
    assert caught.value.permanent


class Replay:
    """Answers with what IMVDb answered once."""

    def __call__(self, request: Request) -> Answer | None:
        known = {
            "/entity/838673": "entity_838673_include_artist_and_featured_videos.json",
            "/video/121779770452": "video_121779770452_include_credits_featured_sources.json",
            "/search/entities": "search_entities_robin_thicke.json",
            "/search/videos": "search_videos_robin_thicke_blurred_lines.json",
        }
        if name := known.get(request.path):
            return Answer(body=(RECORDED / "imvdb" / name).read_bytes())
        return answers.json_of({}, status=404)


@pytest.fixture
def replay(fake_internet: FakeInternet) -> Conf:
    fake_internet.add("imvdb.com", Replay())
    return Conf(service="imvdb", base_url=fake_internet.base_url("imvdb.com"), key="x")


def test_recorded_search_ranks_the_right_artist_first(replay: Conf) -> None:
    found = imvdb.find_artists(replay, "Robin Thicke")

    assert found[0].ids["imvdb_entity"] == "838673"
    assert found[0].name == "Robin Thicke"
    assert found[0].score == 100
    assert "mike-cruz" not in [artist.ids["imvdb_slug"] for artist in found]


def test_recorded_artist_and_video_are_read(replay: Conf) -> None:
    found = list(imvdb.find_videos(replay, Wanted(name="Robin Thicke")))

    assert len(found) == 20  # 19 own of which one was never released, and 2 as a guest
    lines = next(video for video in found if video.title == "Blurred Lines")
    assert (lines.year, lines.directors) == (2013, ("Diane Martel",))
    assert len(lines.featured) == 2
    assert [(u.provider, u.source_id) for u in lines.uploads] == [
        ("youtube", "zwT6DZCQi9k"),
        ("vimeo", "64611906"),
        ("youtube", "yyDUC1LUXSU"),
    ]
    assert lines.ids == {
        "imvdb_video": "121779770452",
        "imvdb_video_slug": "robin-thicke/blurred-lines",
    }


def test_every_recorded_search_result_is_read() -> None:
    for item in recorded("imvdb/search_videos_robin_thicke_blurred_lines.json")["results"]:
        video = imvdb.to_video(item)
        assert video.title
        assert video.artists
        assert set(video.ids) == {"imvdb_video", "imvdb_video_slug"}


def test_recorded_check_passes(replay: Conf) -> None:
    assert imvdb.check(replay) == "IMVDb answers and accepts the key."


@pytest.fixture
def audio(fake_internet: FakeInternet) -> Conf:
    """TheAudioDB as it once was; nobody recorded its lists of videos."""
    known = exchanged("theaudiodb/nock_artist-mb_track-mb_album-mb.json", "theaudiodb.com")
    root = "/api/v1/json/"

    def replayed(request: Request) -> Answer | None:
        path = request.target.replace(root + theaudiodb.PUBLIC_KEY, root + "*")
        if path.startswith(root + "*/mvid.php"):
            (track,) = known[f"{root}*/track-mb.php?i=1109d8da-ce4a-4739-9414-242dc3e9b81c"][
                "track"
            ]
            return answers.json_of({"mvids": [track]})
        return answers.json_of(known[path]) if path in known else None

    fake_internet.add("www.theaudiodb.com", replayed)
    base_url = fake_internet.base_url("www.theaudiodb.com") + root
    return Conf(service="theaudiodb", base_url=base_url)


def test_recorded_artist_is_described(audio: Conf) -> None:
    facts = theaudiodb.describe(audio, Wanted(name="Nirvana", ids={"mb_artist": NIRVANA}))

    assert facts is not None
    assert (facts.bio or "").startswith("Nirvana was an American rock band")
    assert "\n" in (facts.bio or "")
    assert (facts.genres, facts.country, facts.aliases) == (("Rock", "Rock/Pop"), "US", ())
    assert len(facts.pictures) == 5
    assert "/artist/thumb/" in facts.pictures[0]
    assert facts.ids == {"theaudiodb_artist": "111319", "mb_artist": NIRVANA}
    assert theaudiodb.check(audio) == "TheAudioDB answers to the public key."


def test_recorded_song_is_a_video(audio: Conf) -> None:
    wanted = Wanted(name="Luis Fonsi", ids={"theaudiodb_artist": "131613"})

    (video,) = theaudiodb.find_videos(audio, wanted)

    assert (video.title, video.artists) == ("Despacito", ("Luis Fonsi",))
    assert (video.directors, video.duration) == (("Carlos Pérez",), 231.573)
    assert (video.genres, video.ids) == (("Latin",), {"theaudiodb_track": "34838814"})
    assert [(u.provider, u.source_id) for u in video.uploads] == [("youtube", "kJQP7kiw5Fk")]


def test_recorded_pictures_are_ranked(fake_internet: FakeInternet) -> None:
    known = exchanged("fanarttv/nock_music.json", "fanart.tv")
    fake_internet.add(
        "webservice.fanart.tv", lambda request: answers.json_of(known[f"{request.path}?api_key=*"])
    )
    base_url = fake_internet.base_url("webservice.fanart.tv") + "/v3"
    conf = Conf(service="fanarttv", base_url=base_url, key="x")

    facts = fanarttv.describe(conf, Wanted(name="?", ids={"mb_artist": NIRVANA}))

    assert facts is not None
    assert len(facts.pictures) == 17
    assert facts.pictures[0].endswith("/artistthumb/nirvana-4fb61ff40a15a.jpg")
    assert facts.pictures[4].endswith("/artistbackground/nirvana-4ddaf131354a8.jpg")


@pytest.mark.parametrize(
    ("name", "has_one"),
    [("Michael Jackson", True), ("Jay Emcee, Micheal Jackson", False), ("Jackson", False)],
)
def test_recorded_artists_have_pictures(
    fake_internet: FakeInternet, name: str, has_one: bool
) -> None:
    answer = recorded("deezer/search_artist.json")
    fake_internet.add("api.deezer.com", lambda request: answers.json_of(answer))
    conf = Conf(service="deezer", base_url=fake_internet.base_url("api.deezer.com"))

    facts = deezer.describe(conf, Wanted(name=name))

    assert (facts is not None) is has_one
    if facts is not None:
        assert "/97fae13b2b30e4aec2e8c9e0c7839d92/1000x1000" in facts.pictures[0]


def test_recorded_artist_of_picard_is_read() -> None:
    found = musicbrainz.to_artist(recorded("musicbrainz/picard_artist.json"))

    assert found.name
    assert set(found.ids) >= {"mb_artist"}
