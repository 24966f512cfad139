"""The feeds of channels, over HTTP against their fake, and the list that stands in for them."""

import re
from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import clock, errors
from mvidarr.core.http import Conf, NotThere
from mvidarr.integrations.protocols import Checks, FindsVideos, FoundUpload, Wanted
from mvidarr.integrations.youtube import feeds, search
from tests.fakes import answers, youtube_feeds
from tests.fakes.answers import Answer, Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.shelf import Shelf
from tests.fakes.youtube import FakeYouTube, channel_id_of

BJORK = channel_id_of("Björk")
CAN_FIND_VIDEOS: FindsVideos = feeds.find_videos
CAN_CHECK: Checks = feeds.check


@pytest.fixture
def conf(fake_internet: FakeInternet, fake_youtube: FakeYouTube) -> Conf:
    return Conf(
        service="youtube_feeds",
        title="YouTube feeds",
        base_url=f"https://{fake_youtube.SITE}{youtube_feeds.PATH}",
        proxy=fake_internet.proxy_url,
        ca=fake_internet.ca_file,
        backoff=0.001,
        retries=0,
    )


def find(conf: Conf, channel_id: str = BJORK, limit: int = 60) -> list[FoundUpload]:
    wanted = Wanted(name="Björk", ids={"youtube_channel": channel_id}, limit=limit)
    return list(feeds.find_videos(conf, wanted))


def add_songs(youtube: FakeYouTube, count: int) -> None:
    for number in range(count):
        youtube.add_video(
            f"song{number:07}",
            title=f"Björk - Song {number}",
            channel="Björk",
            published=f"2026-01-{number + 1:02}",
        )


def fail(internet: FakeInternet, answer: Answer, **more: Any) -> None:
    internet.fault(Fault(path=youtube_feeds.PATH, answer=answer, **more))


def asked_lists(internet: FakeInternet) -> int:
    return len(internet.asked(path="/youtubei/v1/navigation/resolve_url"))


def test_upload_is_described(fake_youtube: FakeYouTube, conf: Conf) -> None:
    fake_youtube.add_video(
        "Joga0000001",
        title="Björk -  Jóga & <more>",
        channel="Björk",
        views=29_000_000,
        published="2026-01-22",
    )

    assert feeds.newest(conf, BJORK) == [
        FoundUpload(
            found_by="youtube_feeds",
            provider="youtube",
            source_id="Joga0000001",
            title="Björk - Jóga & <more>",
            channel="Björk",
            channel_id=BJORK,
            published_at=1_769_094_102_000,
            view_count=29_000_000,
            image_url="https://i.ytimg.com/vi/Joga0000001/mqdefault.jpg",
        )
    ]


def test_shorts_are_told_by_their_links(fake_youtube: FakeYouTube, conf: Conf) -> None:
    fake_youtube.add_video("Joga0000001", title="Jóga", channel="Björk")
    fake_youtube.add_video("short000001", title="A bit of Jóga", channel="Björk", short=True)

    shorts = {upload.source_id: upload.is_short for upload in find(conf)}

    assert shorts == {"Joga0000001": False, "short000001": True}


