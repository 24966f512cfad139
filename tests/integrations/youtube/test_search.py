"""Uploads and channels, as the real yt-dlp finds them on a loopback YouTube."""

from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Conf
from mvidarr.core.terms import Availability, Cause
from mvidarr.integrations.protocols import FoundUpload, Wanted
from mvidarr.integrations.youtube import search
from tests.fakes import answers
from tests.fakes.answers import Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube, channel_id_of

BJORK = channel_id_of("Björk")


def find(conf: Conf, **wanted: Any) -> dict[str, FoundUpload]:
    found = list(search.find_videos(conf, Wanted(name="Björk", **wanted)))
    by_id = {upload.source_id: upload for upload in found}
    assert len(by_id) == len(found)
    return by_id


def add_songs(youtube: FakeYouTube, count: int, **more: Any) -> None:
    for number in range(count):
        youtube.add_video(f"song{number:07}", title=f"Björk - Song {number}", **more)


def test_upload_is_described(fake_youtube: FakeYouTube, conf: Conf) -> None:
    fake_youtube.add_video(
        "Joga0000001",
        title="Björk -  Jóga",
        channel="Björk",
        verified=True,
        duration=305,
        views=29_000_000,
    )

    found = find(conf)

    assert found == {
        "Joga0000001": FoundUpload(
            found_by="youtube",
            provider="youtube",
            source_id="Joga0000001",
            title="Björk - Jóga",
            channel="Björk",
            channel_id=BJORK,
            channel_verified=True,
            duration=305,
            view_count=29_000_000,
            image_url="https://i.ytimg.com/vi/Joga0000001/hq720.jpg",
        )
    }


def test_two_searches_find_each_upload_once(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    add_songs(fake_youtube, 25)
    slots: list[int] = []

    found = find(replace(conf, pace=lambda: slots.append(1)))

    queries = {r.json().get("query") for r in fake_internet.asked(path="/youtubei/v1/search")}
    assert len(found) == 25
    assert len(slots) == 2
    assert '"Björk" official music video' in queries
    assert "Björk official video" in queries


def test_no_more_is_found_than_wanted(fake_youtube: FakeYouTube, conf: Conf) -> None:
    add_songs(fake_youtube, 50)

    assert len(find(conf, limit=10)) == 10


def test_known_channel_is_listed_first(fake_youtube: FakeYouTube, conf: Conf) -> None:
    fake_youtube.add_video("other000001", title="Björk cover", channel="Somebody")
    add_songs(fake_youtube, 45, channel="Björk", verified=True, duration=200)

    found = find(conf, ids={"youtube_channel": BJORK})

    uploads = list(found.values())
    assert len(uploads) == 46
    assert uploads[0].channel == "Björk"
    assert uploads[0].channel_id == BJORK
    assert uploads[0].channel_verified
    assert uploads[0].duration == 200
    assert uploads[-1].source_id == "other000001"


@pytest.mark.parametrize("tab", [True, False], ids=["gone", "without uploads"])
def test_channel_that_has_nothing_leaves_the_search(
    fake_youtube: FakeYouTube, conf: Conf, tab: bool
) -> None:
    add_songs(fake_youtube, 1)
    if not tab:
        fake_youtube.add_channel("Björk", videos_tab=False)

    assert list(find(conf, ids={"youtube_channel": BJORK})) == ["song0000000"]


def test_kinds_of_uploads_are_told_apart(fake_youtube: FakeYouTube, conf: Conf) -> None:
    fake_youtube.add_video("short000001", title="Björk short", short=True)
    fake_youtube.add_video("member00001", title="Björk extra", availability="members_only")
    fake_youtube.add_video("soon0000001", title="Björk soon", availability="not_yet")

    found = find(conf)

    assert found["short000001"].is_short
    assert not found["soon0000001"].is_short
    assert found["member00001"].availability is Availability.MEMBERS_ONLY
    assert found["soon0000001"].availability is Availability.NOT_YET


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "a0000000001", "title": ""},
        {"id": "a0000000001", "title": "[Private video]"},
        {"id": "a0000000001", "title": "On air", "live_status": "is_live"},
        {"id": "PLabcdefghijklmnop", "title": "A playlist"},
    ],
)
def test_entries_that_are_no_uploads_are_left_out(entry: dict[str, Any]) -> None:
    assert search.to_upload(entry, {}) is None


