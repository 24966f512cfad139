"""Artists that are followed, and what other catalogues call them and their videos."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DeferredForeignKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from mvidarr.models.base import Table, json_column
from mvidarr.models.download import QualityProfile
from mvidarr.models.system import Image


class Artist(Table):
    """One artist; two of one name live side by side when their disambiguation differs.

    `known have wanted size seconds` sum up the artist's videos; `status.restate` writes them.
    """

    name = CharField(255)
    name_key = CharField(255)
    sort_key = CharField(255)
    disambiguation = CharField(255, default="")
    country = CharField(64, null=True)
    bio = TextField(null=True)
    genres = json_column(list)
    origins = json_column(dict)  # field → service that it comes from
    monitored = BooleanField(default=True)
    rules = json_column(dict)
    profile = ForeignKeyField(QualityProfile, null=True, on_delete="SET NULL")
    profile_id: int | None
    folder = CharField(500)
    folder_key = CharField(255, unique=True)
    image = ForeignKeyField(Image, null=True, on_delete="SET NULL")
    image_id: int | None
    locked = json_column(list)
    sidecar_hash = CharField(64, null=True)  # of artist.nfo as we wrote it last
    artwork = json_column(dict)  # name → digest of a picture as we wrote it last
    described_at = BigIntegerField(null=True)  # services were asked for facts
    checked_at = BigIntegerField(null=True)
    next_check_at = BigIntegerField(default=0)
    failures = IntegerField(default=0)
    known = IntegerField(default=0)  # videos that are not ignored, or have a file
    have = IntegerField(default=0)  # of these with a file
    wanted = IntegerField(default=0)
    size = BigIntegerField(default=0)  # of all files
    seconds = DoubleField(default=0)  # of the files that play

    class Meta:
        indexes = (
            (("name_key", "disambiguation"), True),
            (("sort_key", "id"), False),
            (("created_at", "id"), False),
            (("known", "id"), False),
            (("monitored", "next_check_at"), False),
        )


class Alias(Table):
    """Another name of an artist: a former one, one in another script."""

    artist = ForeignKeyField(Artist, on_delete="CASCADE")
    artist_id: int
    name = CharField(255)
    name_key = CharField(255, index=True)

    class Meta:
        indexes = ((("artist", "name_key"), True),)


class ExternalId(Table):
    """What a catalogue calls an artist or a video."""

    kind = CharField(32)
    value = CharField(255)
    artist = ForeignKeyField(Artist, null=True, on_delete="CASCADE")
    artist_id: int | None
    video = DeferredForeignKey("Video", null=True, on_delete="CASCADE")
    video_id: int | None

    class Meta:
        indexes = ((("kind", "value"), True),)
