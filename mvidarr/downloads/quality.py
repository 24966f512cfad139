"""Quality: what a profile accepts, prefers and asks of an upload. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

EVERYWHERE = 1080  # lines up to which H.264 is offered, which every browser plays


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """What to aim for. `heights`: accepted lines, none: all; `most`: no more than these lines."""

    most: int
    heights: tuple[int, ...] = ()
    container: str = "mp4"
    video_codec: str = "h264"
    audio_codec: str = "aac"

    @property
    def least(self) -> int:
        return min(self.heights, default=0)


def default(most: int) -> Quality:
    """Without a profile: whatever there is, at most `most` lines, as widely playable as it goes."""
    if most > EVERYWHERE:
        return Quality(most=most, container="mkv", video_codec="", audio_codec="")
    return Quality(most=most)


def profile(heights: Sequence[int], codecs: Sequence[str], container: str) -> Quality:
    """As a profile's row says; its first codec is preferred."""
    return Quality(
        most=max(heights, default=EVERYWHERE),
        heights=tuple(heights),
        container=container,
        video_codec=next(iter(codecs), ""),
        audio_codec="aac" if container == "mp4" else "",
    )


def lines(width: int, height: int) -> int:
    """The lines that a picture counts as: wide and upright pictures have fewer or more of them."""
    short, long = sorted((width, height))
    return max(short, round(long * 9 / 16))


def is_too_low(measured: int, offered: int | None, wanted: Quality) -> bool:
    """Whether to ask before keeping a file of `measured` lines: there is better to be had."""
    return measured < wanted.least and offered is not None and offered > measured
