"""Playlists, lists of uploads and answers that are kept, as the real yt-dlp reads them."""

from dataclasses import replace

import pytest

from mvidarr.core import clock, errors
from mvidarr.core.http import Conf
from mvidarr.core.terms import Cause
from mvidarr.integrations.protocols import Wanted
from mvidarr.integrations.youtube import lists, search
from tests.fakes import answers
from tests.fakes.answers import Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.shelf import Shelf
from tests.fakes.youtube import FakeYouTube, channel_id_of

BJORK = channel_id_of("Björk")
LIST = "PLfavourites-of-1996"


def add_songs(youtube: FakeYouTube, count: int) -> list[str]:
    ids = [f"song{number:07}" for number in range(count)]
    for number, one in enumerate(ids):
        youtube.add_video(one, title=f"Björk - Song {number}", channel="Björk", duration=200)
    return ids


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        f"https://www.youtube.com/playlist?list={LIST}",
        f"youtube.com/playlist?list={LIST}&si=abc",
        f"https://music.youtube.com/playlist?list={LIST}",
        f"https://www.youtube.com/watch?v=song0000000&list={LIST}&index=2",
    ],
)
def test_playlist_is_listed_by_any_of_its_addresses(
    fake_youtube: FakeYouTube, conf: Conf, address: str
) -> None:
    ids = add_songs(fake_youtube, 3)
    fake_youtube.add_playlist(LIST, ids, title="Favourites & more")

    title, found = search.playlist(conf, address)

    assert title == "Favourites & more"
    assert [upload.source_id for upload in found] == ids
    assert [upload.channel for upload in found] == ["Björk"] * 3
    assert [upload.channel_id for upload in found] == [BJORK] * 3
    assert [upload.duration for upload in found] == [200] * 3


def test_long_playlist_comes_whole(fake_youtube: FakeYouTube, conf: Conf) -> None:
    fake_youtube.page_size = 100
    ids = add_songs(fake_youtube, 450)
    fake_youtube.add_playlist(LIST, ids)

    _, found = search.playlist(conf, LIST)
    _, some = search.playlist(conf, LIST, 120)

    assert [upload.source_id for upload in found] == ids
    assert [upload.source_id for upload in some] == ids[:120]


