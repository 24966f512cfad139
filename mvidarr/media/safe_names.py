"""Names that every disk takes and every media server shows: Linux, Windows shares, Synology.

One name is one component of a path, without extension. Pure.
"""

import re

from mvidarr.core import text

LIMIT = 200  # bytes: leaves room for `-landscape.jpg`, `.en.srt` and temporary endings below 255

_REPLACED = str.maketrans(
    {"/": "-", "\\": "-", "*": "-", "|": "-", '"': "'"} | dict.fromkeys("?<>\ufffe\uffff", "")
)
# full-width twins, legal everywhere: for names of which nothing else would be left
_TWINS = str.maketrans('/\\*|"?<>:.-', "⧸⧹＊｜＂？＜＞：．－", "\ufffe\uffff")
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


def value(words: str) -> str:
    """A person's words for use inside a name: nothing in them that a disk refuses.

    Words made of refused characters alone become their full-width twins ("???" → "？？？").
    """
    tidied = text.tidy(words)
    safe = text.tidy(_COLON.sub(" - ", tidied).replace(":", "-").translate(_REPLACED))
    return safe if safe.strip(" .-'") else text.tidy(tidied.translate(_TWINS))


def component(name: str, *, ending: str = "") -> str:
    """One folder's or file's name; empty when nothing is left.

    `ending` (a suffix that a server reads, such as `-live`) is kept whole.
    """
    cleaned = value(name)
    limit = room = LIMIT - len(ending.encode())
    while True:
        kept = _shown(_trimmed(text.cut_bytes(cleaned, limit)), is_whole=not ending)
        over = len(kept.encode()) - room
        if over <= 0:
            return kept + ending if kept else ""
        limit -= over


def hides(name: str) -> bool:
    """Whether Jellyfin or Emby would file a video of this name under another one, as an extra."""
    return bool(_SWALLOWED.fullmatch(name) or _EXTRA.search(name))


def _trimmed(name: str) -> str:
    return _TAIL.sub("", name.lstrip(" .-"))


def _shown(name: str, *, is_whole: bool) -> str:
    """The name, altered where a media server or Windows would hide or refuse it."""
    name = _TRAILER.sub("- ", _SAMPLE.sub(r"\1-\2", name))
    name = _DEVICE.sub(r"\1_", name)
    return name + "_" if is_whole and hides(name) else name
