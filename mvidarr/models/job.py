"""Work that runs in the background, and when it is due again."""

from peewee import BigIntegerField, CharField, ForeignKeyField, IntegerField

from mvidarr.models.base import ClaimColumns, Table, json_column
from mvidarr.models.user import User


class Job(ClaimColumns):
    """One piece of background work; `active_key` is kind:subject."""

    kind = CharField(32)
    subject = CharField(200, default="")
    args = json_column(dict)
    done = IntegerField(default=0)
    total = IntegerField(null=True)
    note = CharField(500, default="")
    by_user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by_user_id: int | None

    class Meta:
        indexes = (
            (("state", "next_try_at", "priority", "id"), False),
            (("kind", "subject", "id"), False),
        )


class Schedule(Table):
    """Last and next run of a scheduled job; claimed by UPDATE, so that it runs once."""

    name = CharField(64, unique=True)
    last_run_at = BigIntegerField(null=True)
    next_run_at = BigIntegerField(default=0)
