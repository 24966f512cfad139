"""What happened (events) and what live pages must redraw (touches)."""

from mvidarr.activity.events import (
    BY_NAME,
    KINDS,
    Actor,
    Kind,
    acting,
    actor,
    files_changed,
    record,
    record_all,
    set_apart,
)
from mvidarr.activity.outbox import follow_artist
from mvidarr.activity.touch import TOPICS, changes_since, forget, newest, touch

__all__ = [
    "BY_NAME",
    "KINDS",
    "TOPICS",
    "Actor",
    "Kind",
    "acting",
    "actor",
    "changes_since",
    "files_changed",
    "follow_artist",
    "forget",
    "newest",
    "record",
    "record_all",
    "set_apart",
    "touch",
]
