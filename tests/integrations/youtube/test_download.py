"""The real yt-dlp and ffmpeg fetch from a loopback YouTube that also fails in every way."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from mvidarr.core.terms import Cause, Stage
from mvidarr.integrations.youtube import download, tools
from mvidarr.integrations.youtube.download import DownloadFailed, Fetched, Order, Progress, Stopped
from tests.fakes import answers
from tests.fakes.answers import Fault
from tests.fakes.children import children_of, wait_until_gone
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube

pytestmark = [pytest.mark.ffmpeg]
MakeOrder = Callable[..., Order]
SONG = "Joga0000001"


def fetch(order: Order) -> tuple[Fetched, list[Progress]]:
    progress: list[Progress] = []
    fetched = download.fetch(order, on_progress=progress.append, should_stop=lambda: False)
    return fetched, progress


def failure(order: Order) -> DownloadFailed:
    with pytest.raises(DownloadFailed) as caught:
        fetch(order)
    return caught.value


def names(order: Order) -> list[str]:
    """The files in staging but the hidden ones."""
    return sorted(path.name for path in order.staging.glob("[!.]*"))


def streams(path: Path) -> list[tuple[str, str]]:
    with av.open(str(path)) as container:
        return [(stream.type, stream.codec_context.name) for stream in container.streams]


def test_upload_arrives_as_mp4_with_h264_and_aac(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(
        SONG, title="Björk - Jóga (Official Video)", channel="Björk", duration=3, views=99
    )
    order = make_order(SONG)

    fetched, progress = fetch(order)

    assert fetched.path == order.staging / f"{SONG}.mp4"
    assert streams(fetched.path) == [("video", "h264"), ("audio", "aac")]
    assert (fetched.title, fetched.channel) == ("Björk - Jóga (Official Video)", "Björk")
    assert (fetched.width, fetched.height, fetched.format_id) == (1920, 1080, "137+140")
    assert (fetched.upload_date, fetched.duration, fetched.view_count) == ("2017-11-20", 3, 99)
    assert fetched.thumbnail_url == f"https://i.ytimg.com/vi/{SONG}/maxresdefault.jpg"
    assert [p.stage for p in progress][-2:] == [Stage.FETCH, Stage.MERGE]
    assert names(order) == [f"{SONG}.mp4"]


def test_upload_arrives_without_a_javascript_runtime(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))

    fetched, _ = fetch(make_order(SONG, js_runtime=None))

    assert streams(fetched.path) == [("video", "h264"), ("audio", "aac")]


def test_height_is_kept_below_the_wish(fake_youtube: FakeYouTube, make_order: MakeOrder) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(1080, 720, 360))

    fetched, _ = fetch(make_order(SONG, max_height=480))

    assert fetched.height == 360


def test_codecs_that_mp4_does_not_take_become_matroska(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,), codec="vp9")

    fetched, _ = fetch(make_order(SONG))

    assert fetched.path.suffix == ".mkv"
    assert streams(fetched.path) == [("video", "vp9"), ("audio", "aac")]


def test_matroska_and_best_codecs_when_wished(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    order = make_order(SONG, container="mkv", video_codecs=(), audio_codecs=("opus",))

    fetched, _ = fetch(order)

    assert fetched.path.suffix == ".mkv"
    assert streams(fetched.path) == [("video", "h264"), ("audio", "opus")]


def test_any_format_takes_what_there_is(fake_youtube: FakeYouTube, make_order: MakeOrder) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))

    failed = failure(make_order(SONG, max_height=144))
    fetched, _ = fetch(make_order(SONG, max_height=144, any_format=True))

    assert failed.cause is Cause.FORMAT_MISSING
    assert fetched.height == 360


def test_captions_come_along(fake_youtube: FakeYouTube, make_order: MakeOrder) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,), captions=("en", "is", "de"))
    order = make_order(SONG, subtitle_langs=("en", "de", "fr"))

    fetched, _ = fetch(order)

    assert [path.name for path in fetched.subtitles] == [f"{SONG}.en.vtt", f"{SONG}.de.vtt"]
    assert "Sung in en" in fetched.subtitles[0].read_text()


def test_captions_that_are_refused_spoil_nothing(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,), captions=("en",))
    fake_internet.fault(Fault(path="/api/timedtext", answer=answers.too_many()))

    fetched, _ = fetch(make_order(SONG, subtitle_langs=("en",)))

    assert fetched.subtitles == ()
    assert fetched.path.is_file()


def test_progress_counts_all_files_as_one(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.MEDIA, bytes_per_s=300_000))

    _, progress = fetch(make_order(SONG))

    percents = [p.percent for p in progress if p.percent is not None]
    assert len(percents) > 3
    assert percents == sorted(percents)
    assert percents[0] < 50
    assert percents[-1] == 100
    assert len({p.size for p in progress}) == 1
    assert progress[-1].downloaded == progress[-1].size
    assert any(p.speed and p.eta is not None for p in progress)


def test_cut_connection_is_taken_up_where_it_broke(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.MEDIA, cut_after=200_000, times=1))

    fetched, _ = fetch(make_order(SONG))

    ranges = [r.headers["range"] for r in fake_internet.asked(fake_youtube.MEDIA)]
    assert streams(fetched.path) == [("video", "h264"), ("audio", "aac")]
    assert len(ranges) == 3
    assert int(ranges[1].removeprefix("bytes=").split("-")[0]) > 100_000


def test_stopped_download_goes_on_from_its_part(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.MEDIA, bytes_per_s=150_000))
    order, have = make_order(SONG), [0]

    def note(progress: Progress) -> None:
        have[0] = progress.downloaded

    with pytest.raises(Stopped):
        download.fetch(order, on_progress=note, should_stop=lambda: have[0] > 50_000)
    part = order.staging / f"{SONG}.f134.mp4.part"
    kept = part.stat().st_size
    fake_internet.heal()
    fake_internet.requests.clear()
    fetched, _ = fetch(order)

    first = fake_internet.asked(fake_youtube.MEDIA)[0].headers["range"]
    assert kept > 50_000
    assert first.startswith(f"bytes={kept}-")
    assert streams(fetched.path) == [("video", "h264"), ("audio", "aac")]
    assert names(order) == [f"{SONG}.mp4"]


def test_finished_file_is_found_again_without_fetching(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    first, _ = fetch(make_order(SONG))
    fake_internet.requests.clear()

    again, _ = fetch(make_order(SONG))

    assert again.path == first.path
    assert fake_internet.asked(fake_youtube.MEDIA) == []


@pytest.mark.parametrize(
    ("availability", "cause"),
    [
        ("private", Cause.PRIVATE),
        ("removed", Cause.REMOVED),
        ("geo_blocked", Cause.GEO_BLOCKED),
        ("members_only", Cause.MEMBERS_ONLY),
        ("premium_only", Cause.PREMIUM_ONLY),
        ("age_restricted", Cause.AGE_RESTRICTED),
        ("bot_wall", Cause.BOT_WALL),
        ("throttled", Cause.THROTTLED),
        ("reload", Cause.STALE_URL),
        ("live", Cause.NOT_YET),
    ],
)
def test_refusal_of_youtube_has_its_cause(
    fake_youtube: FakeYouTube, make_order: MakeOrder, availability: str, cause: Cause
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", availability=availability)
    order = make_order(SONG)

    failed = failure(order)

    assert failed.cause is cause
    assert str(failed).endswith(".")
    assert names(order) == []


def test_premiere_tells_when_it_begins(fake_youtube: FakeYouTube, make_order: MakeOrder) -> None:
    starts = int(time.time()) + 7200
    fake_youtube.add_video(SONG, title="Jóga", availability="not_yet", starts_at=starts)

    failed = failure(make_order(SONG))

    assert failed.cause is Cause.NOT_YET
    assert failed.starts_at == starts * 1000


def test_upload_that_nobody_knows_is_removed(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    assert failure(make_order("nosuchvideo")).cause is Cause.REMOVED


@pytest.mark.parametrize("source_id", ["", "../../etc/x", "a b", "-x --exec id", "%(title)s"])
def test_strange_ids_never_reach_ytdlp(make_order: MakeOrder, source_id: str) -> None:
    assert failure(make_order(source_id)).cause is Cause.REMOVED


MEDIA_FAULTS: list[tuple[dict[str, Any], Cause]] = [
    ({"answer": answers.forbidden_html()}, Cause.STALE_URL),
    ({"answer": answers.too_many(7)}, Cause.THROTTLED),
    ({"answer": answers.server_error()}, Cause.NETWORK),
    ({"answer": answers.html_with_200()}, Cause.TOOL_FAILED),
    ({"cut_after": 0}, Cause.NETWORK),
    ({"cut_after": 5_000}, Cause.NETWORK),
]


@pytest.mark.parametrize(
    ("fault", "cause"), MEDIA_FAULTS, ids=["403", "429", "500", "html", "cut at once", "cut"]
)
def test_fault_of_the_media_has_its_cause(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    make_order: MakeOrder,
    fault: dict[str, Any],
    cause: Cause,
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.MEDIA, **fault))

    assert failure(make_order(SONG)).cause is cause


def test_retry_after_is_passed_on(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.MEDIA, answer=answers.too_many(120)))

    assert failure(make_order(SONG)).retry_after == 120


SITE_FAULTS: list[tuple[dict[str, Any], Cause]] = [
    ({"answer": answers.forbidden_html()}, Cause.BOT_WALL),
    ({"answer": answers.too_many(7)}, Cause.THROTTLED),
    ({"answer": answers.server_error()}, Cause.NETWORK),
    ({"answer": answers.invalid_json()}, Cause.EXTRACTOR),
    ({"answer": answers.html_with_200()}, Cause.EXTRACTOR),
    ({"cut_after": 10}, Cause.NETWORK),
]


@pytest.mark.parametrize("path", ["/youtubei/v1/player", "*"], ids=["player", "all"])
@pytest.mark.parametrize(
    ("fault", "cause"), SITE_FAULTS, ids=["403", "429", "500", "json", "html", "cut"]
)
def test_fault_of_the_site_has_its_cause(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    make_order: MakeOrder,
    fault: dict[str, Any],
    cause: Cause,
    path: str,
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.SITE, path=path, **fault))

    assert failure(make_order(SONG)).cause is cause


def test_page_that_is_refused_spoils_nothing(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", channel="Björk", heights=(360,))
    fake_internet.fault(Fault(path="/watch", answer=answers.too_many()))

    fetched, _ = fetch(make_order(SONG))

    assert (fetched.channel, fetched.upload_date) == ("Björk", "2017-11-20")


def test_attempt_after_broken_media_fetches_them_anew(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.MEDIA, answer=answers.html_with_200()))
    order = make_order(SONG)
    failure(order)
    fake_internet.heal()

    fetched, _ = fetch(order)

    assert streams(fetched.path) == [("video", "h264"), ("audio", "aac")]


def test_missing_ffmpeg_is_a_missing_tool(
    fake_youtube: FakeYouTube, make_order: MakeOrder, tmp_path: Path
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))

    assert failure(make_order(SONG, ffmpeg=tmp_path / "ffmpeg")).cause is Cause.TOOL_MISSING


def test_ffmpeg_of_the_python_package_is_enough(
    fake_youtube: FakeYouTube, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the extra with an ffmpeg is not installed")
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    with monkeypatch.context() as without:
        without.setattr("shutil.which", lambda *_, **__: None)
        packaged = tools.find_ffmpeg()

    fetched, _ = fetch(make_order(SONG, ffmpeg=packaged))

    assert packaged is not None
    assert "imageio_ffmpeg" in str(packaged)
    assert streams(fetched.path) == [("video", "h264"), ("audio", "aac")]


def test_staging_folder_that_is_away_is_an_offline_library(
    make_order: MakeOrder, tmp_path: Path
) -> None:
    assert failure(make_order(SONG, staging=tmp_path / "gone")).cause is Cause.LIBRARY_OFFLINE


def test_child_that_is_killed_has_crashed(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.MEDIA, bytes_per_s=150_000))
    order, killed = make_order(SONG), list[int]()

    def kill(progress: Progress) -> None:
        for pid in [] if killed else children_of(os.getpid()):
            if b"ytdlp_child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(DownloadFailed) as caught:
        download.fetch(order, on_progress=kill, should_stop=lambda: False)

    assert len(killed) == 1
    assert caught.value.cause is Cause.CRASHED


def test_silence_ends_the_attempt(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    make_order: MakeOrder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(download, "SILENCE", 1.0)
    fake_youtube.add_video(SONG, title="Jóga")
    fake_internet.fault(Fault(path="/youtubei/v1/player", delay=60))

    assert failure(make_order(SONG)).cause is Cause.NETWORK


def test_proxy_that_is_away_is_told_without_its_password(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    failed = failure(make_order(SONG, proxy="http://me:secret@127.0.0.1:9"))

    assert failed.cause is Cause.NETWORK
    assert "outbound proxy" in str(failed)
    assert "secret" not in str(failed) + failed.detail


def test_certificate_of_a_stranger_is_refused(
    fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    failed = failure(make_order(SONG, ca=None))

    assert failed.cause is Cause.NETWORK
    assert "certificate" in str(failed)


def test_updated_ytdlp_comes_first(
    fake_youtube: FakeYouTube, make_order: MakeOrder, tmp_path: Path
) -> None:
    update = tmp_path / "tools"
    (update / "yt_dlp").mkdir(parents=True)
    (update / "yt_dlp" / "__init__.py").write_text("raise ImportError('half an update')")

    failed = failure(make_order(SONG, tools_dir=update))

    assert failed.cause is Cause.TOOL_MISSING
    assert "half an update" in failed.detail


def test_rate_is_limited(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))

    _, progress = fetch(make_order(SONG, rate_limit=400_000))

    speeds = [p.speed for p in progress if p.speed]
    assert speeds
    assert max(speeds) < 1_000_000


def test_several_downloads_run_at_once(
    fake_youtube: FakeYouTube, make_order: MakeOrder, tmp_path: Path
) -> None:
    done: list[str] = []

    def work(number: int) -> None:
        folder = tmp_path / f"stage {number}"
        folder.mkdir()
        fetched, _ = fetch(make_order(f"video{number:06}", staging=folder))
        done.append(fetched.path.name)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for number in range(3):
        fake_youtube.add_video(f"video{number:06}", title="Jóga", heights=(360,))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [f"video{number:06}.mp4" for number in range(3)]


def test_link_out_of_the_staging_folder_is_not_followed(
    fake_youtube: FakeYouTube, make_order: MakeOrder, tmp_path: Path
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    elsewhere = tmp_path / "elsewhere.mp4"
    elsewhere.write_bytes(b"not ours")
    order = make_order(SONG)
    (order.staging / f"{SONG}.mp4").symlink_to(elsewhere)

    fetched, _ = fetch(order)

    assert fetched.path == order.staging / f"{SONG}.mp4"
    assert not fetched.path.is_symlink()
    assert elsewhere.read_bytes() == b"not ours"


PARENT = """
import sys
from pathlib import Path
from mvidarr.integrations.youtube import download
proxy, ca, staging, source_id, ffmpeg = sys.argv[1:]
order = download.Order(source_id=source_id, staging=Path(staging), proxy=proxy, ca=Path(ca),
                       ffmpeg=Path(ffmpeg), pause=0)
