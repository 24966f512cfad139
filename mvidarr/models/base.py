"""What every table shares, and the columns of a table whose rows are work."""

from typing import Any

from peewee import BigIntegerField, CharField, IntegerField, JSONField, Model

from mvidarr.core import clock, db
from mvidarr.core.terms import WorkState


class Table(Model):
    """`id`, and when the row was made and last changed (ms)."""

    id: int
    created_at = BigIntegerField(default=lambda: clock.now())  # asked for each row
    updated_at = BigIntegerField(default=lambda: clock.now())

    class Meta:
        database = db.database
        legacy_table_names = False


class ClaimColumns(Table):
    """A row that is work: claimed by one owner at a time, under a lease.

    `active_key` names the subject while the row is active and is NULL after, so that the unique
    index lets one subject have one active row.
    """

    state = CharField(16, default=WorkState.QUEUED.value)
    active_key = CharField(255, null=True, unique=True)
    attempts = IntegerField(default=0)
    losses = IntegerField(default=0)
    next_try_at = BigIntegerField(default=0)
    priority = IntegerField(default=5)
    owner = CharField(64, null=True)
    lease_until = BigIntegerField(null=True)
    cause = CharField(32, null=True)
    last_error = CharField(1000, null=True)
    started_at = BigIntegerField(null=True)
    ended_at = BigIntegerField(null=True)


def json_column(default: Any) -> Any:
    """A JSON column that is never NULL; `default` makes the empty value."""
    return JSONField(default=default)
