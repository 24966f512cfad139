"""What comes with an upload, and who helps to get it: captions, chapters, parts cut out, cookies,
tokens, another pace; all with the real yt-dlp and ffmpeg."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from mvidarr.core.terms import Cause
from mvidarr.integrations.youtube import download
from mvidarr.integrations.youtube.download import (
    DownloadFailed,
    Fetched,
    NothingBetter,
    Order,
    Progress,
)
from tests.fakes import answers, innertube
from tests.fakes.answers import Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.sponsorblock import FakeSponsorBlock
from tests.fakes.tokens import FakeTokens
from tests.fakes.vimeo import FakeVimeo
from tests.fakes.youtube import FakeYouTube

pytestmark = [pytest.mark.ffmpeg]
MakeOrder = Callable[..., Order]
SONG = "Joga0000001"
COOKIES = "# Netscape HTTP Cookie File\n" + "".join(
    f".youtube.com\tTRUE\t/\tTRUE\t2000000000\t{name}\t{value}\n"
    for name, value in (("LOGIN_INFO", "AFmmF2swRQ:QUQ3"), ("SAPISID", "abc/def"))
)


def fetch(order: Order) -> Fetched:
    return download.fetch(order, on_progress=lambda progress: None, should_stop=lambda: False)


def chapters(path: Path) -> list[tuple[float, float, str]]:
    with av.open(str(path)) as container:
        return [
            (
                round(float(one["start"] * one["time_base"]), 1),
                round(float(one["end"] * one["time_base"]), 1),
                one["metadata"]["title"],
            )
            for one in container.chapters()
        ]


def duration(path: Path) -> float:
    with av.open(str(path)) as container:
        return float((container.duration or 0) / av.time_base)


@pytest.fixture
def sponsorblock(fake_internet: FakeInternet) -> FakeSponsorBlock:
    return FakeSponsorBlock(fake_internet)


def test_captions_that_youtube_made_come_only_when_wished(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,), captions=("is",), heard="en")
    wished = {"subtitle_langs": ("is", "en", "de"), "automatic_subtitles": True}

    without = fetch(make_order(SONG, subtitle_langs=("is", "en", "de")))
    fetched = fetch(make_order(SONG, **wished))

    assert [path.name for path in without.subtitles] == [f"{SONG}.is.vtt"]
    assert [path.name for path in fetched.subtitles] == [f"{SONG}.is.vtt", f"{SONG}.en.vtt"]
    assert "Heard in en" in fetched.subtitles[1].read_text()


def test_written_captions_come_before_those_that_youtube_made(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,), captions=("en",), heard="en")

    fetched = fetch(make_order(SONG, subtitle_langs=("en",), automatic_subtitles=True))

    assert "Sung in en" in fetched.subtitles[0].read_text()


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_chapters_are_kept_when_wished(
    fake_youtube: FakeYouTube, make_order: MakeOrder, container: str
) -> None:
    marks = ((0, "Intro"), (2, "Verse"), (4, "End"))
    fake_youtube.add_video(
        SONG, title="Jóga", heights=(360,), chapters=marks, seconds=6, duration=6
    )

    plain = fetch(make_order(SONG, container=container))
    before = chapters(plain.path)
    plain.path.unlink()
    fetched = fetch(make_order(SONG, container=container, chapters=True))

    assert before == []
    assert [one[::2] for one in chapters(fetched.path)] == [
        (0.0, "Intro"),
        (2.0, "Verse"),
        (4.0, "End"),
    ]
    assert fetched.path.suffix == f".{container}"


def test_parts_without_music_are_marked(
    fake_youtube: FakeYouTube, sponsorblock: FakeSponsorBlock, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,), seconds=6, duration=6)
    sponsorblock.mark(SONG, [(0, 2)], duration=6)

    fetched = fetch(make_order(SONG, sponsorblock="mark", sponsorblock_url=sponsorblock.URL))

    assert chapters(fetched.path) == [(0.0, 2.0, "Without music"), (2.0, 6.0, "Jóga")]
    assert (fetched.cut, fetched.duration) == (0, 6)


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_parts_without_music_are_cut_out_with_their_captions(
    fake_youtube: FakeYouTube,
    sponsorblock: FakeSponsorBlock,
    make_order: MakeOrder,
    container: str,
) -> None:
    marks = ((0, "Intro"), (4, "Verse"), (6, "Chorus"))
    fake_youtube.add_video(
        SONG,
        title="Jóga",
        heights=(360,),
        seconds=12,
        duration=12,
        chapters=marks,
        captions=("en",),
    )
    sponsorblock.mark(SONG, [(0, 4), (10, 12)], duration=12)
    order = make_order(
        SONG,
        container=container,
        sponsorblock="cut",
        sponsorblock_url=sponsorblock.URL,
        chapters=True,
        subtitle_langs=("en",),
    )

    fetched = fetch(order)
    again = fetch(order)

    assert fetched.cut == again.cut == 6
    assert fetched.duration == pytest.approx(duration(fetched.path), abs=0.1)
    assert 5.9 < duration(fetched.path) < 7.1
    assert [one[::2] for one in chapters(fetched.path)] == [(0.0, "Verse"), (2.0, "Chorus")]
    assert fetched.subtitles[0].read_text() == ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nAnd on\n")
    assert duration(again.path) == again.duration == fetched.duration
    assert sorted(path.name for path in order.staging.glob("[!.]*")) == [
        f"{SONG}.en.vtt",
        f"{SONG}.{container}",
    ]


SPOILT = {
    "away": answers.server_error(),
    "html": answers.html_with_200(),
    "list": answers.json_of([{"videoID": SONG, "segments": [{"segment": ["a", None]}]}]),
    "number": answers.json_of(7),
}


@pytest.mark.parametrize("answer", SPOILT.values(), ids=SPOILT.keys())
def test_sponsorblock_that_fails_spoils_nothing(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    sponsorblock: FakeSponsorBlock,
    make_order: MakeOrder,
    answer: answers.Answer,
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=sponsorblock.HOST, answer=answer))

    fetched = fetch(make_order(SONG, sponsorblock="cut", sponsorblock_url=sponsorblock.URL))

    assert fetched.path.is_file()
    assert fetched.cut == 0
    assert fetched.warnings


def test_upload_that_is_no_music_at_all_stays_whole(
    fake_youtube: FakeYouTube, sponsorblock: FakeSponsorBlock, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    sponsorblock.mark(SONG, [(0, 3)], duration=3)

    fetched = fetch(make_order(SONG, sponsorblock="cut", sponsorblock_url=sponsorblock.URL))

    assert fetched.cut == 0
    assert duration(fetched.path) == pytest.approx(3, abs=0.3)


@pytest.mark.parametrize("availability", ["age_restricted", "bot_wall"])
def test_cookies_open_what_needs_an_account(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    make_order: MakeOrder,
    availability: str,
) -> None:
    fake_youtube.add_video(
        SONG, title="Jóga", heights=(360,), availability=availability, opens_to_account=True
    )
    order = make_order(SONG, cookies=COOKIES)

    with pytest.raises(DownloadFailed) as refused:
        fetch(make_order(SONG))
    fetched = fetch(order)

    assert refused.value.cause == Cause(availability)
    assert fetched.path.is_file()
    assert [path.name for path in order.staging.glob("[!.]*")] == [f"{SONG}.mp4"]
    assert "AFmmF2swRQ" not in repr(order)
    media = fake_internet.asked(fake_youtube.MEDIA)
    assert not any("LOGIN_INFO" in request.headers.get("cookie", "") for request in media)


def test_tokens_of_a_provider_open_what_needs_them(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    tokens = FakeTokens(fake_internet)
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,), needs_token=True)

    with pytest.raises(DownloadFailed) as refused:
        fetch(make_order(SONG))
    fetched = fetch(make_order(SONG, pot_url=f"{tokens.url}/"))

    assert refused.value.cause is Cause.BOT_WALL
    assert fetched.path.is_file()
    assert tokens.bound_to
    assert all(request.arg("pot") for request in fake_internet.asked(fake_youtube.MEDIA))


@pytest.mark.parametrize(
    "answer",
    [answers.server_error(), answers.invalid_json(), answers.json_of({"poToken": 7})],
    ids=["500", "json", "number"],
)
def test_provider_that_fails_is_told(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    make_order: MakeOrder,
    answer: answers.Answer,
) -> None:
    tokens = FakeTokens(fake_internet)
    fake_internet.fault(Fault(host=tokens.HOST, answer=answer))
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,), needs_token=True)

    with pytest.raises(DownloadFailed) as caught:
        fetch(make_order(SONG, pot_url=tokens.url))

    assert caught.value.cause is Cause.BOT_WALL
    assert "the PO-token provider failed" in caught.value.detail
    assert fake_internet.asked(tokens.HOST)


def test_cookies_that_ran_out_are_told(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    """YouTube takes a cookie of the account away when it was renewed in a browser."""
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    taken = {"Set-Cookie": "LOGIN_INFO=; Domain=.youtube.com; Path=/; Max-Age=0"}
    page = answers.text_of(innertube.page())
    answer = dataclasses.replace(page, headers=taken)
    fake_internet.fault(Fault(path="/watch", answer=answer, times=1))

    fetched = fetch(make_order(SONG, cookies=COOKIES))

    assert any("cookies are no longer valid" in warning for warning in fetched.warnings)


def test_rate_is_changed_while_it_runs(fake_youtube: FakeYouTube, make_order: MakeOrder) -> None:
    """At the first rate the film would take a quarter of an hour and more."""
    fake_youtube.add_video(SONG, title="Jóga", heights=(1080,), seconds=10, duration=10)
    heard: list[Progress] = []
    have: list[int] = []  # at each question since the film comes

    def rate() -> float | None:
        have.extend(one.downloaded for one in heard[-1:])
        return 1_000.0 if len(have) < 8 else None

    started = time.monotonic()
    fetched = download.fetch(
        make_order(SONG, rate_limit=1_000),
        on_progress=heard.append,
        should_stop=lambda: time.monotonic() - started > 120,
        rate=rate,
    )

    assert fetched.path.stat().st_size > 1_000_000
    assert have[7] < 200_000


def test_what_is_offered_beyond_the_wish_is_told(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(1080, 720, 360))

    fetched = fetch(make_order(SONG, max_height=360))

    assert (fetched.height, fetched.offered_height) == (360, 1080)


@pytest.mark.parametrize(("better_than", "is_better"), [(359, True), (360, False), (1080, False)])
def test_upload_without_more_lines_is_not_fetched(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    make_order: MakeOrder,
    better_than: int,
    is_better: bool,
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(720, 360))
    order = make_order(SONG, max_height=480, better_than=better_than)

    if is_better:
        assert fetch(order).height == 360
    else:
        with pytest.raises(NothingBetter):
            fetch(order)
        assert fake_internet.asked(fake_youtube.MEDIA) == []


def test_heights_are_taken_in_their_order(fake_youtube: FakeYouTube, make_order: MakeOrder) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(1080, 720, 360))

    fetched = fetch(make_order(SONG, max_height=1080, heights=(720, 1080)))

    assert fetched.height == 720


def test_vimeo_is_fetched(fake_internet: FakeInternet, make_order: MakeOrder) -> None:
    vimeo = FakeVimeo(fake_internet)
    vimeo.add_video("76979871", title="Jóga", heights=(720, 360))

    fetched = fetch(make_order("76979871", provider="vimeo", max_height=480))

    assert (fetched.title, fetched.height, fetched.offered_height) == ("Jóga", 360, 720)
    assert fetched.path.name == "76979871.mp4"


VIMEO_FAULTS: list[tuple[answers.Answer, Cause]] = [
    (answers.text_of("Sorry", status=404), Cause.REMOVED),
    (answers.text_of("no", status=403), Cause.BOT_WALL),
    (
        answers.text_of(
            "Because of its privacy settings, this video cannot be played here", status=403
        ),
        Cause.PRIVATE,
    ),
    (answers.too_many(), Cause.BOT_WALL),
    (answers.server_error(), Cause.NETWORK),
    (answers.text_of("<p>Another page</p>"), Cause.EXTRACTOR),
]


@pytest.mark.parametrize(
    ("answer", "cause"), VIMEO_FAULTS, ids=["404", "403", "embedded", "429", "500", "page"]
)
def test_fault_of_vimeo_has_its_cause(
    fake_internet: FakeInternet, make_order: MakeOrder, answer: answers.Answer, cause: Cause
) -> None:
    vimeo = FakeVimeo(fake_internet)
    fake_internet.fault(Fault(host=vimeo.PLAYER, answer=answer))

    with pytest.raises(DownloadFailed) as caught:
        fetch(make_order("76979871", provider="vimeo"))

    assert caught.value.cause is cause
    assert "YouTube" not in str(caught.value)


@pytest.mark.parametrize("source_id", ["Joga0000001", "1/../2", ""])
def test_strange_ids_never_reach_vimeo(make_order: MakeOrder, source_id: str) -> None:
    with pytest.raises(DownloadFailed) as caught:
        fetch(make_order(source_id, provider="vimeo"))

    assert caught.value.cause is Cause.REMOVED


def test_what_is_logged_has_no_signatures(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.MEDIA, answer=answers.forbidden_html()))

    with pytest.raises(DownloadFailed) as caught:
        fetch(make_order(SONG))

    said: Any = (str(caught.value), caught.value.detail)
    assert "videoplayback" not in str(said)
