"""Where a video lies in the library: rendered paths, collisions, and the check of the boundary."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath

from mvidarr.core.errors import Invalid
from mvidarr.media import naming_template, safe_names
from mvidarr.media.naming_template import PLEX, PLEX_ENDINGS, Part, Template
from mvidarr.media.naming_tokens import TOKENS, NameFacts, quality_of
from mvidarr.media.safe_names import PLAIN, Style

__all__ = [
    "PLAIN",
    "PRESETS",
    "TOKENS",
    "NameFacts",
    "Preset",
    "Style",
    "Template",
    "inside",
    "parse_template",
    "path_key",
    "places",
    "quality_of",
    "render",
    "stem_key",
    "unique",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A template to choose, the servers that read it, and what it is for."""

    key: str
    label: str
    template: str
    servers: tuple[str, ...]
    help: str
    needs_artist_files: bool = False


_FOLDERS = "{Artist}/{Title}{ (Version)}{ (Year)}/{Artist} - {Title}{ (Version)}{ (Year)}"
PRESETS = (
    Preset(
        key="folders",
        label="A folder for each video",
        template=_FOLDERS,
        servers=("Kodi", "Jellyfin", "Emby"),
        help="Nothing is merged, stacked or hidden, and each video has its pictures to itself.",
    ),
    Preset(
        key="flat",
        label="A folder for each artist",
        template="{Artist}/{Title}{ (Version)}-video",
        servers=("Plex", "Jellyfin", "Kodi", "Emby"),
        help="Plex finds videos only so: right in the artist's folder, with an ending that says "
        "what they are.",
    ),
    Preset(
        key="ersatztv",
        label="A folder for each video, told by artist",
        template=_FOLDERS,
        servers=("ErsatzTV",),
        help="As the first, and artist.nfo and the artist's picture are written, which ErsatzTV "
        "needs.",
        needs_artist_files=True,
    ),
)

_PLEX_ENDING = re.compile(rf"(?:{'|'.join((*PLEX_ENDINGS.values(), PLEX))})$")
LONGEST_ID = 40  # bytes of one in a name, so that the shortest names that can be set have room
_ALIKE = 20  # characters by which a video's own folder is known in its name


def parse_template(text: str, field: str = "template", style: Style = PLAIN) -> Template:
    """The template, or Invalid with a sentence for `field`."""
    try:
        return naming_template.parse(text, style)
    except ValueError as error:
        raise Invalid({field: str(error)}) from None


def render(template: Template, facts: NameFacts) -> PurePosixPath:
    """The path of a video in the library, without extension, safe on every disk."""
    *folders, name = template.components
    ending = PLEX_ENDINGS.get(facts.type, PLEX) if template.is_plex else ""
    above = [_component(parts, facts, template.style) for parts in folders]
    last = _component(name, facts, template.style, ending, shares=not template.has_own_folders)
    nameless = f"Untitled [{facts.source_id}]" if facts.source_id else "Untitled"
    last = last or safe_names.component(nameless, ending=ending, style=template.style)
    return PurePosixPath(*filter(None, above), last)


def unique(
    path: PurePosixPath, taken: Callable[[str], bool], source_id: str = "", style: Style = PLAIN
) -> PurePosixPath:
    """The path, or when another video has it, the path with ` [Source Id]`, at worst ` (2)`.

    `taken` is asked with `path_key` of a path without extension: videos share no sidecars.
    """
    return next(place for place in places(path, source_id, style) if not taken(path_key(place)))


def places(
    path: PurePosixPath, source_id: str = "", style: Style = PLAIN
) -> Iterator[PurePosixPath]:
    """Where a video may lie, the best place first; without end."""
    name = safe_names.cut(safe_names.value(source_id), LONGEST_ID)
    marks = chain([""], [f" [{name}]"] if name else [], (f" ({number})" for number in count(2)))
    return (_marked(path, mark, style) for mark in marks)


def path_key(path: PurePosixPath | str) -> str:
    """What two spellings of a path share on a disk that ignores case: NFC and casefold."""
    folded = unicodedata.normalize("NFC", str(path)).casefold()
    return unicodedata.normalize("NFC", folded)


def stem_key(path: str) -> str:
    """`path_key` of a file's path without its extension."""
    folder, slash, name = path.rpartition("/")
    stem, dot, _ = name.rpartition(".")
    return path_key(f"{folder}{slash}{stem if stem and dot else name}")


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


def _component(
    parts: tuple[Part, ...], facts: NameFacts, style: Style, ending: str = "", shares: bool = False
) -> str:
    """One name of a path; where it is too long, its values are cut and not what follows them."""
    room = want = style.limit - len(ending.encode())
    while want > 0:
        words = safe_names.value(naming_template.fill(parts, facts, style, want), style)
        words = safe_names.apart(words) if shares else words
        name = safe_names.shown(words, is_whole=not ending)
        over = len(name.encode()) - room
        if over <= 0:
            return name + ending if name else ""
        want -= over
    return safe_names.component(words, ending=ending, style=style)


def _marked(path: PurePosixPath, mark: str, style: Style) -> PurePosixPath:
    """The path with a mark at its end, before an ending that Plex reads.

    A video's own folder gets the mark too, so that it stays its own.
    """
    if not mark:
        return path
    found = _PLEX_ENDING.search(path.name)
    ending = found[0] if found else ""
    folder = path.parent
    if len(path.parts) > 2 and folder.name[:_ALIKE] in path.name:
        folder = folder.with_name(_with_tail(folder.name, mark, style))
    return folder / _with_tail(path.name.removesuffix(ending), mark + ending, style)


def _with_tail(name: str, tail: str, style: Style) -> str:
    room = style.limit - len(tail.encode())
    return safe_names.cut(name, room).rstrip(" .") + tail
