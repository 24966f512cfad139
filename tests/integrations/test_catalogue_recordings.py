"""The catalogues' adapters on what the real services answered once; skipped without that."""

import json
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Conf
from mvidarr.integrations import imvdb, musicbrainz
from mvidarr.integrations.protocols import Wanted
from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet

RECORDED = Path(__file__).parents[2] / "../shared/recorded"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text(encoding="utf-8-sig"))


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
