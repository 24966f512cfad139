"""Lists at other services that artists and videos are imported from, and accounts there."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from mvidarr.models.artist import Artist
from mvidarr.models.base import Table, json_column
from mvidarr.models.user import User
from mvidarr.models.video import Video


class Connection(Table):
    """Somebody's account at a service that MVidarr may read. `token` is encrypted."""

    kind = CharField(32)  # spotify
    external_id = CharField(255)
    name = CharField(255)
    token = TextField()
    expires_at = BigIntegerField(default=0)
    problem = CharField(500, null=True)  # a sentence, when it has to be connected anew
    by_user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by_user_id: int | None

    class Meta:
        indexes = ((("kind", "external_id"), True),)


class ImportList(Table):
    """A list to import, once or again and again. `every` in hours; `filters` say what is left out.

    `removal`: what happens to an artist that left the list: keep, unmonitor, remove.
    """

    kind = CharField(32)
    name = CharField(255)
    mode = CharField(16, default="artists")  # or videos
    options = json_column(dict)  # what the kind asks for: a user, a playlist, a period
    filters = json_column(dict)
    connection = ForeignKeyField(Connection, null=True, on_delete="SET NULL")
    connection_id: int | None
    followed = BooleanField(default=False)
    every = IntegerField(null=True)
    removal = CharField(16, default="keep")
    next_check_at = BigIntegerField(default=0, index=True)
    read_at = BigIntegerField(null=True)
    applied_at = BigIntegerField(null=True)
    last_error = CharField(1000, null=True)
    by_user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by_user_id: int | None


class ImportRow(Table):
    """An entry of a list. `state`: new, known, ambiguous, filtered, added, skipped or gone."""

    list = ForeignKeyField(ImportList, on_delete="CASCADE")
    list_id: int
    external_id = CharField(255)
    name = CharField(255)  # of the artist
    title = CharField(500, default="")  # of the song
    state = CharField(16, default="new")
    chosen = BooleanField(default=True)
    artist = ForeignKeyField(Artist, null=True, on_delete="SET NULL")
    artist_id: int | None
    video = ForeignKeyField(Video, null=True, on_delete="SET NULL")
    video_id: int | None
    data = json_column(dict)  # what the service said, and whom it may mean
    seen_at = BigIntegerField(default=0)

    class Meta:
        indexes = (
            (("list", "external_id"), True),
            (("list", "state", "id"), False),
        )
