"""Jellyfin on loopback: who it is, its libraries, and what it was told of."""

from dataclasses import dataclass
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.internet import FakeInternet

TYPES = ("Created", "Modified", "Deleted")


@dataclass(kw_only=True)
class Library:
    name: str
    locations: tuple[str, ...]
    kind: str | None = "musicvideos"


class FakeJellyfin(FakeCatalogue):
    """`add_library`; `told`: (path, kind of change) in order, `messages`: how many it came in.

    It lives in `base`, as behind a proxy; `prefixes`: under which of them it has its API.
    """

    host = "jellyfin.test"
    root = ""
    key = "1f0e9d8c7b6a59483726150413223140"
    prefixes: tuple[str, ...] = ("",)
    known_prefixes: tuple[str, ...] = ("",)

    def __init__(self, internet: FakeInternet, base: str = "") -> None:
        self.base = base
        self.libraries: list[Library] = []
        self.told: list[tuple[str, str]] = []
        self.messages = 0
        super().__init__(internet)

    @property
    def url(self) -> str:
        """Its address as a person enters it."""
        return self.internet.base_url(self.host) + self.base

    @property
    def about(self) -> dict[str, Any]:
        return {
            "LocalAddress": "http://172.17.0.2:8096",
            "ServerName": "attic",
            "Version": "12.0.0",
            "ProductName": "Jellyfin Server",
            "Id": "2b8e5a2f7c714f1f9a5d0a4c4f0a3e11",
            "StartupWizardCompleted": True,
        }

    def add_library(self, name: str, *locations: str, kind: str | None = "musicvideos") -> Library:
        self.libraries.append(Library(name=name, locations=locations, kind=kind))
        return self.libraries[-1]

    def is_allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f'MediaBrowser Token="{self.key}"'

    def answer(self, request: Request) -> Answer | None:
        if not request.path.startswith(self.base + "/"):
            return answers.text_of("<h1>Another site</h1>", status=404)
        path = request.path.removeprefix(self.base)
        for prefix in self.known_prefixes:
            is_here = path.startswith(f"{prefix}/")
            if is_here and (found := self._at(request, path.removeprefix(prefix))):
                return found if prefix in self.prefixes else Answer(status=404)
        return None

    def _at(self, request: Request, path: str) -> Answer | None:
        asked = (request.method, path)
        if request.query:
            return None
        if asked == ("GET", "/System/Info/Public"):
            return answers.json_of(self.about)
        if asked not in {("GET", "/Library/VirtualFolders"), ("POST", "/Library/Media/Updated")}:
            return None
        if not self.is_allowed(request):
            return Answer(status=401, kind="text/plain")
        if request.method == "GET":
            return answers.json_of([_library(one) for one in self.libraries])
        return self._told(request)

    def _told(self, request: Request) -> Answer | None:
        body = request.json()
        is_json = request.headers.get("content-type") == "application/json"
        if not is_json or list(body) != ["Updates"] or not body["Updates"]:
            return None
        for update in body["Updates"]:
            if sorted(update) != ["Path", "UpdateType"] or update["UpdateType"] not in TYPES:
                return None
        self.messages += 1
        self.told += [(update["Path"], update["UpdateType"]) for update in body["Updates"]]
        return Answer(status=204)


def _library(library: Library) -> dict[str, Any]:
    kind = {} if library.kind is None else {"CollectionType": library.kind}
    return {
        "Name": library.name,
        "Locations": list(library.locations),
        **kind,
        "LibraryOptions": {"Enabled": True, "EnableRealtimeMonitor": True, "PathInfos": []},
        "ItemId": "9d7ad6afe9afa2dab1a2f6e00ad28fa6",
        "RefreshStatus": "Idle",
    }
