"""Lidarr on loopback: its artists, its messages, and the page that it shows for wrong paths."""

import uuid
from dataclasses import dataclass
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.internet import FakeInternet

SHELL = "<!doctype html><title>Lidarr</title><div id='root'></div>"


@dataclass(kw_only=True)
class Artist:
    id: int
    name: str
    mbid: str
    monitored: bool = True
    genres: tuple[str, ...] = ()
    picture: str = ""


class FakeLidarr(FakeCatalogue):
    """`add_artist`; `url_base` is the folder that it lives in. `bare_401`: refused in silence."""

    host = "lidarr.test"
    key = "lidarr-key-of-the-tests"

    def __init__(self, internet: FakeInternet, url_base: str = "") -> None:
        self.url_base = url_base
        self.root = f"{url_base}/api/v1"
        self.bare_401 = False
        self.artists: list[Artist] = []
        super().__init__(internet)

    @property
    def url(self) -> str:
        """Its address as a person enters it, for clients without a proxy."""
        return self.internet.base_url(self.host) + self.url_base

    def add_artist(self, name: str, **facts: Any) -> Artist:
        number = len(self.artists) + 1
        facts.setdefault("mbid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"lidarr/{name}")))
        self.artists.append(Artist(id=number, name=name, **facts))
        return self.artists[-1]

    def message(self, event: str, artist: Artist | None = None) -> dict[str, Any]:
        """What it sends to a webhook."""
        about = artist or Artist(id=1, name="Test Name", mbid="aaaaa-aaa-aaaa-aaaaaa")
        return {
            "eventType": event,
            "instanceName": "Lidarr",
            "applicationUrl": "",
            "artist": {
                "id": about.id,
                "name": about.name,
                "disambiguation": "",
                "path": f"/music/{about.name}",
                "mbId": about.mbid,
                "type": "Group",
                "genres": list(about.genres),
                "images": _images(about),
                "tags": [],
            },
        }

    def answer(self, request: Request) -> Answer | None:
        if not request.path.startswith(self.root + "/"):
            return answers.text_of(SHELL)
        if request.headers.get("x-api-key") != self.key:
            empty = Answer(status=401)
            return empty if self.bare_401 else answers.unauthorized()
        path = request.path.removeprefix(self.root)
        if path == "/system/status":
            facts = {"appName": "Lidarr", "version": "2.14.5.4836", "urlBase": self.url_base}
            return answers.json_of(facts)
        if path == "/artist":
            return answers.json_of([_artist(artist) for artist in self.artists])
        return answers.json_of({"message": "NotFound"}, status=404)


def _artist(artist: Artist) -> dict[str, Any]:
    return {
        "id": artist.id,
        "artistName": artist.name,
        "foreignArtistId": artist.mbid,
        "status": "continuing",
        "ended": False,
        "path": f"/music/{artist.name}",
        "monitored": artist.monitored,
        "monitorNewItems": "all",
        "genres": list(artist.genres),
        "images": _images(artist),
        "links": [],
        "tags": [],
        "statistics": {"albumCount": 16, "trackFileCount": 0, "sizeOnDisk": 0},
    }


def _images(artist: Artist) -> list[dict[str, Any]]:
    """Addresses are relative to Lidarr; where it has them from is told beside."""
    image = {"url": f"/MediaCover/{artist.id}/poster.jpg?lastWrite=6378", "coverType": "poster"}
    return [image | ({"remoteUrl": artist.picture} if artist.picture else {})]
