"""The picture of a downloaded video: the upload's own, else a frame of the file.

A video is worth having without one, so what fails here is only logged.
"""

import logging
from pathlib import Path

from mvidarr import settings
from mvidarr.core import addresses, http
from mvidarr.core.config import Config
from mvidarr.core.errors import Error
from mvidarr.media import thumbnails
from mvidarr.media.probe import FileFacts
from mvidarr.settings import options

log = logging.getLogger(__name__)

SIDECARS = ("-poster.jpg", "-thumb.jpg", "-fanart.jpg")  # endings of the files beside a video
FRAME_AT = 0.15  # part of the duration: after black and titles, before the end


def find(links: list[str], facts: FileFacts, video: Path, config: Config) -> bytes | None:
    """The picture as JPEG, or None when there is none to be had."""
    for link in links:
        try:
            return thumbnails.as_jpeg(fetch(link, config))
        except Error as error:
            log.info("picture skipped link=%s error=%s", link, error)
    try:
        return thumbnails.frame(video, facts.duration * FRAME_AT)
    except (Error, OSError) as error:
        log.warning("no picture file=%s error=%s", video.name, error)
        return None


def fetch(link: str, config: Config) -> bytes:
    """What a link to a picture leads to; known picture hosts only where a proxy resolves names."""
    proxy = settings.get(options.outbound_proxy)
    with http.outside(proxy=proxy, ca=config.ca, hosts=addresses.IMAGE_HOSTS) as client:
        return client.get(link, max_bytes=thumbnails.MAX_BYTES).content
