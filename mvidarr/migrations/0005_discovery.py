"""Import lists and the accounts they are read with, artists' other names, what people decided."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Database,
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

    class User(Base):
        class Meta:
            table_name = "user"

    class Artist(Base):
        class Meta:
            table_name = "artist"

    class Video(Base):
        class Meta:
            table_name = "video"

    class Alias(Base):
        artist = ForeignKeyField(Artist, on_delete="CASCADE")
        name = CharField()
        name_key = CharField(index=True)

        class Meta:
            table_name = "alias"
            indexes = ((("artist", "name_key"), True),)

    class Twin(Base):
        first = ForeignKeyField(Video, on_delete="CASCADE", backref="+")
        second = ForeignKeyField(Video, on_delete="CASCADE", backref="+")
        reason = CharField(max_length=16)
        is_distinct = BooleanField(default=False)

        class Meta:
            table_name = "twin"
            indexes = ((("first", "second"), True), (("is_distinct", "id"), False))

    class Decision(Base):
        provider = CharField(max_length=16)
        source_id = CharField(max_length=64)
        artist_key = CharField()
        verdict = CharField(max_length=16)
        title = CharField(default="", max_length=500)
        details = JSONField(default=dict)
        by_user_id = IntegerField(null=True)

        class Meta:
            table_name = "decision"
            indexes = (
                (("provider", "source_id", "artist_key"), True),
                (("artist_key", "id"), False),
            )

    class Connection(Base):
        kind = CharField(max_length=32)
        external_id = CharField()
        name = CharField()
        token = TextField()
        expires_at = BigIntegerField(default=0)
        problem = CharField(null=True, max_length=500)
        by_user = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            table_name = "connection"
            indexes = ((("kind", "external_id"), True),)

    class ImportList(Base):
        kind = CharField(max_length=32)
        name = CharField()
        mode = CharField(default="artists", max_length=16)
        options = JSONField(default=dict)
        filters = JSONField(default=dict)
        connection = ForeignKeyField(Connection, null=True, on_delete="SET NULL")
        followed = BooleanField(default=False)
        every = IntegerField(null=True)
        removal = CharField(default="keep", max_length=16)
        next_check_at = BigIntegerField(default=0, index=True)
        read_at = BigIntegerField(null=True)
        applied_at = BigIntegerField(null=True)
        last_error = CharField(null=True, max_length=1000)
        by_user = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            table_name = "import_list"

    class ImportRow(Base):
        list = ForeignKeyField(ImportList, on_delete="CASCADE")
        external_id = CharField()
        name = CharField()
        title = CharField(default="", max_length=500)
        state = CharField(default="new", max_length=16)
        chosen = BooleanField(default=True)
        artist = ForeignKeyField(Artist, null=True, on_delete="SET NULL")
        video = ForeignKeyField(Video, null=True, on_delete="SET NULL")
        data = JSONField(default=dict)
        seen_at = BigIntegerField(default=0)

        class Meta:
            table_name = "import_row"
            indexes = ((("list", "external_id"), True), (("list", "state", "id"), False))

    create(db, [Alias, Twin, Decision, Connection, ImportList, ImportRow])
