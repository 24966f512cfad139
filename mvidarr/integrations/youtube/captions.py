"""Captions of a film from which parts were cut out: WebVTT and SubRip. Pure."""

import re
from collections.abc import Iterable, Sequence

Span = tuple[float, float]  # seconds from, to

_TIME = re.compile(r"(?:(\d{1,3}):)?(\d\d):(\d\d)([.,])(\d{3})")
_ARROW = "-->"


def cut(text: str, parts: Iterable[Span]) -> str:
    """The captions without those parts, all that follow moved up."""
    spans = merged(parts)
    blocks = re.split(r"\n{2,}", text.replace("\r\n", "\n").strip())
    kept = (_moved(block, spans) for block in blocks if not _is_within(block, spans))
    return "\n\n".join(kept) + "\n"


def merged(parts: Iterable[Span]) -> list[Span]:
    """The same seconds as spans that follow each other."""
    spans: list[Span] = []
    for start, end in sorted(parts):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _is_within(block: str, spans: Sequence[Span]) -> bool:
    times = [_seconds(found) for found in _TIME.finditer(block)][:2]
    if _ARROW not in block or len(times) < 2:
        return False
    return any(first <= times[0] and times[1] <= last for first, last in spans)


def _moved(block: str, spans: Sequence[Span]) -> str:
    if _ARROW not in block:
        return block
    return _TIME.sub(lambda found: _written(_at(_seconds(found), spans), found[4]), block)


def _at(seconds: float, spans: Sequence[Span]) -> float:
    return seconds - sum(min(seconds, last) - first for first, last in spans if first < seconds)


def _seconds(found: re.Match[str]) -> float:
    hours, minutes, seconds, _, rest = found.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(rest) / 1000


def _written(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    minutes = ms // 60_000
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"
