"""Quality profiles: which one holds for a download, and what it asks for."""

from typing import Any, Final

from mvidarr import models
from mvidarr.downloads import quality
from mvidarr.downloads.quality import Quality

QualityProfile: Final[Any] = models.QualityProfile


def quality_of(profile_id: int | None) -> Quality:
    """What a profile asks for; the standard one, where none was chosen or it was deleted."""
    chosen = QualityProfile.get_or_none(QualityProfile.id == profile_id) if profile_id else None
    made = chosen or QualityProfile.get_or_none(QualityProfile.standard == 1)
    if made is None:
        return quality.default(quality.EVERYWHERE)
    return quality.profile(made.heights, made.codecs, made.container)
