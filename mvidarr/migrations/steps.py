"""Steps that migrations share; each may be repeated after a crash halfway."""

from collections.abc import Sequence
from typing import Any

from peewee import TextField


class LongText(TextField):
    """Text beyond 64 kB on MariaDB."""

    field_type = "LONGTEXT"


def create(db: Any, models: Sequence[Any]) -> None:
    """Make the tables and indexes that are not there yet (MariaDB commits each by itself)."""
    for model in models:
        schema = model._schema
        schema.create_table(safe=True)
        present = {index.name for index in db.get_indexes(model._meta.table_name)}
        for index in model._meta.fields_to_index():
            if index._name not in present:
                db.execute(schema._create_index(index, safe=False))
