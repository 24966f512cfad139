"""Quality: what a profile accepts and prefers, and whether one file is provably better. Pure.

A file is never better for being bigger, and never for lines that seem to be blown up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mvidarr.core.terms import Finding, Taste
from mvidarr.media.probe import FileFacts

HEIGHTS = (4320, 2160, 1440, 1080, 720, 480, 360, 240, 144)
VIDEO_CODECS = ("h264", "vp9", "av1", "hevc")
AUDIO_CODECS = ("aac", "opus")
CONTAINERS = ("mp4", "mkv")
REACHED = 0.95  # of a height's lines: encoders cut a few, to multiples of 8 or 16
POOR = 360  # lines that are only kept when there is nothing better
CLEARLY = 1.5  # times the bit rate, from where on more of it can be seen
# bits that a codec needs for the same picture, compared with H.264
THRIFT = {"vp9": 0.65, "hevc": 0.6, "av1": 0.5, "mpeg4": 1.5, "mpeg2video": 2.0, "mpeg1video": 2.5}
WORTH_KEPT = 0.6  # of the former bit rate that a file better in something else must have
SMOOTH = 45.0  # frames per second


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """What to aim for. `heights`: accepted lines, the preferred first; none: all of them.

    From the `cutoff` on, nothing better is looked for. Codecs: the preferred first; none: any.
    """

    heights: tuple[int, ...] = (1080, 720, 480)
    cutoff: int = 1080
    container: str = "mp4"
    video_codecs: tuple[str, ...] = ("h264",)
    audio_codecs: tuple[str, ...] = ("aac",)
    hdr: Taste = Taste.ANY
    high_fps: Taste = Taste.ANY
    is_upgrading: bool = True

    @property
    def least(self) -> int:
        return min(self.heights, default=0)

    @property
    def most(self) -> int:
        """No more lines than these are fetched."""
        return max(self.heights, default=max(HEIGHTS))

    @property
    def enough(self) -> int:
        """The lines from which on a file is left as it is: those of the cutoff, or preferred."""
        if self.cutoff not in self.heights:
            return self.cutoff
        return min(self.heights[: self.heights.index(self.cutoff) + 1])

    def rank(self, measured: int) -> int:
        """Where a file of `measured` lines stands in the order of preference; 0 is the best."""
        reached = [height for height in self.heights if reaches(measured, height)]
        return self.heights.index(max(reached)) if reached else len(self.heights)


def lines(width: int, height: int) -> int:
    """The lines that a picture counts as: wide and upright pictures have fewer or more of them."""
    short, long = sorted((width, height))
    return max(short, round(long * 9 / 16))


def lines_at(height: int, shape: tuple[int, int]) -> int:
    """The lines that a picture of `height` counts as, if it has the shape of another one."""
    width, other = shape
    return lines(round(height * width / other), height) if width and other else height


def lines_of(facts: FileFacts) -> int:
    """The lines of a file's picture, without the black bars around it."""
    return lines(*(facts.picture or (facts.width, facts.height)))


def reaches(measured: int, height: int) -> bool:
    """Whether a file of `measured` lines is one of `height`."""
    return measured >= height * REACHED


def is_more(lines_new: int, lines_old: int) -> bool:
    """Whether one is of a greater height than the other: a few lines more are no difference."""
    steps = (step for step in HEIGHTS if reaches(lines_new, step))
    return lines_new * REACHED > lines_old and any(not reaches(lines_old, step) for step in steps)


def is_low(measured: int, wanted: Quality) -> bool:
    """Whether that few lines are only kept when there is nothing better."""
    return measured <= POOR / REACHED or not reaches(measured, wanted.least)


def is_too_low(measured: int, offered: int | None, wanted: Quality) -> bool:
    """Whether to ask before keeping a file of `measured` lines: there is better to be had."""
    better = min(offered or 0, wanted.most)
    return is_low(measured, wanted) and is_more(better, measured)


def meets_cutoff(measured: int, wanted: Quality) -> bool:
    """Whether a file of `measured` lines is left as it is."""
    return reaches(measured, wanted.enough)


