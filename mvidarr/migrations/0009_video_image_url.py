"""Where a catalogue shows a picture of a video."""

from peewee import Database
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import add_column


def up(migrator: SchemaMigrator, db: Database) -> None:
    add_column(db, "video", "image_url", "VARCHAR(500)")
