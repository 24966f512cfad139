"""Settings, history, other people's services, pictures and what live pages must redraw."""

from peewee import (
    AutoField,
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from mvidarr.core.terms import ServiceState
from mvidarr.models.base import ClaimColumns, Table, json_column


class Setting(Table):
    """A value that was set; NULL after a reset, so that the other processes notice."""

    key = CharField(64, unique=True)
    value = TextField(null=True)  # JSON; encrypted for secrets
    revision = BigIntegerField(default=0, index=True)
    by_user_id = IntegerField(null=True)


class Event(Table):
    """Something that happened: feed, history and audit in one. Rows are never changed."""

    at = BigIntegerField(index=True)
    kind = CharField(48)
    level = CharField(16, default="info")
    artist_id = IntegerField(null=True, index=True)
    video_id = IntegerField(null=True, index=True)
    user_id = IntegerField(null=True)
    ip = CharField(64, null=True)
    title = CharField(500)
    data = json_column(dict)
    request_id = CharField(64, null=True)

    class Meta:
        indexes = ((("kind", "at"), False),)


class Target(Table):
    """Somewhere that wants to be told: a webhook or an Apprise address.

    `events`: kinds, none for all that can be told; `artists`: ids, none for all. An address is
    `is_trusted` when an administrator set it: it may be in the own network then.
    """

    kind = CharField(16)
    name = CharField(255, unique=True)
    url = CharField(4000)  # encrypted
    secret = CharField(1000, null=True)  # encrypted
    events = json_column(list)
    artists = json_column(list)
    by_user_id = IntegerField(null=True)
    active = BooleanField(default=True)
    is_trusted = BooleanField(default=False)


class Outbox(ClaimColumns):
    """One event on its way to one target: the id of one, or a media server's name."""

    event_id = IntegerField()
    target = CharField(64)

    class Meta:
        indexes = (
            (("event_id", "target"), True),
            (("state", "next_try_at"), False),
            (("target", "id"), False),
        )


class Delivery(Table):
    """One attempt to deliver; `status`: HTTP's, where there was one; `took` in ms."""

    outbox = ForeignKeyField(Outbox, on_delete="CASCADE")
    outbox_id: int
    at = BigIntegerField(index=True)
    is_good = BooleanField()
    status = IntegerField(null=True)
    took = IntegerField(null=True)
    detail = CharField(1000, default="")


class Service(Table):
    """How somebody else's system does, and when it may be asked again."""

    name = CharField(32, unique=True)
    state = CharField(16, default=ServiceState.WORKING.value)
    since = BigIntegerField(default=0)
    next_try_at = BigIntegerField(default=0)
    next_slot_at = BigIntegerField(default=0)
    failures = IntegerField(default=0)
    last_error = CharField(1000, null=True)
    budget_used = IntegerField(default=0)
    budget_from = BigIntegerField(default=0)
    tokens = DoubleField(null=True)  # of the bucket, as of `tokens_at`
    tokens_at = BigIntegerField(null=True)
    details = json_column(dict)  # per endpoint


class LongText(TextField):
    """Text beyond 64 kB: MariaDB needs to be told, SQLite does not mind."""

    field_type = "LONGTEXT"


class HttpCache(Table):
    """An answer worth keeping. `key` is a hash of the request."""

    key = CharField(64, unique=True)
    etag = CharField(255, null=True)
    body = LongText()
    expires_at = BigIntegerField(index=True)


class Image(Table):
    """A stored picture; `hash` names its files."""

    hash = CharField(64, unique=True)
    width = IntegerField()
    height = IntegerField()
    colour = CharField(7, default="#101010")


class Throttle(Table):
    """A token bucket that survives restarts."""

    key = CharField(100, unique=True)
    tokens = DoubleField()
    at = BigIntegerField()


class Change(Table):
    """A live page must redraw something; kept for ten minutes."""

    id = BigAutoField()
    rev = BigIntegerField(unique=True)
    topic = CharField(64)
    ref_id = IntegerField(null=True)
    at = BigIntegerField(index=True)


class Revision(Table):
    """One row: the number of the newest change. Its lock keeps commits in order."""

    id = AutoField()
    value = BigIntegerField(default=0)
