"""Pictures of videos that have none yet: from their upload or a catalogue."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import Error
from mvidarr.core.terms import Verdict
from mvidarr.downloads import artwork
from mvidarr.library import pictures
from mvidarr.library.tables import Video, VideoSource
from mvidarr.media import thumbnails

log = logging.getLogger(__name__)

Progress = Callable[[int, int | None, str], None]
USED = (Verdict.ACCEPTED, Verdict.REVIEW)


@dataclass(frozen=True, slots=True)
class Bare:
    """A video without a picture, and where its upload shows one."""

    video_id: int
    title: str
    link: str


def fetch(artist_id: int, config: Config, progress: Progress) -> int:
    """Fetch and keep what is missing; answers how many. What cannot be had is left for later."""
    with db.session():
        bare = missing(artist_id)
    kept = 0
    for number, one in enumerate(bare):
        progress(number, len(bare), f"Picture of {one.title}")
        try:
            picture = thumbnails.make(artwork.fetch(one.link, config), config.thumbs)
        except (Error, OSError) as error:
            log.info("picture skipped video=%s error=%s", one.video_id, error)
            continue
        with db.session():
            kept += pictures.attach(one.video_id, picture)
    progress(len(bare), len(bare), f"{kept} picture{'' if kept == 1 else 's'}")
    return kept


def missing(artist_id: int) -> list[Bare]:
    """The artist's videos without a picture, and where the best upload or a catalogue shows one."""
    query = (
        VideoSource.select(Video.id, Video.title, VideoSource.image_url)
        .join(Video, on=(VideoSource.video == Video.id))
        .where(
            Video.artist == artist_id,
            Video.image.is_null(),
            VideoSource.image_url.is_null(False),
            VideoSource.verdict.in_(USED),
        )
        .order_by(VideoSource.verdict, VideoSource.score.desc(), VideoSource.id)
    )
    found: dict[int, Bare] = {}
    listed = Video.select(Video.id, Video.title, Video.image_url).where(
        Video.artist == artist_id, Video.image.is_null(), Video.image_url.is_null(False)
    )
    for video_id, title, link in (*query.tuples(), *listed.tuples()):
        found.setdefault(video_id, Bare(video_id, title, link))
    return list(found.values())
