"""Whoever runs the tasks: the worker, under the name that it writes into rows it claims."""

from collections.abc import Callable
from dataclasses import dataclass

from mvidarr.core.config import Config


@dataclass(frozen=True, kw_only=True)
class Owner:
    """`name` is the data folder's, a dot, and this process's. `stopping`: the program ends."""

    config: Config
    name: str
    stopping: Callable[[], bool]


_current: list[Owner] = []


def become(owner: Owner) -> None:
    """Run the tasks in this process from now on."""
    _current[:] = [owner]


def current() -> Owner:
    """Raises RuntimeError in a process that only sends wakes."""
    if not _current:
        raise RuntimeError("This process is no worker.")
    return _current[0]
