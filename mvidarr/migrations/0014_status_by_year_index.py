"""Have the few videos of a rare status read in the order of their years."""

from peewee import Database
from playhouse.migrate import SchemaMigrator, migrate

NAME = "video_status_year_id"
COLUMNS = ("status", "year", "id")


def up(migrator: SchemaMigrator, db: Database) -> None:
    if NAME not in {index.name for index in db.get_indexes("video")}:
        migrate(migrator.add_index("video", COLUMNS))
