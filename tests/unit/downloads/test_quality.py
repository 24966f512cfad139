"""What a profile accepts and prefers."""

import pytest

from mvidarr.downloads import quality


def test_up_to_1080_lines_the_file_plays_everywhere() -> None:
    wanted = quality.default(1080)
    assert (wanted.most, wanted.container, wanted.video_codec) == (1080, "mp4", "h264")


def test_above_1080_lines_the_best_codec_is_taken() -> None:
    wanted = quality.default(2160)
    assert (wanted.container, wanted.video_codec, wanted.audio_codec) == ("mkv", "", "")


def test_a_profile_aims_for_its_highest_lines_and_first_codec() -> None:
    wanted = quality.profile([1080, 720], ["vp9", "h264"], "mkv")
    assert (wanted.most, wanted.least, wanted.video_codec) == (1080, 720, "vp9")
    assert quality.profile([], [], "mp4").most == 1080


@pytest.mark.parametrize(
    ("width", "height", "lines"),
    [
        (1920, 1080, 1080),
        (1080, 1920, 1080),
        (1920, 800, 1080),
        (1440, 1080, 1080),
        (640, 360, 360),
    ],
)
def test_lines_count_whatever_the_shape(width: int, height: int, lines: int) -> None:
    assert quality.lines(width, height) == lines


def test_a_low_file_is_asked_about_only_while_better_is_offered() -> None:
    wanted = quality.profile([1080, 720], [], "mp4")
    assert quality.is_too_low(480, 1080, wanted)
    assert not quality.is_too_low(480, 480, wanted)
    assert not quality.is_too_low(480, None, wanted)
    assert not quality.is_too_low(720, 1080, wanted)
    assert not quality.is_too_low(240, 1080, quality.default(1080))
