"""The grammar of naming templates: text between slashes with `{Token}`s. Pure.

Letters' case and separator of a token shape its value (`{artist.name}`), what stands beside it in
its braces vanishes with an empty value (`{ (Year)}`), `{Title:60}` keeps 60 bytes (`:-60` the
last 60), `{{` and `}}` are braces. A file name that ends in `-video` follows Plex: the ending
becomes `-live`, `-lyrics` … by the video's type. Where a name is too long, its longest values are
cut, never what follows them.
"""

import re
from dataclasses import dataclass
from itertools import chain

from mvidarr.core.terms import VideoType
from mvidarr.media import safe_names
from mvidarr.media.naming_tokens import TOKENS, NameFacts, Token

MAX_TEMPLATE = 500  # characters
MAX_DEPTH = 8  # folders and the file
SHORTEST = 12  # bytes that are left of a value at least

PLEX = "-video"
PLEX_ENDINGS = {
    VideoType.LYRIC: "-lyrics",
    VideoType.LIVE: "-live",
    VideoType.CONCERT: "-concert",
    VideoType.BEHIND_THE_SCENES: "-behindthescenes",
    VideoType.INTERVIEW: "-interview",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A token in a template, with what surrounds it and how its value is shaped."""

    token: Token
    before: str
    after: str
    spelled: str
    separator: str
    length: int


Part = str | Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A template that was understood: its text, and the parts of each component.

    `is_plex`: an ending that Plex reads follows. `has_own_folders`: each video has one.
    """

    text: str
    components: tuple[tuple[Part, ...], ...]
    is_plex: bool
    has_own_folders: bool
    style: safe_names.Style = safe_names.PLAIN

    def uses(self, *names: str) -> bool:
        """Whether one of these tokens stands in it."""
        return any(
            isinstance(part, Slot) and part.token.name in names
            for part in chain.from_iterable(self.components)
        )


_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]")
_INSIDE = re.compile(
    # beside the token: punctuation, and words that end in a full stop ("feat. ")
    r"(?P<before>(?:[^\w/]|_|[^\W\d_]+\. )*)"
    r"(?P<word>[^\W_]+(?:[ ._-]+[^\W_]+)*)(?::(?P<length>-?\d{1,4}))?"
    r"(?P<after>(?:[^\w/]|_)*)"
)
_SEPARATOR = re.compile(r"[ ._-]+")
_BY_SPELLING = {
    _SEPARATOR.sub("", spelling).casefold(): token
    for token in TOKENS
    for spelling in (token.name, *token.aliases)
}
_TELLING = frozenset({"Title", "Source Id"})  # a folder that says one of them is a video's own
_EMPTY = "\0"  # stands for a value that is missing; no value can contain it
_LONELY = re.compile(r"[(\[]\s*\0\s*[)\]]")
_DANGLING = re.compile(r" -\s*\0|^\s*\0\s*- |\0")


def parse(text: str, style: safe_names.Style = safe_names.PLAIN) -> Template:
    """The template; ValueError with a sentence when it cannot be used."""
    text = text.strip()
    if not text:
        raise ValueError("The template is empty.")
    if len(text) > MAX_TEMPLATE:
        raise ValueError(f"The template is longer than {MAX_TEMPLATE} characters.")
    if text.startswith("/") or re.match(r"[A-Za-z]:", text):
        raise ValueError("The template starts in the library folder: leave out what is before it.")
    if "\\" in text:
        raise ValueError("Put / between folders, not \\.")
    *folders, name = _components(text)
    last = name[-1]
    is_plex = isinstance(last, str) and last.endswith(PLEX) and len(name) > 1
    if is_plex:
        name = (*name[:-1], str(last).removesuffix(PLEX))
    return Template(
        text=text,
        components=(*folders, name),
        is_plex=is_plex,
        has_own_folders=any(
            isinstance(part, Slot) and part.token.name in _TELLING
            for part in chain.from_iterable(folders)
        ),
        style=style,
    )


def fill(parts: tuple[Part, ...], facts: NameFacts, style: safe_names.Style, room: int) -> str:
    """The words of one component, not yet made safe; empty brackets and dashes are left out.

    They fit into `room` bytes if cutting values can have them fit.
    """
    words = [part if isinstance(part, str) else _value(part, facts, style) for part in parts]
    size = sum(map(_size, parts, words))
    if size > room:
        _shorten(parts, words, size - room)
    filled = "".join(map(_dressed, parts, words))
    if _EMPTY not in filled:
        return filled
    return _DANGLING.sub("", _LONELY.sub(_EMPTY, filled))


