"""What happened (events) and what live pages must redraw (touches)."""

from mvidarr.activity.events import (
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
from mvidarr.activity.touch import TOPICS, changes_since, forget, newest, touch

__all__ = [
    "KINDS",
    "TOPICS",
    "Actor",
    "Kind",
    "acting",
    "actor",
    "changes_since",
    "files_changed",
    "forget",
    "newest",
    "record",
    "record_all",
    "set_apart",
    "touch",
]
