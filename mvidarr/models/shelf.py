"""What happened to files on the shelf: what lies in the trash, and what was renamed."""

from peewee import BigIntegerField, CharField, ForeignKeyField, IntegerField

from mvidarr.core.terms import MoveState
from mvidarr.models.base import Table, json_column


class TrashItem(Table):
    """A video file with its sidecars in `<library>/.mvidarr/trash/<id>/`.

    No foreign keys: it survives the video. `path` is where the file was, below the library;
    `files`: names of all files beside each other in the trash, the video's first; `facts`: what
    restoring needs. `batch` names the first of those that were deleted together; `moved_at` is
    NULL while the files are on their way, in or out.
    """

    video_id = IntegerField(null=True, index=True)
    artist_id = IntegerField(null=True)
    title = CharField(500)
    path = CharField(2000)
    size = BigIntegerField(default=0)
    reason = CharField(16)
    files = json_column(list)
    facts = json_column(dict)
    by_user_id = IntegerField(null=True)
    batch = IntegerField(null=True, index=True)
    moved_at = BigIntegerField(null=True, index=True)


class Renaming(Table):
    """A renaming that a person approved: by which template, of what, and how far it is.

    `wanted` describes the selection; `undone_at` when it was taken back.
    """

    template = CharField(500)
    wanted = json_column(dict)
    total = IntegerField(default=0)
    by_user_id = IntegerField(null=True)
    ended_at = BigIntegerField(null=True)
    undone_at = BigIntegerField(null=True)


class Move(Table):
    """One file of a renaming, written before it is moved. Paths are below the library.

    `files`: pairs of the former and the new name of every file that goes along.
    """

    renaming = ForeignKeyField(Renaming, on_delete="CASCADE")
    renaming_id: int
    file_id = IntegerField()
    video_id = IntegerField()
    former = CharField(2000)
    target = CharField(2000)
    files = json_column(list)
    state = CharField(16, default=MoveState.PLANNED.value)
    error = CharField(500, null=True)

    class Meta:
        indexes = (
            (("renaming", "file_id"), True),
            (("renaming", "state", "id"), False),
        )
