"""Several threads let go at one moment, each with its own connection."""

import threading
from collections.abc import Callable
from typing import Any

from mvidarr.core import db
from mvidarr.core.errors import Error


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What each of `count` threads answers, or the error of ours that it raises."""
    barrier = threading.Barrier(count)
    outcomes: list[Any] = []

    def run(number: int) -> None:
        with db.session():
            barrier.wait(timeout=30)
            try:
                outcomes.append(work(number))
            except Error as error:
                outcomes.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == count
    return outcomes
