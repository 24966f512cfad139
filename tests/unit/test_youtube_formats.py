"""Which formats of an upload are taken: a pure choice among what yt-dlp lists."""

from typing import Any

import pytest

from mvidarr.integrations.youtube import formats
from mvidarr.integrations.youtube.formats import Wishes


def picture(name: str, height: int | None, **more: Any) -> dict[str, Any]:
    width = height * 16 // 9 if height else None
    usual = {"vcodec": "avc1.64", "acodec": "none", "width": width, "height": height}
    return {"format_id": name, **usual, **more}


def sound(name: str, codec: str, **more: Any) -> dict[str, Any]:
    return {"format_id": name, "vcodec": "none", "acodec": codec, **more}


def best(found: list[dict[str, Any]], **wishes: Any) -> str:
    ranked = formats.ranked(found, Wishes(**wishes))
    return next(str(one["format_id"]) for one in reversed(ranked) if formats.has_picture(one))


LADDER = [picture(str(height), height) for height in (240, 360, 480, 720, 1080, 1440, 2160)]

HEIGHTS = [
    ({}, "2160"),
    ({"most": 1080}, "1080"),
    ({"most": 1080, "heights": (1080, 720)}, "1080"),
    ({"most": 1080, "heights": (720, 1080)}, "720"),
    ({"most": 2160, "heights": (2160, 1440)}, "2160"),
    ({"most": 4320, "heights": (4320, 240)}, "2160"),  # counts as the most that it reaches
    ({"most": 200}, None),
    ({"most": 200, "any_format": True}, "240"),  # the nearest of what is too much
]


@pytest.mark.parametrize(("wishes", "taken"), HEIGHTS, ids=range(len(HEIGHTS)))
def test_heights_are_taken_as_wished(wishes: dict[str, Any], taken: str | None) -> None:
    if taken is None:
        assert formats.ranked(LADDER, Wishes(**wishes)) == []
    else:
        assert best(LADDER, **wishes) == taken


@pytest.mark.parametrize(
    ("width", "height", "lines"),
    [(1920, 1080, 1080), (1920, 800, 1080), (1080, 1920, 1080), (640, 480, 480), (0, 720, 720)],
)
def test_lines_do_not_depend_on_the_shape(width: int, height: int, lines: int) -> None:
    assert formats.lines_of({"width": width, "height": height}) == lines


def test_upright_pictures_are_not_too_tall() -> None:
    found = [
        picture("small", 640, width=360),
        picture("right", 1920, width=1080),
        picture("large", 2560, width=1440),
    ]

    assert best(found, most=1080) == "right"


def test_what_youtube_blew_up_is_the_last_choice_and_not_offered() -> None:
    found = [picture("real", 480), picture("blown", 1080, format_note="1080p, AI-upscaled")]

    assert best(found) == "real"
    assert formats.offered(found) == 480
    assert best(found[1:]) == "blown"


def test_wished_codecs_decide_among_equal_heights_only() -> None:
    found = [
        picture("small", 360),
        picture("vp9", 720, vcodec="vp9"),
        picture("h264", 720),
        picture("av1", 720, vcodec="av01.0.05M.08"),
        picture("other", 720, vcodec="theora"),
    ]

    assert best(found) == "other"  # yt-dlp's own order
    assert best(found, video_codecs=("h264",)) == "h264"
    assert best(found, video_codecs=("av1", "h264")) == "av1"
    assert best(found, video_codecs=("hevc", "vp9", "h264")) == "vp9"


@pytest.mark.parametrize(
    ("wishes", "taken"),
    [
        ({"hdr": "prefer"}, "hdr"),
        ({"hdr": "avoid"}, "smooth"),
        ({"hdr": "avoid", "high_fps": "avoid"}, "plain"),
        ({"high_fps": "prefer"}, "smooth"),
        ({"high_fps": "avoid"}, "hdr"),
    ],
)
def test_tastes_decide_among_equal_heights(wishes: dict[str, str], taken: str) -> None:
    found = [
        picture("small", 720, fps=60, dynamic_range="HDR10"),
        picture("plain", 1080, fps=25, dynamic_range="SDR"),
        picture("hdr", 1080, fps=25, dynamic_range="HDR10"),
        picture("smooth", 1080, fps=50),
    ]

    assert best(found, **wishes) == taken


def test_sound_is_taken_by_language_then_codec() -> None:
    found = [
        picture("film", 360),
        sound("dubbed", "mp4a.40.2", language_preference=-1),
        sound("opus", "opus", language_preference=10),
        sound("aac", "mp4a.40.2", language_preference=10),
        sound("better", "opus", language_preference=10),
    ]

    ranked = formats.ranked(found, Wishes(audio_codecs=("aac",)))

    assert [one["format_id"] for one in ranked] == ["dubbed", "opus", "better", "aac", "film"]


def test_without_a_picture_that_may_be_taken_nothing_is() -> None:
    found = [picture("tall", 2160), sound("aac", "mp4a")]

    assert formats.ranked(found, Wishes(most=1080)) == []
    assert formats.ranked([sound("aac", "mp4a")], Wishes()) == []


def test_formats_without_a_size_are_taken_before_none() -> None:
    found = [picture("bare", None, vcodec=None, acodec=None)]

    assert best(found, most=1080, heights=(1080,)) == "bare"
    assert formats.offered(found) == formats.chosen(found) == 0
