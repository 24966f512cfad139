"""What a profile accepts and prefers, and when one file is provably better than another."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core.terms import Finding, Taste
from mvidarr.downloads import quality
from mvidarr.downloads.quality import Quality
from mvidarr.media.probe import FileFacts

EVERYWHERE = Quality()
SHAPES = {2160: 3840, 1080: 1920, 720: 1280, 480: 854, 360: 640, 240: 426}


def facts(height: int = 1080, **changes: Any) -> FileFacts:
    made = FileFacts(
        path=Path("a.mp4"),
        size=50_000_000,
        mtime=0,
        container="mp4",
        duration=240.0,
        video_codec="h264",
        audio_codec="aac",
        width=SHAPES.get(height, height * 16 // 9),
        height=height,
        fps=25.0,
        hdr=None,
        bit_rate=4_000_000,
        channels=2,
        subtitles=(),
    )
    return replace(made, **changes)


FILES = st.builds(
    facts,
    st.one_of(st.sampled_from(sorted(SHAPES)), st.integers(100, 2200)),
    size=st.integers(1, 10**10),
    video_codec=st.sampled_from(("h264", "vp9", "av1", "hevc", "mpeg4")),
    audio_codec=st.sampled_from(("aac", "opus", "mp3")),
    hdr=st.sampled_from((None, "hdr10", "hlg")),
    fps=st.sampled_from((None, 25.0, 50.0, 59.94)),
    bit_rate=st.integers(0, 30_000_000),
    channels=st.sampled_from((1, 2, 6)),
    picture=st.sampled_from((None, (640, 360), (1440, 810))),
    findings=st.lists(
        st.sampled_from([finding.value for finding in Finding]), unique=True, max_size=3
    ).map(tuple),
)
HEIGHTS = st.lists(st.sampled_from(quality.HEIGHTS), unique=True, min_size=1).map(tuple)
WISHES = st.builds(
    Quality,
    heights=HEIGHTS,
    video_codecs=st.permutations(quality.VIDEO_CODECS).map(lambda some: tuple(some[:2])),
    audio_codecs=st.permutations(quality.AUDIO_CODECS).map(lambda some: tuple(some[:1])),
    hdr=st.sampled_from(Taste),
    high_fps=st.sampled_from(Taste),
)


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


def test_black_bars_are_no_lines() -> None:
    assert quality.lines_of(facts(480, width=640, picture=(640, 360))) == 360


def test_a_height_means_the_lines_of_the_shape_that_is_known() -> None:
    assert quality.lines_at(640, (360, 640)) == 360
    assert quality.lines_at(800, (640, 266)) == 1083
    assert quality.lines_at(720, (0, 0)) == 720


def test_a_few_cut_lines_are_the_same_height() -> None:
    assert quality.reaches(1040, 1080)
    assert not quality.reaches(1000, 1080)
    assert not quality.is_more(1080, 1040)
    assert quality.is_more(1080, 720)


def test_few_lines_are_asked_about_only_while_better_is_offered() -> None:
    wanted = Quality(heights=(1080, 720))
    assert quality.is_too_low(480, 1080, wanted)
    assert not quality.is_too_low(480, 480, wanted)
    assert not quality.is_too_low(480, None, wanted)
    assert not quality.is_too_low(720, 1080, wanted)


def test_360_lines_are_asked_about_even_where_they_are_accepted() -> None:
    assert quality.is_too_low(360, 720, Quality(heights=(1080, 720, 480, 360)))
    assert not quality.is_too_low(360, 720, Quality(heights=(360,), cutoff=360))


@pytest.mark.parametrize(
    ("heights", "cutoff", "enough"),
    [
        ((1080, 720, 480), 1080, 1080),
        ((1080, 720, 480), 720, 720),
        ((720, 1080, 480), 1080, 720),
        ((720, 1080, 480), 720, 720),
        ((), 1080, 1080),
    ],
)
def test_what_is_preferred_to_the_cutoff_is_enough_too(
    heights: tuple[int, ...], cutoff: int, enough: int
) -> None:
    wanted = Quality(heights=heights, cutoff=cutoff)
    assert wanted.enough == enough
    assert quality.meets_cutoff(enough, wanted)
    assert not quality.meets_cutoff(enough // 2, wanted)


BETTER = {
    "more lines": (facts(1080), facts(720), EVERYWHERE),
    "more lines in another codec": (facts(1080, video_codec="vp9"), facts(720), EVERYWHERE),
    "preferred codec": (facts(), facts(video_codec="vp9"), EVERYWHERE),
    "preferred sound": (facts(), facts(audio_codec="opus"), EVERYWHERE),
    "preferred range": (facts(hdr="hdr10"), facts(), Quality(hdr=Taste.PREFER)),
    "avoided range": (facts(), facts(hdr="hdr10"), Quality(hdr=Taste.AVOID)),
    "more lines than a disc has": (
        *(
            facts(1080, bit_rate=4_000_000),
            facts(480, video_codec="mpeg2video", bit_rate=8_000_000),
        ),
        EVERYWHERE,
    ),
    "smooth": (facts(fps=60.0), facts(), Quality(high_fps=Taste.PREFER)),
    "bit rate": (facts(bit_rate=6_100_000), facts(), EVERYWHERE),
    "stereo": (facts(), facts(channels=1), EVERYWHERE),
    "sound at all": (facts(), facts(findings=("silent",)), EVERYWHERE),
    "real lines": (facts(), facts(findings=("upscaled",)), EVERYWHERE),
}
NOT_BETTER = {
    "the same": (facts(), facts(), EVERYWHERE),
    "bigger": (facts(size=900_000_000), facts(), EVERYWHERE),
    "fewer lines": (facts(720, bit_rate=20_000_000), facts(1080), EVERYWHERE),
    "a few lines more": (facts(1080), facts(1040), EVERYWHERE),
    "more lines than accepted": (facts(2160), facts(1080), EVERYWHERE),
    "lines that are less preferred": (facts(1080), facts(720), Quality(heights=(720, 1080))),
    "blown up": (facts(1080, findings=("upscaled",)), facts(480), EVERYWHERE),
    "both blown up": (
        *(facts(1080, findings=("upscaled",)), facts(720, findings=("upscaled",))),
        EVERYWHERE,
    ),
    "more lines, starved": (facts(1080, bit_rate=800_000), facts(720), EVERYWHERE),
    "more lines in one channel": (facts(1080, channels=1), facts(720), EVERYWHERE),
    "more lines in a range that is avoided": (
        *(facts(1080, hdr="hdr10"), facts(720)),
        Quality(hdr=Taste.AVOID),
    ),
    "more lines without the range that is preferred": (
        *(facts(2160), facts(1080, hdr="hdr10")),
        Quality(heights=(2160, 1080), hdr=Taste.PREFER),
    ),
    "more lines at a rate that is avoided": (
        *(facts(1080, fps=60.0), facts(720)),
        Quality(high_fps=Taste.AVOID),
    ),
    "silent": (facts(1080, findings=("silent",)), facts(480), EVERYWHERE),
    "bars around the same picture": (
        *(facts(480, width=640, picture=(640, 360)), facts(360)),
        EVERYWHERE,
    ),
    "a little more bit rate": (facts(bit_rate=5_000_000), facts(), EVERYWHERE),
    "bit rate of another codec": (
        *(facts(bit_rate=9_000_000, video_codec="mpeg4"), facts(video_codec="mpeg2video")),
        EVERYWHERE,
    ),
    "preferred codec, worse sound": (facts(channels=1), facts(video_codec="vp9"), EVERYWHERE),
    "preferred codec, starved": (
        *(facts(bit_rate=1_000_000), facts(video_codec="vp9")),
        EVERYWHERE,
    ),
}


@pytest.mark.parametrize("case", BETTER)
def test_provably_better(case: str) -> None:
    new, old, wanted = BETTER[case]
    is_better, why = quality.is_better(new, old, wanted)
    assert is_better
    assert why.startswith("It has ")


@pytest.mark.parametrize("case", NOT_BETTER)
def test_not_provably_better(case: str) -> None:
    new, old, wanted = NOT_BETTER[case]
    is_better, why = quality.is_better(new, old, wanted)
    assert not is_better
    assert why.endswith(".")


@given(FILES, WISHES)
def test_no_file_is_better_than_itself(file: FileFacts, wanted: Quality) -> None:
    assert not quality.is_better(file, file, wanted)[0]


@given(FILES, FILES, WISHES)
def test_of_two_files_at_most_one_is_better(
    one: FileFacts, other: FileFacts, wanted: Quality
) -> None:
    assert not (
        quality.is_better(one, other, wanted)[0] and quality.is_better(other, one, wanted)[0]
    )


@given(FILES, WISHES, st.integers(1, 10**12))
def test_a_file_is_never_better_by_its_size_alone(
    file: FileFacts, wanted: Quality, size: int
) -> None:
    assert not quality.is_better(replace(file, size=size), file, wanted)[0]


@given(FILES, FILES, WISHES)
def test_size_never_tips_the_scale(one: FileFacts, other: FileFacts, wanted: Quality) -> None:
    bigger = replace(one, size=one.size * 1000)
    assert quality.is_better(one, other, wanted) == quality.is_better(bigger, other, wanted)


@given(FILES, FILES, WISHES)
def test_a_better_file_never_has_fewer_lines(
    one: FileFacts, other: FileFacts, wanted: Quality
) -> None:
    if quality.is_better(one, other, wanted)[0]:
        assert not quality.is_more(quality.lines_of(other), quality.lines_of(one))
