"""What each page costs: `python -m tests.benchmarks.pages [--videos 100000] [--database URL]`.

The application in this process, over a filled database: milliseconds as one client waits and of
the processor, statements, and those of them that took long, with what the database read whole.
Without an address a SQLite file is made, filled and thrown away.
"""

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from mvidarr import migrations, settings
from mvidarr.app import create_app
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.terms import Role
from mvidarr.library.tables import Video
from mvidarr.web import pages
from tests.benchmarks import seed
from tests.client import ORIGIN, Client

SLOW = 5.0  # ms of one statement
PATHS = (
    *("/videos", "/videos?view=list", "/videos?sort=title", "/videos?sort=-year"),
    *("/videos?q=velv", "/videos?q=velv+night", "/videos?only_copy=1", "/videos?quality=1080p"),
    *("/artists", "/artists?show=incomplete", "/artists?sort=-videos"),
    *("/wanted", "/wanted?tab=failed", "/wanted?tab=ignored"),
    *("/wanted/cutoff", "/wanted/cutoff?q=velv+night", "/wanted/cutoff?finding=upscaled"),
    *("/review", "/review?artist=1", "/review?q=upload", "/review?channel=Channel+5"),
    *("/lists", "/lists/1", "/duplicates", "/jobs", "/activity", "/system", "/settings"),
    *("/artists/1", "/artists/500", "/videos/1", "/videos/99999"),
)


@dataclass(frozen=True)
class Asked:
    """One statement of a page."""

    sql: str
    params: Any
    ms: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--videos", type=int, default=100_000)
    options.add_argument("--database", help="one that is filled already stays as it is")
    options.add_argument("--rounds", type=int, default=20)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "backups").mkdir()
        url = given.database or f"sqlite:///{folder / 'b.db'}"
        config = Config(data=folder, database_url=url)
        db.connect(url, db.Options(full_sync=False))
        with db.session():
            migrations.migrate(config)
            settings.set_up(("a secret of the benchmark alone",), {})
            _fill(given.videos)
            client = Client(TestClient(create_app(config), base_url=ORIGIN)).as_role(Role.ADMIN)
        print(f"load {os.getloadavg()[0]:.1f}")
        print(f"{'':28}  median    p95     CPU  statements    kB")
        for path in PATHS:
            _measure(client, path, given.rounds)
        db.disconnect()


def _fill(videos: int) -> None:
    if not Video.select().exists():
        seed.fill(videos)
    if db.is_sqlite():
        db.database.execute_sql("ANALYZE")


def _measure(client: Client, path: str, rounds: int) -> None:
    client.get(path)
    times, cpu = [], []
    for _ in range(rounds):
        wall, used = time.perf_counter(), time.process_time()
        answer = client.get(path)
        times.append((time.perf_counter() - wall) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    asked = _asked(client, path)
    print(
        f"{path:28} {statistics.median(times):7.1f} {statistics.quantiles(times, n=20)[-1]:7.1f} "
        f"{statistics.median(cpu):7.1f} {len(asked):11} {len(answer.content) / 1000:5.0f}"
        f"{'' if answer.status_code == 200 else f'  status {answer.status_code}'}"
    )
    for one in asked:
        if one.ms > SLOW:
            start = max(0, one.sql.find(" FROM "))
            print(f"      {one.ms:6.1f} ms {one.sql[start : start + 100]} … {one.sql[-120:]}")
            print("\n".join(f"          {line}" for line in _plan(one)))


def _asked(client: Client, path: str) -> list[Asked]:
    """The statements of a page, the counts in its navigation among them."""
    found: list[Asked] = []

    def note(event: Any) -> None:
        found.append(Asked(event.sql, event.params, event.duration * 1000))

    pages._kept.until = 0.0
    db.database.obj.query_hooks.append(note)
    client.get(path)
    db.database.obj.query_hooks.remove(note)
    return found


def _plan(one: Asked) -> list[str]:
    if not one.sql.startswith("SELECT"):
        return []
    word = "EXPLAIN QUERY PLAN " if db.is_sqlite() else "EXPLAIN "
    with db.session():
        rows = db.database.execute_sql(word + one.sql, one.params).fetchall()
    return [str(row[3] if db.is_sqlite() else row) for row in rows]


if __name__ == "__main__":
    main()
