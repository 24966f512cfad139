"""A sweep over many artists without network time: `python -m tests.benchmarks.sweep [artists]`.

The services answer at once from memory, and one thread does all the work: what is measured is the
program's own part, from the sweep to the last artist's next search, on a real SQLite file.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mvidarr import migrations, settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.http import Conf
from mvidarr.core.terms import ACTIVE
from mvidarr.governor import services
from mvidarr.integrations.protocols import FindsVideos, Found, FoundUpload, FoundVideo, Wanted
from mvidarr.jobs import jobs, run
from mvidarr.library import artists
from mvidarr.library.tables import Artist
from mvidarr.models import Job
from mvidarr.system import sweep
from tasks import jobs as job_tasks
from tests.fakes import finders

SONGS = 4  # of each artist: each in a catalogue and with an upload
STEP = 500


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        config = Config(data=folder, database_url=f"sqlite:///{folder / 'b.db'}")
        db.connect(config.database_url, db.Options(full_sync=False))
        migrations.migrate(config)
        settings.set_up(("a secret of the benchmark alone",), {})
        finders.install(patch)
        _stand_in(patch)
        with db.session():
            _fill(count)
        for round_name in ("first", "again"):
            _measure(round_name, count)
            with db.session():
                Artist.update(next_check_at=0).execute()
        size = (folder / "b.db").stat().st_size / 1e6
        print(f"database {size:.0f} MB after both rounds")
        db.disconnect()


def _stand_in(patch: pytest.MonkeyPatch) -> None:
    """Have two services know songs of everybody; the others know nothing."""
    found = {"youtube": _uploads, "musicbrainz": _listed}
    kinds = tuple(
        replace(kind, find_videos=_answering(found[kind.name])) if kind.name in found else kind
        for kind in services.ALL
    )
    patch.setattr(services, "ALL", kinds)


def _answering(made: Callable[[str], list[Found]]) -> FindsVideos:
    def find_videos(conf: Conf, wanted: Wanted, /) -> list[Found]:
        return made(wanted.name)

    return find_videos


def _uploads(name: str) -> list[Found]:
    return [
        FoundUpload(
            found_by="youtube",
            provider="youtube",
            source_id=f"{name[-6:]:_>8}{number:03}",
            title=f"{name} - Song {number} (Official Video)",
            channel=name,
            channel_verified=True,
            duration=200,
        )
        for number in range(SONGS)
    ]


def _listed(name: str) -> list[Found]:
    return [
        FoundVideo(
            found_by="musicbrainz",
            title=f"Song {number}",
            artists=(name,),
            duration=200,
            year=2000 + number,
            ids={"mb_recording": f"{name}-{number}"},
        )
        for number in range(SONGS)
    ]


def _fill(count: int) -> None:
    for number in range(count):
        artists.add(artists.NewArtist(name=f"Artist {number:06}"))


def _measure(name: str, count: int) -> None:
    started = time.perf_counter()
    with db.session():
        sweep.run()
    done, slowest, statements = 0, 0.0, 0
    while True:
        with db.session():
            job = jobs.claim_due("bench.1")
        if job is None:
            break
        begun = time.perf_counter()
        statements += _do(job, counted=done % STEP == 0)
        slowest = max(slowest, time.perf_counter() - begun)
        done += job.kind == "discover"
    took = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with db.session():
        left = Job.select().where(jobs.Job.state.in_(ACTIVE)).count()
        left += Artist.select().where(Artist.next_check_at <= clock.now()).count()
    print(
        f"{name}: {done:,} of {count:,} artists in {took:.0f} s, {done / took:.1f}/s, "
        f"slowest {slowest * 1000:.0f} ms, {statements / -(-done // STEP):.0f} statements each, "
        f"peak memory {memory:.0f} MB, {left} left"
    )


def _do(job: Job, *, counted: bool) -> int:
    """Do one job; the statements of this thread where they are counted."""
    if not counted:
        run.run(job, job_tasks.RUN[job.kind], lambda: False)
        return 0
    with db.counting() as counter:
        run.run(job, job_tasks.RUN[job.kind], lambda: False)
    return len(counter)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
