"""Loudness by the real ffmpeg: what EBU R128 says of tones, and what happens to other files."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mvidarr.core.terms import Cause
from mvidarr.media import loudness
from mvidarr.media.loudness import LoudnessError

pytestmark = pytest.mark.ffmpeg


def tone(path: Path, filters: str) -> Path:
    """A stereo tone of 5 s at 997 Hz."""
    # both channels alike: a conversion of the layout would take 3 dB away
    source = f"sine=frequency=997:sample_rate=48000:duration=5,{filters},pan=stereo|c0=c0|c1=c0"
    command = ["ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", source, "-c:a", "pcm_s24le"]
    subprocess.run([*command, str(path)], check=True)
    return path


@pytest.mark.parametrize("level", [-23.0, -14.0, -9.3])
def test_a_tone_is_as_loud_as_it_is_made(tmp_path: Path, level: float) -> None:
    # the sine of ffmpeg has an amplitude of 1/8; a stereo tone of full scale has 0 LUFS
    path = tone(tmp_path / "tone.mkv", f"volume={level + 18.06}dB")

    found = loudness.measure(path)

    assert found is not None
    assert found.integrated == pytest.approx(level, abs=0.3)
    assert found.true_peak == pytest.approx(level, abs=0.3)


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    found = loudness.measure(tone(tmp_path / "silence.mkv", "volume=0"))

    assert found == loudness.Loudness(integrated=None, true_peak=None)


def test_a_film_is_measured(film: Path) -> None:
    found = loudness.measure(film)

    assert found is not None
    assert found.integrated is not None
    assert -40 < found.integrated < 0


def test_it_stops_when_it_is_told_to(film: Path) -> None:
    assert loudness.measure(film, should_stop=lambda: True) is None


@pytest.mark.parametrize("content", [b"no film", b"#EXTM3U\nhttp://127.0.0.1/x.ts\n"])
def test_what_is_no_film_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)

    with pytest.raises(LoudnessError) as failed:
        loudness.measure(path)
    assert failed.value.cause is Cause.TOOL_FAILED


def test_a_film_without_sound_is_said(make: Callable[..., Path]) -> None:
    with pytest.raises(LoudnessError):
        loudness.measure(make("mute.mp4", "-an -c:v copy"))


def test_a_missing_ffmpeg_is_named(film: Path) -> None:
    with pytest.raises(LoudnessError) as failed:
        loudness.measure(film, ffmpeg="/nowhere/ffmpeg")
    assert failed.value.cause is Cause.TOOL_MISSING


def test_one_that_takes_too_long_is_ended(film: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o755)

    with pytest.raises(LoudnessError):
        loudness.measure(film, ffmpeg=slow, timeout=1)
