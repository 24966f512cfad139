"""The picture of a video: what a person chose, else the upload's own, else a frame of the file.

A video is worth having without one, so what fails here is only logged.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mvidarr import settings
from mvidarr.core import addresses, http
from mvidarr.core.config import Config
from mvidarr.core.errors import Error
from mvidarr.library import pictures
from mvidarr.library.tables import Image, Video
from mvidarr.media import thumbnails
from mvidarr.media.probe import FileFacts
from mvidarr.settings import file_options, options

log = logging.getLogger(__name__)

# what the setting calls them → endings of the files beside a video
ENDINGS = {"poster": "-poster.jpg", "thumb": "-thumb.jpg", "fanart": "-fanart.jpg"}
FRAME_AT = 0.15  # part of the duration: after black and titles, before the end


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Where a video's picture may come from; `stored`: the hash of the one that pages show."""

    links: Sequence[str] = ()
    stored: str | None = None
    is_chosen: bool = False  # by a person


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A picture as JPEG; `is_new` when no page shows it yet."""

    data: bytes
    is_new: bool


def endings() -> list[str]:
    """Endings of the pictures that are wanted beside a video."""
    return [ENDINGS[name] for name in ENDINGS if name in settings.get(file_options.artwork_files)]


def known(video_id: int, links: Sequence[str | None]) -> Known:
    query = Video.select(Video.locked, Image.hash).join(Image, on=(Video.image == Image.id))
    row = query.where(Video.id == video_id).tuples().first()
    locked, stored = row or ((), None)
    return Known(
        links=[link for link in links if link],
        stored=stored,
        is_chosen=stored is not None and pictures.LOCK in locked,
    )


def find(about: Known, facts: FileFacts, video: Path, config: Config) -> Found | None:
    """The picture, or None when there is none to be had."""
    if about.is_chosen and (chosen := _stored(about.stored, config)):
        return chosen
    for link in about.links:
        try:
            return Found(data=thumbnails.as_jpeg(fetch(link, config)), is_new=True)
        except Error as error:
            log.info("picture skipped link=%s error=%s", link, error)
    return _stored(about.stored, config) or _frame(facts, video)


def fetch(link: str, config: Config) -> bytes:
    """What a link to a picture leads to; known picture hosts only where a proxy resolves names."""
    proxy = settings.get(options.outbound_proxy)
    with http.outside(proxy=proxy, ca=config.ca, hosts=addresses.IMAGE_HOSTS) as client:
        return client.get(link, max_bytes=thumbnails.MAX_BYTES).content


def _stored(digest: str | None, config: Config) -> Found | None:
    """The picture that pages show, in its largest size."""
    if digest is None:
        return None
    try:
        content = thumbnails.path(config.thumbs, digest, max(thumbnails.WIDTHS)).read_bytes()
        return Found(data=thumbnails.as_jpeg(content), is_new=False)
    except (Error, OSError) as error:
        log.info("picture skipped stored=%s error=%s", digest, error)
        return None


def _frame(facts: FileFacts, video: Path) -> Found | None:
    try:
        return Found(data=thumbnails.frame(video, facts.duration * FRAME_AT), is_new=True)
    except (Error, OSError) as error:
        log.warning("no picture file=%s error=%s", video.name, error)
        return None
