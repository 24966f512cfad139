"""Entries of lists that people write: what a line says, split into artist, title and upload."""

import re

from mvidarr.core import text
from mvidarr.integrations import links, listing
from mvidarr.integrations.protocols import FoundUpload, Listed

LONGEST = 255  # characters of a name; what is longer is no name

_RULE = re.compile(r"[-–—=_*~#•·\s]*")  # a line that divides, or nothing
_DASH = re.compile(r"\s+[-–—]\s+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PROVIDERS = {"youtube_video": "youtube", "vimeo_video": "vimeo"}


def said(line: str) -> Listed:
    """What a line says: an artist, "Artist - Title", either with a link or a link alone."""
    link = _LINK.search(line)
    words = text.tidy(_LINK.sub(" ", line))
    artist, title = split(words)
    return named(artist, title, upload_of(link[0], words) if link else None)


def split(words: str) -> tuple[str, str]:
    """Artist and title; all of it is the artist where no dash stands between spaces."""
    artist, *title = _DASH.split(text.tidy(words), maxsplit=1)
    return artist, "".join(title)


def named(artist: str, title: str = "", upload: FoundUpload | None = None) -> Listed:
    """An entry that is the same however its names are spelled; nameless where they are none."""
    artist, title = text.tidy(artist), text.tidy(title)
    if _RULE.fullmatch(artist) or max(len(artist), len(title)) > LONGEST:
        artist = title = ""
    number = listing.id_of(text.match_key(artist), text.match_key(title))
    return Listed(
        external_id=f"{upload.provider}:{upload.source_id}" if upload else number,
        artist=artist,
        title=title,
        upload=upload,
    )


def upload_of(link: str, title: str = "") -> FoundUpload | None:
    """The upload that a link leads to, where it does."""
    known = links.recognise(link)
    provider = _PROVIDERS.get(known.kind) if known else None
    if known is None or provider is None:
        return None
    return FoundUpload(found_by="list", provider=provider, source_id=known.value, title=title)
