"""What is odd about a file, how loud it is, and the sidecars of artists."""

from peewee import Database
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import add_column, add_json


def up(migrator: SchemaMigrator, db: Database) -> None:
    add_json(db, "video_file", "findings", "[]")
    add_column(db, "video_file", "true_peak", "DOUBLE")
    add_column(db, "video_file", "measured_at", "BIGINT")
    add_column(db, "artist", "sidecar_hash", "VARCHAR(64)")
