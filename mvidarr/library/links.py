"""Addresses of videos that people paste. Pure."""

import re
from urllib.parse import parse_qs, urlsplit

from mvidarr.core.errors import Invalid

_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_HOSTS = frozenset(
    {"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be"}
    | {"youtube-nocookie.com", "www.youtube-nocookie.com"}
)
_FOLDERS = frozenset({"shorts", "embed", "live", "v"})


def youtube_id(link: str) -> str | None:
    """The id of the video that a YouTube address names, None when it names none."""
    text = link.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if host not in _HOSTS:
        return None
    path = parts.path.strip("/").split("/")
    if host == "youtu.be":
        found = path[0]
    elif path[0] in _FOLDERS and len(path) > 1:
        found = path[1]
    else:
        found = parse_qs(parts.query).get("v", [""])[0]
    return found if _ID.fullmatch(found) else None


def need_youtube_id(link: str, field: str = "link") -> str:
    """Raises Invalid under `field`."""
    found = youtube_id(link)
    if found is None:
        raise Invalid({field: "Paste the address of a YouTube video."})
    return found


def page_of(provider: str, source_id: str) -> str | None:
    """Where people watch an upload."""
    return f"https://www.youtube.com/watch?v={source_id}" if provider == "youtube" else None
