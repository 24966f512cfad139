"""Pictures of artists: candidates' for whoever looks, and the one that an artist is shown with.

A candidate's passes through as it is, because pages may load nothing from outside: nothing is
decoded, and only known picture hosts are asked.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from mvidarr.core import addresses, db
from mvidarr.core.config import Config
from mvidarr.core.errors import Error, NotFound, ServiceError
from mvidarr.downloads import artwork
from mvidarr.governor import breaker
from mvidarr.library import facts, pictures
from mvidarr.media import thumbnails

log = logging.getLogger(__name__)

Progress = Callable[[int, int | None, str], None]
MAX_BYTES = 2 << 20
BEGINNINGS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Portrait:
    """A picture as a browser takes it."""

    content: bytes
    content_type: str


def is_offered(link: str | None) -> bool:
    """Whether the picture behind a link can be shown."""
    if not link:
        return False
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "https" and addresses.is_among(host, addresses.IMAGE_HOSTS)


def fetch(link: str, config: Config) -> Portrait | None:
    """The picture, or None when it cannot be had. Raises NotFound for links of other hosts."""
    if not is_offered(link):
        raise NotFound("There is no such picture.")
    try:
        content = artwork.fetch(link, config)
    except ServiceError:
        return None
    kind = _kind(content)
    if not kind or len(content) > MAX_BYTES:
        return None
    return Portrait(content=content, content_type=kind)


def keep(
    artist_id: int, links: Sequence[Mapping[str, str]], config: Config, progress: Progress
) -> bool:
    """Show an artist with the first of these pictures that can be had; `service`, `link` each."""
    for number, one in enumerate(links):
        said = f"Picture from {breaker.titles.get(one['service'], one['service'])}"
        progress(number, len(links), said)
        try:
            picture = thumbnails.make(artwork.fetch(one["link"], config), config.thumbs)
        except (Error, OSError) as error:
            log.info("portrait skipped artist=%s error=%s", artist_id, error)
            continue
        with db.session():
            is_shown: bool = db.transact(partial(_show, artist_id, picture, one["service"]))
        progress(len(links), len(links), said)
        return is_shown
    return False


def _show(artist_id: int, picture: thumbnails.Thumb, service: str) -> bool:
    if not pictures.attach_to_artist(artist_id, picture):
        return False
    facts.note_picture(artist_id, service)
    return True


def _kind(content: bytes) -> str:
    """The type by its first bytes: what a host says of itself need not be so."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in BEGINNINGS.items() if content.startswith(start)), "")
