"""Who is told of events, and how each attempt went."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Database,
    ForeignKeyField,
    IntegerField,
    Model,
)
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import add_index, add_value, create


def up(migrator: SchemaMigrator, db: Database) -> None:
    class Base(Model):
        created_at = BigIntegerField()
        updated_at = BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False

    class Outbox(Base):
        class Meta:
            table_name = "outbox"

    class Delivery(Base):
        outbox = ForeignKeyField(Outbox, on_delete="CASCADE")
        at = BigIntegerField(index=True)
        is_good = BooleanField()
        status = IntegerField(null=True)
        took = IntegerField(null=True)
        detail = CharField(default="", max_length=1000)

        class Meta:
            table_name = "delivery"

    add_value(db, "target", "active", "BOOL", "1")
    add_value(db, "target", "is_trusted", "BOOL", "0")
    add_index(db, "outbox", "outbox_target_id", "`target`, `id`")
    create(db, [Delivery])
