"""Deezer on loopback: pictures of artists, and errors with a status of success."""

from dataclasses import dataclass
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue, likeness
from tests.fakes.internet import FakeInternet

IMAGES = "https://cdn-images.dzcdn.net/images/artist"


@dataclass(kw_only=True)
class Artist:
    id: int
    name: str
    fans: int = 0
    picture: str = ""  # checksum; empty for the grey figure

    @property
    def picture_xl(self) -> str:
        return f"{IMAGES}/{self.picture}/1000x1000-000000-80-0-0.jpg"


class FakeDeezer(FakeCatalogue):
    """`add_artist`; the search finds what looks alike."""

    host = "api.deezer.com"
    root = ""

    def __init__(self, internet: FakeInternet) -> None:
        self.artists: list[Artist] = []
        super().__init__(internet)

    def add_artist(self, name: str, **facts: Any) -> Artist:
        """An artist; `facts` are fields of Artist."""
        self.artists.append(Artist(id=250 + len(self.artists), name=name, **facts))
        return self.artists[-1]

    def exceeds_quota(self, times: int | None = None) -> None:
        self.fails(_error("Exception", "Quota limit exceeded", 4), times=times)

    def answer(self, request: Request) -> Answer | None:
        if request.path == "/search/artist" and request.arg("q"):
            found = [a for a in self.artists if likeness(a.name, request.arg("q")) > 0.5]
            return answers.json_of({"data": [_artist(a) for a in found], "total": len(found)})
        if request.path.startswith("/artist/"):
            known = {str(artist.id): artist for artist in self.artists}
            found_one = known.get(request.path.removeprefix("/artist/"))
            if found_one is None:
                return _error("DataException", "no data", 800)
            return answers.json_of(_artist(found_one))
        return None


def _artist(artist: Artist) -> dict[str, Any]:
    return {
        "id": artist.id,
        "name": artist.name,
        "link": f"https://www.deezer.com/artist/{artist.id}",
        "picture": f"https://api.deezer.com/artist/{artist.id}/image",
        "picture_xl": artist.picture_xl,
        "nb_album": 1,
        "nb_fan": artist.fans,
        "type": "artist",
    }


def _error(kind: str, message: str, code: int) -> Answer:
    return answers.json_of({"error": {"type": kind, "message": message, "code": code}})
