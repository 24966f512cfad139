"""MusicBrainz on loopback: artist and recording search, browse, lookups, merged ids."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue, likeness
from tests.fakes.internet import FakeInternet


@dataclass(kw_only=True)
class Artist:
    mbid: str
    name: str
    disambiguation: str = ""
    kind: str | None = "Group"
    country: str | None = None
    begin: str | None = None
    end: str | None = None
    aliases: tuple[str, ...] = ()
    other_names: tuple[tuple[str, str | None], ...] = ()  # name, type of alias
    genres: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # type of relation, address


@dataclass(kw_only=True)
class Recording:
    mbid: str
    artist: Artist
    title: str
    is_video: bool = True
    disambiguation: str = ""
    length: int | None = None  # ms
    released: str = ""
    featured: tuple[Artist, ...] = ()
    directors: tuple[str, ...] = ()
    youtube: tuple[str, ...] = ()  # ids
    links: tuple[tuple[str, str], ...] = ()  # type of relation, address


class FakeMusicBrainz(FakeCatalogue):
    """`add_artist`, `add_video`, `add_recording`, `merge`; the search knows likeness and arid."""

    host = "musicbrainz.org"
    root = "/ws/2"

    def __init__(self, internet: FakeInternet) -> None:
        self.artists: list[Artist] = []
        self.recordings: list[Recording] = []
        self._moved: dict[str, str] = {}
        super().__init__(internet)

    def add_artist(self, name: str, **facts: Any) -> Artist:
        """An artist; `facts` are fields of Artist."""
        facts.setdefault("mbid", _mbid("artist", len(self.artists)))
        self.artists.append(Artist(name=name, **facts))
        return self.artists[-1]

    def add_video(self, artist: Artist, title: str, **facts: Any) -> Recording:
        """A recording that is a video; `facts` are fields of Recording."""
        facts.setdefault("mbid", _mbid("recording", len(self.recordings)))
        self.recordings.append(Recording(artist=artist, title=title, **facts))
        return self.recordings[-1]

    def add_recording(self, artist: Artist, title: str, **facts: Any) -> Recording:
        """A recording that is only sound."""
        return self.add_video(artist, title, is_video=False, **facts)

    def merge(self, old: str, into: Artist | Recording) -> None:
        """Let an id of old lead to this one."""
        self._moved[old] = into.mbid

    def answer(self, request: Request) -> Answer | None:
        if not request.path.startswith(self.root + "/") or request.arg("fmt") != "json":
            return None
        if not re.match(r"\S+/\S+ \( ?\S+", request.headers.get("user-agent", "")):
            return answers.json_of({"error": "Name your program."}, status=403)
        kind, _, mbid = request.path.removeprefix(self.root + "/").partition("/")
        if kind == "url" and not mbid and request.arg("resource"):
            return self._behind(request.arg("resource"))
        if kind not in ("artist", "recording"):
            return None
        if mbid in self._moved:
            path = f"{self.root}/{kind}/{self._moved[mbid]}?{request.target.partition('?')[2]}"
            return answers.json_of({}, status=301, headers={"Location": path})
        data = self._look_up(kind, mbid, request) if mbid else self._list(kind, request)
        if data == {}:
            return answers.json_of({"error": "Not Found"}, status=404)
        return None if data is None else answers.json_of(data)

    def _behind(self, address: str) -> Answer:
        """The artists that are linked to an address, letter by letter."""
        known = [a for a in self.artists if address in (url for _, url in a.links)]
        if not known:
            return answers.json_of({"error": "Not Found"}, status=404)
        found = [{"target-type": "artist", "artist": _artist(a, [])} for a in known]
        return answers.json_of({"resource": address, "relations": found})

    def _look_up(self, kind: str, mbid: str, request: Request) -> dict[str, Any]:
        includes = request.arg("inc").split()
        for artist in self.artists if kind == "artist" else ():
            if artist.mbid == mbid:
                return _artist(artist, includes)
        for recording in self.recordings if kind == "recording" else ():
            if recording.mbid == mbid:
                return _recording(recording, includes)
        return {}

    def _list(self, kind: str, request: Request) -> dict[str, Any] | None:
        query = request.arg("query")
        if kind == "artist" and query:
            return self._search_artists(re.sub(r"\\(.)", r"\1", query), request)
        if match := re.fullmatch(r"arid:(\S+) AND video:true", query):
            known = [r for r in self._of(match[1]) if r.is_video]
            part = [_recording(r, ["artist-credits"]) | {"score": 100} for r in known]
            return {"count": len(part), "recordings": _page(part, request)} | _offset(request)
        if request.arg("artist"):
            known = self._of(request.arg("artist"))
            part = [_recording(r, request.arg("inc").split()) for r in known]
            counts = {"recording-count": len(part), "recording-offset": 0}
            return {"recordings": _page(part, request)} | counts
        return None

    def _search_artists(self, name: str, request: Request) -> dict[str, Any]:
        scores = [
            (round(100 * max(likeness(name, known) for known in (a.name, *a.aliases))), a)
            for a in self.artists
        ]
        ranked = sorted((s for s in scores if s[0] >= 50), key=lambda score: -score[0])
        part = [_artist(artist, ["aliases", "tags"]) | {"score": s} for s, artist in ranked]
        return {"count": len(part), "artists": _page(part, request)} | _offset(request)

    def _of(self, mbid: str) -> list[Recording]:
        return [r for r in self.recordings if mbid in (a.mbid for a in (r.artist, *r.featured))]


def _mbid(kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{number}"))


def _offset(request: Request) -> dict[str, Any]:
    return {"created": "2026-01-01T00:00:00.000Z", "offset": int(request.arg("offset", "0"))}


def _page(items: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
    first = int(request.arg("offset", "0"))
    return items[first : first + min(100, int(request.arg("limit", "25")))]


def _artist(artist: Artist, includes: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": artist.mbid,
        "name": artist.name,
        "sort-name": artist.name,
        "disambiguation": artist.disambiguation,
        "type": artist.kind,
        "country": artist.country,
        "life-span": {"begin": artist.begin, "end": artist.end, "ended": bool(artist.end)},
    }
    if "aliases" in includes:
        typed = [(name, "Artist name") for name in artist.aliases]
        data["aliases"] = [
            {"name": name, "type": kind} for name, kind in (*typed, *artist.other_names)
        ]
    for key in {"genres", "tags"} & set(includes):
        data[key] = [{"name": name, "count": 9 - at} for at, name in enumerate(artist.genres)]
    if "url-rels" in includes:
        data["relations"] = [_link(kind, url) for kind, url in artist.links]
    return data


def _recording(recording: Recording, includes: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": recording.mbid,
        "title": recording.title,
        "disambiguation": recording.disambiguation,
        "length": recording.length,
        "video": recording.is_video,
        "first-release-date": recording.released,
    }
    if "artist-credits" in includes:
        data["artist-credit"] = _credits(recording)
    relations = []
    if "url-rels" in includes:
        watch = "https://www.youtube.com/watch?v="
        relations += [_link("free streaming", watch + id) for id in recording.youtube]
        relations += [_link(kind, url) for kind, url in recording.links]
    if "artist-rels" in includes:
        relations += [_director(name) for name in recording.directors]
    return data | ({"relations": relations} if relations else {})


def _credits(recording: Recording) -> list[dict[str, Any]]:
    names = [recording.artist, *recording.featured]
    credits = [{"name": a.name, "artist": {"id": a.mbid, "name": a.name}} for a in names]
    for at, credit in enumerate(credits, start=1):
        last = at == len(names)
        credit["joinphrase"] = "" if last else " feat. " if at == 1 else " & "
    return credits


def _link(kind: str, url: str) -> dict[str, Any]:
    return {
        "type": kind,
        "target-type": "url",
        "direction": "forward",
        "attributes": [],
        "ended": False,
        "url": {"id": _mbid(url, 0), "resource": url},
    }


def _director(name: str) -> dict[str, Any]:
    return {
        "type": "video director",
        "target-type": "artist",
        "direction": "backward",
        "attributes": [],
        "ended": False,
        "target-credit": "",
        "artist": {"id": _mbid(name, 0), "name": name, "sort-name": name},
    }