def test_the_newest_fifteen_come_in_one_request(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    add_songs(fake_youtube, 20)
    notes: list[tuple[str, str | None]] = []

    found = find(replace(conf, note=lambda *said: notes.append(said)))

    assert [upload.source_id for upload in found] == [f"song{n:07}" for n in range(19, 4, -1)]
    assert len(fake_internet.requests) == 1
    assert notes == [("feed", None)]
    assert len(find(conf, limit=4)) == 4


@pytest.mark.parametrize("channel_id", ["", "UCshort", "../x"])
def test_unknown_channel_asks_nothing(
    fake_internet: FakeInternet, conf: Conf, channel_id: str
) -> None:
    assert find(conf, channel_id) == []
    assert fake_internet.requests == []


FLAKY = [
    answers.text_of(youtube_feeds.GONE, status=404),
    answers.server_error(),
    answers.server_error(503),
    answers.html_with_200(),
    answers.text_of("<feed><entry>", kind="text/xml"),
    answers.text_of('<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>', kind="text/xml"),
]
NAMES = ["404", "500", "503", "page", "cut", "entities"]


@pytest.mark.parametrize("answer", FLAKY, ids=NAMES)
def test_failing_feed_is_replaced_by_the_list_of_uploads(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf, answer: Answer
) -> None:
    add_songs(fake_youtube, 3)
    fail(fake_internet, answer)
    notes: list[tuple[str, str | None]] = []
    slots: list[int] = []
    asking = replace(conf, note=lambda *said: notes.append(said), pace=lambda: slots.append(1))

    found = find(asking)

    assert sorted(upload.source_id for upload in found) == [f"song{n:07}" for n in range(3)]
    assert {upload.found_by for upload in found} == {"youtube_feeds"}
    assert {upload.channel_id for upload in found} == {BJORK}
    assert [part for part, _ in notes] == ["feed"]
    assert str(notes[0][1]).endswith(".")
    assert len(slots) == 2


@pytest.mark.parametrize("answer", FLAKY, ids=NAMES)
def test_failing_feed_never_says_that_the_channel_is_gone(
    fake_internet: FakeInternet, conf: Conf, answer: Answer
) -> None:
    fail(fake_internet, answer)

    with pytest.raises(errors.ServiceError) as caught:
        feeds.newest(conf, BJORK)

    assert not isinstance(caught.value, NotThere)
    assert not caught.value.permanent
    assert caught.value.service == "youtube_feeds"
    assert str(caught.value).endswith(".")


def test_channel_that_feed_and_list_do_not_know_is_no_failure(conf: Conf) -> None:
    notes: list[object] = []

    assert find(replace(conf, note=lambda *said: notes.append(said))) == []
    assert notes == []


def test_list_that_fails_too_is_a_failure(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    add_songs(fake_youtube, 3)
    fail(fake_internet, answers.server_error())
    fake_internet.fault(Fault(path="/youtubei/*", answer=answers.too_many(30)))

    with pytest.raises(search.YouTubeFailed) as caught:
        find(conf)

    assert caught.value.retry_after == 30


@pytest.mark.parametrize("answer", [answers.too_many(9), answers.forbidden_html()])
def test_refusal_of_youtube_itself_is_not_evaded(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf, answer: Answer
) -> None:
    add_songs(fake_youtube, 3)
    fail(fake_internet, answer)

    with pytest.raises(errors.ServiceError):
        find(conf)

    assert asked_lists(fake_internet) == 0


def test_feed_is_kept_for_a_quarter_of_an_hour(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    add_songs(fake_youtube, 3)
    shelf = Shelf()
    asking = replace(conf, answers=shelf)

    first, again = find(asking), find(asking)
    requests = len(fake_internet.requests)
    shelf.ages()
    find(asking)

    assert first == again
    assert requests == 1
    assert len(fake_internet.requests) == 2
    assert set(shelf.times.values()) == {15 * clock.MINUTE}


def test_damaged_feed_is_not_kept(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    fail(fake_internet, answers.text_of("<feed><entry>", kind="text/xml"))
    shelf = Shelf()

    with pytest.raises(errors.ServiceError, match="damaged"):
        feeds.newest(replace(conf, answers=shelf), BJORK)

    assert shelf.kept == {}


def test_check_asks_for_one_feed(fake_youtube: FakeYouTube, conf: Conf) -> None:
    fake_youtube.add_video("Joga0000001", title="x", channel="G", channel_id=feeds.GOOGLE)

    assert feeds.check(conf) == "YouTube feeds answer."


@pytest.mark.parametrize("member", ["videoId", "channelId", "published", "statistics", "name"])
def test_feed_without_a_member_is_read_all_the_same(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf, member: str
) -> None:
    video = fake_youtube.add_video("Joga0000001", title="Jóga", channel="Björk")
    said = youtube_feeds.feed(fake_youtube.channels[BJORK], [video])
    spoiled = re.sub(rf"(</?(?:\w+:)?){member}\b", r"\1other", said)
    fail(fake_internet, answers.text_of(spoiled, kind="text/xml"))

    found = feeds.newest(conf, BJORK)

    assert [upload.title for upload in found] == ([] if member == "videoId" else ["Jóga"])
