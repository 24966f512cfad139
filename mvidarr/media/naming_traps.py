"""What goes wrong with a layout: found by naming songs that test it, and videos of the library.

The rules are those by which Kodi, Jellyfin, Emby and Plex read names. Pure.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from mvidarr.core.terms import VideoType
from mvidarr.media import naming, safe_names
from mvidarr.media.naming import NameFacts, Template

LONG_PATH = 240  # characters; with a drive and a share before it, old Windows programs give up
NEAR = 12  # bytes below the limit at which a name may have been cut


@dataclass(frozen=True, kw_only=True, slots=True)
class Trap:
    """One sentence, and names it is about: of the library (`is_real`), or made up."""

    key: str
    text: str
    example: str = ""
    is_real: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A video and its path without extension."""

    facts: NameFacts
    path: PurePosixPath


Found = tuple[Named, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Test:
    """`made_up`: songs that fall into the trap wherever the template has it; none: only the
    library can show it. `within`: traps that say the same already."""

    key: str
    text: str
    search: Callable[[Template, Sequence[Named]], Found]
    made_up: tuple[NameFacts, ...] = ()
    within: tuple[str, ...] = ()


def find(template: Template, library: Iterable[Named] = ()) -> list[Trap]:
    """The traps of a template, each with an example from the library where there is one."""
    real = list(library)
    found: dict[str, Trap] = {}
    for test in TESTS:
        if any(key in found for key in test.within):
            continue
        made_up = test.search(template, name(template, test.made_up))
        if not made_up and test.made_up:
            continue
        examples = test.search(template, real)
        if examples or made_up:
            found[test.key] = Trap(
                key=test.key,
                text=test.text,
                example=_said(examples or made_up),
                is_real=bool(examples),
            )
    return list(found.values())


def name(template: Template, known: Iterable[NameFacts]) -> list[Named]:
    return [Named(facts=facts, path=naming.render(template, facts)) for facts in known]


def merged(named: Sequence[Named]) -> Found:
    """Videos of one folder that Jellyfin and Emby would take for versions of one."""
    for folder, inside in _folders(named):
        names = [one.path.name.casefold() for one in inside]
        start = folder.name.casefold()
        rests = [name.removeprefix(start).lstrip() for name in names if name.startswith(start)]
        if len(start) > 1 and len(rests) == len(names) > 1 and all(map(_is_version, rests)):
            return tuple(inside[:2])
    return ()


def _is_version(rest: str) -> bool:
    return not rest or rest[0] in "-_.["


def _merged(template: Template, named: Sequence[Named]) -> Found:
    return merged(named)


def _same_name(differs: Callable[[NameFacts], object]) -> Callable[..., Found]:
    def search(template: Template, named: Sequence[Named]) -> Found:
        keys: dict[str, Named] = {}
        for one in named:
            other = keys.setdefault(naming.path_key(one.path), one)
            if differs(other.facts) != differs(one.facts):
                return (other, one)
        return ()

    return search


# Kodi's: what stands before and behind is the same, and in between is a part's number or letter
_STACKED = re.compile(
    r"(.*?)([ _.-]*(?:cd|dvd|p(?:ar)?t|dis[ck])[ _.-]*(?:\d+|[a-d])|[ ._-]+[a-d](?![^\W_]))(.*)",
    re.I,
)


def _stacked(template: Template, named: Sequence[Named]) -> Found:
    for _, inside in _folders(named):
        seen: dict[tuple[str, str], Named] = {}
        for one in inside:
            found = _STACKED.fullmatch(one.path.name.casefold())
            other = seen.setdefault((found[1], found[3]), one) if found else one
            if other.path.name.casefold() != one.path.name.casefold():
                return (other, one)
    return ()


def _hidden(template: Template, named: Sequence[Named]) -> Found:
    return _first(one for one in named if safe_names.hides(one.path.name))


def _too_deep(template: Template, named: Sequence[Named]) -> Found:
    is_deep = template.is_plex and len(template.components) != 2
    return _first(named) if is_deep else ()


def _altered(template: Template, named: Sequence[Named]) -> Found:
    return _first(
        one for one in named if any(map(safe_names.is_altered, (one.facts.artist, one.facts.title)))
    )


def _cut(template: Template, named: Sequence[Named]) -> Found:
    limit = template.style.limit
    boundless = replace(template, style=replace(template.style, limit=10_000))
    near = (one for one in named if any(_size(part) > limit - NEAR for part in one.path.parts))
    return _first(one for one in near if naming.render(boundless, one.facts) != one.path)


def _long(template: Template, named: Sequence[Named]) -> Found:
    return _first(one for one in named if len(str(one.path)) > LONG_PATH)


SONG = NameFacts(artist="Queen", title="Plan A", year=1990, album="Best", source_id="one")
TESTS = (
    _Test(
        key="title",
        text="Two songs of an artist get the same name: add {Title} or {Source Id}.",
        search=_same_name(lambda facts: facts.title),
        made_up=(SONG, replace(SONG, title="Under Pressure", source_id="two")),
    ),
    _Test(
        key="artist",
        text="Two artists' songs of one title get the same name: add {Artist}.",
        search=_same_name(lambda facts: facts.artist),
        made_up=(SONG, replace(SONG, artist="Quark", source_id="two")),
    ),
    _Test(
        key="version",
        text="The live and the official video of a song get the same name: add {Version}.",
        search=_same_name(lambda facts: (facts.type, facts.version)),
        made_up=(SONG, replace(SONG, type=VideoType.LIVE, source_id="two")),
    ),
    _Test(
        key="merged",
        text="Jellyfin and Emby show all videos in such a folder as versions of one, because "
        "their names start with the folder's name: leave that out, or give each video its own "
        "folder.",
        search=_merged,
        made_up=(SONG, replace(SONG, title="Under Pressure", source_id="two")),
    ),
    _Test(
        key="self_titled",
        text="Where all videos of an artist are of a song called like the artist, Jellyfin and "
        "Emby show them as versions of one.",
        search=_merged,
        made_up=(
            replace(SONG, title="Queen"),
            replace(SONG, title="Queen", type=VideoType.LIVE, source_id="two"),
        ),
        within=("merged", "version"),
    ),
    _Test(
        key="stacked",
        text="Kodi joins songs in one folder whose names differ by a letter from A to D alone: a "
        "folder for each video avoids that.",
        search=_stacked,
        made_up=(SONG, replace(SONG, title="Plan B", source_id="two")),
    ),
    _Test(
        key="hidden",
        text="Jellyfin and Emby hide interviews and looks behind the scenes, because of the "
        "endings that Plex reads.",
        search=_hidden,
        made_up=(replace(SONG, type=VideoType.INTERVIEW),),
    ),
    _Test(
        key="depth",
        text="Plex looks for music videos only in an artist's own folder, no deeper: "
        "{Artist}/{Title}-video.",
        search=_too_deep,
        made_up=(SONG,),
    ),
    _Test(
        key="altered",
        text="Some names stand a little differently, because a server would take them for "
        "something else than an artist or a song.",
        search=_altered,
    ),
    _Test(
        key="cut",
        text="Some names are cut, because they are longer than a name may be.",
        search=_cut,
    ),
    _Test(
        key="long",
        text="Some paths are so long that Windows programs may not open them.",
        search=_long,
    ),
)


def _folders(named: Sequence[Named]) -> Iterator[tuple[PurePosixPath, list[Named]]]:
    """Videos that lie together, some at least, each path once."""
    together: dict[PurePosixPath, dict[PurePosixPath, Named]] = {}
    for one in named:
        together.setdefault(one.path.parent, {}).setdefault(one.path, one)
    for folder, inside in together.items():
        if len(inside) > 1:
            yield folder, list(inside.values())


def _first(found: Iterable[Named]) -> Found:
    return tuple(one for one, _ in zip(found, range(1), strict=False))


def _size(part: str) -> int:
    return len(part.encode())


def _said(found: Found) -> str:
    names = dict.fromkeys(str(one.path) for one in found)
    return " and ".join(f"“{name}”" for name in names)
