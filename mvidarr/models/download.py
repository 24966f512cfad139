"""Downloads, the quality they aim for, and uploads that nobody wants again."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DeferredForeignKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
)

from mvidarr.core.terms import Taste
from mvidarr.models.base import ClaimColumns, Table, json_column
from mvidarr.models.user import User


class QualityProfile(Table):
    """Accepted lines, the preferred first, and where upgrading ends.

    `hdr` and `high_fps` are of `terms.Taste`; `standard` is 1 for the one that is used where
    nobody chose another.
    """

    name = CharField(255)
    name_key = CharField(255, unique=True)
    heights = json_column(list)
    cutoff = IntegerField(default=1080)
    codecs = json_column(list)
    container = CharField(16, default="mp4")
    audio_codecs = json_column(list)
    hdr = CharField(16, default=Taste.ANY.value)
    high_fps = CharField(16, default=Taste.ANY.value)
    is_upgrading = BooleanField(default=True)
    standard = IntegerField(null=True, unique=True)


class Download(ClaimColumns):
    """One try at getting one video; `active_key` is the video's id. Ended rows never come back."""

    video = DeferredForeignKey("Video", on_delete="CASCADE")
    video_id: int
    source = DeferredForeignKey("VideoSource", null=True, on_delete="SET NULL")
    source_id: int | None
    profile = ForeignKeyField(QualityProfile, null=True, on_delete="SET NULL")
    profile_id: int | None
    position = BigIntegerField(default=0)
    stage = CharField(16, null=True)
    step = CharField(16, null=True)
    percent = DoubleField(null=True)
    speed = DoubleField(null=True)
    eta = DoubleField(null=True)
    size = BigIntegerField(null=True)
    done_bytes = BigIntegerField(null=True)
    notes = json_column(dict)  # what a step left for the next one
    is_upgrade = BooleanField(default=False)  # a better file is looked for; the old one stays
    by_user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by_user_id: int | None

    class Meta:
        indexes = (
            (("state", "priority", "position", "id"), False),
            (("state", "ended_at"), False),
        )


class Block(Table):
    """An upload that is never offered again; survives the artist and the video."""

    provider = CharField(16)
    source_id = CharField(64)
    title = CharField(500, default="")
    channel = CharField(255, null=True)
    reason = CharField(255, default="")
    by_user_id = IntegerField(null=True)

    class Meta:
        indexes = ((("provider", "source_id"), True),)


class Decision(Table):
    """What a person said of an upload for an artist; survives the artist and the video.

    `details`: channel, reason, title, type and version when a person said what it shows, and
    `before`, which undoing goes back to.
    """

    provider = CharField(16)
    source_id = CharField(64)
    artist_key = CharField(255)  # name_key of the artist
    verdict = CharField(16)
    title = CharField(500, default="")
    details = json_column(dict)
    by_user_id = IntegerField(null=True)

    class Meta:
        indexes = (
            (("provider", "source_id", "artist_key"), True),
            (("artist_key", "id"), False),
        )
