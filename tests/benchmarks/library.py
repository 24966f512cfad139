"""Speed and size of the real program: `python -m tests.benchmarks.library [--videos 10000 …]`.

Times of pages and JSON at one client, memory of each process, the first answer after a start,
and how long the web process lets others wait while downloads run. Prints tables, asserts nothing.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import requests

from mvidarr import migrations
from mvidarr.core import db
from mvidarr.core.config import Config
from tests.benchmarks import seed
from tests.conftest import until
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube
from tests.program import Program

ROUNDS = 200
PAGES = (
    ("page, first", "/videos"),
    ("page, list", "/videos?view=list"),
    ("page, wanted, by title", "/videos?status=wanted&sort=title"),
    ("page, search 'velv'", "/videos?q=velv"),
    ("page, deep", "DEEP"),
    ("artists", "/artists"),
    ("JSON, 60", "/api/v1/videos?limit=60"),
    ("JSON, search 'velv'", "/api/v1/videos?q=velv"),
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--videos", type=int, nargs="*", default=[10_000, 100_000])
    options.add_argument("--rounds", type=int, default=ROUNDS)
    given = options.parse_args()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for videos in given.videos:
        with folder() as root:
            _library(root, videos, given.rounds)
    with folder() as root:
        _while_downloading(root)


class folder:
    """A temporary folder."""

    def __enter__(self) -> Path:
        self.path = Path(tempfile.mkdtemp(prefix="mvidarr-benchmark-"))
        return self.path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def _library(root: Path, videos: int, rounds: int) -> None:
    program = Program(root)
    took = timed(program.start)
    print(f"\nfirst answer after the very first start  {took * 1000:7.0f} ms")
    program.set_up()
    program.stop()
    fill(program, videos)
    took = timed(program.start)
    print(f"first answer, {videos:,} videos           {took * 1000:7.0f} ms")
    _sign_in(program)
    print(f"\nmemory idle (PSS), {videos:,} videos")
    _memory(program)
    print(f"\n{videos:,} videos, one client, {rounds} rounds    median     p95      kB")
    for name, path in PAGES:
        _page(program, name, path, rounds)
    print("\nmemory after load (PSS)")
    _memory(program)
    program.stop()


def fill(program: Program, videos: int) -> None:
    url = f"sqlite:///{program.data / 'mvidarr.db'}"
    db.connect(url, db.Options(full_sync=False))
    with db.session():
        migrations.migrate(Config(data=program.data, database_url=url))
        seed.fill(videos)
        db.database.execute_sql("ANALYZE")
    db.disconnect()


def _sign_in(program: Program) -> None:
    from tests.program import ADMIN, PASSWORD

    answer = program.post("/login", {"name": ADMIN, "password": PASSWORD, "next": "/"})
    if answer.status_code != 303:
        raise SystemExit(answer.text)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _page(program: Program, name: str, path: str, rounds: int) -> None:
    if path == "DEEP":
        path = _deep(program)
    url = program.url + path
    for _ in range(20):
        program.http.get(url, timeout=30)
    times, size = [], 0
    for _ in range(rounds):
        started = time.perf_counter()
        answer = program.http.get(url, timeout=30)
        times.append((time.perf_counter() - started) * 1000)
        size = len(answer.content)
        if not answer.ok:
            raise SystemExit(f"{path}: {answer.status_code}")
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"  {name:38} {statistics.median(times):7.1f} {p95:7.1f} {size / 1000:7.0f}")


def _deep(program: Program) -> str:
    """The address of a page in the middle of the list."""
    after = None
    for _ in range(50):
        query = {"limit": 200, **({"after": after} if after else {})}
        listed = program.http.get(f"{program.url}/api/v1/videos", params=query, timeout=30).json()
        if listed["next"] is None:
            break
        after = listed["next"]
    return f"/videos?after={after}"


def _memory(program: Program) -> None:
    time.sleep(2)  # let what was just started settle
    total = 0.0
    for role in ("serve", "web", "worker"):
        size = sum(pss(pid) for pid in program.pids(role))
        total += size
        print(f"  {role:38} {size:7.1f} MB")
    print(f"  {'together':38} {total:7.1f} MB")


def pss(pid: int) -> float:
    """Memory of a process with its share of what it shares, in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    return 0.0


def _while_downloading(root: Path) -> None:
    """How long /health takes while two downloads run all the time: the event loop's worst."""
    with FakeInternet(root / "internet") as internet:
        youtube = FakeYouTube(internet)
        for number in range(8):
            youtube.add_video(
                f"bench{number:06d}",
                title=f"Benchmark - Song {'abcdefgh'[number]} (Official Video)",
                channel="Benchmark",
                verified=True,
                duration=70,
                seconds=70,
            )
        with Program(root / "program", internet) as program:
            program.set_up()
            for name in ("musicbrainz", "imvdb"):
                program.api("PUT", f"/settings/{name}_enabled", {"value": False})
            artist = program.api("POST", "/artists", {"name": "Benchmark"})
            program.api("POST", f"/artists/{artist['id']}/discover")
            until(lambda: program.api("GET", "/downloads")["items"], seconds=60)
            _poll(program)


def _poll(program: Program) -> None:
    times: list[float] = []
    done = threading.Event()

    def ask() -> None:
        with requests.Session() as http:
            http.trust_env = False
            while not done.is_set():
                started = time.perf_counter()
                http.get(f"{program.url}/health", timeout=10)
                times.append((time.perf_counter() - started) * 1000)
                done.wait(0.005)

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: not program.api("GET", "/downloads")["items"], seconds=300, every=0.2)
    done.set()
    asking.join()
    ended = program.api("GET", "/downloads?state=ended")["items"]
    finished = sum(row["state"] == "done" for row in ended)
    slow = sum(one > 50 for one in times)
    print(f"\nwhile {finished} downloads ran, {len(times)} times /health:")
    print(
        f"  median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms, over 50 ms: {slow}"
    )


if __name__ == "__main__":
    main()
