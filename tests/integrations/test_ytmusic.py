"""YouTube Music, as the real ytmusicapi reads it from its fake, and from recorded answers."""

import gzip
import json
import locale
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import clock, errors
from mvidarr.core.http import Conf
from mvidarr.integrations import ytmusic
from mvidarr.integrations.protocols import (
    Checks,
    FindsVideos,
    Found,
    FoundUpload,
    FoundVideo,
    Wanted,
)
from tests.fakes import answers
from tests.fakes.answers import Answer, Fault, Request
from tests.fakes.internet import FakeInternet
from tests.fakes.shelf import Shelf
from tests.fakes.ytmusic import FakeYouTubeMusic, MusicArtist

CAN_FIND_VIDEOS: FindsVideos = ytmusic.find_videos
CAN_CHECK: Checks = ytmusic.check
SEARCH, BROWSE = "/youtubei/v1/search", "/youtubei/v1/browse"


@pytest.fixture
def music(fake_internet: FakeInternet) -> FakeYouTubeMusic:
    return FakeYouTubeMusic(fake_internet)


@pytest.fixture
def bjork(music: FakeYouTubeMusic) -> MusicArtist:
    return music.add_artist("Björk")


@pytest.fixture
def conf(fake_internet: FakeInternet) -> Conf:
    return Conf(
        service="ytmusic",
        title="YouTube Music",
        base_url="",
        proxy=fake_internet.proxy_url,
        ca=fake_internet.ca_file,
    )


def find(conf: Conf, name: str = "Björk", **wanted: Any) -> list[Found]:
    return list(ytmusic.find_videos(conf, Wanted(name=name, **wanted)))


def by_id(found: list[Found]) -> dict[str, Found]:
    uploads = [(one.uploads[0] if isinstance(one, FoundVideo) else one, one) for one in found]
    return {upload.source_id: one for upload, one in uploads}


