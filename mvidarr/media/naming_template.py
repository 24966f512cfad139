"""The grammar of naming templates: text between slashes with `{Token}`s. Pure.

Letters' case and separator of a token shape its value (`{artist.name}`), what stands beside it in
its braces vanishes with an empty value (`{ (Year)}`), `{Title:60}` keeps 60 characters (`:-60` the
last 60), `{{` and `}}` are braces. A file name that ends in `-video` follows Plex: the ending
becomes `-live`, `-lyrics` … by the video's type.
"""

import re
from dataclasses import dataclass

from mvidarr.core.terms import VideoType
from mvidarr.media import safe_names
from mvidarr.media.naming_tokens import TOKENS, NameFacts, Token

MAX_TEMPLATE = 500  # characters
MAX_DEPTH = 8  # folders and the file

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
    """A template that was understood: its text, and the parts of each component."""

    text: str
    components: tuple[tuple[Part, ...], ...]
    is_plex: bool


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
_EMPTY = "\0"  # stands for a value that is missing; no value can contain it
_LONELY = re.compile(r"[(\[]\s*\0\s*[)\]]")
_DANGLING = re.compile(r" -\s*\0|^\s*\0\s*- |\0")


def parse(text: str) -> Template:
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
    components = _components(text)
    last = components[-1][-1]
    is_plex = isinstance(last, str) and last.endswith(PLEX) and len(components[-1]) > 1
    return Template(text=text, components=components, is_plex=is_plex)


def fill(parts: tuple[Part, ...], facts: NameFacts) -> str:
    """The words of one component, not yet made safe; empty brackets and dashes are left out."""
    filled = "".join(part if isinstance(part, str) else _value(part, facts) for part in parts)
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
        raise ValueError(f"{{{between_braces}}}: keep between 1 and {safe_names.LIMIT} characters.")
    separator = _SEPARATOR.search(found["word"])
    return Slot(
        token=token,
        before=found["before"],
        after=found["after"],
        spelled=found["word"],
        separator=separator[0] if separator else " ",
        length=length,
    )


def _value(slot: Slot, facts: NameFacts) -> str:
    words = safe_names.value(slot.token.value(facts))
    if slot.length:
        words = words[: slot.length] if slot.length > 0 else words[slot.length :]
    if slot.spelled.islower():
        words = words.lower()
    elif slot.spelled.isupper():
        words = words.upper()
    words = words.strip().replace(" ", slot.separator)
    return slot.before + words + slot.after if words else _EMPTY
