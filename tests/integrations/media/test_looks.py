"""What is odd about picture and sound, in real files: bars, blown-up lines, silence."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from mvidarr.media import looks, probe, probe_child

pytestmark = pytest.mark.ffmpeg

ENCODED = "-c:v libx264 -preset ultrafast -crf 23 -pix_fmt yuv420p -g 10 -c:a aac"
TONE = "sine=frequency=440:duration=6"
Film = Callable[..., Path]


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """A file of six seconds: a test picture, through filters, and a tone."""

    def make(
        picture: str, filters: str = "null", *, sound: str = TONE, options: str = ENCODED
    ) -> Path:
        path = tmp_path / "film.mp4"
        inputs = ["-f", "lavfi", "-t", "6", "-i", picture, "-f", "lavfi", "-t", "6", "-i", sound]
        command = ["ffmpeg", "-y", "-v", "error", *inputs, "-vf", filters, *options.split()]
        subprocess.run([*command, str(path)], check=True, stdin=subprocess.DEVNULL)
        return path

    return make


def findings(path: Path) -> tuple[str, ...]:
    return probe.probe(path, look=True).findings


def test_an_ordinary_file_has_nothing_odd(film: Film) -> None:
    facts = probe.probe(film("testsrc2=size=1280x720:rate=5"), look=True)
    assert (facts.findings, facts.picture) == ((), None)


def test_nobody_looks_unless_asked(film: Film) -> None:
    path = film("testsrc2=size=320x180:rate=5", sound="anullsrc")
    assert probe.probe(path).findings == ()
    assert findings(path) == ("silent",)


@pytest.mark.parametrize(
    ("size", "bars", "finding", "picture"),
    [
        ("960x720", "pad=1280:720:160:0", "pillarbox", (960, 720)),
        ("1280x536", "pad=1280:720:0:92", "letterbox", (1280, 536)),
        ("640x360", "pad=640:480:0:60", "letterbox", (640, 360)),
    ],
)
def test_black_bars_are_seen(
    film: Film, size: str, bars: str, finding: str, picture: tuple[int, int]
) -> None:
    facts = probe.probe(film(f"testsrc2=size={size}:rate=5", bars), look=True)

    assert facts.findings == (finding,)
    assert facts.picture == pytest.approx(picture, abs=4)


def test_bars_all_around_are_both(film: Film) -> None:
    path = film("testsrc2=size=960x536:rate=5", "pad=1280:720:160:92")
    assert findings(path) == ("pillarbox", "letterbox")


@pytest.mark.parametrize(
    "filters",
    [
        "eq=brightness=-0.85",  # night
        "vignette=angle=PI/2.2",  # a spotlight: dark at the edges, in every frame
        "pad=1280:720:20:0:color=black",  # a bar at one side
        "drawbox=x=0:y=0:w=160:h=720:color=0x303030:t=fill,"
        "drawbox=x=1120:y=0:w=160:h=720:color=0x303030:t=fill",  # grey, no bars
    ],
    ids=["night", "spotlight", "one side", "grey"],
)
def test_darkness_is_no_bar(film: Film, filters: str) -> None:
    size = "1260x720" if filters.startswith("pad") else "1280x720"
    assert "pillarbox" not in findings(film(f"testsrc2=size={size}:rate=5", filters))


def test_dark_edges_in_some_scenes_are_no_bars() -> None:
    frames = [Image.new("L", (320, 180), 0) for _ in range(8)]
    for frame in frames:
        ImageDraw.Draw(frame).rectangle((60, 0, 259, 179), fill=180)
    assert looks.bars(frames) == (60, 0, 260, 180)
    ImageDraw.Draw(frames[5]).rectangle((0, 20, 30, 160), fill=90)
    assert looks.bars(frames) is None


def test_a_black_film_has_no_bars() -> None:
    assert looks.bars([Image.new("L", (320, 180), 3)] * 4) is None


@pytest.mark.parametrize("how", ["bicubic", "lanczos"])
@pytest.mark.parametrize(("lines", "blown_up"), [(360, "1280:720"), (480, "1920:1080")])
def test_blown_up_lines_are_suspected(film: Film, how: str, lines: int, blown_up: str) -> None:
    source = f"testsrc2=size={lines * 16 // 9 // 2 * 2}x{lines}:rate=5"
    assert findings(film(source, f"scale={blown_up}:flags={how}")) == ("upscaled",)


@pytest.mark.parametrize(
    "source",
    [
        "testsrc2=size=1920x1080:rate=5",
        "mandelbrot=size=1280x720:rate=5:start_scale=1",
        "testsrc=size=1920x1080:rate=5",
        "life=size=1280x720:rate=5:mold=10:ratio=0.2:death_color=#202060:life_color=#f0f0a0",
    ],
    ids=["bars", "fractal", "gradient", "points"],
)
@pytest.mark.parametrize("softness", ["null", "gblur=sigma=0.8"], ids=["sharp", "soft"])
def test_real_lines_are_not_suspected(film: Film, source: str, softness: str) -> None:
    assert findings(film(source, softness)) == ()


def test_a_plain_picture_is_not_judged(film: Film) -> None:
    assert findings(film("color=c=gray:size=1920x1080:rate=5")) == ()
    assert not looks.is_upscaled([])


def test_quiet_sound_is_no_silence(film: Film) -> None:
    quiet = f"{TONE},volume=0.005"
    assert findings(film("testsrc2=size=320x180:rate=5", sound=quiet)) == ()


def test_frames_that_would_fill_the_memory_are_not_looked_at(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film("testsrc2=size=480x360:rate=5", "pad=640:360:80:0", sound="anullsrc")
    monkeypatch.setattr(looks, "MOST_PIXELS", 640 * 360)
    assert probe_child.measure(str(path), look=True)["findings"] == ["pillarbox", "silent"]
    monkeypatch.setattr(looks, "MOST_PIXELS", 640 * 360 - 1)
    assert probe_child.measure(str(path), look=True)["findings"] == ["silent"]


def test_a_file_with_one_key_frame_is_looked_at_too(film: Film) -> None:
    options = ENCODED.replace("-g 10", "-g 999")
    path = film("testsrc2=size=960x720:rate=10", "pad=1280:720:160:0", options=options)
    assert findings(path) == ("pillarbox",)


def test_pixels_that_are_no_squares_are_measured_as_shown(film: Film) -> None:
    facts = probe.probe(film("testsrc2=size=720x480:rate=5", "setsar=32/27"))
    assert (facts.width, facts.height, facts.sample_aspect) == (853, 480, "32:27")


def test_a_turned_picture_within_bars_is_measured_upright(film: Film, tmp_path: Path) -> None:
    path = film("testsrc2=size=480x360:rate=5", "pad=640:360:80:0")
    turned = tmp_path / "turned.mp4"
    command = ["ffmpeg", "-y", "-v", "error", "-i", str(path), "-c", "copy"]
    turn = ["-metadata:s:v", "rotate=90", str(turned)]
    subprocess.run([*command, *turn], check=True, stdin=subprocess.DEVNULL)

    facts = probe.probe(turned, look=True)

    assert (facts.width, facts.height, facts.rotation % 180) == (360, 640, 90)
    assert facts.picture == pytest.approx((360, 480), abs=4)
