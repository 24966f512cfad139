"""IMVDb on loopback, with its oddities: nameless entities, titles as numbers, images as lists."""

import re
from dataclasses import dataclass, field
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
    slug: str
    discogs_id: int | None = None


@dataclass(kw_only=True)
class Video:
    """What IMVDb knows about a video; `youtube` and `vimeo` hold ids of uploads."""

    id: int
    artist: Artist
    title: str
    year: int | str | None = None
    youtube: tuple[str, ...] = ()
    vimeo: tuple[int, ...] = ()
    directors: tuple[str, ...] = ()
    featured: tuple[Artist, ...] = ()
    version: str | None = None
    number: int = 1
    status: str = "r"
    image: Any = field(default_factory=list)
    released: int | None = None  # seconds since 1970


class FakeImvdb(FakeCatalogue):
    """`add_artist`, `add_video`; search finds by any word, in the order of adding."""

    host = "imvdb.com"
    root = "/api/v1"
    key = "imvdb-key-of-the-tests"

    def __init__(self, internet: FakeInternet) -> None:
        self.artists: list[Artist] = []
        self.videos: list[Video] = []
        self.page_size = 1000  # videos of an artist in one answer
        self.has_mark = False  # a byte order mark before the JSON
        super().__init__(internet)

    def add_artist(self, name: str, *, slug: str = "", discogs_id: int | None = None) -> Artist:
        artist = Artist(
            id=700_000 + len(self.artists),
            name=name,
            slug=slug or slug_of(name),
            discogs_id=discogs_id,
        )
        self.artists.append(artist)
        return artist

    def add_video(self, artist: Artist, title: str, **facts: Any) -> Video:
        """A video of an artist; `facts` are fields of Video."""
        number = 120_000_000_000 + len(self.videos)
        video = Video(id=number, artist=artist, title=title, **facts)
        self.videos.append(video)
        return video

    def breaks_search(self) -> None:
        """Answer searches with a bare web page that forbids them, as IMVDb did in 2026."""
        self.fails(answers.forbidden_html(), path="/search/*")

    def answer(self, request: Request) -> Answer | None:
        if not request.path.startswith(self.root + "/"):
            return None
        if request.headers.get("imvdb-app-key") != self.key:
            return answers.json_of({"error": "Invalid application key."}, status=403)
        data = self._data(request, request.path.removeprefix(self.root))
        if data is None:
            return None
        if not data:
            return answers.json_of({"error": "Not found."}, status=404)
        answer = answers.json_of(data)
        mark = b"\xef\xbb\xbf" if self.has_mark else b""
        return Answer(body=mark + answer.body, kind=answer.kind)

    def _data(self, request: Request, path: str) -> dict[str, Any] | None:
        """The answer; empty for what does not exist, None for what is no request of IMVDb's."""
        includes = request.arg("include").split(",")
        if path == "/search/entities":
            return _page([self._entity(a) for a in self.artists if _fits(request, a.name)])
        if path == "/search/videos":
            known = [v for v in self.videos if _fits(request, f"{v.artist.name} {v.title}")]
            return _page([self._video(video) for video in known])
        if match := re.fullmatch(r"/entity/([^/]+)", path):
            return self._entity_answer(match[1], request, includes)
        if match := re.fullmatch(r"/video/(\d+)", path):
            found = [v for v in self.videos if v.id == int(match[1])]
            return self._video(found[0], includes) if found else {}
        return None

    def _entity_answer(self, ref: str, request: Request, includes: list[str]) -> dict[str, Any]:
        by_slug, page = request.arg("method") == "slug", int(request.arg("page", "1"))
        found = [a for a in self.artists if (a.slug if by_slug else str(a.id)) == unquote(ref)]
        if not found:
            return {}
        own = [v for v in self.videos if v.artist is found[0]]
        guest = [v for v in self.videos if found[0] in v.featured]
        data = self._entity(found[0])
        if "artist_videos" in includes:
            data["artist_videos"] = self._videos(own, page)
        if "featured_videos" in includes:
            data["featured_artist_videos"] = self._videos(guest, page)
        return data

    def _entity(self, artist: Artist) -> dict[str, Any]:
        return {
            "id": artist.id,
            "name": None,
            "slug": artist.slug,
            "url": f"https://imvdb.com/n/{artist.slug}",
            "discogs_id": artist.discogs_id,
            "byline": None,
            "bio": None,
            "image": "https://imvdb.com/",
            "artist_video_count": 0,
            "featured_video_count": 0,
        }

    def _videos(self, videos: list[Video], page: int) -> dict[str, Any]:
        part = videos[(page - 1) * self.page_size : page * self.page_size]
        return {"total_videos": len(videos), "videos": [self._video(video) for video in part]}

    def _video(self, video: Video, includes: list[str] | None = None) -> dict[str, Any]:
        slug = slug_of(video.title)
        data: dict[str, Any] = {
            "id": video.id,
            "production_status": video.status,
            "song_title": int(video.title) if video.title.isdecimal() else video.title,
            "song_slug": slug,
            "url": f"https://imvdb.com/video/{video.artist.slug}/{slug}",
            "multiple_versions": video.number > 1,
            "version_name": video.version,
            "version_number": video.number,
            "is_imvdb_pick": False,
            "aspect_ratio": None,
            "year": video.year,
            "verified_credits": False,
            "artists": [_credit(video.artist)],
            "image": video.image,
        }
        if includes is None:
            return data
        data["release_date_stamp"] = video.released
        if "sources" in includes:
            data["sources"] = _sources(video)
        if "credits" in includes:
            data["directors"] = [_director(name) for name in video.directors]
            data["credits"] = {"total_credits": 0, "crew": data["directors"], "cast": []}
        if "featured" in includes:
            data["featured_artists"] = [_credit(artist) for artist in video.featured]
        return data


def slug_of(name: str) -> str:
    return re.sub(r"[^\w.]+", "-", name.casefold()).strip("-")


def _fits(request: Request, text: str) -> bool:
    return bool(set(plain(request.arg("q")).split()) & set(plain(text).split()))


def _page(results: list[dict[str, Any]]) -> dict[str, Any]:
    count = len(results)
    pages = {"current_page": 1, "per_page": 25, "total_pages": 1}
    return {"total_results": count, **pages, "results": results[:25]}


def _credit(artist: Artist) -> dict[str, Any]:
    name = int(artist.name) if artist.name.isdecimal() else artist.name
    return {"name": name, "slug": artist.slug, "url": f"https://imvdb.com/n/{artist.slug}"}


def _director(name: str) -> dict[str, Any]:
    slug = slug_of(name)
    return {
        "position_name": "Director",
        "position_code": "dir",
        "entity_name": name,
        "entity_slug": slug,
        "entity_id": 30_000,
        "position_notes": None,
        "position_id": 30_000,
        "entity_url": f"https://imvdb.com/n/{slug}",
    }


def _sources(video: Video) -> list[dict[str, Any]]:
    known = [("youtube", id) for id in video.youtube] + [("vimeo", id) for id in video.vimeo]
    return [
        {"source": kind, "source_slug": kind, "source_data": id, "is_primary": at == 0}
        for at, (kind, id) in enumerate(known)
    ]
