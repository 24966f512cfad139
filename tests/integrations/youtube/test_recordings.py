"""YouTube's adapters on what the real services answered once; skipped without that."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Conf
from mvidarr.core.terms import Availability, Cause
from mvidarr.integrations.protocols import FoundUpload, Wanted
from mvidarr.integrations.youtube import data_api, download, feeds, lists, search
from mvidarr.integrations.youtube.download import DownloadFailed, Order
from tests.fakes import answers, innertube
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube
from tests.fakes.youtube_api import FakeDataApi

RECORDED = Path(__file__).parents[3] / "../shared/recorded"
API = RECORDED / "youtube_data_v3"
GOOGLE = "UC_x5XG1OV2P6uZZ5FSM9Ttw"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")


def recorded(name: str) -> Any:
    return json.loads((API / f"{name}.json").read_text(encoding="utf-8-sig"))


def exchange(name: str) -> Answer:
    """A recorded answer with its status and type."""
    told = json.loads((RECORDED / name).read_text())["response"]
    return Answer(
        status=told["responseCode"],
        body=told["responseBody"].encode(),
        kind=told["responseHeaders"]["content-type"][0],
    )


def conf_of(internet: FakeInternet, said: dict[str, Any]) -> Conf:
    """The Data API that answers with recordings: path → body, or list of bodies in order."""

    def answer(request: Request) -> Answer:
        body = said.get(request.path.rpartition("/")[2], {"items": []})
        if isinstance(body, list):
            body = body.pop(0)
        return answers.json_of(body, status=body.get("error", {}).get("code", 200))

    internet.add(FakeDataApi.host, answer)
    return Conf(
        service="youtube_api",
        title="YouTube Data API",
        base_url=internet.base_url(FakeDataApi.host) + FakeDataApi.root,
        key="key",
        retries=0,
    )


def find(conf: Conf, **ids: str) -> list[FoundUpload]:
    return list(data_api.find_videos(conf, Wanted(name="x", ids=ids)))


@pytest.mark.parametrize("name", ["search_by_keywords_p1", "search_videos_by_channel"])
def test_recorded_search_asks_for_each_of_its_videos(
    fake_internet: FakeInternet, name: str
) -> None:
    hits = recorded(name)["items"]
    assert find(conf_of(fake_internet, {"search": recorded(name)})) == []

    asked = fake_internet.requests[1].arg("id").split(",")
    assert asked == [hit["id"]["videoId"] for hit in hits]


def test_recorded_search_for_channels_has_no_videos(fake_internet: FakeInternet) -> None:
    assert find(conf_of(fake_internet, {"search": recorded("search_channels")})) == []
    assert len(fake_internet.requests) == 1


def of_channel(conf: Conf) -> list[FoundUpload]:
    """What the list of a channel's uploads holds; nobody is searched for."""
    ids = {"youtube_channel": "UC" + "x" * 22}
    return list(data_api.find_videos(conf, Wanted(name="Nobody", ids=ids, limit=500)))


def test_recorded_pages_of_a_playlist_are_followed(fake_internet: FakeInternet) -> None:
    pages = [recorded("playlist_items_paged_1"), recorded("playlist_items_paged_2")]
    conf = conf_of(fake_internet, {"playlistItems": list(pages), "search": {"items": []}})

    assert of_channel(conf) == []

    asked = [r.arg("id").split(",") for r in fake_internet.asked(path="*/videos")]
    assert [len(ids) for ids in asked] == [len(page["items"]) for page in pages]
    assert fake_internet.requests[2].arg("pageToken") == pages[0]["nextPageToken"]


@pytest.mark.parametrize("number", [1, 2])
def test_recorded_videos_are_read(fake_internet: FakeInternet, number: int) -> None:
    videos = recorded(f"j_video_response_{number}")
    listed = {"items": [{"contentDetails": {"videoId": v["id"]}} for v in videos["items"]]}
    conf = conf_of(fake_internet, {"playlistItems": listed, "videos": videos})

    found = {upload.source_id: upload for upload in find(conf, youtube_channel=GOOGLE)}

    assert set(found) == {video["id"] for video in videos["items"]}
    assert all(upload.duration and upload.view_count for upload in found.values())
    assert all(upload.published_at and upload.channel_id for upload in found.values())
    if number == 2:
        assert (found["V4DDt30Aat4"].duration, found["V4DDt30Aat4"].view_count) == (159, 3_603_770)


@pytest.mark.parametrize(
    "name", ["videos_info_multi", "videos_info_single", "videos_chart_paged_1"]
)
def test_recorded_videos_without_lengths_are_read(name: str) -> None:
    for item in recorded(name)["items"]:
        upload = data_api.to_upload(item)
        if item["snippet"]["liveBroadcastContent"] == "live":
            assert upload is None
            continue
        assert upload
        assert upload.title == " ".join(item["snippet"]["title"].split())
        assert (upload.duration, upload.view_count) == (None, None)
        assert upload.availability is Availability.UNKNOWN


def test_recorded_parts_of_a_video_are_read() -> None:
    parts: dict[str, Any] = {}
    for part in ("contentDetails", "statistics", "status"):
        said = recorded(f"j_video_{part}")
        parts[part] = said.get(part, said)
    snippet = {"title": "x", "liveBroadcastContent": "none"}

    upload = data_api.to_upload({"id": "Joga0000001", "snippet": snippet, **parts})

    assert upload
    assert (upload.duration, upload.availability) == (1263, Availability.AVAILABLE)
    assert upload.view_count


