"""People, settings, history and other people's services."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    Database,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)
from playhouse.migrate import SchemaMigrator

from mvidarr.migrations.steps import LongText, create


def up(migrator: SchemaMigrator, db: Database) -> None:
    class Base(Model):
        created_at = BigIntegerField()
        updated_at = BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False

    class Claimed(Base):
        state = CharField(max_length=16, default="queued")
        active_key = CharField(unique=True, null=True)
        attempts = IntegerField(default=0)
        losses = IntegerField(default=0)
        next_try_at = BigIntegerField(default=0)
        priority = IntegerField(default=5)
        owner = CharField(null=True, max_length=64)
        lease_until = BigIntegerField(null=True)
        cause = CharField(null=True, max_length=32)
        last_error = CharField(null=True, max_length=1000)
        started_at = BigIntegerField(null=True)
        ended_at = BigIntegerField(null=True)

    class User(Base):
        name = CharField()
        name_key = CharField(unique=True)
        password_hash = CharField()
        role = CharField(max_length=16, default="readonly")
        active = BooleanField(default=True)
        epoch = IntegerField(default=0)
        totp_secret = CharField(null=True, max_length=512)
        totp_step = BigIntegerField(null=True)
        prefs = JSONField(default=dict)
        seen_at = BigIntegerField(null=True)
        founder = IntegerField(unique=True, null=True)

        class Meta:
            table_name = "user"

    class Session(Base):
        user = ForeignKeyField(User, on_delete="CASCADE")
        token_hash = CharField(unique=True, max_length=64)
        epoch = IntegerField(default=0)
        expires_at = BigIntegerField(index=True)
        seen_at = BigIntegerField()
        ip = CharField(max_length=64, default="")
        agent = CharField(default="")
        sudo_until = BigIntegerField(null=True)

        class Meta:
            table_name = "session"

    class ApiKey(Base):
        user = ForeignKeyField(User, on_delete="CASCADE")
        name = CharField()
        prefix = CharField(max_length=16)
        token_hash = CharField(unique=True, max_length=64)
        role = CharField(max_length=16)
        seen_at = BigIntegerField(null=True)
        revoked_at = BigIntegerField(null=True)

        class Meta:
            table_name = "api_key"

    class Setting(Base):
        key = CharField(unique=True, max_length=64)
        value = TextField(null=True)
        revision = BigIntegerField(index=True, default=0)
        by_user_id = IntegerField(null=True)

        class Meta:
            table_name = "setting"

    class Event(Base):
        at = BigIntegerField(index=True)
        kind = CharField(max_length=48)
        level = CharField(max_length=16, default="info")
        artist_id = IntegerField(index=True, null=True)
        video_id = IntegerField(index=True, null=True)
        user_id = IntegerField(null=True)
        ip = CharField(null=True, max_length=64)
        title = CharField(max_length=500)
        data = JSONField(default=dict)
        request_id = CharField(null=True, max_length=64)

        class Meta:
            table_name = "event"
            indexes = ((("kind", "at"), False),)

    class Target(Base):
        kind = CharField(max_length=16)
        name = CharField(unique=True)
        url = CharField(max_length=4000)
        secret = CharField(null=True, max_length=1000)
        events = JSONField(default=list)
        artists = JSONField(default=list)
        by_user_id = IntegerField(null=True)

        class Meta:
            table_name = "target"

    class Outbox(Claimed):
        event_id = IntegerField()
        target = CharField(max_length=64)

        class Meta:
            table_name = "outbox"
            indexes = ((("event_id", "target"), True), (("state", "next_try_at"), False))

    class Service(Base):
        name = CharField(unique=True, max_length=32)
        state = CharField(max_length=16, default="working")
        since = BigIntegerField(default=0)
        next_try_at = BigIntegerField(default=0)
        next_slot_at = BigIntegerField(default=0)
        failures = IntegerField(default=0)
        last_error = CharField(null=True, max_length=1000)
        budget_used = IntegerField(default=0)
        budget_from = BigIntegerField(default=0)
        details = JSONField(default=dict)

        class Meta:
            table_name = "service"

    class HttpCache(Base):
        key = CharField(unique=True, max_length=64)
        etag = CharField(null=True)
        body = LongText()
        expires_at = BigIntegerField(index=True)

        class Meta:
            table_name = "http_cache"

    class Image(Base):
        hash = CharField(unique=True, max_length=64)
        width = IntegerField()
        height = IntegerField()
        colour = CharField(max_length=7, default="#101010")

        class Meta:
            table_name = "image"

    class Throttle(Base):
        key = CharField(unique=True, max_length=100)
        tokens = DoubleField()
        at = BigIntegerField()

        class Meta:
            table_name = "throttle"

    class Change(Base):
        id = BigAutoField()
        rev = BigIntegerField(unique=True)
        topic = CharField(max_length=64)
        ref_id = IntegerField(null=True)
        at = BigIntegerField(index=True)

        class Meta:
            table_name = "change"

    class Revision(Base):
        value = BigIntegerField(default=0)

        class Meta:
            table_name = "revision"

    create(
        db,
        [
            User,
            Session,
            ApiKey,
            Setting,
            Event,
            Target,
            Outbox,
            Service,
            HttpCache,
            Image,
            Throttle,
            Change,
            Revision,
        ],
    )
