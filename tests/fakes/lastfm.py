"""Last.fm on loopback, with its oddities: numbers as texts, lists of one that are none."""

import html
from dataclasses import dataclass
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.internet import FakeInternet

STAR = "https://lastfm.freetls.fastly.net/i/u/300x300/2a96cbd8b46e442fc41c2b86b821562f.png"
IMAGES = [{"#text": STAR, "size": size} for size in ("small", "large", "mega", "")]
LICENCE = " User-contributed text is available under a licence; additional terms may apply."


@dataclass(kw_only=True)
class Played:
    name: str
    plays: int = 1
    mbid: str | None = ""


@dataclass(kw_only=True)
class Page:
    """What is told of an artist; `misspelt` are names that are corrected to it."""

    name: str
    mbid: str = ""
    tags: tuple[str, ...] = ()
    bio: str = ""
    misspelt: tuple[str, ...] = ()


class FakeLastfm(FakeCatalogue):
    """`play`, `love`, `add_artist`; whoever played or loved something is a user.

    `is_old`: lists of one are objects, and songs name their artist in "#text".
    `empty` is what an empty list is: a list, text or nothing. `speaks_xml`: errors are XML.
    """

    host = "ws.audioscrobbler.com"
    root = "/2.0"
    key = "lastfm-key-of-the-tests"

    def __init__(self, internet: FakeInternet) -> None:
        self.is_old = False
        self.empty = "list"
        self.speaks_xml = False
        self.played: dict[str, list[Played]] = {}
        self.loved: dict[str, list[tuple[Played, str]]] = {}
        self.private: set[str] = set()
        self.pages: list[Page] = []
        super().__init__(internet)

    def play(self, user: str, name: str, plays: int = 1, mbid: str | None = "") -> None:
        entry = Played(name=name, plays=plays, mbid=mbid)
        self.played.setdefault(user.lower(), []).append(entry)

    def love(self, user: str, name: str, title: str, mbid: str | None = "") -> None:
        entry = (Played(name=name, mbid=mbid), title)
        self.loved.setdefault(user.lower(), []).append(entry)

    def add_artist(self, name: str, **facts: Any) -> Page:
        """A page of an artist; `facts` are fields of Page."""
        self.pages.append(Page(name=name, **facts))
        return self.pages[-1]

    def says(self, code: int, message: str = "It failed", *, status: int = 200) -> None:
        """Answer everything with this error."""
        self.fails(answers.json_of({"error": code, "message": message}, status=status))

    def answer(self, request: Request) -> Answer | None:
        if request.path != self.root + "/" or request.arg("format") != "json":
            return None
        if request.arg("api_key") != self.key:
            return self._error(10, "Invalid API key", 403)
        method = request.arg("method").lower()
        user = request.arg("user").lower()
        if method.startswith("user."):
            if user in self.private:
                return self._error(17, "Login: User required to be logged in", 400)
            if user not in {*self.played, *self.loved}:
                return self._error(6, "User not found", 404)
        if method == "user.gettopartists":
            known = sorted(self.played.get(user, []), key=lambda one: -one.plays)
            return self._list(request, "topartists", "artist", [_artist(one) for one in known])
        if method == "user.getlovedtracks":
            loved = [self._song(*entry) for entry in self.loved.get(user, [])]
            return self._list(request, "lovedtracks", "track", loved)
        if method == "chart.gettopartists":
            return answers.json_of({"artists": {"artist": [], "@attr": {"page": "1"}}})
        return self._info(request) if method == "artist.getinfo" else None

    def _info(self, request: Request) -> Answer:
        mbid, name = request.arg("mbid"), request.arg("artist").casefold()
        for page in self.pages:
            names = {page.name.casefold()}
            if request.arg("autocorrect") == "1":
                names |= {misspelt.casefold() for misspelt in page.misspelt}
            if (page.mbid == mbid) if mbid else name in names:
                return answers.json_of({"artist": self._page(page)})
        return self._error(6, "The artist you supplied could not be found")

    def _page(self, page: Page) -> dict[str, Any]:
        link = (
            f'<a href="https://www.last.fm/music/{html.escape(page.name)}">Read more on Last.fm</a>'
        )
        tags: Any = [{"name": tag, "url": ""} for tag in page.tags]
        if self.is_old and len(tags) < 2:
            tags = tags[0] if tags else None
        return {
            "name": page.name,
            **({"mbid": page.mbid} if page.mbid else {}),
            "image": IMAGES,
            "stats": {"listeners": "1", "playcount": "2"},
            "tags": {"tag": tags} if tags or not self.is_old else "",
            "bio": {
                "summary": f"{page.bio[:40]} {link}",
                "content": f"{page.bio} {link}.{LICENCE}" if page.bio else "",
            },
        }

    def _list(
        self, request: Request, outer: str, inner: str, items: list[dict[str, Any]]
    ) -> Answer:
        page, size = int(request.arg("page", "1")), int(request.arg("limit", "50"))
        part = items[(page - 1) * size : page * size]
        pages = -(-len(items) // size)
        if page > max(pages, 1):
            return self._error(6, "page param out of bounds (1-1000000)", 400)
        numbers = {
            "user": request.arg("user"),
            "page": str(page),
            "perPage": str(size),
            "totalPages": str(pages),
            "total": str(len(items)),
        }
        if not items and self.empty == "text":
            return answers.json_of({outer: {"#text": "\n   ", **numbers}})
        listed: dict[str, Any] = {"@attr": numbers}
        if part or self.empty == "list":
            listed[inner] = part[0] if self.is_old and len(part) == 1 else part
        return answers.json_of({outer: listed})

    def _song(self, artist: Played, title: str) -> dict[str, Any]:
        name = "#text" if self.is_old else "name"
        return {
            "artist": {name: artist.name, **_mbid(artist)},
            "name": title,
            "mbid": "",
            "image": IMAGES,
            "date": {"uts": "1419006075", "#text": "19 Dec 2014, 16:21"},
        }

    def _error(self, code: int, message: str, status: int = 200) -> Answer:
        if self.speaks_xml:
            body = f'<lfm status="failed">\n  <error code="{code}">{message}</error>\n</lfm>\n'
            return answers.text_of(
                f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', status=status, kind="text/xml"
            )
        return answers.json_of({"error": code, "message": message, "links": []}, status=status)


def _artist(played: Played) -> dict[str, Any]:
    return {
        "name": played.name,
        "playcount": str(played.plays),
        **_mbid(played),
        "url": "",
        "image": IMAGES,
        "@attr": {"rank": "1"},
    }


def _mbid(played: Played) -> dict[str, str]:
    return {} if played.mbid is None else {"mbid": played.mbid}
