"""Where a video lies in the library: rendered paths, collisions, and the check of the boundary."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path, PurePosixPath

from mvidarr.core import text as texts
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import VideoType
from mvidarr.media import naming_template, safe_names
from mvidarr.media.naming_template import PLEX, PLEX_ENDINGS, Template
from mvidarr.media.naming_tokens import TOKENS, NameFacts

__all__ = [
    "PRESETS",
    "TOKENS",
    "NameFacts",
    "Preset",
    "Template",
    "inside",
    "parse_template",
    "path_key",
    "render",
    "unique",
    "warnings",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A template to choose, and the servers that read it."""

    key: str
    label: str
    template: str
    servers: tuple[str, ...]


PRESETS = (
    Preset(
        key="folders",
        label="A folder for each video",
        template="{Artist}/{Title}{ (Version)}{ (Year)}/{Artist} - {Title}{ (Version)}{ (Year)}",
        servers=("Jellyfin", "Kodi", "Emby"),
    ),
    Preset(
        key="flat",
        label="A folder for each artist",
        template="{Artist}/{Title}{ (Version)}-video",
        servers=("Plex", "Jellyfin", "Kodi", "Emby"),
    ),
)

_PLEX_ENDING = re.compile(rf"(?:{'|'.join((*PLEX_ENDINGS.values(), PLEX))})$")
_PART = re.compile(r"part[ ._-]*\d", re.I)


def parse_template(text: str, field: str = "template") -> Template:
    """The template, or Invalid with a sentence for `field`."""
    try:
        return naming_template.parse(text)
    except ValueError as error:
        raise Invalid({field: str(error)}) from None


def render(template: Template, facts: NameFacts) -> PurePosixPath:
    """The path of a video in the library, without extension, safe on every disk."""
    *folders, name = (naming_template.fill(parts, facts) for parts in template.components)
    ending = ""
    if template.is_plex:
        name, ending = name.removesuffix(PLEX), PLEX_ENDINGS.get(facts.type, PLEX)
    nameless = f"Untitled [{facts.source_id}]" if facts.source_id else "Untitled"
    last = safe_names.component(name, ending=ending)
    last = last or safe_names.component(nameless, ending=ending)
    return PurePosixPath(*filter(None, map(safe_names.component, folders)), last)


def warnings(template: Template) -> list[str]:
    """What goes wrong with a layout, found by naming a few videos with it."""
    one = NameFacts(artist="Queen", title="Song Part 1", year=1990, album="Best", source_id="one")
    song, other, live, cover, talk = (
        render(template, facts)
        for facts in (
            one,
            replace(one, title="Song Part 2", source_id="two"),
            replace(one, type=VideoType.LIVE, source_id="three"),
            replace(one, artist="Quark", source_id="four"),
            replace(one, type=VideoType.INTERVIEW, source_id="five"),
        )
    )
    found = {
        "Two songs of an artist get the same name: add {Title} or {Source Id}.": song == other,
        "Two artists' songs of one title get the same name: add {Artist}.": song == cover,
        "The live and the official video of a song get the same name: add {Version}.": song == live,
        "Jellyfin and Emby show all videos in such a folder as versions of one, because their "
        "names start with the folder's name: leave that out, or give each video its own "
        "folder.": _merges(song, other),
        "Kodi joins songs called “Part 1” and “Part 2” that share a folder into one: a folder for "
        "each video avoids that.": _stacks(song, other),
        "Jellyfin and Emby hide interviews and looks behind the scenes, because of the endings "
        "that Plex reads.": safe_names.hides(talk.name),
        "Plex looks for music videos only in an artist's own folder, no deeper: "
        "{Artist}/{Title}-video.": template.is_plex and len(template.components) != 2,
    }
    return [sentence for sentence, holds in found.items() if holds]


def unique(path: PurePosixPath, taken: Callable[[str], bool], source_id: str = "") -> PurePosixPath:
    """The path, or when another video has it, the path with ` [Source Id]`, at worst ` (2)`.

    `taken` is asked with `path_key` of a path without extension: videos share no sidecars.
    """
    name = texts.cut_bytes(safe_names.value(source_id), 64)
    marks = chain([""], [f" [{name}]"] if name else [], (f" ({number})" for number in count(2)))
    candidates = (_marked(path, mark) for mark in marks)
    return next(candidate for candidate in candidates if not taken(path_key(candidate)))


def path_key(path: PurePosixPath | str) -> str:
    """What two spellings of a path share on a disk that ignores case: NFC and casefold."""
    folded = unicodedata.normalize("NFC", str(path)).casefold()
    return unicodedata.normalize("NFC", folded)


def inside(root: Path, relative: PurePosixPath | str) -> Path:
    """The real path of something in the library; Invalid when it lies outside, by link too."""
    path = PurePosixPath(relative)
    if "\0" in str(path) or path.is_absolute() or ".." in path.parts or not path.parts:
        raise Invalid({"path": "The path must lie inside the library folder."})
    try:
        base = root.resolve()
        real = (base / path).resolve()
    except RuntimeError as error:
        raise Invalid({"path": "The path leads in a circle."}) from error
    if real == base or not real.is_relative_to(base):
        raise Invalid({"path": "The path leads out of the library folder."})
    return real


def _merges(first: PurePosixPath, second: PurePosixPath) -> bool:
    """Whether Jellyfin would take two videos for versions of one."""
    folder = first.parent.name.casefold()
    if first == second or first.parent != second.parent or len(folder) < 2:
        return False
    names = (first.name.casefold(), second.name.casefold())
    rests = [name.removeprefix(folder).lstrip() for name in names if name.startswith(folder)]
    return len(rests) == 2 and all(not rest or rest[0] in "-_.[" for rest in rests)


def _stacks(first: PurePosixPath, second: PurePosixPath) -> bool:
    """Whether Kodi would take two videos for the parts of one."""
    names = {_PART.sub("", path.name) for path in (first, second)}
    return first != second and first.parent == second.parent and len(names) == 1


def _marked(path: PurePosixPath, mark: str) -> PurePosixPath:
    """The path with a mark at its end, before an ending that Plex reads.

    A video's own folder gets the mark too, so that it stays its own.
    """
    if not mark:
        return path
    found = _PLEX_ENDING.search(path.name)
    ending = found[0] if found else ""
    folder = path.parent
    if len(path.parts) > 2 and folder.name in path.name:
        folder = folder.with_name(_with_tail(folder.name, mark))
    return folder / _with_tail(path.name.removesuffix(ending), mark + ending)


def _with_tail(name: str, tail: str) -> str:
    room = safe_names.LIMIT - len(tail.encode())
    return texts.cut_bytes(name, room).rstrip(" .") + tail
