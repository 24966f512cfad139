"""What services send, made fit to be kept: one that lies costs its own finds, never the search."""

import math
from dataclasses import replace

from mvidarr.core import text
from mvidarr.integrations.protocols import Found, FoundUpload, FoundVideo

MOST = 10_000  # finds of one service; nobody has made as many videos
LONGEST_ID, LONGEST_PROVIDER, DAY_LENGTH = 64, 16, len("yyyy-mm-dd")
LONGEST_TITLE = 5000
LAST_MOMENT = 10**14  # ms: the year 5138
LONGEST_VIDEO = 10**7  # seconds: four months
HIGHEST = 100_000
YEARS = range(1800, 2300)


def checked(found: Found) -> Found | None:
    """A find without what cannot be so; None when it cannot be kept at all."""
    return _upload(found) if isinstance(found, FoundUpload) else _video(found)


def _upload(upload: FoundUpload) -> FoundUpload | None:
    if not 0 < len(upload.source_id) <= LONGEST_ID or len(upload.provider) > LONGEST_PROVIDER:
        return None
    published_at, height = upload.published_at or 0, upload.max_height or 0
    return replace(
        upload,
        title=text.tidy(upload.title[:LONGEST_TITLE]),
        channel=text.tidy((upload.channel or "")[:LONGEST_TITLE]) or None,
        channel_id=upload.channel_id if len(upload.channel_id or "") <= LONGEST_ID else None,
        duration=_length(upload.duration),
        published_at=published_at if 0 < published_at < LAST_MOMENT else None,
        max_height=height if 0 < height < HIGHEST else None,
    )


def _video(video: FoundVideo) -> FoundVideo | None:
    title = text.tidy(video.title[:LONGEST_TITLE])
    if not title:
        return None
    uploads = (_upload(upload) for upload in video.uploads)
    return replace(
        video,
        title=title,
        version=text.tidy(video.version[:LONGEST_TITLE]),
        year=video.year if video.year in YEARS else None,
        released=video.released if len(video.released or "") <= DAY_LENGTH else None,
        duration=_length(video.duration),
        uploads=tuple(upload for upload in uploads if upload is not None),
    )


def _length(seconds: float | None) -> float | None:
    is_length = seconds is not None and math.isfinite(seconds) and 0 <= seconds < LONGEST_VIDEO
    return seconds if is_length else None
