"""Playlists, lists that artists are imported from, and saved filters."""

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField

from mvidarr.models.artist import Artist
from mvidarr.models.base import Table, json_column
from mvidarr.models.user import User
from mvidarr.models.video import Video


class Playlist(Table):
    name = CharField(255)
    name_key = CharField(255)
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    user_id: int | None
    rule = json_column(dict)  # empty: a list made by hand


class PlaylistItem(Table):
    playlist = ForeignKeyField(Playlist, on_delete="CASCADE")
    playlist_id: int
    video = ForeignKeyField(Video, on_delete="CASCADE")
    video_id: int
    position = IntegerField()

    class Meta:
        indexes = ((("playlist", "position"), True),)


class ImportList(Table):
    kind = CharField(32)
    name = CharField(255)
    options = json_column(dict)
    token = CharField(4000, null=True)  # encrypted
    followed = BooleanField(default=False)
    next_check_at = BigIntegerField(default=0)


class ImportRow(Table):
    list = ForeignKeyField(ImportList, on_delete="CASCADE")
    list_id: int
    external_id = CharField(255)
    artist = ForeignKeyField(Artist, null=True, on_delete="SET NULL")
    artist_id: int | None
    data = json_column(dict)

    class Meta:
        indexes = ((("list", "external_id"), True),)


class SavedView(Table):
    user = ForeignKeyField(User, on_delete="CASCADE")
    user_id: int
    name = CharField(255)
    query = CharField(2000)

    class Meta:
        indexes = ((("user", "name"), True),)