def test_official_video_is_a_catalogues_entry(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    music.add_video("Jóga", "Joga0000001", artists=[bjork], duration=305, views="29M")

    assert find(conf) == [
        FoundVideo(
            found_by="ytmusic",
            title="Jóga",
            artists=("Björk",),
            image_url="https://i.ytimg.com/vi/Joga0000001/mqdefault.jpg",
            uploads=(
                FoundUpload(
                    found_by="ytmusic",
                    provider="youtube",
                    source_id="Joga0000001",
                    title="Björk - Jóga",
                    duration=305,
                    view_count=29_000_000,
                    image_url="https://i.ytimg.com/vi/Joga0000001/mqdefault.jpg",
                    evidence=("omv",),
                ),
            ),
        )
    ]


def test_upload_of_somebody_names_the_channel(music: FakeYouTubeMusic, conf: Conf) -> None:
    video = music.add_video("Björk - Jóga (live)", "jogalive001", uploader="MTV", kind="UGC")

    (found,) = find(conf)

    assert isinstance(found, FoundUpload)
    assert (found.title, found.channel) == ("Björk - Jóga (live)", "MTV")
    assert found.channel_id == video.artists[0].id
    assert found.evidence == ("ugc",)


def test_other_kinds_have_their_evidence(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    music.add_video("On stage", "official001", artists=[bjork], kind="OFFICIAL_SOURCE_MUSIC")
    music.add_video("An episode", "podcast0001", artists=[bjork], kind="PODCAST_EPISODE")
    music.add_video("Unnamed", "untyped0001", artists=[bjork], kind="")

    found = by_id(find(conf))

    official, untyped = found["official001"], found["untyped0001"]
    assert isinstance(official, FoundUpload)
    assert (official.title, official.channel) == ("On stage", "Björk")
    assert (official.channel_id, official.evidence) == (None, ("official_source",))
    assert isinstance(untyped, FoundUpload)
    assert (untyped.title, untyped.channel, untyped.evidence) == ("Björk - Unnamed", None, ())
    assert set(found) == {"official001", "untyped0001"}


def test_art_track_is_no_entry_of_the_catalogue() -> None:
    track = {"videoId": "art00000001", "title": "Jóga", "videoType": "MUSIC_VIDEO_TYPE_ATV"}
    found = ytmusic.to_found({**track, "artists": [{"name": "Björk", "id": None}]}, "Björk")

    assert isinstance(found, FoundUpload)
    assert (found.title, found.channel, found.evidence) == ("Björk - Jóga", None, ("atv",))


def test_songs_are_not_searched(music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf) -> None:
    music.add_video("Jóga", "art00000001", artists=[bjork], kind="ATV")

    assert find(conf) == []


def test_whoever_stands_beside_the_artist_is_named(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    other = music.add_artist("Thom Yorke")
    music.add_video("I've Seen It All", "seen0000001", artists=[bjork, other])

    (first,) = find(conf)
    (second,) = find(conf, name="Thom Yorke")

    assert isinstance(first, FoundVideo)
    assert isinstance(second, FoundVideo)
    assert (first.artists, first.featured) == (("Björk",), ("Thom Yorke",))
    assert (second.artists, second.featured) == (("Björk", "Thom Yorke"), ())
    assert first.uploads[0].title == "Björk, Thom Yorke - I've Seen It All"


@pytest.mark.parametrize(
    ("title", "song", "shown"),
    [
        ("Jóga", "Jóga", "Björk - Jóga"),
        ("Björk - Jóga (ft. X)", "Jóga (ft. X)", "Björk - Jóga (ft. X)"),
        ("BJÖRK: Jóga", "BJÖRK: Jóga", "Björk - BJÖRK: Jóga"),
        ("björk – Jóga", "Jóga", "björk – Jóga"),
        ("Björk", "Björk", "Björk - Björk"),
        ("Björk - ", "Björk -", "Björk - Björk -"),
        ("Björk (live)", "Björk (live)", "Björk - Björk (live)"),
    ],
)
def test_song_is_told_from_the_artist_before_it(title: str, song: str, shown: str) -> None:
    track = {"videoId": "Joga0000001", "title": title, "videoType": "MUSIC_VIDEO_TYPE_OMV"}

    found = ytmusic.to_found({**track, "artists": [{"name": "Björk", "id": None}]}, "Björk")

    assert isinstance(found, FoundVideo)
    assert (found.title, found.uploads[0].title) == (song, shown)


def test_page_and_its_whole_list_come_beside_the_search(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    for number in range(70):
        music.add_video(f"Song {number}", f"song{number:07}", artists=[bjork])
    slots: list[int] = []

    found = find(replace(conf, pace=lambda: slots.append(1)), limit=100)

    assert len(found) == len(by_id(found)) == 70
    assert all(isinstance(one, FoundVideo) for one in found)
    assert len(slots) == len(music.asked())
    assert len(find(conf, limit=7)) == 7


def test_list_that_cannot_be_read_leaves_the_page(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    music.has_header = False
    for number in range(15):
        music.add_video(f"Song {number}", f"song{number:07}", artists=[bjork])
    music.internet.fault(Fault(path=SEARCH, when=_is_for_videos, answer=NOTHING))
    notes: dict[str, str | None] = {}

    found = find(replace(conf, note=notes.__setitem__))

    assert len(found) == 10
    assert notes["artist pages"] is None
    assert str(notes["lists of videos"]).endswith(".")


def test_page_of_another_shape_leaves_the_search(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    music.add_video("Jóga", "Joga0000001", artists=[bjork])
    music.internet.fault(Fault(path=BROWSE, answer=answers.json_of({"contents": {}})))
    notes: dict[str, str | None] = {}

    found = find(replace(conf, note=notes.__setitem__))

    assert list(by_id(found)) == ["Joga0000001"]
    assert "does not understand" in str(notes["artist pages"])


def test_artist_without_a_page_is_searched(music: FakeYouTubeMusic, conf: Conf) -> None:
    bjork = music.add_artist("Björk", has_page=False)
    music.add_video("Jóga", "Joga0000001", artists=[bjork])

    assert list(by_id(find(conf))) == ["Joga0000001"]


def test_name_counts_only_as_a_whole(music: FakeYouTubeMusic, conf: Conf) -> None:
    airbourne = music.add_artist("Airbourne")
    music.add_video("Runnin' Wild", "airbourne01", artists=[airbourne])

    find(conf, name="Air")

    assert music.asked(BROWSE) == []


def test_videos_of_a_namesake_are_left_out(music: FakeYouTubeMusic, conf: Conf) -> None:
    known = music.add_artist("Nirvana")
    other = music.add_artist("Nirvana")
    music.add_video("In Bloom", "inbloom0001", artists=[known])
    music.add_video("Rainbow Chaser", "rainbow0001", artists=[other])

    assert list(by_id(find(conf, name="Nirvana"))) == ["inbloom0001"]


def test_known_channel_tells_namesakes_apart(music: FakeYouTubeMusic, conf: Conf) -> None:
    music.add_artist("Nirvana", channel_id="UC" + "1" * 22)
    other = music.add_artist("Nirvana", channel_id="UC" + "2" * 22)
    music.add_video("Rainbow Chaser", "rainbow0001", artists=[other])

    found = find(conf, name="Nirvana", ids={"youtube_channel": "UC" + "2" * 22})

    assert list(by_id(found)) == ["rainbow0001"]


def test_known_page_is_not_searched_for(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    music.add_video("Jóga", "Joga0000001", artists=[bjork])

    assert len(find(conf, ids={"ytmusic_channel": bjork.id})) == 1
    assert len(music.asked(SEARCH)) == 1


def test_greyed_out_video_exists_without_an_upload(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    music.add_video("Jóga", "Joga0000001", artists=[bjork], greyed=True)
    music.add_video("Jóga by a fan", "fan00000001", uploader="Björk fan", kind="UGC", greyed=True)

    (found,) = find(conf)

    assert isinstance(found, FoundVideo)
    assert (found.title, found.uploads) == ("Jóga", ())


def test_nobody_knows_the_artist(music: FakeYouTubeMusic, conf: Conf) -> None:
    assert find(conf) == []


def test_answers_are_kept(music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf) -> None:
    music.add_video("Jóga", "Joga0000001", artists=[bjork], views="1.2M")
    shelf = Shelf()
    slots: list[int] = []
    asking = replace(conf, answers=shelf, pace=lambda: slots.append(1))

    first = find(asking)
    asked = len(slots)
    again = find(asking)

    assert again == first
    assert len(slots) == asked
    assert set(shelf.times.values()) == {12 * clock.HOUR, 7 * clock.DAY}


def test_visitor_is_fetched_once_in_half_a_day(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    asking = replace(conf, answers=Shelf())

    find(asking)
    find(asking, name="Air")

    assert len(music.asked("/")) == 1
    visitors = {r.headers["x-goog-visitor-id"] for r in music.asked(SEARCH)}
    assert visitors == {"CgtmYWtldmlzaXRvcg%3D%3D"}


@pytest.mark.parametrize(
    "page",
    [
        answers.text_of("ytcfg.set({broken});"),
        answers.text_of("ytcfg.set({'a': 1});"),
        answers.server_error(),
        answers.json_of({}, status=302, headers={"Location": "https://consent.youtube.com/x"}),
    ],
)
def test_strange_front_page_spoils_nothing(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf, page: Answer
) -> None:
    music.add_video("Jóga", "Joga0000001", artists=[bjork])
    music.internet.fault(Fault(path="/", answer=page))

    assert len(find(conf)) == 1


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"answer": answers.too_many(30)}, "asks for a pause"),
    ({"answer": answers.forbidden_html()}, "forbids access"),
    ({"answer": answers.server_error()}, "problem of its own"),
    ({"answer": answers.server_error(503)}, "not available"),
    ({"answer": answers.invalid_json()}, "does not understand"),
    ({"answer": answers.html_with_200()}, "web page"),
    ({"answer": answers.json_of([1, 2])}, "damaged data"),
    ({"answer": answers.json_of({"contents": {"x": 1}})}, "does not understand"),
    ({"answer": Answer(body=b"x" * 2_000)}, "more data than expected"),
    ({"cut_after": 10}, "ended the connection"),
]


@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_failed_search_is_the_services_error(
    music: FakeYouTubeMusic,
    bjork: MusicArtist,
    conf: Conf,
    fault: Mapping[str, Any],
    words: str,
) -> None:
    music.internet.fault(Fault(path=SEARCH, **fault))

    with pytest.raises(errors.ServiceError, match=words) as caught:
        find(replace(conf, max_bytes=1_900))

    assert caught.value.service == "ytmusic"
    assert str(caught.value).endswith(".")
    assert caught.value.retry_after == (30 if "pause" in words else None)


def test_what_the_page_has_survives_a_failed_search(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    music.add_video("Jóga", "Joga0000001", artists=[bjork])
    music.internet.fault(Fault(path=SEARCH, when=_is_for_videos, answer=answers.too_many()))
    found: list[Found] = []

    with pytest.raises(errors.ServiceError):
        found.extend(ytmusic.find_videos(conf, Wanted(name="Björk")))

    assert list(by_id(found)) == ["Joga0000001"]


def test_failed_answers_are_not_kept(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    shelf = Shelf()
    music.internet.fault(Fault(path=SEARCH, answer=answers.too_many()))

    with pytest.raises(errors.ServiceError):
        find(replace(conf, answers=shelf))

    assert list(shelf.kept) == ["visitor"]


def test_check_says_that_it_answers(
    music: FakeYouTubeMusic, bjork: MusicArtist, conf: Conf
) -> None:
    music.add_video("A music video", "Joga0000001", artists=[bjork])

    assert ytmusic.check(conf) == "YouTube Music answers."


def test_process_keeps_its_locale(music: FakeYouTubeMusic, conf: Conf) -> None:
    before = locale.setlocale(locale.LC_ALL)

    find(conf)

    assert locale.setlocale(locale.LC_ALL) == before


@pytest.mark.parametrize(
    ("shown", "count"),
    [
        ("58K", 58_000),
        ("2.3M", 2_300_000),
        ("1.4B", 1_400_000_000),
        ("10m", 10_000_000),
        ("1,204", 1_204),
        ("7", 7),
        ("1,2M", 1_200_000),
        ("", None),
        ("No", None),
        (None, None),
        ("..K", None),
        ("9" * 30, None),
    ],
)
def test_views_are_read(shown: object, count: int | None) -> None:
    assert ytmusic.views(shown) == count


@pytest.mark.parametrize("member", ["title", "artists", "duration_seconds", "views", "videoType"])
@pytest.mark.parametrize("value", [None, True, -1, 10**9, float("inf"), [7], {"a": 1}, "x"])
def test_member_of_another_shape_is_left_out(member: str, value: Any) -> None:
    track = {
        "videoId": "Joga0000001",
        "title": "Jóga",
        "videoType": "MUSIC_VIDEO_TYPE_OMV",
        "artists": [{"name": "Björk", "id": None}],
        "duration_seconds": 305,
        "views": "2.3M",
        "isAvailable": True,
    }

    found = ytmusic.to_found({**track, member: value}, "Björk")

    if found is not None:
        upload = found.uploads[0] if isinstance(found, FoundVideo) else found
        assert upload.title
        assert upload.duration in (305, None)
        assert upload.view_count is None or upload.view_count >= 0


NOTHING = answers.json_of({"responseContext": {}})


def _is_for_videos(request: Request) -> bool:
    return str(request.json().get("params")).startswith("EgWKAQIQ")


RECORDED = Path(__file__).parents[2] / "../shared/recorded/youtube_innertube"
recordings = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")


def recorded(name: str) -> Any:
    """The body of a recorded answer."""
    path = RECORDED / name
    said = json.loads(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_text()
    )
    is_exchange = "responseBody" in said.get("response", {})
    return json.loads(said["response"]["responseBody"]) if is_exchange else said


@pytest.fixture
def replay(fake_internet: FakeInternet) -> Callable[..., None]:
    """Let the host answer these: a recording for the artists, one for videos, one for a page."""

    def start(*, artists: Any = None, videos: Any = None, page: Any = None) -> None:
        def answer(request: Request) -> Answer:
            if request.path == "/":
                return answers.text_of("")
            if request.path == BROWSE:
                is_page = str(request.json().get("browseId")).startswith("UC")
                return answers.json_of(page if is_page and page else {})
            if request.arg("ctoken"):
                return answers.json_of({})
            said = videos if _is_for_videos(request) else artists
            return answers.json_of(said or {})

        fake_internet.add(FakeYouTubeMusic.HOST, answer)

    return start


@recordings
def test_recorded_search_for_videos_is_read(conf: Conf, replay: Callable[..., None]) -> None:
    replay(videos=recorded("ytmusic_search_videos_fresku_p1.mock.json"))

    found = find(conf, name="Fresku")

    official = {one.title: one for one in found if isinstance(one, FoundVideo)}
    uploads = [one for one in found if isinstance(one, FoundUpload)]
    assert (len(official), len(uploads)) == (6, 14)
    assert set(official) == {
        *("Helse Weg", "Begrijpen", "Diepe Dalen", "Pa", "Iedereenzaam"),
        "Draai Terug De Tijd (ft. Jennie Lena)",
    }
    assert official["Pa"].featured == ("Doe Maar",)
    assert official["Helse Weg"].uploads[0].duration == 512
    assert official["Helse Weg"].uploads[0].view_count == 58_000
    assert uploads[0].channel == "101Barz"
    assert {upload.evidence for upload in uploads} == {("ugc",)}
    assert all(upload.channel_id and upload.duration for upload in uploads)


@recordings
def test_recorded_search_for_artists_is_read(conf: Conf, replay: Callable[..., None]) -> None:
    replay(artists=recorded("ytmusic_search_artists_kevin_p1.mock.json"), page={"x": 1})
    shelf = Shelf()

    find(replace(conf, answers=shelf), name="Mc Kevin")

    known = json.loads(shelf.kept["artists Mc Kevin"].body)
    assert len(known) == 20
    assert {"artist": "Mc Kevin", "browseId": "UC9tE0DCnWW7N-yiqVmnoyfA"} in known


@recordings
def test_recorded_page_of_an_artist_is_read(conf: Conf, replay: Callable[..., None]) -> None:
    replay(page=recorded("ytmusic_artist_page_1.json.gz"))

    found = find(conf, name="Hatsune Miku", ids={"ytmusic_channel": "UCR29q3hGlpPRDrR1bk_8XqQ"})

    assert len(found) == 10
    first = found[0]
    assert isinstance(first, FoundUpload)
    assert first.source_id == "WSDSWdIt3jY"
    assert first.title.startswith("Hatsune Miku - Side Quest King")
    assert first.view_count == 2_300_000


@recordings
def test_recorded_songs_are_no_videos(conf: Conf, replay: Callable[..., None]) -> None:
    replay(videos=recorded("ytmusic_search_songs_p1.mock.json"))

    assert not any(isinstance(one, FoundVideo) for one in find(conf, name="mocromaniac"))
