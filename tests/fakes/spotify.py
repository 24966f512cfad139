"""Spotify on loopback: a page that asks for consent, tokens, and lists in old and new shapes."""

import base64
import hashlib
import html
import itertools
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import requests

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.internet import FakeInternet

REDIRECT = r"https://(?!localhost).+|http://(?:127\.0\.0\.1|\[::1\])(?::\d+)?/.*"
NEEDS = {
    "/me/following": "user-follow-read",
    "/me/tracks": "user-library-read",
    "/me/top/artists": "user-top-read",
    "/me/top/tracks": "user-top-read",
}


@dataclass(kw_only=True)
class Artist:
    id: str
    name: str
    genres: tuple[str, ...] | None = None
    pictures: list[dict[str, Any]] | None = None


@dataclass(kw_only=True)
class Song:
    """A song. `kind`: track, local (a file of its owner), episode (a podcast) or gone (null)."""

    id: str
    artists: tuple[Artist, ...]
    title: str
    album: str = "Album"
    released: str = "1997-09-22"
    isrc: str = ""
    length: int = 200_000  # ms
    kind: str = "track"


@dataclass(kw_only=True)
class Playlist:
    id: str
    name: str
    owner: str
    songs: list[Song] = field(default_factory=list)
    is_shared: bool = True  # the account owns it or works on it


@dataclass(kw_only=True)
class Grant:
    """What somebody agreed to."""

    scope: str
    challenge: str = ""
    redirect_uri: str = ""


