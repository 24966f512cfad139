"""Killing each process at each step of a download: none is lost, doubled or left half done.

`--downloads N` asks for more of them, `--seed N` repeats a run; both are printed.
"""

import json
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.terms import WorkState
from mvidarr.downloads import steps
from mvidarr.models import Download
from tests.conftest import SECRET, until
from tests.fakes import media
from tests.fakes.answers import Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube
from tests.faults.test_kills import Setting, again, check, fill
from tests.program import Program

pytestmark = [
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
]
DYING = Path(__file__).parents[1] / "fakes" / "dying"
STEPS = [name for name, _, _ in steps.STEPS]
CELLS = [(step, whom) for step in STEPS for whom in ("web", "worker", "serve")]
CELLS += [(step, "child") for step in ("fetch", "probe", "finish")]  # the others need none for MP4


class DyingProgram(Program):
    """The program with a worker that kills by a plan."""

    def environment(self) -> dict[str, str]:
        env = super().environment()
        return env | {"PYTHONPATH": f"{DYING}{os.pathsep}{env['PYTHONPATH']}"}

    def start(self) -> Program:
        """Start it; it may be killed before it answers, and is started again then."""
        try:
            return super().start()
        except AssertionError:
            if self.process is None or self.process.poll() != -signal.SIGKILL:
                raise
            return self

    @property
    def plan(self) -> Path:
        return self.folder / "kills" / "plan.json"


@pytest.fixture
def setting(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
) -> Iterator[Setting]:
    downloads = max(len(CELLS), request.config.getoption("--downloads"))
    seed = request.config.getoption("--seed")
    seed = random.randrange(1 << 32) if seed is None else seed
    print(f"--downloads {downloads} --seed {seed}")  # noqa: T201 - how to repeat this run
    fake_internet.fault(Fault(host=FakeYouTube.MEDIA, bytes_per_s=200_000))
    program = DyingProgram(tmp_path, fake_internet)
    program.plan.parent.mkdir()
    program.plan.write_text("{}")
    with program:
        program.set_up()
        for key, value in {"download_concurrency": 3, "disk_reserve": 0}.items():
            program.api("PUT", f"/settings/{key}", {"value": value})
        db.connect(f"sqlite:///{program.data / 'mvidarr.db'}", db.Options(full_sync=False))
        settings.set_up((SECRET,), {})
        with db.session():
            program.api("POST", "/downloads/pause")
            fill(fake_youtube, downloads)
            made = Setting(program=program, random=random.Random(seed), downloads=downloads)
            program.plan.write_text(json.dumps(_plan(made)))
            program.api("POST", "/downloads/resume")
            yield made
        db.disconnect()


def _plan(setting: Setting) -> dict[int, tuple[str, str]]:
    """Every cell once, and the rest by chance, in an order by chance."""
    more = setting.random.choices(CELLS, k=setting.downloads - len(CELLS))
    cells = [*CELLS, *more]
    setting.random.shuffle(cells)
    ids = [row.id for row in Download.select().order_by(Download.id)]
    return dict(zip(ids, cells, strict=True))


def test_kill_9_of_each_process_at_each_step(setting: Setting) -> None:
    program = setting.program
    plan = json.loads((program.folder / "kills" / "plan.json").read_text())

    until(lambda: _went_on(setting), seconds=600, every=0.5)

    done = {path.name for path in (program.folder / "kills").iterdir()} - {"plan.json"}
    print(f"{len(done)} kills")  # noqa: T201 - what was really tried
    assert done == {f"{row}-{step}-{whom}" for row, (step, whom) in plan.items()}
    check(setting)
    assert program.stop() == 0
    assert program.everything() == []


def _went_on(setting: Setting) -> bool:
    """Whether all is over; a person starts the supervisor again, and does not like to wait."""
    if setting.program.process and setting.program.process.poll() is not None:
        again(setting.program)
    later = (Download.state == WorkState.QUEUED) & (Download.next_try_at > clock.now())
    if Download.select().where(later).exists():
        Download.update(next_try_at=0).where(later).execute()
    return not setting.active()
