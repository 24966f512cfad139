"""Genres of artists."""

from peewee import Database
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import add_json


def up(migrator: SchemaMigrator, db: Database) -> None:
    add_json(db, "artist", "genres", "[]")
