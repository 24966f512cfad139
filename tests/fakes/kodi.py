"""Kodi on loopback: sources, folders that it can open, scans that take a while, its videos."""

import base64
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.internet import FakeInternet

BAD = {"code": -32602, "message": "Invalid params."}
UNKNOWN = {"code": -32601, "message": "Method not found."}


class FakeKodi(FakeCatalogue):
    """`sources`, `videos` (number by file). `scanned`, `cleaned`, `read_again`: what it did.

    A scan takes `scan_looks` looks at whether it runs; one that is asked for meanwhile stops it,
    and cleaning does nothing then, which both fail the test. `offline`: folders that it cannot
    open. `is_old`: cleans no single folders.
    """

    host = "kodi.test"
    root = ""
    user, password = "kodi", "päss:word"

    def __init__(self, internet: FakeInternet) -> None:
        self.sources: list[str] = []
        self.videos: dict[str, int] = {}
        self.offline: set[str] = set()
        self.scan_looks = 2
        self.running = 0
        self.is_old = False
        self.scanned: list[str] = []
        self.cleaned: list[str] = []
        self.read_again: list[int] = []
        super().__init__(internet)

    @property
    def url(self) -> str:
        return self.internet.base_url(self.host)

    def answer(self, request: Request) -> Answer | None:
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {login}":
            return Answer(status=401, kind="text/html", headers={"WWW-Authenticate": "Basic"})
        is_json = request.headers.get("content-type") == "application/json"
        if (request.method, request.target) != ("POST", "/jsonrpc") or not is_json:
            return None
        body = request.json()
        if isinstance(body, list):
            return answers.json_of([self._answered(call) for call in body])
        return answers.json_of(self._answered(body))

    def _answered(self, call: dict[str, Any]) -> dict[str, Any]:
        if sorted(call) != ["id", "jsonrpc", "method", "params"] or call["jsonrpc"] != "2.0":
            raise LookupError(f"no call: {call}")
        name = call["method"].replace(".", "_").lower()
        result, error = getattr(self, f"_{name}")(**call["params"])
        known = {"id": call["id"], "jsonrpc": "2.0"}
        return known | ({"error": error} if error else {"result": result})

    def _jsonrpc_ping(self) -> Any:
        return "pong", None

    def _application_getproperties(self, properties: list[str]) -> Any:
        version = {"major": 21, "minor": 3, "revision": "20250101-abc", "tag": "stable"}
        return {name: {"version": version}[name] for name in properties}, None

    def _files_getsources(self, media: str) -> Any:
        if media != "video":
            return None, BAD
        rows = [{"file": file, "label": "Videos"} for file in self.sources]
        return {"limits": {"start": 0, "end": len(rows), "total": len(rows)}, "sources": rows}, None

    def _files_getdirectory(self, directory: str, media: str) -> Any:
        if directory in self.offline or media != "video":
            return None, BAD
        return {"files": [], "limits": {"start": 0, "end": 0, "total": 0}}, None

    def _xbmc_getinfobooleans(self, booleans: list[str]) -> Any:
        if booleans != ["Library.IsScanningVideo"]:
            return None, BAD
        self.running = max(0, self.running - 1)
        return {"Library.IsScanningVideo": self.running > 0}, None

    def _videolibrary_scan(self, directory: str, showdialogs: bool) -> Any:
        if self.running or showdialogs or directory[-1] not in "/\\":
            raise LookupError(f"a scan of {directory} stops another one")
        self.running = self.scan_looks
        self.scanned.append(directory)
        return "OK", None

    def _videolibrary_clean(self, showdialogs: bool, content: str, directory: str = "") -> Any:
        if self.is_old and directory:
            return None, BAD
        if self.running or showdialogs or content != "musicvideos":
            raise LookupError(f"{directory} is not cleaned")
        self.cleaned.append(directory)
        return "OK", None

    def _videolibrary_getmusicvideos(self, properties: list[str], filter: dict[str, str]) -> Any:
        if properties != ["file"] or (filter["field"], filter["operator"]) != (
            "path",
            "startswith",
        ):
            return None, BAD
        rows = [
            {"file": file, "label": "x", "musicvideoid": number}
            for file, number in self.videos.items()
            if file.startswith(filter["value"])
        ]
        # without any it leaves the list out
        return {"limits": {"total": len(rows)}} | ({"musicvideos": rows} if rows else {}), None

    def _videolibrary_refreshmusicvideo(self, musicvideoid: int) -> Any:
        if musicvideoid not in self.videos.values():
            return None, BAD
        self.read_again.append(musicvideoid)
        return "OK", None
