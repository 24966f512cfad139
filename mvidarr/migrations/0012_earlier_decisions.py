"""Remember for ever what people decided before decisions were kept by themselves."""

from peewee import Database, SqliteDatabase
from playhouse.migrate import SchemaMigrator

COPY = """
    INTO decision (
        created_at, updated_at, provider, source_id, artist_key,
        verdict, title, details, by_user_id
    )
    SELECT s.updated_at, s.updated_at, s.provider, s.source_id, a.name_key,
        s.verdict, s.title, '{}', s.verdict_by_id
    FROM video_source s JOIN artist a ON a.id = s.artist_id
    WHERE s.verdict_by_id IS NOT NULL AND s.verdict IN ('accepted', 'refused')
"""


def up(migrator: SchemaMigrator, db: Database) -> None:
    insert = "INSERT OR IGNORE " if isinstance(db, SqliteDatabase) else "INSERT IGNORE "
    db.execute_sql(insert + COPY)  # type: ignore[no-untyped-call]
