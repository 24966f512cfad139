"""What a pasted link names: an artist, a video or a list, at a service that we know. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A thing at a service. `kind` is spelled as in the ids of finders."""

    kind: str
    value: str


YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)

_YOUTUBE = ("youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com")
_MBID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PATHS: tuple[tuple[tuple[str, ...], str, re.Pattern[str]], ...] = tuple(
    (hosts, kind, re.compile(pattern, re.ASCII | flags))
    for hosts, kind, pattern, flags in (
        (_YOUTUBE, "youtube_channel", r"/channel/(UC[\w-]{22})(?:/.*)?", 0),
        (_YOUTUBE, "youtube_handle", r"/(@[^/\s]{1,100})(?:/.*)?", 0),
        (_YOUTUBE, "youtube_user", r"/user/([^/\s]{1,100})(?:/.*)?", 0),
        (_YOUTUBE, "youtube_custom", r"/c/([^/\s]{1,100})(?:/.*)?", 0),
        (_YOUTUBE, "youtube_video", r"/(?:shorts|live|embed|v)/([\w-]{11})/?", 0),
        (("youtu.be",), "youtube_video", r"/([\w-]{11})/?", 0),
        (("vimeo.com", "player.vimeo.com"), "vimeo_video", r"/(?:video/)?(\d{1,12})(?:/.*)?", 0),
        (("imvdb.com",), "imvdb_slug", r"/n/([^/\s]{1,200})/?", 0),
        (("imvdb.com",), "imvdb_video_slug", r"/video/([^/\s]+/[^/\s]+(?:/\d+)?)/?", 0),
        (
            ("musicbrainz.org", "beta.musicbrainz.org"),
            "mb_artist",
            rf"/artist/({_MBID})(?:/.*)?",
            re.I,
        ),
    )
)
_PLAYLIST = re.compile(r"(?:PL|UU|OL|FL|LL)[\w-]{2,62}", re.ASCII)


def recognise(text: str) -> Link | None:
    """The thing that a link leads to; None when we know nothing of the kind."""
    try:
        url = urlsplit(_with_scheme(text.strip()))
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
    if host not in _YOUTUBE or url.path.rstrip("/") not in ("/watch", "/playlist"):
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
        if host in hosts and (match := pattern.fullmatch(path)):
            value = match[1].lower() if kind == "mb_artist" else match[1]
            return Link(kind=kind, value=value)
    return None
