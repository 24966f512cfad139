"""Fetching with everything turned against it: what is left in staging, what services answer."""

import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from mvidarr.integrations.youtube import download
from mvidarr.integrations.youtube.download import Fetched, Order, Progress, Stopped
from tests.fakes import media
from tests.fakes.answers import Fault
from tests.fakes.children import children_of
from tests.fakes.internet import FakeInternet
from tests.fakes.sponsorblock import FakeSponsorBlock
from tests.fakes.vimeo import FakeVimeo
from tests.fakes.youtube import FakeYouTube

pytestmark = [pytest.mark.ffmpeg]
MakeOrder = Callable[..., Order]
SONG = "Joga0000001"
FILM = "76979871"


def fetch(order: Order) -> Fetched:
    return download.fetch(order, on_progress=lambda progress: None, should_stop=lambda: False)


def seconds(path: Path) -> float:
    """How long the pictures of a file last, all of them decoded."""
    with av.open(str(path)) as container:
        frames = [float(frame.time or 0) for frame in container.decode(video=0)]
    return max(frames) - min(frames)


def stop_after(order: Order, size: int) -> None:
    """Fetch, and stop as soon as more than `size` bytes are there."""
    enough = threading.Event()

    def watch(progress: Progress) -> None:
        if progress.downloaded > size:
            enough.set()

    with pytest.raises(Stopped):
        download.fetch(order, on_progress=watch, should_stop=enough.is_set)


@pytest.fixture
def sponsorblock(fake_internet: FakeInternet) -> FakeSponsorBlock:
    return FakeSponsorBlock(fake_internet)


def test_a_part_of_another_height_is_not_gone_on_with(
    fake_internet: FakeInternet, make_order: MakeOrder
) -> None:
    FakeVimeo(fake_internet).add_video(FILM, title="Jóga", heights=(360, 720), seconds=8)
    slow = Fault(host=FakeVimeo.MEDIA, bytes_per_s=60_000)
    fake_internet.fault(slow)
    stop_after(make_order(FILM, provider="vimeo", max_height=360), 40_000)
    slow.times = 0

    fetched = fetch(make_order(FILM, provider="vimeo", max_height=720))

    assert fetched.path.read_bytes() == media.film(720, seconds=8.0).read_bytes()


def test_a_part_of_the_same_height_is_gone_on_with(
    fake_internet: FakeInternet, make_order: MakeOrder
) -> None:
    FakeVimeo(fake_internet).add_video(FILM, title="Jóga", heights=(360, 720), seconds=8)
    slow = Fault(host=FakeVimeo.MEDIA, bytes_per_s=60_000)
    fake_internet.fault(slow)
    order = make_order(FILM, provider="vimeo", max_height=360)
    stop_after(order, 40_000)
    kept = max(path.stat().st_size for path in order.staging.iterdir())
    slow.times = 0
    fake_internet.requests.clear()

    fetched = fetch(order)

    assert fetched.path.read_bytes() == media.film(360, seconds=8.0).read_bytes()
    asked = [one.headers.get("range", "") for one in fake_internet.requests]
    assert f"bytes={kept}-" in asked


HOSTILE: dict[str, list[tuple[Any, Any]]] = {
    "all of it": [(0, 6)],
    "nearly all of it": [(0.2, 5.9)],
    "before and after it": [(-100, 1), (5, 1e9)],
    "backwards": [(5, 1)],
    "overlapping": [(0, 2), (1, 3), (1, 3), (0.5, 2.5)],
    "hundreds": [(n / 100, n / 100 + 0.005) for n in range(500)],
    "no numbers": [("a", "b")],
    "nothing": [(None, None)],
    "not a number": [(float("nan"), float("nan")), (float("-inf"), float("inf"))],
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("way", ["cut", "mark"])
def test_no_answer_of_sponsorblock_costs_the_song(
    fake_youtube: FakeYouTube,
    sponsorblock: FakeSponsorBlock,
    make_order: MakeOrder,
    kind: str,
    way: str,
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,), seconds=6, duration=6)
    sponsorblock.mark(SONG, HOSTILE[kind], duration=6)

    fetched = fetch(make_order(SONG, sponsorblock=way, sponsorblock_url=sponsorblock.URL))

    lasts = seconds(fetched.path)
    assert lasts > 2.5
    assert fetched.duration is not None
    assert abs(fetched.duration - lasts) < 1.5
    assert (fetched.cut > 0) == (lasts < 5)


def test_a_title_without_end_does_no_harm(fake_youtube: FakeYouTube, make_order: MakeOrder) -> None:
    fake_youtube.add_video(SONG, title="x" * 2_000_000, heights=(360,))

    fetched = fetch(make_order(SONG))

    assert fetched.path.is_file()
    assert fetched.title.startswith("xxx")


def test_names_of_chapters_are_only_words(fake_youtube: FakeYouTube, make_order: MakeOrder) -> None:
    wild = "A\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\n#;\\=\x00\x1b[31m"
    marks = ((0, wild), (2, ""), (4, "=\\"))
    fake_youtube.add_video(
        SONG, title="Jóga", heights=(360,), chapters=marks, seconds=6, duration=6
    )

    fetched = fetch(make_order(SONG, chapters=True))

    with av.open(str(fetched.path)) as container:
        assert len(container.chapters()) <= 3
    assert seconds(fetched.path) > 5


def test_cookies_are_in_no_command_environment_or_file(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder, tmp_path: Path
) -> None:
    secret = "AFmmF2swRQ-a-secret-of-somebody"
    text = f"# Netscape HTTP Cookie File\n.youtube.com\tTRUE\t/\tTRUE\t2000000000\tSID\t{secret}\n"
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=FakeYouTube.MEDIA, bytes_per_s=60_000))
    order = make_order(SONG, cookies=text, cache=tmp_path / "cache")
    seen: list[bytes] = []

    def look() -> bool:
        for process in children_of(os.getpid()):
            folder = Path(f"/proc/{process}")
            seen.extend((folder / name).read_bytes() for name in ("cmdline", "environ", "limits"))
        seen.extend(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        return any(path.suffix == ".part" for path in order.staging.iterdir())

    with pytest.raises(Stopped):
        download.fetch(order, on_progress=lambda progress: None, should_stop=look)

    assert any(b"ytdlp_child" in one for one in seen)
    assert any(re.search(rb"Max core file size +0 +0", one) for one in seen)
    assert not any(secret.encode() in one for one in seen)
    assert secret not in repr(order)
