import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mvidarr.core import child
from mvidarr.core.terms import Cause
from mvidarr.media import looks, probe, probe_child
from mvidarr.media.probe import ProbeError

Make = Callable[..., Path]
Cut = Callable[[Path, float], Path]

pytestmark = pytest.mark.ffmpeg


def refusal(path: Path) -> Cause:
    with pytest.raises(ProbeError) as refused:
        probe.probe(path)
    assert str(refused.value).endswith(".")
    return refused.value.cause


def test_a_whole_mp4_is_measured(film: Path) -> None:
    facts = probe.probe(film)

    assert (facts.path, facts.size) == (film, film.stat().st_size)
    assert facts.mtime == film.stat().st_mtime_ns // 1_000_000
    assert (facts.container, facts.video_codec, facts.audio_codec) == ("mp4", "h264", "aac")
    assert (facts.width, facts.height, facts.fps) == (320, 180, 10.0)
    assert facts.duration == pytest.approx(12, abs=0.1)
    assert (facts.hdr, facts.channels, facts.subtitles) == (None, 1, ())
    assert facts.bit_rate == pytest.approx(facts.size * 8 / facts.duration, rel=0.05)


@pytest.mark.parametrize(
    ("name", "options", "container"),
    [
        ("a.mkv", "-c copy", "matroska"),
        ("late.mp4", "-c copy", "mp4"),
        ("pieces.mp4", "-c copy -movflags frag_keyframe+empty_moov", "mp4"),
        ("a.mov", "-c copy", "mov"),
        ("a.ts", "-c copy", "mpegts"),
        ("a.avi", "-c:v mpeg4 -c:a mp3", "avi"),
        ("a.webm", "-c:v libvpx -deadline realtime -c:a libopus -t 4", "webm"),
        ("stream.mkv", "-c copy -f matroska -live 1", "matroska"),
        ("one-key-frame.ts", "-c:v libx264 -g 999 -c:a copy", "mpegts"),
    ],
)
def test_other_containers_are_measured(make: Make, name: str, options: str, container: str) -> None:
    facts = probe.probe(make(name, options))

    assert facts.container == container
    assert facts.duration == pytest.approx(4 if name == "a.webm" else 12, abs=0.3)
    assert facts.bit_rate > 0


def test_a_picture_that_lies_down_is_measured_upright(make: Make) -> None:
    facts = probe.probe(make("turned.mp4", "-c copy -metadata:s:v rotate=90"))

    assert (facts.width, facts.height) == (180, 320)


def test_high_dynamic_range_is_seen(make: Make) -> None:
    colours = "-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc"

    facts = probe.probe(make("hdr.mp4", f"-c:v libx264 {colours} -c:a copy -t 2"))

    assert facts.hdr == "hdr10"


def test_languages_of_subtitles_are_seen(make: Make, tmp_path: Path) -> None:
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:01,000 --> 00:00:02,000\nIceland\n")

    options = "-map 0 -map 1 -map 1 -c copy -c:s srt -metadata:s:s:0 language=isl"
    facts = probe.probe(make("words.mkv", options, words))

    assert facts.subtitles == ("isl", "und")


def test_a_cover_is_no_moving_picture(make: Make, tmp_path: Path) -> None:
    cover = make("cover.png", "-frames:v 1")
    options = "-map 1:v -map 0:a -c copy -disposition:v attached_pic"

    assert refusal(make("song.mp4", options, cover)) is Cause.NO_VIDEO


def test_a_video_with_a_cover_is_measured_by_its_video(make: Make) -> None:
    cover = make("cover.png", "-frames:v 1 -s 64x64")
    options = "-map 0 -map 1:v -c copy -disposition:v:1 attached_pic"

    facts = probe.probe(make("both.mp4", options, cover))

    assert (facts.video_codec, facts.width) == ("h264", 320)


def test_a_file_without_sound_is_refused(make: Make) -> None:
    assert refusal(make("silent.mp4", "-an -c copy")) is Cause.NO_AUDIO


