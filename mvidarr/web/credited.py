"""Where facts come from, in words: from MusicBrainz, by hand."""

from collections.abc import Mapping

from mvidarr.discovery import joining
from mvidarr.governor import services
from mvidarr.library import origins


def titles(found_by: str) -> str:
    """Services as people call them: MusicBrainz, IMVDb."""
    return ", ".join(_title(name) for name in found_by.split(joining.BETWEEN) if name)


def told(sources: Mapping[str, str]) -> dict[str, str]:
    """Beside each field, by its name, who says so."""
    return {
        field: "by hand" if by == origins.PERSON else f"from {titles(by)}"
        for field, by in sources.items()
        if by
    }


def _title(name: str) -> str:
    known = services.BY_NAME.get(name)
    return known.title if known else name
