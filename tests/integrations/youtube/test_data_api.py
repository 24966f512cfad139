"""YouTube's Data API, over HTTP against its fake: lists, searches, refusals, the quota."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import clock, errors
from mvidarr.core.http import Conf
from mvidarr.core.terms import Availability
from mvidarr.integrations.protocols import Checks, FindsVideos, FoundUpload, Wanted
from mvidarr.integrations.youtube import data_api, pacific, readings
from tests.fakes import answers
from tests.fakes.internet import FakeInternet
from tests.fakes.shelf import Shelf
from tests.fakes.youtube import channel_id_of
from tests.fakes.youtube_api import FakeDataApi

BJORK = channel_id_of("Björk")
CAN_FIND_VIDEOS: FindsVideos = data_api.find_videos
CAN_CHECK: Checks = data_api.check


@pytest.fixture
def api(fake_internet: FakeInternet) -> FakeDataApi:
    return FakeDataApi(fake_internet)


def conf(api: FakeDataApi, **changes: Any) -> Conf:
    known = Conf(
        service="youtube_api",
        title="YouTube Data API",
        base_url=api.base_url,
        key=api.key,
        backoff=0.001,
    )
    return replace(known, **changes)


def find(conf: Conf, ids: Mapping[str, str] | None = None, **wanted: Any) -> list[FoundUpload]:
    return list(data_api.find_videos(conf, Wanted(name="Björk", ids=ids or {}, **wanted)))


def add_songs(api: FakeDataApi, count: int, **facts: Any) -> None:
    for number in range(count):
        api.add_video(f"song{number:07}", f"Björk - Song {number}", channel_id=BJORK, **facts)


def test_uploads_of_a_known_channel_are_listed_and_not_searched(api: FakeDataApi) -> None:
    add_songs(api, 70)
    spent: list[int] = []

    found = find(conf(api, spend=spent.append), {"youtube_channel": BJORK})

    assert [upload.source_id for upload in found] == [f"song{n:07}" for n in range(60)]
    assert spent == [1, 1, 1, 1]
    assert api.units == 4
    assert [path.partition("?")[0] for path in api.asked] == [
        "/playlistItems",
        "/videos",
        "/playlistItems",
        "/videos",
    ]


def test_upload_is_described(api: FakeDataApi) -> None:
    api.add_video(
        "Joga0000001",
        "Björk - Jóga &amp; friends",
        channel_id=BJORK,
        duration="PT1H2S",
        views="29000000",
        published="2017-11-20T08:00:00.000Z",
    )

    assert find(conf(api), {"youtube_channel": BJORK}) == [
        FoundUpload(
            found_by="youtube_api",
            provider="youtube",
            source_id="Joga0000001",
            title="Björk - Jóga &amp; friends",
            channel="Björk",
            channel_id=BJORK,
            duration=3602,
            published_at=1_511_164_800_000,
            view_count=29_000_000,
            availability=Availability.AVAILABLE,
            image_url="https://i.ytimg.com/vi/Joga0000001/maxresdefault.jpg",
        )
    ]


def test_search_is_one_page_and_its_escapes_reach_nobody(api: FakeDataApi) -> None:
    api.add_video("Joga0000001", 'Björk - "Jóga" & <more>', channel_id=BJORK)
    spent: list[int] = []

    found = find(conf(api, spend=spent.append))

    assert [upload.title for upload in found] == ['Björk - "Jóga" & <more>']
    assert spent == [100, 1]
    request = api.internet.requests[0]
    assert request.arg("q") == '"Björk" official video'
    assert (request.arg("type"), request.arg("videoCategoryId")) == ("video", "10")


@pytest.mark.parametrize("there", [False, True], ids=["unknown", "empty"])
def test_channel_without_uploads_leaves_the_search(api: FakeDataApi, there: bool) -> None:
    api.add_video("Joga0000001", "Björk - Jóga", channel_id=channel_id_of("Label"))
    if there:
        api.add_playlist(readings.uploads_of(BJORK), [])

    found = find(conf(api), {"youtube_channel": BJORK})

    assert [upload.source_id for upload in found] == ["Joga0000001"]


def test_channel_id_that_is_none_is_not_asked_for(api: FakeDataApi) -> None:
    assert find(conf(api), {"youtube_channel": "../x"}) == []
    assert [path.partition("?")[0] for path in api.asked] == ["/search"]


def test_no_more_is_found_than_wanted(api: FakeDataApi) -> None:
    add_songs(api, 20)

    assert len(find(conf(api), {"youtube_channel": BJORK}, limit=7)) == 7
    assert len(find(conf(api), limit=7)) == 7


def test_live_streams_are_left_out_and_premieres_wait(api: FakeDataApi) -> None:
    api.add_video("live0000001", "Björk - Now", channel_id=BJORK, live="live", duration="P0D")
    api.add_video("endless0001", "Björk - Ever", channel_id=BJORK, duration="P0D")
    api.add_video("soon0000001", "Björk - Soon", channel_id=BJORK, live="upcoming", duration="P0D")

    (found,) = find(conf(api), {"youtube_channel": BJORK})

    assert (found.source_id, found.duration) == ("soon0000001", None)
    assert found.availability is Availability.NOT_YET


def test_what_is_hidden_or_odd_is_unknown(api: FakeDataApi) -> None:
    api.add_video(
        "Joga0000001",
        "Björk - Jóga",
        channel_id=BJORK,
        views=None,
        duration=None,
        published="lately",
        pictures=("default", "medium"),
    )

    (found,) = find(conf(api), {"youtube_channel": BJORK})

    assert (found.view_count, found.duration, found.published_at) == (None, None, None)
    assert found.image_url == "https://i.ytimg.com/vi/Joga0000001/mqdefault.jpg"


def test_private_members_of_a_playlist_are_left_out(api: FakeDataApi) -> None:
    api.add_video("Joga0000001", "Björk - Jóga", channel_id=BJORK)
    api.add_video("hidden00001", "Björk - Hidden", channel_id=BJORK, privacy="private")
    listed = ["hidden00001", "Joga0000001", "gone0000001", "no id"]
    api.add_playlist(readings.uploads_of(BJORK), listed)

    found = find(conf(api), {"youtube_channel": BJORK})

    assert [upload.source_id for upload in found] == ["Joga0000001"]


def test_availability_is_asked_for_fifty_at_once(api: FakeDataApi) -> None:
    add_songs(api, 60)
    api.add_video("adults00001", "x", channel_id=BJORK, details=AGE_RESTRICTED)
    api.add_video("unlisted001", "x", channel_id=BJORK, privacy="unlisted")
    api.add_video("deleted0001", "x", channel_id=BJORK, upload="deleted")
    api.add_video("soon0000001", "x", channel_id=BJORK, live="upcoming")
    ids = [*api.videos, "gone0000001"]

    found = data_api.availability(conf(api), ids)

    assert api.units == 2
    assert set(found) == set(ids)
    assert found["song0000000"] is Availability.AVAILABLE
    assert found["unlisted001"] is Availability.AVAILABLE
    assert found["adults00001"] is Availability.AGE_RESTRICTED
    assert found["deleted0001"] is Availability.REMOVED
    assert found["soon0000001"] is Availability.NOT_YET
    assert found["gone0000001"] is Availability.REMOVED


AGE_RESTRICTED = {"contentRating": {"ytRating": "ytAgeRestricted"}}


def test_answers_are_kept_and_cost_nothing_then(api: FakeDataApi) -> None:
    add_songs(api, 3)
    shelf = Shelf()
    asking = conf(api, answers=shelf)

    first = find(asking)
    again = find(asking)

    assert first == again
    assert api.units == 101
    assert api.key not in str(shelf.kept)


def test_old_answer_is_asked_for_by_its_etag(api: FakeDataApi) -> None:
    add_songs(api, 3)
    shelf = Shelf()
    find(conf(api, answers=shelf))
    shelf.ages()
    api.internet.requests.clear()
    api.fails(answers.json_of({}, status=304))

    assert len(find(conf(api, answers=shelf))) == 3
    assert api.internet.requests[0].headers["if-none-match"] == '"3"'


REFUSALS = [
    ("keyInvalid", True, "not valid"),
    ("API_KEY_INVALID", True, "not valid"),
    ("accessNotConfigured", True, "Enable"),
    ("SERVICE_DISABLED", True, "Enable"),
    ("API_KEY_IP_ADDRESS_BLOCKED", True, "restrictions"),
    ("rateLimitExceeded", False, "pause"),
    ("quotaExceeded", False, "midnight in California"),
    ("dailyLimitExceeded", False, "midnight in California"),
]


@pytest.mark.parametrize(("reason", "permanent", "words"), REFUSALS)
def test_refusal_says_what_can_be_done(
    api: FakeDataApi, reason: str, permanent: bool, words: str
) -> None:
    api.refuses(reason)

    with pytest.raises(errors.ServiceError, match=words) as caught:
        data_api.check(conf(api))

    assert caught.value.permanent is permanent
    assert bool(caught.value.retry_after) is not permanent
    assert str(caught.value).endswith(".")
    assert api.key not in str(caught.value)
    assert len(api.asked) == 1


def test_used_up_quota_rests_until_midnight_in_california(
    api: FakeDataApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = readings.moment("2026-11-20T22:30:00-08:00") or 0
    monkeypatch.setattr(clock, "now", lambda: at)
    api.refuses("quotaExceeded")

    with pytest.raises(errors.ServiceError) as caught:
        data_api.check(conf(api))

    assert caught.value.retry_after == 5400


def test_wrong_key_is_named_as_such(api: FakeDataApi) -> None:
    with pytest.raises(errors.ServiceError, match="not valid"):
        data_api.check(conf(api, key="another"))


FAULTS = [
    (answers.forbidden_html(), "forbids access"),
    (answers.server_error(), "problem of its own"),
    (answers.server_error(503), "not available"),
    (answers.invalid_json(), "damaged"),
    (answers.html_with_200(), "web page"),
    (answers.too_many(7), "pause"),
    (answers.json_of([1, 2], status=403), "refused the key"),
]


@pytest.mark.parametrize(("answer", "words"), FAULTS)
def test_fault_is_the_services_error(api: FakeDataApi, answer: answers.Answer, words: str) -> None:
    api.fails(answer)

    with pytest.raises(errors.ServiceError, match=words) as caught:
        find(conf(api), {"youtube_channel": BJORK})

    assert caught.value.service == "youtube_api"


def test_each_attempt_counts(api: FakeDataApi) -> None:
    api.fails(500, times=2)
    spent: list[int] = []

    data_api.check(conf(api, spend=spent.append))

    assert spent == [1, 1, 1]


def test_nothing_is_asked_once_the_quota_is_used_up(api: FakeDataApi) -> None:
    def refuse(units: int) -> None:
        raise errors.ServiceError("youtube_api", "Used up.", retry_after=9)

    with pytest.raises(errors.ServiceError, match="Used up"):
        find(conf(api, spend=refuse))

    assert api.asked == []


@pytest.mark.parametrize("items", [None, {}, "x", [None, 7, {"id": 7}, {"id": {}}]])
def test_rubbish_finds_nothing(api: FakeDataApi, items: Any) -> None:
    api.fails(answers.json_of({"items": items, "nextPageToken": 9}))

    assert find(conf(api), {"youtube_channel": BJORK}) == []


@pytest.mark.parametrize(
    ("spelled", "seconds"),
    [
        ("PT4M13S", 253),
        ("PT1H2S", 3602),
        ("PT15S", 15),
        ("P1DT1H", 90_000),
        ("P1W", 604_800),
        ("PT21M3S", 1263),
        ("P0D", None),
        ("PT0S", None),
        ("", None),
        ("PT", None),
        ("P", None),
        ("4:13", None),
        ("PT-4M", None),
        ("P9999W", None),
        (None, None),
        (253, None),
    ],
)
def test_length_is_read(spelled: object, seconds: float | None) -> None:
    assert readings.seconds(spelled) == seconds


@pytest.mark.parametrize(
    ("spelled", "ms"),
    [
        ("2019-12-05T19:00:10.000Z", 1_575_572_410_000),
        ("2019-12-05T19:00:10Z", 1_575_572_410_000),
        ("2026-01-22T15:01:42+00:00", 1_769_094_102_000),
        ("2019-12-05T19:00:10", 1_575_572_410_000),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_moment_is_read(spelled: object, ms: int | None) -> None:
    assert readings.moment(spelled) == ms


@pytest.mark.parametrize(
    ("moment", "day", "left"),
    [
        ("2026-11-20T07:59:59+00:00", "2026-11-19", 1),
        ("2026-11-20T08:00:00+00:00", "2026-11-20", 86_400),
        ("2026-07-01T06:00:00+00:00", "2026-06-30", 3_600),
        ("2026-03-08T00:00:00-08:00", "2026-03-08", 23 * 3_600),
        ("2026-11-01T00:00:00-07:00", "2026-11-01", 25 * 3_600),
    ],
)
def test_day_of_the_quota_is_californias(moment: str, day: str, left: float) -> None:
    at = readings.moment(moment) or 0

    assert (pacific.day(at), pacific.seconds_left(at)) == (day, left)
