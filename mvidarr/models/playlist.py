"""Playlists and saved filters."""

from peewee import CharField, ForeignKeyField, IntegerField

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


class SavedView(Table):
    user = ForeignKeyField(User, on_delete="CASCADE")
    user_id: int
    name = CharField(255)
    query = CharField(2000)

    class Meta:
        indexes = ((("user", "name"), True),)
