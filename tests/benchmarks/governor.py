"""Reservations of a service's slots and tokens per second, with one and with four processes.

    python -m tests.benchmarks.governor [--seconds 3] [--url mysql://…]

Nobody waits: the pace is nothing and the budget endless, so that the row alone is the limit.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

from mvidarr import migrations
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import Unavailable
from mvidarr.governor import budget

PROCESSES = (1, 4)
ENDLESS = 100_000_000


def reserve(url: str, seconds: float, name: str) -> tuple[int, int, float]:
    """How many reservations one process made, how many the database refused, and the slowest."""
    db.connect(url, db.Options(full_sync=False))
    made = refused = 0
    slowest = 0.0
    until = time.monotonic() + seconds
    with db.session():
        while (began := time.monotonic()) < until:
            try:
                budget.reserve(name, wait=0, pace=0, hourly=ENDLESS)
                made += 1
            except Unavailable:
                refused += 1
            slowest = max(slowest, time.monotonic() - began)
    db.disconnect()
    return made, refused, slowest


def statements(url: str) -> int:
    """How many statements one reservation takes, with those that begin and end it."""
    db.connect(url, db.Options(full_sync=False))
    with db.session():
        budget.reserve("counted", pace=0)
        with db.counting() as counter:
            budget.reserve("counted", pace=0)
    db.disconnect()
    return len(counter)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--url", default="", help="an empty database; a SQLite file without it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite:///{folder}/bench.db"
        db.connect(url, db.Options(full_sync=False))
        migrations.migrate(Config(data=Path(folder), database_url=url))
        db.disconnect()
        sys.stdout.write(f"statements of a reservation: {statements(url)}\n")
        for count in PROCESSES:
            with multiprocessing.get_context("spawn").Pool(count) as pool:
                runs = pool.starmap(reserve, [(url, given.seconds, "busy")] * count)
            made, refused = sum(run[0] for run in runs), sum(run[1] for run in runs)
            slowest = max(run[2] for run in runs)
            sys.stdout.write(
                f"{count} processes: {made / given.seconds:,.0f} reservations/s, "
                f"{refused} refused, slowest {slowest * 1000:.0f} ms\n"
            )


if __name__ == "__main__":
    main()
