"""Have the uploads that cannot be had any more found among all others."""

from peewee import Database
from playhouse.migrate import SchemaMigrator, migrate

NAME = "video_source_availability_video_id"
COLUMNS = ("availability", "video_id")


def up(migrator: SchemaMigrator, db: Database) -> None:
    if NAME not in {index.name for index in db.get_indexes("video_source")}:
        migrate(migrator.add_index("video_source", COLUMNS))
