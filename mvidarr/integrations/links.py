"""What a pasted link names: an artist, a video or a list, at a service that we know. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, unquote_plus, urlsplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A thing at a service. `kind` is spelled as in the ids of finders."""

    kind: str
    value: str


YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)
MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PROVIDERS = {"youtube_video": "youtube", "vimeo_video": "vimeo"}  # of uploads

_YOUTUBE = ("youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com")
_VIMEO = ("vimeo.com", "player.vimeo.com")
_MUSICBRAINZ = ("musicbrainz.org", "beta.musicbrainz.org")
_PLACE = r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?"  # a language that some sites put first
_REST = r"(?:/.*)?"
_PATHS: tuple[tuple[tuple[str, ...], str, re.Pattern[str]], ...] = tuple(
    (hosts, kind, re.compile(pattern, re.ASCII | flags))
    for hosts, kind, pattern, flags in (
        (_YOUTUBE, "youtube_channel", rf"/channel/(UC[\w-]{{22}}){_REST}", 0),
        (_YOUTUBE, "youtube_handle", rf"/(@[^/\s]{{1,100}}){_REST}", 0),
        (_YOUTUBE, "youtube_user", rf"/user/([^/\s]{{1,100}}){_REST}", 0),
        (_YOUTUBE, "youtube_custom", rf"/c/([^/\s]{{1,100}}){_REST}", 0),
        (_YOUTUBE, "youtube_video", r"/(?:shorts|live|embed|v)/([\w-]{11})/?", 0),
        (("youtu.be",), "youtube_video", r"/([\w-]{11})/?", 0),
        (_VIMEO, "vimeo_video", rf"/(?:video/)?(\d{{1,12}}){_REST}", 0),
        (_VIMEO, "vimeo_video", r"/(?:channels|groups|album|showcase)/.{1,100}?/(\d{1,12})/?", 0),
        (("imvdb.com",), "imvdb_slug", r"/n/([^/\s]{1,200})/?", 0),
        (
            ("imvdb.com",),
            "imvdb_video_slug",
            r"/video/([^/\s]{1,120}/[^/\s]{1,120}(?:/\d{1,9})?)/?",
            0,
        ),
        (_MUSICBRAINZ, "mb_artist", rf"/artist/({MBID.pattern}){_REST}", re.I),
        (_MUSICBRAINZ, "mb_recording", rf"/recording/({MBID.pattern}){_REST}", re.I),
        (
            ("open.spotify.com", "play.spotify.com"),
            "spotify_artist",
            rf"(?:/intl-[\w-]{{2,8}})?(?:/embed)?/artist/([0-9A-Za-z]{{22}}){_REST}",
            0,
        ),
        (
            ("open.spotify.com", "play.spotify.com"),
            "spotify_playlist",
            r"(?:/intl-[\w-]{2,8})?(?:/embed)?(?:/user/[^/\s]{1,100})?"
            rf"/playlist/([0-9A-Za-z]{{22}}){_REST}",
            0,
        ),
        (("deezer.com",), "deezer_artist", rf"{_PLACE}/artist/(\d{{1,18}}){_REST}", re.I),
        (
            ("last.fm", "m.last.fm"),
            "lastfm_artist",
            rf"{_PLACE}/music/(?:\+noredirect/)?([^/\s+][^/\s]{{0,199}})(?:/\+[^/]*)*/?",
            re.I,
        ),
        (("theaudiodb.com",), "theaudiodb_artist", rf"/artist/(\d{{1,12}})(?:-[^/]*)?{_REST}", 0),
        (
            ("discogs.com",),
            "discogs_artist",
            rf"{_PLACE}/artist/(\d{{1,12}})(?:[-+][^/]*)?{_REST}",
            re.I,
        ),
    )
)
KINDS = frozenset({"youtube_playlist", *(kind for _, kind, _ in _PATHS)})
_PLAYLIST = re.compile(r"(?:(?:PL|UU|OL|FL|LL)[\w-]{2,62}|RDCLAK5uy_[\w-]{2,60})", re.ASCII)
_LISTS = ("/watch", "/playlist", "/embed/videoseries")
_URI = re.compile(r"\Aspotify:(artist|playlist):(\w+)\Z", re.ASCII)


def recognise(text: str) -> Link | None:
    """The thing that a link leads to; None when we know nothing of the kind."""
    try:
        url = urlsplit(_with_scheme(_URI.sub(r"https://open.spotify.com/\1/\2", text.strip())))
        host = (url.hostname or "").removeprefix("www.").removesuffix(".")
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or "@" in url.netloc:
        return None
    return _by_query(host, url) or _by_path(host, unquote(url.path))


def _with_scheme(text: str) -> str:
    return text if "://" in text else f"https://{text}"


def _by_query(host: str, url: SplitResult) -> Link | None:
    """`/watch?v=…` and `/playlist?list=…`; a video that is played in a list is the video."""
    if host not in _YOUTUBE or url.path.rstrip("/") not in _LISTS:
        return None
    query = parse_qs(url.query)
    video, playlist = query.get("v", [""])[0], query.get("list", [""])[0]
    if YOUTUBE_ID.fullmatch(video):
        return Link(kind="youtube_video", value=video)
    if _PLAYLIST.fullmatch(playlist):
        return Link(kind="youtube_playlist", value=playlist)
    return None


def _by_path(host: str, path: str) -> Link | None:
    for hosts, kind, pattern in _PATHS:
        if host in hosts and path not in _LISTS and (match := pattern.fullmatch(path)):
            value = _value(kind, match[1])
            return Link(kind=kind, value=value) if value else None
    return None


def _value(kind: str, found: str) -> str:
    if kind.startswith("mb_"):
        return found.lower()
    # Last.fm escapes a name twice, so that its plus signs and slashes survive
    return unquote_plus(found).strip() if kind == "lastfm_artist" else found
