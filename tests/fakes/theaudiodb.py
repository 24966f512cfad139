"""TheAudioDB on loopback: a key in the path, numbers as text, and null for what is not known."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue, plain
from tests.fakes.internet import FakeInternet


@dataclass(kw_only=True)
class Artist:
    id: int
    name: str
    mbid: str | None = None
    alternate: str | None = ""
    bio: str | None = None
    genre: str | None = None
    style: str | None = None
    country: str | None = None
    place: str | None = None
    formed: int | None = None
    born: int | None = None
    died: int | None = None
    thumb: str | None = None
    fanart: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Video:
    """A song with a video; `link` is where it can be seen."""

    id: int
    artist: Artist
    title: str
    link: str | None = ""
    thumb: str | None = None


class FakeTheAudioDb(FakeCatalogue):
    """`add_artist`, `add_video`; the search knows whole names only, as the real one."""

    host = "www.theaudiodb.com"
    root = "/api/v1/json"
    public_key = "123"
    key = "7654321"

    def __init__(self, internet: FakeInternet) -> None:
        self.artists: list[Artist] = []
        self.videos: list[Video] = []
        self.numbers = str  # how ids and years are spelled: `str` or `int`
        super().__init__(internet)

    def add_artist(self, name: str, **facts: Any) -> Artist:
        """An artist; `facts` are fields of Artist."""
        self.artists.append(Artist(id=111_300 + len(self.artists), name=name, **facts))
        return self.artists[-1]

    def add_video(self, artist: Artist, title: str, **facts: Any) -> Video:
        """A song with a video; `facts` are fields of Video."""
        number = 32_000_000 + len(self.videos)
        self.videos.append(Video(id=number, artist=artist, title=title, **facts))
        return self.videos[-1]

    def answer(self, request: Request) -> Answer | None:
        key, _, what = request.path.removeprefix(self.root + "/").partition("/")
        if unquote(key) not in (self.public_key, self.key):
            return answers.text_of("<html>Not Found</html>", status=404)
        data = self._data(what, request)
        return None if data is None else answers.json_of(data)

    def _data(self, what: str, request: Request) -> dict[str, Any] | None:
        if what == "search.php" and "s" in request.query:
            name = plain(request.arg("s"))
            return self._found([a for a in self.artists if plain(a.name) == name])
        if what == "artist-mb.php" and "i" in request.query:
            return self._found([a for a in self.artists if a.mbid == request.arg("i")])
        if what == "artist.php" and "i" in request.query:
            return self._found([a for a in self.artists if str(a.id) == request.arg("i")])
        if what == "mvid.php" and "i" in request.query:
            known = [v for v in self.videos if str(v.artist.id) == request.arg("i")]
            return {"mvids": [self._video(video) for video in known] or None}
        return None

    def _found(self, artists: list[Artist]) -> dict[str, Any]:
        return {"artists": [self._artist(artist) for artist in artists] or None}

    def _artist(self, artist: Artist) -> dict[str, Any]:
        fanart = [*artist.fanart, None, None, None, None][:4]
        return {
            "idArtist": self.numbers(artist.id),
            "strArtist": artist.name,
            "strArtistAlternate": artist.alternate,
            "intFormedYear": self._number(artist.formed),
            "intBornYear": self._number(artist.born),
            "intDiedYear": self._number(artist.died),
            "strStyle": artist.style,
            "strGenre": artist.genre,
            "strBiographyEN": artist.bio,
            "strBiographyDE": None,
            "strCountry": artist.place,
            "strCountryCode": artist.country,
            "strArtistThumb": artist.thumb,
            "strArtistLogo": None,
            "strArtistFanart": fanart[0],
            **{f"strArtistFanart{at}": url for at, url in enumerate(fanart[1:], start=2)},
            "strMusicBrainzID": artist.mbid,
            "strLocked": "unlocked",
        }

    def _video(self, video: Video) -> dict[str, Any]:
        return {
            "idArtist": self.numbers(video.artist.id),
            "idAlbum": None,
            "idTrack": self.numbers(video.id),
            "strTrack": video.title,
            "strTrackThumb": video.thumb,
            "strMusicVid": video.link,
            "strDescriptionEN": None,
        }

    def _number(self, value: int | None) -> str | int | None:
        return None if value is None else self.numbers(value)
