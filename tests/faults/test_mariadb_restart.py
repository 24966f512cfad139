"""MariaDB killed and started again while the program works: nothing is lost, nothing is doubled."""

import gc
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import peewee
import pytest

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.errors import Unavailable
from tests.conftest import MARIADB, SECRET, MariaDB, until
from tests.fakes import media
from tests.fakes.answers import Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube
from tests.faults.test_kills import Setting, check, fill
from tests.program import Program

pytestmark = [
    pytest.mark.mariadb,
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
    # the driver leaves its socket to the garbage when the server dies in the middle of a word
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
KILLS = 5


@pytest.fixture
def server() -> Iterator[tuple[MariaDB, str]]:
    """A server of this test alone, and the address of a database there."""
    if any(shutil.which(program) is None for program in MARIADB):
        pytest.skip("MariaDB's server programs are not installed")
    with tempfile.TemporaryDirectory(prefix="mvidarr-mariadb-") as folder:
        made = MariaDB(Path(folder), durable=True)
        with made as address:
            plain = peewee.MySQLDatabase("mysql", user="root", unix_socket=str(made.socket))
            plain.execute_sql("CREATE DATABASE mvidarr")  # type: ignore[no-untyped-call]
            plain.close()
            yield made, address.format(name="mvidarr")


@pytest.fixture
def setting(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    server: tuple[MariaDB, str],
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
) -> Iterator[Setting]:
    seed = request.config.getoption("--seed")
    seed = random.randrange(1 << 32) if seed is None else seed
    downloads = max(10, request.config.getoption("--downloads") // 2)
    print(f"--downloads {downloads} --seed {seed}")  # noqa: T201 - how to repeat this run
    fake_internet.fault(Fault(host=FakeYouTube.MEDIA, bytes_per_s=200_000))
    with Program(tmp_path, fake_internet, database_url=server[1]) as program:
        program.set_up()
        for key, value in {"download_concurrency": 3, "disk_reserve": 0}.items():
            program.api("PUT", f"/settings/{key}", {"value": value})
        db.connect(server[1])
        settings.set_up((SECRET,), {})
        with db.session():
            fill(fake_youtube, downloads)
        yield Setting(program=program, random=random.Random(seed), downloads=downloads)
        db.disconnect()
    gc.collect()  # while the mark above holds


def test_a_database_that_is_killed_again_and_again_loses_nothing(
    setting: Setting, server: tuple[MariaDB, str]
) -> None:
    for _ in range(KILLS):
        goal = _ask(setting.done) + setting.random.randint(1, 2)
        until(partial(_has, setting, goal), seconds=120, every=0.2)
        server[0].kill()
        server[0].start()
        setting.kills += 1
        until(setting.program.answers, seconds=60)

    until(lambda: _ask(setting.active) == 0, seconds=300, every=0.5)
    with db.session():
        check(setting)
    assert setting.kills == KILLS
    assert setting.program.stop() == 0
    assert setting.program.everything() == []


def _has(setting: Setting, goal: int) -> bool:
    return _ask(setting.done) >= goal


def _ask(question: Callable[[], int]) -> int:
    """The answer, once the database has one again."""

    def answer() -> str:
        try:
            with db.session():
                return str(question())
        except (Unavailable, peewee.PeeweeException):
            return ""

    return int(until(answer, seconds=60))
