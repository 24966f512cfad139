"""Artists, videos, their uploads and files, and the search over them."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Database,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import create


def up(migrator: SchemaMigrator, db: Database) -> None:
    class Base(Model):
        created_at = BigIntegerField()
        updated_at = BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False

    class Image(Base):
        class Meta:
            table_name = "image"

    class User(Base):
        class Meta:
            table_name = "user"

    class QualityProfile(Base):
        name = CharField()
        name_key = CharField(unique=True)
        heights = JSONField(default=list)
        cutoff = IntegerField(default=1080)
        codecs = JSONField(default=list)
        container = CharField(max_length=16, default="mp4")

        class Meta:
            table_name = "quality_profile"

    class Artist(Base):
        name = CharField()
        name_key = CharField()
        sort_key = CharField()
        disambiguation = CharField(default="")
        country = CharField(null=True, max_length=64)
        bio = TextField(null=True)
        monitored = BooleanField(default=True)
        rules = JSONField(default=dict)
        profile = ForeignKeyField(QualityProfile, null=True, on_delete="SET NULL")
        folder = CharField(max_length=500)
        folder_key = CharField(unique=True)
        image = ForeignKeyField(Image, null=True, on_delete="SET NULL")
        locked = JSONField(default=list)
        checked_at = BigIntegerField(null=True)
        next_check_at = BigIntegerField(default=0)
        failures = IntegerField(default=0)
        known = IntegerField(default=0)
        have = IntegerField(default=0)
        wanted = IntegerField(default=0)
        size = BigIntegerField(default=0)
        seconds = DoubleField(default=0)

        class Meta:
            table_name = "artist"
            indexes = (
                (("name_key", "disambiguation"), True),
                (("sort_key", "id"), False),
                (("created_at", "id"), False),
                (("known", "id"), False),
                (("monitored", "next_check_at"), False),
            )

    class Video(Base):
        artist = ForeignKeyField(Artist, on_delete="CASCADE")
        title = CharField(max_length=500)
        title_key = CharField()
        sort_key = CharField()
        type = CharField(max_length=32, default="unspecified")
        version = CharField(default="")
        version_key = CharField(default="")
        year = IntegerField(null=True)
        released = CharField(null=True, max_length=10)
        album = CharField(null=True)
        label = CharField(null=True)
        duration = DoubleField(null=True)
        status = CharField(max_length=16, default="wanted")
        wish = CharField(max_length=16, default="auto")
        fits = BooleanField(default=True)
        rating = IntegerField(null=True)
        plays = IntegerField(default=0)
        profile = ForeignKeyField(QualityProfile, null=True, on_delete="SET NULL")
        image = ForeignKeyField(Image, null=True, on_delete="SET NULL")
        locked = JSONField(default=list)

        class Meta:
            table_name = "video"
            indexes = (
                (("artist", "title_key", "type", "version_key"), True),
                (("created_at", "id"), False),
                (("sort_key", "id"), False),
                (("year", "id"), False),
                (("status", "created_at", "id"), False),
                (("status", "sort_key", "id"), False),
                (("artist", "year", "id"), False),
                (("type", "created_at", "id"), False),
            )

    class ExternalId(Base):
        kind = CharField(max_length=32)
        value = CharField()
        artist = ForeignKeyField(Artist, null=True, on_delete="CASCADE")
        video = ForeignKeyField(Video, null=True, on_delete="CASCADE")

        class Meta:
            table_name = "external_id"
            indexes = ((("kind", "value"), True),)

    class VideoSource(Base):
        artist = ForeignKeyField(Artist, on_delete="CASCADE")
        video = ForeignKeyField(Video, null=True, on_delete="CASCADE")
        provider = CharField(max_length=16, default="youtube")
        source_id = CharField(max_length=64)
        title = CharField(max_length=500)
        channel = CharField(null=True)
        channel_id = CharField(null=True, max_length=64)
        published_at = BigIntegerField(null=True)
        duration = DoubleField(null=True)
        type = CharField(max_length=32, default="unspecified")
        version = CharField(default="")
        max_height = IntegerField(null=True)
        score = IntegerField(default=0)
        reasons = JSONField(default=list)
        song = JSONField(default=dict)
        verdict = CharField(max_length=16, default="review")
        verdict_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        availability = CharField(max_length=16, default="unknown")
        image_url = CharField(null=True, max_length=500)
        checked_at = BigIntegerField(null=True)
        found_by = CharField(max_length=64, default="")
        seen_at = BigIntegerField(null=True)
        group_key = CharField(null=True)
        accepted_key = CharField(unique=True, null=True, max_length=100)

        class Meta:
            table_name = "video_source"
            indexes = (
                (("artist", "provider", "source_id"), True),
                (("artist", "verdict", "score"), False),
                (("verdict", "score", "id"), False),
            )

    class VideoFile(Base):
        video = ForeignKeyField(Video, on_delete="CASCADE")
        path = CharField(max_length=2000)
        path_key = CharField(unique=True)
        size = BigIntegerField()
        mtime = BigIntegerField()
        hash = CharField(null=True, max_length=64)
        container = CharField(null=True, max_length=32)
        video_codec = CharField(null=True, max_length=32)
        audio_codec = CharField(null=True, max_length=32)
        width = IntegerField(null=True)
        height = IntegerField(null=True)
        fps = DoubleField(null=True)
        hdr = CharField(null=True, max_length=16)
        bit_rate = IntegerField(null=True)
        channels = IntegerField(null=True)
        loudness = DoubleField(null=True)
        duration = DoubleField(null=True)
        subtitles = JSONField(default=list)
        source = ForeignKeyField(VideoSource, null=True, on_delete="SET NULL")
        sidecar_hash = CharField(null=True, max_length=64)
        missing_since = BigIntegerField(null=True)
        main_key = IntegerField(unique=True, null=True)

        class Meta:
            table_name = "video_file"

    class Credit(Base):
        video = ForeignKeyField(Video, on_delete="CASCADE")
        role = CharField(max_length=32)
        name = CharField()
        name_key = CharField()
        position = IntegerField(default=0)

        class Meta:
            table_name = "credit"
            indexes = (
                (("video", "role", "name_key", "position"), True),
                (("role", "name_key"), False),
            )

    class Genre(Base):
        name = CharField()
        name_key = CharField(unique=True)

        class Meta:
            table_name = "genre"

    class VideoGenre(Base):
        video = ForeignKeyField(Video, on_delete="CASCADE")
        genre = ForeignKeyField(Genre, on_delete="CASCADE")

        class Meta:
            table_name = "video_genre"
            indexes = ((("video", "genre"), True),)

    class Tag(Base):
        name = CharField()
        name_key = CharField(unique=True)

        class Meta:
            table_name = "tag"

    class VideoTag(Base):
        video = ForeignKeyField(Video, on_delete="CASCADE")
        tag = ForeignKeyField(Tag, on_delete="CASCADE")

        class Meta:
            table_name = "video_tag"
            indexes = ((("video", "tag"), True),)

    class SearchTerm(Base):
        term = CharField(max_length=48)
        kind = CharField(max_length=16)
        ref_id = IntegerField()

        class Meta:
            table_name = "search_term"
            indexes = ((("kind", "term", "ref_id"), True), (("kind", "ref_id", "term"), False))

    create(
        db,
        [
            QualityProfile,
            Artist,
            Video,
            ExternalId,
            VideoSource,
            VideoFile,
            Credit,
            Genre,
            VideoGenre,
            Tag,
            VideoTag,
            SearchTerm,
        ],
    )
