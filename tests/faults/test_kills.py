"""Killing the real program at random points: no download is lost, doubled or left half done.

`--downloads N` asks for more of them, `--seed N` repeats a run; both are printed.
"""

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mvidarr import activity, settings
from mvidarr.core import db
from mvidarr.core.terms import ACTIVE, WorkState
from mvidarr.downloads import queue
from mvidarr.media import place, probe
from mvidarr.models import Download, Event, Video, VideoFile
from tests.conftest import SECRET, until
from tests.factories import make_artist, make_source, make_video
from tests.fakes import media
from tests.fakes.answers import Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube
from tests.program import Program

pytestmark = [
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
]
ENDINGS = {".mp4", ".nfo", "-poster.jpg", "-thumb.jpg", "-fanart.jpg"}


@dataclass
class Setting:
    """A program with downloads in its queue; the test looks into its database."""

    program: Program
    random: random.Random
    downloads: int
    kills: int = 0

    def active(self) -> int:
        found: int = Download.select().where(Download.state.in_(ACTIVE)).count()
        return found

    def done(self) -> int:
        found: int = Download.select().where(Download.state == WorkState.DONE).count()
        return found

    def go_on(self) -> None:
        """Wait until a random number of downloads ended, and then of smaller things happened.

        Some of them must end: a row that loses its worker ten times is given up, and rightly.
        """
        goal = self.done() + self.random.choice([0, 1, 1, 2, 3, 4])
        until(lambda: self.done() >= goal or not self.active(), seconds=180)
        moment = activity.newest() + self.random.randint(1, 20)
        until(lambda: activity.newest() >= moment or not self.active(), seconds=120)

    def until_done(self, kill: Callable[[], None]) -> None:
        for _ in range(max(4, self.downloads // 8)):
            self.go_on()
            if not self.active():
                break
            kill()
            self.kills += 1
        until(lambda: not self.active(), seconds=300, every=0.2)


@pytest.fixture
def setting(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
) -> Iterator[Setting]:
    # a third for each kind of death: the matrix, where they die at every step, takes them all
    downloads = max(8, request.config.getoption("--downloads") // 3)
    seed = request.config.getoption("--seed")
    seed = random.randrange(1 << 32) if seed is None else seed
    print(f"--downloads {downloads} --seed {seed}")  # noqa: T201 - how to repeat this run
    fake_internet.fault(Fault(host=FakeYouTube.MEDIA, bytes_per_s=100_000))
    with Program(tmp_path, fake_internet) as program:
        program.set_up()
        for key, value in {"download_concurrency": 3, "disk_reserve": 0}.items():
            program.api("PUT", f"/settings/{key}", {"value": value})
        db.connect(f"sqlite:///{program.data / 'mvidarr.db'}", db.Options(full_sync=False))
        settings.set_up((SECRET,), {})
        with db.session():
            fill(fake_youtube, downloads)
            yield Setting(program=program, random=random.Random(seed), downloads=downloads)
        db.disconnect()


def fill(youtube: FakeYouTube, downloads: int) -> None:
    """Videos of one artist, each with an upload, all in the queue."""
    with db.atomic():
        artist = make_artist("Björk", monitored=False)  # no search comes in between
        for number in range(downloads):
            upload = f"upload{number:05}"
            youtube.add_video(upload, title=f"Björk - Song {number}", heights=(144,))
            video = make_video(artist, f"Song {number}")
            make_source(video=video, source_id=upload)
            queue.add(video.id)


def check(setting: Setting) -> None:
    """Each video has its one whole file, and nothing else is anywhere."""
    program, downloads = setting.program, setting.downloads
    library = program.library
    states = [row.state for row in Download.select()]
    assert states == [WorkState.DONE] * downloads, failures()
    assert Video.select().where(Video.status == "downloaded").count() == downloads
    assert Event.select().where(Event.kind == "video.downloaded").count() == downloads
    assert VideoFile.select().count() == downloads
    found = {path.relative_to(library) for path in library.rglob("*") if path.is_file()}
    found = {path for path in found if path.parts[0] != place.OWN_FOLDER}
    wanted = set()
    for file in VideoFile.select():
        path = Path(file.path)
        wanted |= {path.with_name(path.stem + ending) for ending in ENDINGS}
        wanted.add(Path("Björk/artist.nfo"))
        assert (library / path).stat().st_size == file.size
    assert found == wanted
    probe.probe(library / file.path)
    until(lambda: not list((library / place.OWN_FOLDER / "staging").iterdir()))


def failures() -> list[tuple[int, str, str | None]]:
    rows = Download.select().where(Download.state != WorkState.DONE)
    return [(row.id, row.state, row.last_error) for row in rows]


def test_kill_9_of_the_worker(setting: Setting) -> None:
    check_kills_of(setting, "worker")


def test_kill_9_of_the_web(setting: Setting) -> None:
    check_kills_of(setting, "web")


def check_kills_of(setting: Setting, role: str) -> None:
    program = setting.program

    setting.until_done(lambda: void(program.kill(role)))

    check(setting)
    assert program.stop() == 0
    assert program.everything() == []


def test_kill_9_of_the_supervisor(setting: Setting) -> None:
    program = setting.program

    def kill() -> None:
        program.kill("serve")
        again(program)

    setting.until_done(kill)

    check(setting)
    assert program.stop() == 0
    assert program.everything() == []


def test_kill_9_of_everything_at_once(setting: Setting) -> None:
    """As a power cut: nobody has time to say anything."""
    program = setting.program

    def kill() -> None:
        for pid in program.everything():
            with_luck(pid)
        again(program)

    setting.until_done(kill)

    check(setting)


def test_term_of_worker_and_supervisor(setting: Setting) -> None:
    program = setting.program

    def end() -> None:
        if setting.random.random() < 0.5:
            pid = until(lambda: program.pids("worker"), seconds=40)[0]
            os.kill(pid, signal.SIGTERM)
            until(lambda: pid not in program.pids("worker"), seconds=40)
        else:
            assert program.stop() == 0
            assert program.everything() == []
            assert not Download.select().where(Download.state == WorkState.RUNNING).exists()
            program.start()

    setting.until_done(end)

    check(setting)
    assert not Download.select().where((Download.losses > 0) | (Download.attempts > 0)).exists()


def test_a_lost_queue_file_loses_nothing(setting: Setting) -> None:
    """The messages are hints only."""
    program = setting.program

    def lose() -> None:
        assert program.stop() == 0
        for ending in ("", "-wal", "-shm"):
            (program.data / f"huey.db{ending}").unlink(missing_ok=True)
        shutil.rmtree(program.data / "thumbs")
        (program.data / "thumbs").mkdir()
        program.start()

    setting.until_done(lose)

    check(setting)


def again(program: Program) -> None:
    """Start after a kill, once nothing of the former program is left."""
    assert program.process is not None
    program.process.wait(30)
    until(lambda: not program.everything(), seconds=40)
    program.start()


def with_luck(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def void(value: object) -> None:
    del value