def _components(text: str) -> tuple[tuple[Part, ...], ...]:
    components: list[list[Part]] = [[]]
    for piece in _PIECE.finditer(text):
        if piece[1] is not None:
            components[-1].append(_slot(piece[1]))
            continue
        if piece[0] in ("{", "}"):
            raise ValueError("A brace is not closed, or was never opened.")
        literal = {"{{": "{", "}}": "}"}.get(piece[0], piece[0])
        first, *rest = literal.split("/")
        components[-1].append(first)
        components.extend([part] for part in rest)
    if len(components) > MAX_DEPTH:
        raise ValueError(f"The template has more than {MAX_DEPTH} levels.")
    for parts in components:
        _check(parts)
    return tuple(tuple(part for part in parts if part != "") for parts in components)


def _check(parts: list[Part]) -> None:
    """A component without tokens must be a name by itself."""
    if any(isinstance(part, Slot) for part in parts):
        return
    name = "".join(str(part) for part in parts)
    if not name.strip():
        raise ValueError("A folder or the file has no name: two slashes, or one at the end.")
    if name.strip() in (".", ".."):
        raise ValueError("The template may not lead out of the library: leave out “.” and “..”.")
    if not safe_names.component(name):
        raise ValueError(f"“{name}” cannot be a name.")


def _slot(between_braces: str) -> Slot:
    found = _INSIDE.fullmatch(between_braces)
    token = found and _BY_SPELLING.get(_SEPARATOR.sub("", found["word"]).casefold())
    if not found or not token:
        known = ", ".join(token.name for token in TOKENS)
        raise ValueError(f"{{{between_braces}}} is not known. Known are: {known}.")
    length = int(found["length"] or 0)
    if found["length"] and not 1 <= abs(length) <= safe_names.LIMIT:
        raise ValueError(f"{{{between_braces}}}: keep between 1 and {safe_names.LIMIT} bytes.")
    separator = _SEPARATOR.search(found["word"])
    return Slot(
        token=token,
        before=found["before"],
        after=found["after"],
        spelled=found["word"],
        separator=separator[0] if separator else " ",
        length=length,
    )


def _value(slot: Slot, facts: NameFacts, style: safe_names.Style) -> str:
    words = safe_names.value(slot.token.value(facts), style)
    if slot.length > 0:
        words = safe_names.cut(words, slot.length)
    elif slot.length < 0:
        words = _end(words, -slot.length)
    if slot.spelled.islower():
        words = words.lower()
    elif slot.spelled.isupper():
        words = words.upper()
    words = words.strip()
    return words if slot.separator == " " else words.replace(" ", slot.separator)


def _end(words: str, limit: int) -> str:
    """As many characters of the end as fit into `limit` bytes."""
    kept = words.encode("utf-8", "ignore")[-limit:].decode("utf-8", "ignore")
    while kept and safe_names.goes_on(words, len(words) - len(kept)):
        kept = kept[1:]
    return kept


def _dressed(part: Part, words: str) -> str:
    """The value with what stands beside it in the braces."""
    if isinstance(part, str):
        return words
    return part.before + words + part.after if words else _EMPTY


def _size(part: Part, words: str) -> int:
    return len(_dressed(part, words).encode())


def _shorten(parts: tuple[Part, ...], words: list[str], over: int) -> None:
    """Cut the longest values, until the words are `over` bytes shorter or nothing can be cut."""
    soft = [
        place
        for place, part in enumerate(parts)
        if isinstance(part, Slot) and part.token.may_be_cut and words[place]
    ]
    while over > 0 and soft:
        sizes = sorted((len(words[place].encode()) for place in soft), reverse=True)
        longest = max(soft, key=lambda place: len(words[place].encode()))
        apart = sizes[0] - sizes[1] if len(sizes) > 1 else over
        less = min(over, apart or (over + 1) // 2)
        if sizes[0] - less < SHORTEST:
            return
        kept = safe_names.cut(words[longest], sizes[0] - less).rstrip(" .-")
        words[longest] = kept
        over -= sizes[0] - len(kept.encode())
