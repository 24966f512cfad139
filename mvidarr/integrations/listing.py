"""What all lists have in common: entries that name nobody, and those seen before, are left out."""

import hashlib
import re
from collections.abc import Iterable, Iterator

from mvidarr.core import text
from mvidarr.integrations import shapes
from mvidarr.integrations.protocols import Listed

_MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PICTURE = re.compile(r"https?://[^\s/]+/\S+", re.IGNORECASE)
# what services and taggers write where there is no one artist
NOBODY = frozenset(
    {
        "[no artist]",
        "[unknown]",
        "[unknown artist]",
        "<unknown>",
        "unknown artist",
        "various artists",
        "verschiedene interpreten",
    }
)


def entries(found: Iterable[Listed]) -> Iterator[Listed]:
    """Each entry once; one without an artist only when it names an upload."""
    seen: set[str] = set()
    for entry in found:
        is_named = bool(entry.artist) or entry.upload is not None
        if not is_named or text.name_key(entry.artist) in NOBODY or entry.external_id in seen:
            continue
        seen.add(entry.external_id)
        yield entry


def id_of(*words: str) -> str:
    """An id for what has none of its own: always the same for the same words."""
    said = "\0".join(words).encode("utf-8", "surrogatepass")
    return hashlib.sha256(said).hexdigest()[:32]


def mb_ids(value: object) -> dict[str, str]:
    """The id of an artist at MusicBrainz, where the value is one."""
    mbid = shapes.text(value).lower()
    return {"mb_artist": mbid} if _MBID.fullmatch(mbid) else {}


def picture(value: object) -> str | None:
    """The address of a picture, where the value is a whole one."""
    url = shapes.text(value)
    return url if _PICTURE.fullmatch(url) else None
