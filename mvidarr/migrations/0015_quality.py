"""What a quality profile can say, and the two profiles that every library begins with."""

import json
import time
from typing import Any

from peewee import Database
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import add_column, add_index, add_json, add_value

TABLE = "quality_profile"
HEIGHTS = (2160, 1440, 1080, 720, 480)


def up(migrator: SchemaMigrator, db: Database) -> None:
    add_json(db, TABLE, "audio_codecs", "[]")
    add_value(db, TABLE, "hdr", "VARCHAR(16)", "'any'")
    add_value(db, TABLE, "high_fps", "VARCHAR(16)", "'any'")
    add_value(db, TABLE, "is_upgrading", "BOOL", "1")
    add_column(db, TABLE, "standard", "INTEGER")
    add_index(db, TABLE, "quality_profile_standard", "standard", unique=True)
    add_value(db, "download", "is_upgrade", "BOOL", "0")
    _fill(db)


def _fill(db: Any) -> None:
    """The setting for the highest resolution lives on in the profile that is used by default."""
    most = _highest(db)
    is_best = most > 1080
    everywhere = [height for height in HEIGHTS if height <= min(most, 1080)]
    best = [height for height in HEIGHTS if height <= (most if is_best else HEIGHTS[0])]
    _add(db, ("Plays everywhere", everywhere, ["h264"], ["aac"], "mp4", "avoid", not is_best))
    _add(db, ("Best", best, [], [], "mkv", "any", is_best))


def _highest(db: Any) -> int:
    found = db.execute_sql("SELECT value FROM setting WHERE `key` = 'max_height'").fetchone()
    try:
        return int(json.loads(found[0])) if found and found[0] else 1080
    except (TypeError, ValueError):
        return 1080


def _add(db: Any, profile: tuple[str, list[int], list[str], list[str], str, str, bool]) -> None:
    name, heights, codecs, audio, container, hdr, is_standard = profile
    taken = "SELECT id FROM quality_profile WHERE name_key = {0} OR standard = {1}"
    mark = db.param
    standard = 1 if is_standard else None
    if db.execute_sql(taken.format(mark, mark), (name.casefold(), standard)).fetchone():
        return
    now = int(time.time() * 1000)
    lists = [json.dumps(words) for words in (heights, codecs, audio)]
    columns = (
        "created_at, updated_at, name, name_key, heights, codecs, audio_codecs, cutoff, container, "
        "hdr, high_fps, is_upgrading, standard"
    )
    values = (now, now, name, name.casefold(), *lists, heights[0], container, hdr, "any", 1)
    marks = ", ".join([mark] * (len(values) + 1))
    db.execute_sql(
        f"INSERT INTO quality_profile ({columns}) VALUES ({marks})",  # noqa: S608 - names of ours
        (*values, standard),
    )
