"""Which files would be called differently by the template that the settings say now.

What is decided here for files that exist is what a download of the same video would be called.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from mvidarr.library import renaming_facts
from mvidarr.library.renaming_facts import Filed
from mvidarr.library.tables import VideoFile
from mvidarr.media import naming
from mvidarr.media.naming import Template

TRIES = 1000  # places to try for one file

Progress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One file under another name; `is_marked`: where it belongs, another video has the name."""

    file_id: int
    video_id: int
    former: str
    target: str
    is_marked: bool = False


@dataclass(slots=True)
class _Homeless:
    """A file that does not lie where it belongs."""

    file_id: int
    video_id: int
    is_main: bool
    former: str
    best: PurePosixPath
    source_id: str


def propose(template: Template, wanted: Any, progress: Progress) -> list[Proposal]:
    """What is to be renamed among the files of a condition, in an order in which that can be done.

    A file that lies where it belongs keeps its place from all others.
    """
    taken: set[str] = set()
    seen: set[int] = set()
    respelled: list[Proposal] = []
    homeless: list[_Homeless] = []
    for some in renaming_facts.of_files(wanted, template):
        for one in some:
            seen.add(one.file_id)
            best = one.place(template)
            if naming.stem_key(one.path) != naming.path_key(best):
                homeless.append(_homeless(one, best))
                continue
            taken.add(naming.path_key(best))
            if not one.path.startswith(str(best)):  # other letters, for a disk the same
                respelled.append(_proposal(_homeless(one, best), best))
        progress(len(seen))
    if wanted is not None:
        taken |= _others(seen)
    return list(_in_order([*respelled, *_assigned(homeless, taken, template)]))


def fingerprint(template: Template, wanted: Any) -> str:
    """Tells whether anything that the names of these files are made of has changed."""
    digest = hashlib.sha256(repr((template.text, template.style)).encode())
    for facts in renaming_facts.told(wanted, template):
        digest.update(repr(facts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _homeless(one: Filed, best: PurePosixPath) -> _Homeless:
    return _Homeless(
        file_id=one.file_id,
        video_id=one.video_id,
        is_main=one.is_main,
        former=one.path,
        best=best,
        source_id=one.facts.source_id,
    )


def _others(seen: set[int]) -> set[str]:
    """Places of files that stay where they are."""
    every = VideoFile.select(VideoFile.id, VideoFile.path).tuples().iterator()
    return {naming.stem_key(path) for file_id, path in every if file_id not in seen}


def _assigned(homeless: list[_Homeless], taken: set[str], template: Template) -> Iterator[Proposal]:
    """A place for each; who has a marked place already comes before whoever comes new to it."""
    homeless.sort(key=_turn)
    for one in homeless:
        places = islice(naming.places(one.best, one.source_id, template.style), TRIES)
        for place in places:
            if naming.path_key(place) not in taken:
                break
        taken.add(naming.path_key(place))
        proposal = _proposal(one, place)
        if proposal.target != one.former:
            yield proposal


def _turn(one: _Homeless) -> tuple[bool, int, str]:
    """The file that plays first; then (2) before (3), and that before (10)."""
    key = naming.stem_key(one.former)
    return not one.is_main, len(key), key


def _proposal(one: _Homeless, place: PurePosixPath) -> Proposal:
    return Proposal(
        file_id=one.file_id,
        video_id=one.video_id,
        former=one.former,
        target=f"{place}{PurePosixPath(one.former).suffix}",
        is_marked=place != one.best,
    )


def _in_order(proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    """Whoever has to make way for another one comes before it; in a circle nobody can."""
    by_place: Mapping[str, Proposal] = {naming.stem_key(one.former): one for one in proposals}
    done: set[int] = set()
    for one in proposals:
        chain: list[Proposal] = []
        behind: Proposal | None = one
        while behind is not None and behind.file_id not in done:
            done.add(behind.file_id)
            chain.append(behind)
            behind = by_place.get(naming.stem_key(behind.target))
        yield from reversed(chain)
