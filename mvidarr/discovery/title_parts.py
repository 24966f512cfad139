"""Taking a title apart: brackets, quotes, separators and guests, without judging the words."""

import re
import unicodedata
from dataclasses import dataclass

LIMIT = 600  # characters of a title that are read; YouTube allows 100

_CLOSERS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "【": "】",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "<": ">",
}
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "‘": "’", "'": "'", "`": "'"}
_WIDE = str.maketrans("（）［］｛｝｜：＂＇～", "()[]{}|:\"'~")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe0e\ufe0f]")
_SPACE = re.compile(r"[^\S ]")
_FILE = re.compile(r"\.(?:mp4|m4v|mov|avi|mkv|webm|flv|wmv|mpe?g)$", re.I)
_SITE = re.compile(r"\s-\syoutube$", re.I)
_HASHTAGS = re.compile(r"(?:\s+#(?=\w*[^\W\d])\w+)+$")
_STARS = re.compile(r"\*+[^*]{1,20}\*+$")
_CORNER = re.compile(r"(?<=[」』】》])(?=[^\s\W])|(?<=[」』】》])(?=-)")
_MV = re.compile(r"\bm\s?/\s?v\b", re.I)
_TRACK = re.compile(r"^(?:\d{1,2}|[A-D]\d{1,2})\.\s+(?=\S.* [-–—] )")
_PIPE_LETTER = re.compile(r"(?:video|lyrical|audio|song) I ", re.I)
_CREDIT = re.compile(r"\s[(\[]?prod(?:uced by|\.(?: by)?| by)\s", re.I)
_GUEST = re.compile(r"(?<![^\s(\[])(?:(?:feat|ft|featuring)(?:\.\s*|\s+)|f/\s*)(?=\S)", re.I)
_GUEST_JOINTS = re.compile(r"\s*(?:,(?!\s*the\s)|;|\s(?:[&+x×]|and)\s)\s*", re.I)

