"""What we wrote beside files, and what is on its way into the trash."""

from peewee import Database
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import add_column, add_index, add_json


def up(migrator: SchemaMigrator, db: Database) -> None:
    add_json(db, "video_file", "artwork", "{}")
    add_json(db, "artist", "artwork", "{}")
    add_column(db, "trash_item", "batch", "INTEGER")
    add_column(db, "trash_item", "moved_at", "BIGINT")
    add_index(db, "trash_item", "trash_item_batch", "batch")
    add_index(db, "trash_item", "trash_item_moved_at", "moved_at")