download.fetch(order, on_progress=lambda p: print(p.downloaded, flush=True),
               should_stop=lambda: False)
"""


def test_download_dies_with_a_killed_parent_and_loses_nothing(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, make_order: MakeOrder
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(360,))
    fake_internet.fault(Fault(host=fake_youtube.MEDIA, bytes_per_s=150_000))
    order = make_order(SONG)
    arguments = [order.proxy, order.ca, order.staging, SONG, order.ffmpeg]
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", PARENT, *map(str, arguments)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout
        while int(parent.stdout.readline()) < 50_000:
            pass
        family = children_of(parent.pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        left = wait_until_gone(family)
    fake_internet.heal()
    fake_internet.requests.clear()
    fetched, _ = fetch(order)

    assert family
    assert left == []
    assert streams(fetched.path) == [("video", "h264"), ("audio", "aac")]
    assert not fake_internet.asked(fake_youtube.MEDIA)[0].headers["range"].startswith("bytes=0-")


@pytest.mark.root
@pytest.mark.parametrize("size", ["1m", "4m"], ids=["fetching", "joining"])
def test_full_disk_is_told(
    fake_youtube: FakeYouTube, make_order: MakeOrder, small_disk: Callable[[str], Path], size: str
) -> None:
    fake_youtube.add_video(SONG, title="Jóga", heights=(1080,))

    failed = failure(make_order(SONG, staging=small_disk(size)))

    assert failed.cause is Cause.DISK_FULL
