"""People, their sessions and their API keys."""

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField

from mvidarr.core.terms import Role
from mvidarr.models.base import Table, json_column


class User(Table):
    """`epoch` rises when what a session was given for changes; `founder` is 1 for one row only."""

    name = CharField(255)
    name_key = CharField(255, unique=True)
    password_hash = CharField(255)
    role = CharField(16, default=Role.READONLY.value)
    active = BooleanField(default=True)
    epoch = IntegerField(default=0)
    totp_secret = CharField(512, null=True)  # encrypted
    totp_step = BigIntegerField(null=True)
    prefs = json_column(dict)
    seen_at = BigIntegerField(null=True)
    founder = IntegerField(null=True, unique=True)


class Session(Table):
    """One browser that is signed in; the token itself is only in its cookie."""

    user = ForeignKeyField(User, on_delete="CASCADE")
    user_id: int
    token_hash = CharField(64, unique=True)
    epoch = IntegerField(default=0)
    expires_at = BigIntegerField(index=True)
    seen_at = BigIntegerField()
    ip = CharField(64, default="")
    agent = CharField(255, default="")
    sudo_until = BigIntegerField(null=True)


class ApiKey(Table):
    """A script's way in, with a role not above its owner's."""

    user = ForeignKeyField(User, on_delete="CASCADE")
    user_id: int
    name = CharField(255)
    prefix = CharField(16)
    token_hash = CharField(64, unique=True)
    role = CharField(16)
    seen_at = BigIntegerField(null=True)
    revoked_at = BigIntegerField(null=True)