class FakeSpotify(FakeCatalogue):
    """`add_artist`, `add_song`, `add_playlist`, `follow`, `save`, `top`; `agree` consents.

    `shape` is both, old or new: what playlists call their songs, and where they are.
    """

    host = "api.spotify.com"
    root = "/v1"
    accounts = "accounts.spotify.com"
    client_id = "0123456789abcdef0123456789abcdef"
    client_secret = "spotify-secret-of-the-tests"
    user, user_name = "anna.k", "Anna"

    def __init__(self, internet: FakeInternet) -> None:
        self.shape = "both"
        self.lifetime = 3600  # seconds that tokens are said to last
        self.keeps_refresh = False  # refreshing answers without a refresh token
        self.page_size = 50
        self.redirect_uris: set[str] = set()  # those entered for the app; empty for all possible
        self.followed: list[Artist] = []
        self.saved: list[Song] = []
        self.top_artists: list[Artist] = []
        self.top_tracks: list[Song] = []
        self.playlists: list[Playlist] = []
        self.codes: dict[str, Grant] = {}
        self.tokens: dict[str, str] = {}  # access token to scope
        self.refreshes: dict[str, str] = {}
        self.stale: set[str] = set()
        self._number = itertools.count(1)
        super().__init__(internet)
        internet.add(self.accounts, self._accounts)

    @property
    def accounts_url(self) -> str:
        """The address of the accounts for clients without a proxy."""
        return self.internet.base_url(self.accounts)

    def add_artist(self, name: str, **facts: Any) -> Artist:
        return Artist(id=self._id(name), name=name, **facts)

    def add_song(self, artist: Artist | str, title: str, *guests: Artist, **facts: Any) -> Song:
        main = self.add_artist(artist) if isinstance(artist, str) else artist
        return Song(id=self._id(title), artists=(main, *guests), title=title, **facts)

    def add_playlist(self, name: str, *songs: Song, **facts: Any) -> Playlist:
        facts = {"id": self._id(name), "owner": self.user_name, **facts}
        self.playlists.append(Playlist(name=name, songs=list(songs), **facts))
        return self.playlists[-1]

    def follow(self, *names: str, **facts: Any) -> list[Artist]:
        self.followed += (made := [self.add_artist(name, **facts) for name in names])
        return made

    def expire(self) -> None:
        """All access tokens have run out."""
        self.stale |= set(self.tokens)

    def revoke(self) -> None:
        """The account's owner takes the consent back."""
        self.expire()
        self.refreshes.clear()

    def agree(self, url: str, answer: str = "agree") -> str:
        """Press a button (agree, cancel) on the page at `url`; where the browser is sent then."""
        reply = requests.post(
            url,
            data={"answer": answer},
            proxies={"https": self.internet.proxy_url},
            verify=str(self.internet.ca_file),
            allow_redirects=False,
            timeout=20,
        )
        return str(reply.headers.get("Location", reply.text))

    # the accounts

    def _accounts(self, request: Request) -> Answer | None:
        if request.path == "/favicon.ico":
            return answers.text_of("", status=404)
        if request.path == "/authorize":
            return self._authorize(request)
        if request.path == "/api/token" and request.method == "POST":
            return self._grant(request)
        return None

    def _authorize(self, request: Request) -> Answer:
        uri, state = request.arg("redirect_uri"), request.arg("state")
        if request.arg("client_id") != self.client_id:
            return answers.text_of("INVALID_CLIENT: Invalid client", status=400)
        is_entered = uri in self.redirect_uris or not self.redirect_uris
        if not is_entered or not re.fullmatch(REDIRECT, uri):
            return answers.text_of("INVALID_CLIENT: Invalid redirect URI", status=400)
        if request.arg("response_type") != "code" or request.arg("code_challenge_method") != "S256":
            return answers.text_of("response_type must be code", status=400)
        if request.method == "GET":
            return answers.text_of(_consent(request.target, request.arg("scope")))
        said = parse_qs(request.body.decode()).get("answer", [""])[0]
        back = {"error": "access_denied"} if said != "agree" else {"code": self._code(request)}
        where = f"{uri}{'&' if '?' in uri else '?'}{urlencode({**back, 'state': state})}"
        return Answer(status=302, headers={"Location": where}, kind="text/html")

    def _code(self, request: Request) -> str:
        code = f"code-{next(self._number)}"
        self.codes[code] = Grant(
            scope=request.arg("scope"),
            challenge=request.arg("code_challenge"),
            redirect_uri=request.arg("redirect_uri"),
        )
        return code

    def _grant(self, request: Request) -> Answer:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if not self._is_app(request, form):
            return _refused("invalid_client", "Invalid client")
        way = form.get("grant_type")
        if way == "client_credentials":
            return self._token(None)
        if way == "refresh_token":
            scope = self.refreshes.get(form.get("refresh_token", ""))
            if scope is None:
                return _refused("invalid_grant", "Refresh token revoked")
            return self._token(scope, with_refresh=not self.keeps_refresh)
        grant = self.codes.pop(form.get("code", ""), None)
        if grant is None:
            return _refused("invalid_grant", "Invalid authorization code")
        if form.get("redirect_uri") != grant.redirect_uri:
            return _refused("invalid_grant", "Invalid redirect URI")
        if _challenge(form.get("code_verifier", "")) != grant.challenge:
            return _refused("invalid_grant", "code_verifier was incorrect")
        return self._token(grant.scope, with_refresh=True)

    def _is_app(self, request: Request, form: dict[str, str]) -> bool:
        basic = request.headers.get("authorization", "").removeprefix("Basic ")
        if basic:
            pair = f"{self.client_id}:{self.client_secret}".encode()
            return base64.b64decode(basic) == pair
        # without a secret only what proof keys protect may be asked for
        is_public = form.get("grant_type") in ("authorization_code", "refresh_token")
        return is_public and form.get("client_id") == self.client_id

    def _token(self, scope: str | None, *, with_refresh: bool = False) -> Answer:
        access = f"access-{next(self._number)}"
        self.tokens[access] = scope if scope is not None else "app"
        told: dict[str, Any] = {"access_token": access, "token_type": "Bearer"}
        told |= {"expires_in": self.lifetime, "scope": scope or ""}
        if with_refresh:
            told["refresh_token"] = f"refresh-{next(self._number)}"
            self.refreshes[told["refresh_token"]] = scope or ""
        return answers.json_of(told)

    # the lists

    def answer(self, request: Request) -> Answer | None:
        path = request.path.removeprefix(self.root)
        scope = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            return _error(401, "No token provided")
        if scope is None:
            return _error(401, "Invalid access token")
        if token in self.stale:
            return _error(401, "The access token expired")
        if path.startswith("/me") and scope == "app":
            return _error(401, "Valid user authentication required")
        if NEEDS.get(path, "") not in scope:
            return _error(403, "Insufficient client scope")
        if found := re.fullmatch(r"/playlists/(\w{22})(/items|/tracks)?", path):
            return self._playlist(request, found[1], found[2] or "")
        data = self._lists(request, path)
        return None if data is None else answers.json_of(data)

    def _lists(self, request: Request, path: str) -> dict[str, Any] | None:
        if path == "/me":
            return {"id": self.user, "display_name": self.user_name, "type": "user"}
        if path == "/me/following" and request.arg("type") == "artist":
            return {"artists": self._after(request)}
        if path == "/me/playlists":
            return self._page(request, [self._listed(one) for one in self.playlists])
        if path == "/me/tracks":
            return self._page(
                request,
                [{"added_at": "2026-01-01T00:00:00Z", "track": _song(s)} for s in self.saved],
            )
        if path == "/me/top/artists":
            return self._page(request, [_artist(artist) for artist in self.top_artists])
        if path == "/me/top/tracks":
            return self._page(request, [_song(song) for song in self.top_tracks])
        return None

    def _after(self, request: Request) -> dict[str, Any]:
        ids = [artist.id for artist in self.followed]
        after = request.arg("after")
        first = ids.index(after) + 1 if after in ids else 0
        part = self.followed[first : first + self._size(request)]
        is_last = first + len(part) >= len(ids)
        return {
            "items": [_artist(artist) for artist in part],
            "next": None if is_last else f"https://{self.host}/next",
            "cursors": {"after": None if is_last else part[-1].id},
            "limit": self._size(request),
            "total": len(ids),
        }

    def _playlist(self, request: Request, number: str, way: str) -> Answer:
        known = next((one for one in self.playlists if one.id == number), None)
        missing = {"old": "/items", "new": "/tracks"}.get(self.shape)
        if known is None or way == missing:
            return _error(404, "Resource not found")
        if not known.is_shared and way != "/tracks":
            return _error(403, "Forbidden") if way else answers.json_of(self._listed(known))
        if not way:
            return answers.json_of(self._listed(known))
        return answers.json_of(self._page(request, [self._entry(song) for song in known.songs]))

    def _listed(self, playlist: Playlist) -> dict[str, Any]:
        size = {"href": "", "total": len(playlist.songs)}
        sizes = {"old": ("tracks",), "new": ("items",)}.get(self.shape, ("tracks", "items"))
        return {
            "id": playlist.id,
            "name": playlist.name,
            "description": "",
            "images": None,
            "owner": {"id": playlist.owner.lower(), "display_name": playlist.owner},
            "snapshot_id": "s1",
            **dict.fromkeys(sizes, size),
        }

    def _entry(self, song: Song) -> dict[str, Any]:
        names = {"old": ("track",), "new": ("item",)}.get(self.shape, ("track", "item"))
        data = None if song.kind == "gone" else _song(song) | {"track": song.kind != "episode"}
        return {
            "added_at": None,
            "is_local": song.kind == "local",
            **dict.fromkeys(names, data),
        }

    def _page(self, request: Request, items: list[dict[str, Any]]) -> dict[str, Any]:
        first, size = int(request.arg("offset", "0")), self._size(request)
        is_last = first + size >= len(items)
        return {
            "items": items[first : first + size],
            "limit": size,
            "offset": first,
            "total": len(items),
            "next": None if is_last else f"https://{self.host}/next",
            "previous": None,
        }

    def _size(self, request: Request) -> int:
        return min(self.page_size, int(request.arg("limit", "20")))

    def _id(self, name: str) -> str:
        digest = hashlib.sha256(f"{name}/{next(self._number)}".encode()).hexdigest()
        return digest[:22]


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _consent(target: str, scope: str) -> str:
    rights = "".join(f"<li>{html.escape(word)}</li>" for word in scope.split())
    return (
        "<!doctype html><html lang='en'><title>Authorize</title><h1>MVidarr wants to see</h1>"
        f"<ul>{rights}</ul><form method='post' action='{html.escape(target, quote=True)}'>"
        "<button name='answer' value='agree'>Agree</button>"
        "<button name='answer' value='cancel'>Cancel</button></form></html>"
    )


def _error(status: int, message: str) -> Answer:
    return answers.json_of({"error": {"status": status, "message": message}}, status=status)


def _refused(error: str, why: str) -> Answer:
    return answers.json_of({"error": error, "error_description": why}, status=400)


def _artist(artist: Artist) -> dict[str, Any]:
    """An artist; genres are no longer promised to all."""
    data: dict[str, Any] = {"id": artist.id, "name": artist.name, "type": "artist"}
    data["images"] = artist.pictures
    return data if artist.genres is None else {**data, "genres": list(artist.genres)}


def _song(song: Song) -> dict[str, Any]:
    is_local = song.kind == "local"
    picture = {"url": "https://i.scdn.co/image/ab67", "height": 640, "width": 640}
    return {
        "id": None if is_local else song.id,
        "name": song.title,
        "type": "episode" if song.kind == "episode" else "track",
        "is_local": is_local,
        "artists": [{"id": None if is_local else a.id, "name": a.name} for a in song.artists],
        "album": {
            "name": song.album,
            "release_date": None if is_local else song.released,
            "images": [] if is_local else [picture],
        },
        "duration_ms": song.length,
        "external_ids": {"isrc": song.isrc} if song.isrc else {},
    }
