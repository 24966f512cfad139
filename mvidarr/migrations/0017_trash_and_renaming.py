"""The trash, and files that were renamed."""

from peewee import (
    BigIntegerField,
    CharField,
    Database,
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

    class TrashItem(Base):
        video_id = IntegerField(null=True, index=True)
        artist_id = IntegerField(null=True)
        title = CharField(max_length=500)
        path = CharField(max_length=2000)
        size = BigIntegerField(default=0)
        reason = CharField(max_length=16)
        files = JSONField(default=list)
        facts = JSONField(default=dict)
        by_user_id = IntegerField(null=True)

        class Meta:
            table_name = "trash_item"

    class Renaming(Base):
        template = CharField(max_length=500)
        wanted = JSONField(default=dict)
        total = IntegerField(default=0)
        by_user_id = IntegerField(null=True)
        ended_at = BigIntegerField(null=True)
        undone_at = BigIntegerField(null=True)

        class Meta:
            table_name = "renaming"

    class Move(Base):
        renaming = ForeignKeyField(Renaming, on_delete="CASCADE")
        file_id = IntegerField()
        video_id = IntegerField()
        former = CharField(max_length=2000)
        target = CharField(max_length=2000)
        files = JSONField(default=list)
        state = CharField(default="planned", max_length=16)
        error = CharField(null=True, max_length=500)

        class Meta:
            table_name = "move"
            indexes = ((("renaming", "file_id"), True), (("renaming", "state", "id"), False))

    create(db, [TrashItem, Renaming, Move])