def test_recorded_members_of_a_playlist_are_read(fake_internet: FakeInternet) -> None:
    page = recorded("j_playlist_item_response_snippet_content_details")
    page.pop("nextPageToken", None)
    of_channel(conf_of(fake_internet, {"playlistItems": page, "search": {"items": []}}))

    asked = fake_internet.requests[1].arg("id").split(",")
    assert asked == [item["contentDetails"]["videoId"] for item in page["items"]]


@pytest.mark.parametrize(
    "name",
    ["empty_list", "channels_info_multiple", "j_channel_response_snippet", "playlists_paged_1"],
)
def test_recorded_answers_to_other_questions_have_no_uploads(
    fake_internet: FakeInternet, name: str
) -> None:
    said = {"search": recorded(name), "videos": recorded(name)}

    assert find(conf_of(fake_internet, said)) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("error_400_key_invalid", "not valid"),
        ("error_403_permission", "does not allow"),
        ("j_youtube_not_activated", "Enable"),
    ],
)
def test_recorded_refusal_is_understood(fake_internet: FakeInternet, name: str, words: str) -> None:
    conf = conf_of(fake_internet, {"videos": recorded(name)})

    with pytest.raises(errors.ServiceError, match=words) as caught:
        data_api.check(conf)

    assert caught.value.permanent


def feed_conf(internet: FakeInternet, name: str) -> Conf:
    internet.add("www.youtube.com", lambda request: exchange(f"youtube_rss/{name}.mock.json"))
    base = internet.base_url("www.youtube.com")
    return Conf(service="youtube_feeds", base_url=f"{base}/feeds/videos.xml", retries=0)


def test_recorded_feed_is_read(fake_internet: FakeInternet) -> None:
    found = feeds.newest(
        feed_conf(fake_internet, "feed_user_kurzgesagt"), "UCsXVk37bltHxD1rDPwtNM8Q"
    )

    assert len(found) == len({upload.source_id for upload in found}) == 15
    assert {upload.channel for upload in found} == {"Kurzgesagt – In a Nutshell"}
    assert {upload.channel_id for upload in found} == {"UCsXVk37bltHxD1rDPwtNM8Q"}
    assert all(upload.view_count and upload.published_at for upload in found)
    first = found[0]
    assert (first.source_id, first.is_short) == ("zg40FHOAqC0", True)
    assert first.published_at == 1_769_094_102_000
    assert not all(upload.is_short for upload in found)


def test_recorded_feed_of_a_terminated_channel_says_nothing_of_it(
    fake_internet: FakeInternet,
) -> None:
    with pytest.raises(errors.ServiceError, match="channels that exist"):
        feeds.newest(feed_conf(fake_internet, "feed_404_terminated_channel"), GOOGLE)


@pytest.mark.parametrize("name", ["playlist_nonexistent", "playlist_invalid_id"])
def test_recorded_playlist_that_is_not_there_is_not_found(
    fake_internet: FakeInternet, conf: Conf, name: str
) -> None:
    def answer(request: Request) -> Answer:
        if request.path.endswith("resolve_url"):
            return answers.json_of({"endpoint": {"browseEndpoint": {"browseId": "VLPLx"}}})
        return exchange(f"youtube_innertube/{name}.mock.json")

    fake_internet.add("www.youtube.com", answer)

    with pytest.raises(errors.NotFound):
        search.playlist(conf, "PL11111111111111111111111111111111")


def players(data: Any) -> Iterator[dict[str, Any]]:
    """The answers of a player anywhere in a recording, which holds some of them as text."""
    if isinstance(data, dict) and "playabilityStatus" in data:
        yield data
    elif isinstance(data, dict):
        yield from itertools.chain.from_iterable(map(players, data.values()))
    elif isinstance(data, list):
        yield from itertools.chain.from_iterable(map(players, data))
    elif isinstance(data, str) and data.startswith("{") and "playabilityStatus" in data:
        yield from players(json.loads(data))


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("musicpremiumcontent", Cause.PREMIUM_ONLY),
        ("paidcontent", Cause.MEMBERS_ONLY),
        ("privatecontent", Cause.PRIVATE),
    ],
)
def test_recorded_refusal_of_the_player_has_its_cause(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    make_order: Callable[..., Order],
    name: str,
    cause: Cause,
) -> None:
    told = json.loads((RECORDED / f"youtube_innertube/unavailable_{name}.mock.json").read_text())
    answer = next(players(told)) | {"videoDetails": {"videoId": "Joga0000001"}}

    def site(request: Request) -> Answer | None:
        if request.path == "/youtubei/v1/player":
            return answers.json_of(answer)
        if request.path == "/watch":
            return answers.text_of(innertube.watch_page("Joga0000001", answer, {}))
        return None

    fake_internet.add(fake_youtube.SITE, site)
    with pytest.raises(DownloadFailed) as caught:
        download.fetch(
            make_order("Joga0000001"), on_progress=lambda _: None, should_stop=lambda: False
        )

    assert caught.value.cause is cause


def test_recorded_info_is_read_like_an_entry() -> None:
    info = json.loads((RECORDED / "ytdlp/info_dict_bush_machinehead_full.json").read_text())
    entry = info["entries"][0] if "entries" in info else info

    upload = lists.to_upload(entry, {})

    assert upload
    assert "Machinehead" in upload.title
    assert upload.channel_id
    assert upload.duration
    assert upload.availability is Availability.AVAILABLE
