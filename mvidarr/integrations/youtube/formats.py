"""Which of an upload's formats to take: yt-dlp's list, put into the order of our wishes. Pure.

Yt-dlp's own order decides among formats that our wishes do not tell apart.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Format = Mapping[str, Any]
REACHED = 0.95  # of a height's lines: encoders cut a few
SMOOTH = 45.0  # frames per second
CODECS = {
    "h264": r"avc|h264",
    "hevc": r"hev|hvc|h265",
    "vp9": r"vp0?9",
    "av1": r"av0?1",
    "aac": r"mp4a|aac",
    "opus": r"opus",
}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """`heights`: accepted lines and codecs: wished ones, the best first; none: all alike.

    More lines than `most` are only taken with `any_format`. `hdr`, `high_fps`: any, prefer, avoid.
    """

    most: int | None = None
    heights: Sequence[int] = ()
    video_codecs: Sequence[str] = ()
    audio_codecs: Sequence[str] = ()
    hdr: str = "any"
    high_fps: str = "any"
    any_format: bool = False


def ranked(formats: Iterable[Format], wishes: Wishes) -> list[Format]:
    """What may be taken, the best last; nothing without a picture that may be."""
    taken = [
        one
        for one in formats
        if not has_picture(one) or wishes.any_format or not _is_beyond(lines_of(one), wishes)
    ]
    if not any(map(has_picture, taken)):
        return []
    return sorted(taken, key=lambda one: _worth(one, wishes))


def offered(formats: Iterable[Format]) -> int:
    """The greatest height that an upload has, not counting what YouTube blew up by itself."""
    return max((one.get("height") or 0 for one in formats if not _is_blown_up(one)), default=0)


def chosen(formats: Sequence[Format]) -> int:
    """The height of what will be taken from ranked formats."""
    return next((one.get("height") or 0 for one in reversed(formats) if has_picture(one)), 0)


def has_picture(one: Format) -> bool:
    return one.get("vcodec") != "none"


def lines_of(one: Format) -> int:
    """The lines that a picture counts as, wide and upright ones too; 0 where nobody said."""
    short, long = sorted((one.get("width") or 0, one.get("height") or 0))
    return max(int(short or long), round(long * 9 / 16)) if short else int(long)


def _worth(one: Format, wishes: Wishes) -> tuple[float, ...]:
    preference = one.get("preference")
    first = -1 if preference is None else preference
    if not has_picture(one):
        language = one.get("language_preference")
        return (0, first, -1 if language is None else language, _sound(one, wishes))
    lines = lines_of(one)
    return (
        1,
        first,
        not _is_blown_up(one),
        -_rank(lines, wishes),
        -lines if _is_beyond(lines, wishes) else lines,
        _taste(wishes.hdr, one.get("dynamic_range") not in (None, "SDR")),
        _taste(wishes.high_fps, (one.get("fps") or 0) >= SMOOTH),
        _codec(one.get("vcodec"), wishes.video_codecs),
        _sound(one, wishes),
    )


def _rank(lines: int, wishes: Wishes) -> int:
    """Where that many lines stand among the accepted ones; 0 is the best."""
    if _is_beyond(lines, wishes):
        return len(wishes.heights) + 1
    reached = [height for height in wishes.heights if lines >= height * REACHED]
    return list(wishes.heights).index(max(reached)) if reached else len(wishes.heights)


def _is_beyond(lines: int, wishes: Wishes) -> bool:
    return wishes.most is not None and lines * REACHED > wishes.most


def _is_blown_up(one: Format) -> bool:
    return "AI-upscaled" in str(one.get("format_note"))


def _taste(taste: str, is_so: bool) -> int:
    return 0 if taste == "any" else int(is_so == (taste == "prefer"))


def _sound(one: Format, wishes: Wishes) -> int:
    return _codec(one.get("acodec"), wishes.audio_codecs)


def _codec(name: Any, wished: Sequence[str]) -> int:
    """How much a codec is wished; all that are not named are alike."""
    for at, codec in enumerate(wished):
        if re.match(CODECS.get(codec, re.escape(codec)), str(name or ""), re.IGNORECASE):
            return len(wished) - at
    return 0
