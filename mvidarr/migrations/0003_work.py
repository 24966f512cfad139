"""Downloads, jobs, the clock, playlists and lists."""

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

    class Claimed(Base):
        state = CharField(max_length=16, default="queued")
        active_key = CharField(unique=True, null=True)
        attempts = IntegerField(default=0)
        losses = IntegerField(default=0)
        next_try_at = BigIntegerField(default=0)
        priority = IntegerField(default=5)
        owner = CharField(null=True, max_length=64)
        lease_until = BigIntegerField(null=True)
        cause = CharField(null=True, max_length=32)
        last_error = CharField(null=True, max_length=1000)
        started_at = BigIntegerField(null=True)
        ended_at = BigIntegerField(null=True)

    class QualityProfile(Base):
        class Meta:
            table_name = "quality_profile"

    class User(Base):
        class Meta:
            table_name = "user"

    class Video(Base):
        class Meta:
            table_name = "video"

    class VideoSource(Base):
        class Meta:
            table_name = "video_source"

    class Artist(Base):
        class Meta:
            table_name = "artist"

    class Download(Claimed):
        profile = ForeignKeyField(QualityProfile, null=True, on_delete="SET NULL")
        position = BigIntegerField(default=0)
        stage = CharField(null=True, max_length=16)
        step = CharField(null=True, max_length=16)
        percent = DoubleField(null=True)
        speed = DoubleField(null=True)
        eta = DoubleField(null=True)
        size = BigIntegerField(null=True)
        done_bytes = BigIntegerField(null=True)
        notes = JSONField(default=dict)
        by_user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        video = ForeignKeyField(Video, on_delete="CASCADE")
        source = ForeignKeyField(VideoSource, null=True, on_delete="SET NULL")

        class Meta:
            table_name = "download"
            indexes = (
                (("state", "priority", "position", "id"), False),
                (("state", "ended_at"), False),
            )

    class Block(Base):
        provider = CharField(max_length=16)
        source_id = CharField(max_length=64)
        title = CharField(max_length=500, default="")
        channel = CharField(null=True)
        reason = CharField(default="")
        by_user_id = IntegerField(null=True)

        class Meta:
            table_name = "block"
            indexes = ((("provider", "source_id"), True),)

    class Job(Claimed):
        kind = CharField(max_length=32)
        subject = CharField(max_length=200, default="")
        args = JSONField(default=dict)
        done = IntegerField(default=0)
        total = IntegerField(null=True)
        note = CharField(max_length=500, default="")
        by_user = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            table_name = "job"
            indexes = (
                (("state", "next_try_at", "priority", "id"), False),
                (("kind", "subject", "id"), False),
            )

    class Schedule(Base):
        name = CharField(unique=True, max_length=64)
        last_run_at = BigIntegerField(null=True)
        next_run_at = BigIntegerField(default=0)

        class Meta:
            table_name = "schedule"

    class Playlist(Base):
        name = CharField()
        name_key = CharField()
        user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        rule = JSONField(default=dict)

        class Meta:
            table_name = "playlist"

    class PlaylistItem(Base):
        playlist = ForeignKeyField(Playlist, on_delete="CASCADE")
        video = ForeignKeyField(Video, on_delete="CASCADE")
        position = IntegerField()

        class Meta:
            table_name = "playlist_item"
            indexes = ((("playlist", "position"), True),)

    class ImportList(Base):
        kind = CharField(max_length=32)
        name = CharField()
        options = JSONField(default=dict)
        token = CharField(null=True, max_length=4000)
        followed = BooleanField(default=False)
        next_check_at = BigIntegerField(default=0)

        class Meta:
            table_name = "import_list"

    class ImportRow(Base):
        list = ForeignKeyField(ImportList, on_delete="CASCADE")
        external_id = CharField()
        artist = ForeignKeyField(Artist, null=True, on_delete="SET NULL")
        data = JSONField(default=dict)

        class Meta:
            table_name = "import_row"
            indexes = ((("list", "external_id"), True),)

    class SavedView(Base):
        user = ForeignKeyField(User, on_delete="CASCADE")
        name = CharField()
        query = CharField(max_length=2000)

        class Meta:
            table_name = "saved_view"
            indexes = ((("user", "name"), True),)

    create(
        db,
        [Download, Block, Job, Schedule, Playlist, PlaylistItem, ImportList, ImportRow, SavedView],
    )