DASH = re.compile(r"\s(?:-{1,3}|[–—―‐‑−~_↬➤►])\s")
TIGHT_DASH = re.compile(r"(?<=\S)[-–—_]\s|\s[-–—_](?=\S)|--|[–—]")
PIPE = re.compile(r"\s*(?:\|+|•|\s·\s|\s//+\s)\s*")
COLON = re.compile(r"\s?:\s")
SLASH = re.compile(r"\s/\s")
GAP = re.compile(r"\s{2,}")
BY = re.compile(r"\s(?:by|BY)\s(?=[^\W\d_a-z])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A bracketed or quoted stretch of a text; `start` and `end` include the signs."""

    start: int
    end: int
    inner: str


def clean(title: str) -> str:
    """One line without invisible characters; double spaces stay, they separate in some titles."""
    plain = unicodedata.normalize("NFC", title[: LIMIT * 2]).translate(_WIDE)
    plain = _SPACE.sub(" ", _INVISIBLE.sub("", plain))
    kept = "".join(char for char in plain if unicodedata.category(char) not in {"Cc", "Cs"})
    kept = kept[:LIMIT].strip()
    if " " not in kept and kept.count("_") > 1:  # a file's name
        kept = kept.replace("_", " ").strip()
    for ending in (_FILE, _SITE, _HASHTAGS, _STARS):
        kept = ending.sub("", kept).strip() or kept
    kept = _CORNER.sub(" ", kept)
    if _PIPE_LETTER.search(kept):  # Indian labels draw their lines with a letter
        kept = kept.replace(" I ", " | ")
    return _MV.sub("MV", _TRACK.sub("", kept))


def spelled(title: str) -> str:
    """The whole of a title, with M/V as one word."""
    return _MV.sub("MV", title[:LIMIT])


def tidy(part: str) -> str:
    """Single spaces, and no separators or lone brackets at the ends."""
    return " ".join(part.split()).strip(" -–—_|~:;,/•·").strip()


def brackets(part: str) -> list[Span]:
    """The outermost balanced brackets, left to right."""
    pairs: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for index, char in enumerate(part):
        if char in _CLOSERS:
            stack.append((_CLOSERS[char], index))
        elif stack and char == stack[-1][0]:
            pairs.append((stack.pop()[1], index + 1))
    return _outermost(part, pairs)


def quotes(part: str) -> list[Span]:
    """The quoted stretches; an apostrophe in or after a word opens nothing."""
    pairs: list[tuple[int, int]] = []
    index = 0
    while index < len(part):
        end = _closing(part, index)
        if end:
            pairs.append((index, end))
        index = end or index + 1
    return _outermost(part, pairs)


def split(part: str, separator: re.Pattern[str]) -> list[str]:
    """The parts between separators that stand outside brackets and double quotes."""
    seen = part
    hidden = [span for span in quotes(part) if _is_sure(part, span)]
    for span in (*brackets(part), *hidden):
        seen = seen[: span.start] + "\0" * (span.end - span.start) + seen[span.end :]
    parts, start = [], 0
    for match in separator.finditer(seen):
        parts.append(part[start : match.start()].strip())
        start = match.end()
    return [kept for kept in (*parts, part[start:].strip()) if kept]


def _is_sure(part: str, span: Span) -> bool:
    """Whether the signs are quotes; an apostrophe more and they may be apostrophes all."""
    sign, closer = part[span.start], part[span.end - 1]
    return sign not in "'‘`" or part.count(sign) + part.count(closer) * (sign != closer) == 2


def without_credit(part: str) -> str:
    """The part up to "prod. by …"."""
    match = _CREDIT.search(part)
    return part[: match.start()] if match and match.start() else part


def without_square(part: str) -> str:
    """The part without square brackets, unless nothing else is in it."""
    kept, start = "", 0
    for span in brackets(part):
        if part[span.start] in "[【<":
            kept = f"{kept}{part[start : span.start]}"
            start = span.end
    return tidy(kept + part[start:]) or part


def without_round(part: str) -> str:
    """The part without round brackets, unless nothing else is in it."""
    kept, start = "", 0
    for span in brackets(part):
        if part[span.start] == "(":
            kept = f"{kept}{part[start : span.start]}"
            start = span.end
    return tidy(kept + part[start:]) or part


def take_guests(part: str) -> tuple[str, tuple[str, ...]]:
    """The part without "feat. …" and those named by it, up to a bracket that follows."""
    match = _GUEST.search(part)
    if match is None or (match.start() == 0 and match.end() == len(part)):
        return part, ()
    rest = part[match.end() :]
    cut = min((rest.find(sign) for sign in "([|" if sign in rest), default=len(rest))
    left = part[: match.start()].rstrip(" ([-–,")
    return f"{left} {rest[cut:].lstrip(')] ')}".strip(), listed(rest[:cut])


def listed(credit: str) -> tuple[str, ...]:
    """The names in a list of guests."""
    names = (tidy(name.strip(" )]")) for name in _GUEST_JOINTS.split(credit))
    return tuple(dict.fromkeys(name for name in names if name))


def unquoted(part: str) -> str:
    """The part without quotes around the whole of it."""
    spans = quotes(part)
    if len(spans) == 1 and spans[0].end - spans[0].start == len(part) and spans[0].inner:
        return spans[0].inner
    return part


def _outermost(part: str, pairs: list[tuple[int, int]]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(pairs):
        if not found or start >= found[-1].end:
            found.append(Span(start=start, end=end, inner=part[start + 1 : end - 1].strip()))
    return found


def _closing(part: str, start: int) -> int:
    """Where the quote that opens at `start` has closed, or 0."""
    closer = _QUOTES.get(part[start])
    if not closer or (start and part[start - 1].isalnum() and closer != '"'):
        return 0
    if start + 1 == len(part) or part[start + 1].isspace():
        return 0
    end = part.find(closer, start + 1)
    while end > 0 and closer in "'’" and part[end + 1 : end + 2].isalnum():
        end = part.find(closer, end + 1)
    return end + 1 if end > start + 1 else 0
