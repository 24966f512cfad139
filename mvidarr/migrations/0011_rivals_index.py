"""Have the uploads that are rivals for one song found without reading all of an artist's."""

from peewee import Database
from playhouse.migrate import SchemaMigrator, migrate

NAME = "video_source_artist_id_group_key_verdict_score"
COLUMNS = ("artist_id", "group_key", "verdict", "score")


def up(migrator: SchemaMigrator, db: Database) -> None:
    if NAME not in {index.name for index in db.get_indexes("video_source")}:
        migrate(migrator.add_index("video_source", COLUMNS))