def test_nothing_found_is_no_error(fake_youtube: FakeYouTube, conf: Conf) -> None:
    assert find(conf) == {}


FAULTS: list[tuple[dict[str, Any], Cause]] = [
    ({"answer": answers.forbidden_html()}, Cause.BOT_WALL),
    ({"answer": answers.too_many(30)}, Cause.THROTTLED),
    ({"answer": answers.server_error()}, Cause.NETWORK),
    ({"answer": answers.server_error(404)}, Cause.EXTRACTOR),
    ({"answer": answers.invalid_json()}, Cause.EXTRACTOR),
    ({"answer": answers.html_with_200()}, Cause.EXTRACTOR),
    ({"cut_after": 10}, Cause.NETWORK),
]


@pytest.mark.parametrize(
    ("fault", "cause"), FAULTS, ids=["403", "429", "500", "404", "json", "html", "cut"]
)
def test_failed_search_is_the_services_error(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    conf: Conf,
    fault: dict[str, Any],
    cause: Cause,
) -> None:
    fake_internet.fault(Fault(path="/youtubei/v1/search", **fault))

    with pytest.raises(errors.ServiceError) as caught:
        find(conf)

    assert isinstance(caught.value, search.YouTubeFailed)
    assert caught.value.cause is cause
    assert caught.value.service == "youtube"
    assert not caught.value.permanent
    assert caught.value.retry_after == (30 if cause is Cause.THROTTLED else None)
    assert str(caught.value).endswith(".")


def test_second_search_that_fails_keeps_what_the_first_found(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    add_songs(fake_youtube, 3)
    second = Fault(when=lambda r: "official video" in str(r.body), answer=answers.too_many())
    fake_internet.fault(second)
    found: list[FoundUpload] = []

    with pytest.raises(errors.ServiceError):
        found.extend(search.find_videos(conf, Wanted(name="Björk")))

    assert len(found) == 3


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/@Björk",
        "https://www.youtube.com/@Bj%C3%B6rk/videos?view=0",
        "youtube.com/c/Björk",
        "http://m.youtube.com/user/Björk/featured",
        f"https://music.youtube.com/channel/{BJORK}",
        "@Björk",
    ],
)
def test_artist_comes_from_a_channels_address(
    fake_youtube: FakeYouTube, conf: Conf, url: str
) -> None:
    fake_youtube.add_channel("Björk", verified=True)

    artist = search.artist_from_url(conf, url)

    assert artist.name == "Björk"
    assert artist.ids == {"youtube_channel": BJORK}
    assert artist.url == f"https://www.youtube.com/channel/{BJORK}"
    assert artist.image_url
    assert BJORK in artist.image_url


def test_topic_channel_gives_the_artists_name(fake_youtube: FakeYouTube, conf: Conf) -> None:
    channel = fake_youtube.add_channel("Air - Topic", videos_tab=False)

    artist = search.artist_from_url(conf, f"https://www.youtube.com/channel/{channel.id}")

    assert artist.name == "Air"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "Björk",
        "https://www.youtube.com/",
        "https://www.youtube.com/watch?v=Joga0000001",
        "https://www.youtube.com/playlist?list=PL1",
        "https://www.youtube.com.evil.org/@Björk",
        "https://user@evil.org/@Björk",
        "file:///@etc/passwd",
        "ytsearch5:x",
    ],
)
def test_other_addresses_are_invalid(conf: Conf, url: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        search.artist_from_url(conf, url)

    assert "https://www.youtube.com/@name" in caught.value.fields["url"]


def test_channel_that_is_not_there_is_not_found(fake_youtube: FakeYouTube, conf: Conf) -> None:
    with pytest.raises(errors.NotFound):
        search.artist_from_url(conf, "https://www.youtube.com/@nobody")


def test_check_says_that_youtube_answers(fake_youtube: FakeYouTube, conf: Conf) -> None:
    fake_youtube.add_video("Joga0000001", title="A music video")

    assert search.check(conf).startswith("YouTube answers. yt-dlp is 20")


def test_check_fails_with_the_reason(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    fake_internet.fault(Fault(answer=answers.too_many(9)))

    with pytest.raises(errors.ServiceError, match="fewer requests"):
        search.check(conf)


def test_temporary_files_are_gone_after_a_search(
    fake_youtube: FakeYouTube, conf: Conf, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))

    find(conf)

    assert list(folder.iterdir()) == []
