"""Plex on loopback: sections, the artists of a music library, and folders that are read again."""

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.internet import FakeInternet

REFUSED = (
    "<html><head><title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>"
)


@dataclass(kw_only=True)
class Artist:
    name: str
    mbid: str = ""
    genres: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Section:
    key: str
    title: str
    kind: str = "artist"
    locations: tuple[str, ...] = ()
    artists: list[Artist] = field(default_factory=list)


class FakePlex(FakeCatalogue):
    """`add_section`, `add_artist`. `speaks_xml`: no heed is paid to the Accept header.

    `knows_pages` off: everything at once, as long ago. `refreshed`: (section, folder) in order;
    `refreshes_by`: the method that it takes for that.
    """

    host = "plex.test"
    root = ""
    token = "plex-token-of-the-tests"

    def __init__(self, internet: FakeInternet) -> None:
        self.sections: list[Section] = []
        self.speaks_xml = False
        self.knows_pages = True
        self.refreshes_by = "GET"
        self.refreshed: list[tuple[str, str]] = []
        super().__init__(internet)

    def add_section(self, title: str, kind: str = "artist", *locations: str) -> Section:
        number = str(len(self.sections) + 1)
        found = locations or (f"/media/{title}",)
        self.sections.append(Section(key=number, title=title, kind=kind, locations=found))
        return self.sections[-1]

    def add_artist(self, section: Section, name: str, **facts: Any) -> Artist:
        section.artists.append(Artist(name=name, **facts))
        return section.artists[-1]

    def answer(self, request: Request) -> Answer | None:
        if found := re.fullmatch(r"/library/sections/([^/]+)/refresh", request.path):
            return self._refresh(request, found[1])
        if request.method != "GET" or request.body:
            return None
        container = self._container(request)
        if container is None:
            return None
        is_open = request.path == "/identity"
        if not is_open and request.headers.get("x-plex-token") != self.token:
            return answers.text_of(REFUSED, status=401)
        if not container:
            return answers.text_of("<h1>404 Not Found</h1>", status=404)
        if self.speaks_xml or request.headers.get("accept") != "application/json":
            return _xml(container)
        return answers.json_of({"MediaContainer": container})

    def _refresh(self, request: Request, key: str) -> Answer | None:
        if request.headers.get("x-plex-token") != self.token:
            return answers.text_of(REFUSED, status=401)
        if request.method != self.refreshes_by:
            return answers.text_of("<h1>404 Not Found</h1>", status=404)
        known = key in {section.key for section in self.sections}
        if not known or list(request.query) != ["path"] or request.body:
            return None
        self.refreshed.append((key, request.arg("path")))
        return Answer(kind="text/html")

    def _container(self, request: Request) -> dict[str, Any] | None:
        """The answer; empty for what does not exist, None for what is no request of Plex's."""
        if request.path == "/identity":
            return {"size": 0, "claimed": True, "machineIdentifier": "7c1f", "version": "1.43.0"}
        if request.path == "/library/sections":
            sections = [_section(section) for section in self.sections]
            return {"size": len(sections), "title1": "Plex Library", "Directory": sections}
        if found := re.fullmatch(r"/library/sections/([^/]+)/all", request.path):
            known = [section for section in self.sections if section.key == found[1]]
            return self._artists(request, known[0]) if known else {}
        return None

    def _artists(self, request: Request, section: Section) -> dict[str, Any]:
        listed = [_artist(request, number, one) for number, one in enumerate(section.artists, 100)]
        if not self.knows_pages:
            return {"size": len(listed), "Metadata": listed}
        first = int(request.arg("X-Plex-Container-Start", "0"))
        part = listed[first : first + int(request.arg("X-Plex-Container-Size", "50"))]
        numbers = {"size": len(part), "offset": first, "totalSize": len(listed)}
        return {**numbers, **({"Metadata": part} if part else {})}


def _section(section: Section) -> dict[str, Any]:
    return {
        "key": section.key,
        "type": section.kind,
        "title": section.title,
        "agent": "tv.plex.agents.music",
        "scanner": "Plex Music",
        "language": "en",
        "Location": [
            {"id": number, "path": path} for number, path in enumerate(section.locations, 1)
        ],
    }


def _artist(request: Request, number: int, artist: Artist) -> dict[str, Any]:
    item: dict[str, Any] = {
        "ratingKey": str(number),
        "key": f"/library/metadata/{number}/children",
        "guid": f"plex://artist/{number}",
        "type": "artist",
        "title": artist.name,
        "thumb": f"/library/metadata/{number}/thumb/1",
    }
    if artist.genres:
        item["Genre"] = [{"tag": genre} for genre in artist.genres]
    if artist.mbid and request.arg("includeGuids") == "1":
        item["Guid"] = [{"id": f"mbid://{artist.mbid}"}]
    return item


def _xml(container: dict[str, Any]) -> Answer:
    title = escape(str(container.get("title1", "")))
    body = f'<?xml version="1.0"?>\n<MediaContainer size="0" title1="{title}"></MediaContainer>'
    return answers.text_of(body, kind="text/xml;charset=utf-8")
