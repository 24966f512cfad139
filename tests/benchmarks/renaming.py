"""Speed of names: `python -m tests.benchmarks.renaming [files]`.

How many names are rendered a second, how long a whole library is planned anew, how much that asks
and takes, and how long somebody who types waits for the preview. On a real SQLite file.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mvidarr import migrations, settings
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.jobs import jobs
from mvidarr.library import paths, preview, renaming, renaming_facts
from mvidarr.library.filters import Filters
from mvidarr.media import naming
from mvidarr.models import Job, Move, VideoFile
from tests.benchmarks import seed

ROUNDS = 20


class Quiet:
    """A job that nobody watches."""

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        pass

    def result(self, note: str, problem: str | None = None) -> None:
        print(f"  {note}")


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = Config(data=folder, database_url=f"sqlite:///{folder / 'b.db'}")
        db.connect(config.database_url, db.Options(full_sync=False))
        migrations.migrate(config)
        settings.set_up(("a secret of the benchmark alone",), {})
        with db.session():
            seed.fill(count * 3 // 2)  # two videos of three have a file
            db.database.execute_sql("ANALYZE")
            settings.change({"library_path": name})
            _names()
            _plan("every file gets another name")
            _settle()
            _plan("no file gets another name")
            settings.change({"naming_template": "{Artist}/{Title}"})
            _plan("most names collide")
            _preview()
        db.disconnect()


def _names() -> None:
    template = paths.layout()
    some = [one for page in renaming_facts.of_files(None, template) for one in page][:20_000]
    took = _timed(lambda: [naming.render(template, one.facts) for one in some])
    print(f"names rendered: {len(some) / took:,.0f} a second")


def _plan(what: str) -> None:
    before = _memory()
    files = VideoFile.select().count()
    print(f"\nplan for {files:,} files, {what}")
    made = renaming.plan(Filters(), (), None)
    job = jobs.of(renaming.PLAN, str(made.id))
    with db.counting() as counter:
        took = _timed(lambda: renaming.run_plan(job, Quiet()))  # type: ignore[arg-type]
    Job.update(state="done", active_key=None).execute()
    print(f"  {took:.1f} s, {len(counter)} statements, {_memory() - before:.0f} MB more at most")
    shown = renaming.get(made.id)
    took = _timed(lambda: renaming.page(made.id, "", db.Place()))
    print(f"  first page {took * 1000:.1f} ms, {Move.select().count():,} moves")
    took = _timed(lambda: renaming.approve(made.id, shown.row.template, shown.fingerprint, None))
    print(f"  approved {took * 1000:.1f} ms")
    took = _timed(lambda: renaming.confirm(renaming.get(made.id).row))
    print(f"  looked at again by the worker {took:.2f} s")
    Job.update(state="done", active_key=None).execute()


def _settle() -> None:
    """As if all had been moved."""
    table: Any = Move
    for file_id, target in table.select(table.file_id, table.target).tuples():
        key = naming.path_key(target)[:255]
        VideoFile.update(path=target, path_key=key).where(VideoFile.id == file_id).execute()


def _preview() -> None:
    print("\npreview while typing")
    for template in (preset.template for preset in naming.PRESETS[:2]):
        times = [_timed(lambda: preview.show(template)) * 1000 for _ in range(ROUNDS)]  # noqa: B023
        with db.counting() as counter:
            preview.show(template)
        print(f"  median {statistics.median(times):.1f} ms, {len(counter)} statements: {template}")


def _timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
