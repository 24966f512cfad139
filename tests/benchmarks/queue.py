"""What a long queue costs: `python -m tests.benchmarks.queue [--rows 10000] [--database URL]`.

Milliseconds and statements of the pages, of a claim, of moves and of what is done to all; then how
long an update of the progress takes from a worker process to a browser's stream.
"""

import argparse
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import uvicorn
from starlette.testclient import TestClient

from mvidarr import activity, migrations, settings
from mvidarr.accounts import sessions
from mvidarr.accounts.identify import COOKIE
from mvidarr.app import create_app
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.terms import Role, Verdict
from mvidarr.downloads import claims, line, listing, order, queue, whole
from mvidarr.jobs import claim
from mvidarr.library import status
from mvidarr.library.tables import Download, VideoSource
from mvidarr.web import activity as pages
from mvidarr.web import live
from tests import factories
from tests.benchmarks import seed
from tests.client import ORIGIN, Client
from tests.program import free_port

SECRETS = ("a secret of the benchmark alone",)
UPDATES = 20


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--database", help="an empty one; without it a SQLite file is made")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "backups").mkdir()
        config = Config(data=folder, database_url=given.database or f"sqlite:///{folder / 'b.db'}")
        _open(config)
        with db.session():
            migrations.migrate(config)
            _fill(given.rows)
            print(f"load {os.getloadavg()[0]:.1f}, {given.rows:,} rows in the queue")
            _measure(config, given.rounds)
        _latency(config)
        with db.session():
            _measure_whole()
        db.disconnect()


def _open(config: Config) -> None:
    db.connect(config.database_url, db.Options(full_sync=False))
    with db.session():
        settings.set_up(SECRETS, {})


def _fill(rows: int) -> None:
    seed.fill(rows * 5 // 4 + 5)  # four of five videos have an upload in use
    Download.delete().execute()
    accepted = VideoSource.verdict == Verdict.ACCEPTED
    videos = VideoSource.select(VideoSource.video_id, VideoSource.id).where(accepted).limit(rows)
    made = [
        {"video": video, "source": source, "active_key": str(video), "position": 1000 * number}
        for number, (video, source) in enumerate(videos.tuples(), start=1)
    ]
    with db.atomic():
        for start in range(0, len(made), 500):
            Download.insert_many(made[start : start + 500]).execute()
        status.restate([row["video"] for row in made])
    if db.is_sqlite():
        db.database.execute_sql("ANALYZE")


def _measure(config: Config, rounds: int) -> None:
    client = Client(TestClient(create_app(config), base_url=ORIGIN)).as_role(Role.ADMIN)
    audience = live.Audience(role=Role.ADMIN)
    chance = random.Random(1)
    ids = [spot.id for spot in line.spots(10**6)]
    middle = db.encode_cursor((5 * 10**15 + 1000 * (len(ids) // 2), ids[len(ids) // 2]))
    running = factories.make_download(state="running", stage="fetch", percent=1.0, size=10**8)

    def move() -> None:
        row, other = chance.sample(ids, 2)
        order.place_before(row, other)

    def squeeze() -> None:
        order.place_after(chance.choice(ids), ids[0])

    def claimed() -> None:
        row = claims.claim_next("bench.1")
        if row is not None:
            claims.give_back(row, str(row.owner))

    print(f"{'':34}  median    p95  statements")
    for name, work in (
        ("page /activity", lambda: client.get("/activity")),
        ("page in the middle", lambda: client.get(f"/activity?after={middle}")),
        ("page at the end", lambda: client.get("/activity?last=1")),
        ("JSON of the queue", lambda: client.get("/api/v1/downloads")),
        ("sums", listing.stats),
        ("redraw after a change", lambda: pages.redraw(audience, [None])),
        ("redraw after progress", lambda: pages.redraw(audience, [running.id])),
        ("claim and give back", claimed),
        ("look whether one may be claimed", claims.may_claim),
        ("move to any place", move),
        ("move into one gap", squeeze),
        ("move to the end", lambda: order.move(chance.choice(ids), "last")),
        ("move up", lambda: order.move(chance.choice(ids), "up")),
        ("count the place", lambda: order.rank(queue.get(chance.choice(ids)))),
    ):
        _time(name, work, rounds)
    running.delete_instance()


def _time(name: str, work: Callable[[], Any], rounds: int) -> None:
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    asked: list[Any] = []
    db.database.obj.query_hooks.append(asked.append)
    work()
    db.database.obj.query_hooks.remove(asked.append)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{name:34} {statistics.median(times):7.1f} {p95:7.1f} {len(asked):11}")


def _measure_whole() -> None:
    start = time.perf_counter()
    cancelled = whole.clear()
    print(f"{cancelled:,} cancelled in {time.perf_counter() - start:.1f} s")
    start = time.perf_counter()
    forgotten = whole.forget_ended()
    print(f"{forgotten:,} forgotten in {time.perf_counter() - start:.1f} s")


def _latency(config: Config) -> None:
    """From the write of a worker process to the bytes that a browser gets."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(config), port=port, log_level="error"))
    web = threading.Thread(target=server.run, daemon=True)
    web.start()
    while not server.started:
        time.sleep(0.05)
    with db.session():
        token = sessions.start(factories.make_user(), ip="bench", agent="bench")
        running = factories.make_download(state="running", stage="fetch", size=10**8)
        owner = "bench.1"
        Download.update(owner=owner).where(Download.id == running.id).execute()
        since = activity.newest()
    answer = requests.get(
        f"http://127.0.0.1:{port}/live?topics=nav,downloads&since={since}",
        cookies={COOKIE: token},
        stream=True,
        timeout=30,
    )
    written: Any = multiprocessing.get_context("spawn").SimpleQueue()
    worker = multiprocessing.get_context("spawn").Process(
        target=_work, args=(config, running.id, owner, written)
    )
    worker.start()
    delays = _heard(answer, written)
    worker.join()
    server.should_exit = True
    web.join()
    _open(config)  # it closed the database behind it
    with db.session():
        running.delete_instance()
    print(
        f"progress from worker to browser   {statistics.median(delays):7.0f} "
        f"{statistics.quantiles(delays, n=20)[-1]:7.0f} ms, {len(delays)} updates"
    )


def _work(config: Config, download_id: int, owner: str, written: Any) -> None:
    """Write progress now and then, as a worker does; say when."""
    _open(config)
    chance = random.Random(2)
    for done in range(1, UPDATES + 1):
        time.sleep(1 + chance.random() / 2)
        at = time.time()
        with db.session():
            claim.heartbeat(Download, download_id, owner, done_bytes=done * 10**6)
        written.put((done, at))


def _heard(answer: requests.Response, written: Any) -> list[float]:
    """Milliseconds after which each update was on the stream."""
    heard: dict[int, float] = {}
    for text in answer.iter_lines(chunk_size=1024, decode_unicode=True):
        for done in range(1, UPDATES + 1):
            if f">{done}.0 MB of 100 MB" in text:
                heard.setdefault(done, time.time())
        if UPDATES in heard:
            break
    answer.close()
    told = dict(written.get() for _ in range(UPDATES))
    return [(at - told[done]) * 1000 for done, at in heard.items()]


if __name__ == "__main__":
    main()
