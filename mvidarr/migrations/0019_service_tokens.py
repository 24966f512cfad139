"""How many requests of a service are left for now."""

from peewee import Database
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import add_column


def up(migrator: SchemaMigrator, db: Database) -> None:
    add_column(db, "service", "tokens", "DOUBLE")
    add_column(db, "service", "tokens_at", "BIGINT")
