"""What can be set at run time: every setting is declared once, in `options`."""

from mvidarr.settings import options
from mvidarr.settings.option import Group, Kind, Option
from mvidarr.settings.values import (
    Shown,
    all_values,
    change,
    check_environment,
    find,
    get,
    on_change,
    refresh,
    reset,
    revision,
    set_up,
    show,
)

__all__ = [
    "Group",
    "Kind",
    "Option",
    "Shown",
    "all_values",
    "change",
    "check_environment",
    "find",
    "get",
    "on_change",
    "options",
    "refresh",
    "reset",
    "revision",
    "set_up",
    "show",
]