def test_a_file_without_picture_is_refused(make: Make) -> None:
    assert refusal(make("song.m4a", "-vn -c copy")) is Cause.NO_VIDEO


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_an_mp4_that_was_cut_is_unreadable(film: Path, cut: Cut, share: float) -> None:
    assert refusal(cut(film, share)) is Cause.UNREADABLE


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mkv", "-c copy"),
        ("late.mp4", "-c copy"),
        ("pieces.mp4", "-c copy -movflags frag_keyframe+empty_moov"),
        ("a.webm", "-c:v libvpx -deadline realtime -c:a libopus -t 8"),
    ],
)
def test_other_files_that_were_cut_are_unreadable(
    make: Make, cut: Cut, name: str, options: str
) -> None:
    assert refusal(cut(make(name, options), 0.6)) is Cause.UNREADABLE


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 5000, random.Random(7).randbytes(100_000), b"<html>sorry</html>"]
)
def test_what_is_no_video_is_unreadable(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(data)

    assert refusal(path) is Cause.UNREADABLE


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.mp4") is Cause.UNREADABLE


def test_a_playlist_in_disguise_opens_no_other_file(film: Path, tmp_path: Path) -> None:
    lists = {
        "hls.mp4": f"#EXTM3U\n#EXTINF:12,\nfile://{film}\n#EXT-X-ENDLIST\n",
        "concat.mp4": f"ffconcat version 1.0\nfile '{film}'\n",
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)
        assert refusal(tmp_path / name) is Cause.UNREADABLE


@pytest.mark.parametrize("name", ["-i", "concat:a|b.mp4", "a b'%20\"ü.mp4", "http:x.mp4"])
def test_a_name_is_never_taken_for_an_option_or_an_address(make: Make, name: str) -> None:
    path = make("a.mp4")
    path = path.rename(path.with_name(name))

    assert probe.probe(path).width == 320


def test_time_that_runs_out_is_no_fault_of_the_file(film: Path) -> None:
    with pytest.raises(ProbeError) as refused:
        probe.probe(film, timeout=0)

    assert refused.value.cause is Cause.TOOL_FAILED


def test_a_frame_is_grabbed_where_it_was_asked_for(make: Make, tmp_path: Path) -> None:
    # red until the sixth second, blue after it
    shown = "drawbox=c=red:t=fill,drawbox=c=blue:t=fill:enable='gte(t,6)'"
    path = make("colours.mp4", f"-vf {shown} -c:v libx264 -c:a copy")

    assert colour_at(path, 2.0, tmp_path) == "red"
    assert colour_at(path, 8.0, tmp_path) == "blue"
    assert colour_at(path, 99.0, tmp_path) == "blue"
    assert colour_at(path, -1.0, tmp_path) == "red"


def colour_at(path: Path, at: float, folder: Path) -> str:
    from PIL import Image

    probe.ask({"path": str(path), "at": at, "into": str(folder / "frame.jpg")}, 60)
    with Image.open(folder / "frame.jpg") as picture:
        assert picture.size == (320, 180)
        red, _, blue = picture.convert("RGB").resize((1, 1)).tobytes()
    return "red" if red > blue else "blue"


def test_pyav_stays_out_of_the_process_that_asks(film: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from mvidarr.media import probe\n"
        "print(probe.probe(Path(sys.argv[1])).width, 'av' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(film)]

    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert said.split() == ["320", "False"]


def test_what_a_file_claims_of_itself_has_bounds(make: Make, tmp_path: Path) -> None:
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:01,000 --> 00:00:02,000\nIceland\n")
    stretched = "-bsf:v h264_metadata=sample_aspect_ratio=65535/1"
    options = f"-map 0 {'-map 1 ' * 110}-c copy -c:s srt {stretched} -metadata:s:s language="

    facts = probe.probe(make("claims.mkv", options + "x" * 5000, words))

    assert (facts.width, facts.height, facts.sample_aspect) == (320, 180, "1:1")
    assert len(facts.subtitles) == 100
    assert max(map(len, facts.subtitles)) <= 20


def test_a_file_whose_picture_cannot_be_looked_at_is_measured(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise MemoryError

    monkeypatch.setattr(looks, "look", fail)
    measured = probe_child.measure(str(film), look=True)
    assert (measured["height"], measured["findings"], measured["picture"]) == (180, [], None)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (-signal.SIGXCPU, Cause.TOOL_FAILED),
        (-signal.SIGKILL, Cause.CRASHED),
        (-signal.SIGSEGV, Cause.UNREADABLE),
    ],
)
def test_a_child_that_took_too_long_says_nothing_of_its_file(
    film: Path, monkeypatch: pytest.MonkeyPatch, code: int, cause: Cause
) -> None:
    end = child.Exit(code=code, timed_out=False, stopped=False, stderr="", ignored=0)
    monkeypatch.setattr(child, "run", lambda *args, **more: end)
    assert refusal(film) is cause


def test_a_moment_at_a_huge_rate_is_still_a_number_that_fits(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = probe.probe(film)
    facts = {name: getattr(real, name) for name in probe.FileFacts.__dataclass_fields__}
    for name in ("path", "size", "mtime"):
        del facts[name]
    for claimed in ({"bit_rate": 10**13}, {"bit_rate": None, "duration": 0.0}):
        monkeypatch.setattr(probe, "ask", lambda *args, claimed=claimed: {**facts, **claimed})
        assert 0 < probe.probe(film).bit_rate < 2**31
