"""Names that every disk takes and every media server shows: Linux, Windows shares, Synology.

One name is one component of a path, without extension. Pure.
"""

import re
import unicodedata
from dataclasses import dataclass

from mvidarr.core import text

LIMIT = 200  # bytes: leaves room for `-landscape.jpg`, `.en.srt` and temporary endings below 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How long a name may be, and what stands for characters that some disks forbid.

    `limit` is in bytes of UTF-8, as disks count; `lookalikes`: AC⧸DC instead of AC-DC.
    """

    limit: int = LIMIT
    lookalikes: bool = False


PLAIN = Style()

# what cannot be seen, or is no character; text.tidy took out the more frequent ones
_NOTHING = dict.fromkeys(
    (
        *(0xAD, 0x115F, 0x1160, 0x180E, 0x3164, 0xFFA0, 0xFFFE, 0xFFFF),
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    )
)
_REPLACED = str.maketrans(
    {"/": "-", "\\": "-", "*": "-", "|": "-", '"': "'"} | dict.fromkeys("?<>", "")
)
_LOOKALIKES = str.maketrans('/\\*|"?<>:', "⧸⧹＊｜＂？＜＞：")
# for names of which nothing else would be left
_TWINS = _LOOKALIKES | str.maketrans(".-", "．－")
_RISKY = re.compile(r'[:/\\*|"?<>]')
_FILLER = re.compile("[\u115f\u1160\u3164\uffa0]")  # letters by name, and nothing to see
_COLON = re.compile(r"\s*:\s+")
_TAIL = re.compile(r"(?:[ .]| -)+$")
_DEVICE = re.compile(
    r"^((?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *)(?=\.|$)", re.I
)

_SAMPLE = re.compile(r"(?<![^\W_])(sam)(ple)(?![^\W_])", re.I)  # Kodi skips a whole path for it
_TRAILER = re.compile(r"-(?=trailer)", re.I)  # Kodi skips it anywhere in a path
_EXTRA = re.compile(
    r"(?:[._]trailer|- trailer|\.trickplay|-(?:scene|clip|interview|behindthescenes|deleted"
    r"|deletedscene|featurette|short|extra|other))$",
    re.I,
)
# what Jellyfin, Emby or Kodi take for something else than an artist or a video
_SWALLOWED = re.compile(
    r"trailers?|backdrops|theme-music|behind the scenes|deleted scenes|interviews|scenes|samples"
    r"|shorts|featurettes|extras?|other|clips|minta|metadata|extrafanart|extrathumbs|subs|proof"
    r"|snapshots?|@?eadir|[#@]recycle|\$recycle\.bin|lost\+found|temprec|video_ts|bdmv",
    re.I,
)
# “Part 1” and “CD 2”: of two files in one folder that differ in nothing else, servers make one
_PART = re.compile(r"(cd|dvd|p(?:ar)?t|dis[ck])(?:([ _.-]*)(\d+)|([ _.-]+)([a-d])(?![^\W_]))", re.I)


def value(words: str, style: Style = PLAIN) -> str:
    """A person's words for use inside a name: nothing in them that a disk refuses.

    Words made of refused characters alone become their full-width twins ("???" → "？？？").
    """
    tidied = _tidy(words)
    if style.lookalikes:
        return tidied.translate(_LOOKALIKES)
    if not _RISKY.search(tidied) and tidied.strip(" .-'"):
        return tidied
    safe = text.tidy(_COLON.sub(" - ", tidied).replace(":", "-").translate(_REPLACED))
    return safe if safe.strip(" .-'") else text.tidy(tidied.translate(_TWINS))


def component(name: str, *, ending: str = "", style: Style = PLAIN) -> str:
    """One folder's or file's name; empty when nothing is left.

    `ending` (a suffix that a server reads, such as `-live`) is kept whole.
    """
    cleaned = value(name, style)
    limit = room = style.limit - len(ending.encode())
    while True:
        kept = shown(cut(cleaned, limit), is_whole=not ending)
        over = len(kept.encode()) - room
        if over <= 0:
            return kept + ending if kept else ""
        limit -= over


def shown(name: str, *, is_whole: bool = True) -> str:
    """The name, altered where a media server or Windows would hide or refuse it.

    Not `is_whole`: an ending that a server reads follows.
    """
    name = _TAIL.sub("", name.lstrip(" .-"))
    name = _TRAILER.sub("- ", _SAMPLE.sub(r"\1-\2", name))
    name = _DEVICE.sub(r"\1_", name)
    return name + "_" if is_whole and hides(name) else name


def apart(name: str) -> str:
    """The name of a file that shares its folder: Part (1), which nothing takes for half a video."""
    return _PART.sub(r"\1\2\4(\3\5)", name)


def hides(name: str) -> bool:
    """Whether Jellyfin or Emby would file a video of this name under another one, as an extra."""
    return bool(_SWALLOWED.fullmatch(name) or _EXTRA.search(name))


def is_altered(words: str) -> bool:
    """Whether these words stand differently in a name, so that no server swallows it."""
    bare = _TAIL.sub("", value(words).lstrip(" .-"))
    return shown(bare) != bare


def cut(words: str, limit: int) -> str:
    """As much as fits into `limit` bytes of UTF-8; what is seen as one letter stays whole."""
    if len(words) * 4 <= limit:
        return words
    kept = text.cut_bytes(words, limit)
    end = len(kept)
    if end == len(words):
        return kept
    while end and goes_on(words, end):
        end -= 1
    return words[:end]


def goes_on(words: str, at: int) -> bool:
    """Whether the character at `at` belongs to the one before: an accent, half of a flag …"""
    char = words[at]
    if _is_flag(char):
        before = words[:at]
        return (len(before) - len(before.rstrip(_FLAG))) % 2 == 1
    return (
        unicodedata.category(char)[0] == "M"
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # colours of skin
        or "\u1160" <= char <= "\u11ff"  # the rest of a Korean syllable
    )


_FLAG = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _tidy(words: str) -> str:
    """Like text.tidy; most words are tidy already, and looking is ten times as fast as tidying."""
    is_tidy = words.isprintable() and words == " ".join(words.split())
    if is_tidy and unicodedata.is_normalized("NFC", words) and not _FILLER.search(words):
        return words
    return text.tidy(text.tidy(words).translate(_NOTHING))