def is_better(new: FileFacts, old: FileFacts, wanted: Quality) -> tuple[bool, str]:
    """Whether a file is provably better than the one in place, and why or why not."""
    if _lost(Finding.SILENT, new, old):
        return False, "The new file is silent."
    if _lost(Finding.UPSCALED, new, old):
        return False, "The lines of the new file seem to be blown up from fewer."
    now, before = lines_of(new), lines_of(old)
    if is_more(before, now):
        return False, f"The file in place has {before} lines, the new one {now}."
    if is_more(now, before):
        return _more_lines(new, old, wanted)
    return _finer(new, old, wanted)


def _lost(finding: Finding, new: FileFacts, old: FileFacts) -> bool:
    """Whether only the new file has a flaw that nothing makes up for."""
    return finding in new.findings and finding not in old.findings


def _more_lines(new: FileFacts, old: FileFacts, wanted: Quality) -> tuple[bool, str]:
    """Judge a file of more lines: codecs do not count against them, all else that is lost does."""
    now, before = lines_of(new), lines_of(old)
    if Finding.UPSCALED in new.findings:
        return False, "The lines of both files seem to be blown up from fewer."
    if is_more(now, wanted.most) or wanted.rank(now) > wanted.rank(before):
        return False, f"The profile prefers {before} lines to {now}."
    if min(_tastes(new, old, wanted)) < 0:
        return False, f"The new file has {now} lines, but a range or frame rate that is not wanted."
    if min(new.channels, 2) < min(old.channels, 2):
        return False, f"The new file has {now} lines, but fewer channels of sound."
    if _worth(new) < WORTH_KEPT * _worth(old):
        return False, f"The new file has {now} lines, but a much lower bit rate."
    return True, f"It has {now} lines instead of {before}."


def _finer(new: FileFacts, old: FileFacts, wanted: Quality) -> tuple[bool, str]:
    """Compare files of the same lines: better in something that is preferred, worse in nothing."""
    gains = [
        (Finding.SILENT in old.findings) - (Finding.SILENT in new.findings),
        (Finding.UPSCALED in old.findings) - (Finding.UPSCALED in new.findings),
        *_tastes(new, old, wanted),
        _codec(wanted.video_codecs, new.video_codec) - _codec(wanted.video_codecs, old.video_codec),
        _codec(wanted.audio_codecs, new.audio_codec) - _codec(wanted.audio_codecs, old.audio_codec),
        min(new.channels, 2) - min(old.channels, 2),
    ]
    if any(gain < 0 for gain in gains):
        return False, "The file in place is as good: the new one is worse in something."
    worth = _worth(new) / _worth(old) if _worth(old) else 1.0
    if any(gains):
        gained = next(word for word, gain in zip(_GAINS, gains, strict=True) if gain)
        if worth < WORTH_KEPT:
            return False, f"The new file has {gained}, but a much lower bit rate."
        return True, f"It has {gained}."
    if worth >= CLEARLY and new.video_codec == old.video_codec:
        return True, f"It has {worth:.1f} times the bit rate."
    return False, "The file in place is as good."


_GAINS = (
    "sound",
    "lines that are not blown up",
    "the dynamic range that is preferred",
    "the frame rate that is preferred",
    "a preferred video codec",
    "a preferred audio codec",
    "more channels",
)


def _tastes(new: FileFacts, old: FileFacts, wanted: Quality) -> tuple[int, int]:
    """What is gained or lost in dynamic range and in frame rate."""
    return (
        _taste(wanted.hdr, bool(new.hdr)) - _taste(wanted.hdr, bool(old.hdr)),
        _taste(wanted.high_fps, _is_smooth(new)) - _taste(wanted.high_fps, _is_smooth(old)),
    )


def _taste(taste: Taste, is_so: bool) -> int:
    if taste is Taste.ANY:
        return 0
    return int(is_so == (taste is Taste.PREFER))


def _is_smooth(facts: FileFacts) -> bool:
    return (facts.fps or 0) >= SMOOTH


def _codec(preferred: Sequence[str], codec: str) -> int:
    """How much a codec is preferred; all that are not named are alike."""
    return len(preferred) - preferred.index(codec) if codec in preferred else 0


def _worth(facts: FileFacts) -> float:
    """The bit rate that H.264 would need for what the file shows."""
    return facts.bit_rate / THRIFT.get(facts.video_codec, 1.0)
