"""Emby on loopback: as its sibling, with another header and a folder of its own."""

from typing import Any

from tests.fakes.answers import Request
from tests.fakes.jellyfin import FakeJellyfin


class FakeEmby(FakeJellyfin):
    host = "emby.test"
    prefixes: tuple[str, ...] = ("/emby", "")
    known_prefixes: tuple[str, ...] = ("/emby", "")

    @property
    def about(self) -> dict[str, Any]:
        return {
            "LocalAddresses": [],
            "RemoteAddresses": [],
            "ServerName": "attic",
            "Version": "4.9.1.80",
            "Id": "c6f1d3b8a0e24b6f8d5b2f5a3d7e9c10",
        }

    def is_allowed(self, request: Request) -> bool:
        is_other = "authorization" in request.headers
        return not is_other and request.headers.get("x-emby-token") == self.key
