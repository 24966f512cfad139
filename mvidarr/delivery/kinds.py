"""The kinds of events that can be told, in the groups in which people choose among them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mvidarr import activity


@dataclass(frozen=True, kw_only=True)
class Group:
    """`nouns`: what its kinds begin with."""

    name: str
    title: str
    nouns: tuple[str, ...]

    @property
    def kinds(self) -> Sequence[activity.Kind]:
        return [kind for kind in activity.KINDS if kind.can_be_told and self.has(kind.name)]

    def has(self, kind: str) -> bool:
        return kind.partition(".")[0] in self.nouns


GROUPS = (
    Group(name="videos", title="Videos and downloads", nouns=("video",)),
    Group(name="artists", title="Artists", nouns=("artist",)),
    Group(name="uploads", title="Uploads", nouns=("source",)),
    Group(name="lists", title="Lists and accounts", nouns=("list", "connection")),
    Group(name="services", title="Services", nouns=("service",)),
    Group(name="files", title="Disk and files", nouns=("disk", "files", "trash")),
    Group(name="program", title="MVidarr itself", nouns=("ytdlp", "job", "login")),
)
BY_NAME = {group.name: group for group in GROUPS}
TOLD = tuple(kind.name for kind in activity.KINDS if kind.can_be_told)
