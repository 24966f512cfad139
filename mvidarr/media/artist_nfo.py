"""artist.nfo: what ErsatzTV, and Kodi and Jellyfin in music libraries, read in an artist's folder.

Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from mvidarr.core.errors import Invalid
from mvidarr.media import nfo_facts, nfo_xml

NAME = "artist.nfo"
LIMIT = nfo_xml.LIMIT
PICTURES = ("folder.jpg", "thumb.jpg")  # for Jellyfin and Emby, and for ErsatzTV


@dataclass(frozen=True, kw_only=True, slots=True)
class ArtistFacts:
    """What an artist.nfo says; empty means unknown."""

    name: str
    sort_name: str = ""
    disambiguation: str = ""
    mb_artist: str = ""
    genres: tuple[str, ...] = ()
    biography: str = ""
    country: str = ""


def render(facts: ArtistFacts) -> bytes:
    root = Element("artist")
    root.extend(_elements(facts))
    return nfo_xml.written(root)


def merge(existing: bytes, facts: ArtistFacts) -> bytes:
    """The file with what others wrote into it and we have no word for."""
    try:
        old = nfo_xml.parsed(existing)
    except Invalid:
        return render(facts)
    root = Element("artist", old.attrib)
    root.extend(_elements(facts))
    ours = {child.tag for child in root}
    root.extend(child for child in old if child.tag not in ours | {"name"})
    return nfo_xml.written(root)


def _elements(facts: ArtistFacts) -> Iterator[Element]:
    line, lines = nfo_facts.line, nfo_facts.lines
    yield from nfo_xml.element("name", line(facts.name) or "Unknown")
    yield from nfo_xml.element("musicBrainzArtistID", line(facts.mb_artist))
    yield from nfo_xml.element("sortname", line(facts.sort_name))
    yield from nfo_xml.element("disambiguation", line(facts.disambiguation))
    for genre in nfo_facts.values(facts.genres):
        yield from nfo_xml.element("genre", genre)
    yield from nfo_xml.element("biography", lines(facts.biography))
    yield from nfo_xml.element("country", line(facts.country))
