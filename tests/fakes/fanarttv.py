"""fanart.tv on loopback: pictures by MusicBrainz id, counts as text."""

from dataclasses import dataclass
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.internet import FakeInternet


@dataclass(kw_only=True)
class Artist:
    """`thumbs` and `backgrounds` are addresses with their likes."""

    mbid: str
    name: str
    thumbs: tuple[tuple[str, int], ...] = ()
    backgrounds: tuple[tuple[str, int], ...] = ()


class FakeFanartTv(FakeCatalogue):
    """`add_artist`."""

    host = "webservice.fanart.tv"
    root = "/v3"
    key = "fanarttv-key-of-the-tests"

    def __init__(self, internet: FakeInternet) -> None:
        self.artists: list[Artist] = []
        super().__init__(internet)

    def add_artist(self, name: str, **facts: Any) -> Artist:
        """An artist; `facts` are fields of Artist."""
        self.artists.append(Artist(name=name, **facts))
        return self.artists[-1]

    def answer(self, request: Request) -> Answer | None:
        if not request.path.startswith(self.root + "/music/"):
            return None
        if request.arg("api_key") != self.key:
            return _error("Invalid API key", 401)
        mbid = request.path.removeprefix(self.root + "/music/")
        for artist in self.artists:
            if artist.mbid == mbid:
                return answers.json_of(_music(artist))
        return _error("Not found", 404)


def _music(artist: Artist) -> dict[str, Any]:
    data: dict[str, Any] = {"name": artist.name, "mbid_id": artist.mbid, "albums": {}}
    for kind, known in (
        ("artistthumb", artist.thumbs),
        ("artistbackground", artist.backgrounds),
    ):
        if known:  # a kind without pictures is left out
            data[kind] = [
                {"id": str(at), "url": url, "likes": str(likes)}
                for at, (url, likes) in enumerate(known)
            ]
    return data


def _error(message: str, status: int) -> Answer:
    return answers.json_of({"status": "error", "error message": message}, status=status)
