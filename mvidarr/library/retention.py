"""Days that what is in the trash has lain, counted as they go by.

A clock that is wrong by a year, now or when something was deleted, makes one day of it.
"""

import json

from peewee import fn

from mvidarr.core import clock, db
from mvidarr.library.tables import Setting, TrashItem

KEY = "trash_seen"  # no setting, but a row there: when a day began, and the newest items by days
LOOKED = clock.HOUR  # a look comes once in this time


def seen(days: int) -> int:
    """The newest item that has been in the trash for so many days; 0 when there is none."""
    with db.atomic():
        row = Setting.get_or_none(Setting.key == KEY)
        at, newest = json.loads(row.value) if row else (None, [])
        if at is None or abs(clock.now() - at) >= clock.DAY - LOOKED:
            newest = [*newest, TrashItem.select(fn.MAX(TrashItem.id)).scalar() or 0][-days - 1 :]
            value = json.dumps([clock.now(), newest])
            if not Setting.update(value=value).where(Setting.key == KEY).execute():
                Setting.insert(key=KEY, value=value).execute()
    return int(newest[-days - 1]) if len(newest) > days else 0