def test_long_list_is_said_in_pages(
    fake_youtube: FakeYouTube, conf: Conf, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add_songs(fake_youtube, 5)
    fake_youtube.videos[ids[0]].title = "x" * 400
    fake_youtube.add_playlist(LIST, ids * 30)
    monkeypatch.setattr("mvidarr.core.child.LINE_LIMIT", 60_000)

    found = lists.flat(conf, f"{lists.SITE}/playlist?list={LIST}", 150)

    assert len(found.entries) == 150


def test_what_nobody_can_see_any_more_is_left_out(fake_youtube: FakeYouTube, conf: Conf) -> None:
    ids = add_songs(fake_youtube, 4)
    fake_youtube.videos[ids[1]].availability = "private"
    fake_youtube.videos[ids[2]].availability = "removed"
    fake_youtube.add_playlist(LIST, [*ids, ids[0]])

    _, found = search.playlist(conf, LIST)

    assert [upload.source_id for upload in found] == [ids[0], ids[3]]


def test_owner_of_a_playlist_is_nobodys_channel(fake_youtube: FakeYouTube, conf: Conf) -> None:
    entry = {"id": "Joga0000001", "title": "Jóga"}
    shelf = Shelf()
    address = search.list_address(LIST)
    shelf.keep(
        f"list 5000 {address}",
        b'{"entries": [%s], "channel": {"channel": "A fan", "channel_id": "%s", "title": "T"}}'
        % (str(entry).replace("'", '"').encode(), channel_id_of("A fan").encode()),
        None,
        1,
    )

    title, (found,) = search.playlist(replace(conf, answers=shelf), LIST)

    assert title == "T"
    assert (found.channel, found.channel_id) == (None, None)


@pytest.mark.parametrize("address", ["@Björk", f"https://www.youtube.com/channel/{BJORK}", BJORK])
def test_channel_is_listed_as_a_playlist_is(
    fake_youtube: FakeYouTube, conf: Conf, address: str
) -> None:
    ids = add_songs(fake_youtube, 30)

    title, found = search.playlist(conf, address)

    assert title == "Björk"
    assert [upload.source_id for upload in found] == ids
    assert {upload.channel for upload in found} == {"Björk"}


def test_newest_uploads_of_a_channel_are_listed(fake_youtube: FakeYouTube, conf: Conf) -> None:
    ids = add_songs(fake_youtube, 30)
    fake_youtube.add_video("other000001", title="Another", channel="Somebody")

    found = search.uploads(conf, BJORK, 15)

    assert [upload.source_id for upload in found] == ids[:15]
    assert {upload.channel_id for upload in found} == {BJORK}


@pytest.mark.parametrize("address", [LIST, "https://www.youtube.com/playlist?list=PLx123456789"])
def test_playlist_that_is_not_there_is_not_found(
    fake_youtube: FakeYouTube, conf: Conf, address: str
) -> None:
    with pytest.raises(errors.NotFound, match="playlist"):
        search.playlist(conf, address)


def test_uploads_of_nobody_are_not_found(fake_youtube: FakeYouTube, conf: Conf) -> None:
    with pytest.raises(errors.NotFound):
        search.uploads(conf, BJORK, 15)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "no address"),
        ("Björk", "no address"),
        ("https://www.youtube.com/", "no address"),
        ("https://www.youtube.com/watch?v=song0000000", "no address"),
        (f"https://youtube.com.evil.org/playlist?list={LIST}", "no address"),
        ("https://[youtube.com]/playlist", "no address"),
        ("PL../../etc/passwd", "no address"),
        ("https://www.youtube.com/watch?v=song0000000&list=RDsong0000000", "each person"),
        ("https://www.youtube.com/playlist?list=WL", "each person"),
        ("https://www.youtube.com/playlist?list=LL", "each person"),
    ],
)
def test_what_is_no_list_is_the_persons_mistake(conf: Conf, address: str, words: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        search.playlist(conf, address)

    assert words in caught.value.fields["url"]


def test_throttled_playlist_is_the_services_error(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    fake_internet.fault(Fault(path="/youtubei/*", answer=answers.too_many(30)))

    with pytest.raises(search.YouTubeFailed) as caught:
        search.playlist(conf, LIST)

    assert caught.value.retry_after == 30


def test_lists_are_kept_for_half_a_day(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    add_songs(fake_youtube, 5)
    shelf = Shelf()
    slots: list[int] = []
    asking = replace(conf, answers=shelf, pace=lambda: slots.append(1))
    wanted = Wanted(name="Björk", ids={"youtube_channel": BJORK})

    first = list(search.find_videos(asking, wanted))
    requests = len(fake_internet.requests)
    again = list(search.find_videos(asking, wanted))

    assert len(first) == 5
    assert again == first
    assert len(fake_internet.requests) == requests
    assert slots == [1, 1]
    assert set(shelf.times.values()) == {12 * clock.HOUR}

    shelf.ages()
    list(search.find_videos(asking, wanted))
    assert len(slots) == 4


def test_failed_list_is_not_kept(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    shelf = Shelf()
    fake_internet.fault(Fault(answer=answers.too_many()))

    with pytest.raises(search.YouTubeFailed):
        list(search.find_videos(replace(conf, answers=shelf), Wanted(name="Björk")))

    assert shelf.kept == {}


def test_check_always_asks(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    asking = replace(conf, answers=Shelf())
    search.check(asking)
    requests = len(fake_internet.requests)

    search.check(asking)

    assert len(fake_internet.requests) == 2 * requests


def test_child_that_says_nothing_in_time_is_a_broken_line(
    fake_youtube: FakeYouTube, conf: Conf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "TIMEOUT", 0.0)

    with pytest.raises(search.YouTubeFailed) as caught:
        search.playlist(conf, LIST, 10)

    assert caught.value.cause is Cause.NETWORK
