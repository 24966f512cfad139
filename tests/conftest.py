"""Fixtures that every folder shares: two databases, a clock to set, a client with a role."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import hypothesis
import peewee
import pytest

from mvidarr import migrations, settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config

SECRET = "a secret for tests that nobody uses elsewhere"
MARIADB = ("mariadb-install-db", "mariadbd")
# a test says what is so, never how fast: a busy machine is no failure
hypothesis.settings.register_profile(
    "mvidarr", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("mvidarr")

pytest_plugins = ["tests.fakes.fixtures", "tests.fakes.service_fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--downloads", type=int, default=25, help="downloads in the kill tests")
    parser.addoption("--seed", type=int, default=None, help="seed of the kill tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first."""
    items.sort(key=lambda item: not _is_long(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file of long tests in one process: they share a program and a browser.

    Marks for that do not reach the scheduler of xdist 3.8 with pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0] if _is_long(nodeid) else nodeid

    return ByFile(config, log)


def _is_long(nodeid: str) -> bool:
    return nodeid.startswith(("tests/e2e/", "tests/faults/"))


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail what would reach beyond this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "local"
        if host not in {"127.0.0.1", "::1", "localhost", "local"} and not host.startswith("127."):
            raise AssertionError(f"a test tried to reach {host}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """Address of a throw-away MariaDB on a socket, without a database."""
    if any(shutil.which(program) is None for program in MARIADB):
        pytest.skip("MariaDB's server programs are not installed")
    # a folder of its own: pytest keeps its own from other users, and the server is one
    with (
        tempfile.TemporaryDirectory(prefix="mvidarr-mariadb-") as folder,
        MariaDB(Path(folder)) as address,
    ):
        yield address


class MariaDB:
    """A server in a folder of its own, stopped at the end. `durable`: it may be killed."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self.durable = durable
        self.socket = folder / "s.sock"
        self.as_root = ["--user=nobody"] if os.getuid() == 0 else []
        self.common = ("--no-defaults", *self.as_root, f"--datadir={folder / 'data'}")
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> str:
        scratch = self.folder / "tmp"  # in /tmp, one that starts would clear another one's tables
        scratch.mkdir(exist_ok=True)
        for folder in (self.folder, scratch) if self.as_root else ():
            shutil.chown(folder, "nobody")
        subprocess.run(
            [
                *("mariadb-install-db", *self.common),
                *("--auth-root-authentication-method=normal", "--skip-test-db"),
            ],
            check=True,
            capture_output=True,
        )
        self.start()
        return f"mysql://root@localhost/{{name}}?unix_socket={quote(str(self.socket), safe='')}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [
                *("mariadbd", *self.common, "--skip-networking", "--skip-log-bin"),
                *(f"--socket={self.socket}", f"--pid-file={self.folder / 'pid'}"),
                f"--tmpdir={self.folder / 'tmp'}",
                f"--innodb-flush-log-at-trx-commit={int(self.durable)}",
                *("--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M"),
                "--performance-schema=OFF",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: self.socket.exists() and self._answers(), seconds=60)
        except AssertionError:
            self.__exit__()
            raise

    def kill(self) -> None:
        """kill -9: whatever it had not yet written is lost."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(60)

    def _answers(self) -> bool:
        probe = peewee.MySQLDatabase("mysql", user="root", unix_socket=str(self.socket))
        try:
            probe.connect()
        except peewee.PeeweeException:
            return False
        probe.close()
        return True

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)


def until(condition: Callable[[], Any], seconds: float = 20.0, every: float = 0.02) -> Any:
    """The condition's first true answer; fails when the deadline passes."""
    import time

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(every)
    raise AssertionError(f"not so within {seconds} seconds: {condition}")


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite")
    file = folder / "template.db"
    db.connect(f"sqlite:///{file}", db.Options(full_sync=False, wal=False))
    migrations.migrate(Config(data=folder, database_url=f"sqlite:///{file}"))
    db.disconnect()
    return file


@pytest.fixture(scope="session")
def _mariadb_url(mariadb: str) -> str:
    """One migrated MariaDB database; emptied before each test."""
    server: Any = peewee.MySQLDatabase("mysql", **_socket_of(mariadb))
    server.execute_sql("CREATE DATABASE mvidarr")
    server.close()
    url = mariadb.format(name="mvidarr")
    db.connect(url)
    migrations.migrate(Config(data=Path("/nonexistent"), database_url=url))
    db.disconnect()
    return url


def _socket_of(mariadb: str) -> dict[str, Any]:
    from urllib.parse import parse_qs, urlsplit

    return {"user": "root", "unix_socket": parse_qs(urlsplit(mariadb).query)["unix_socket"][0]}


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name in ("thumbs", "backups", "logs", "tools"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def config(request: pytest.FixtureRequest, data_folder: Path) -> Config:
    """Boot facts for one test; the test runs once for each database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_template"), data_folder / "mvidarr.db")
        url = f"sqlite:///{data_folder / 'mvidarr.db'}"
    else:
        url = request.getfixturevalue("_mariadb_url")
    return Config(data=data_folder, database_url=url, secrets=(SECRET,))


@pytest.fixture
def database(config: Config) -> Iterator[Config]:
    """An empty database with the whole schema, connected in this thread."""
    db.connect(config.database_url, db.Options(full_sync=False))
    with db.session():
        if not db.is_sqlite():
            _empty()
        settings.set_up(config.secrets, {})
        yield config
    db.disconnect()


def _empty() -> None:
    from mvidarr import models

    db.database.execute_sql("SET FOREIGN_KEY_CHECKS=0")
    for model in models.ALL:
        db.database.execute_sql(f"DELETE FROM `{model._meta.table_name}`")
    db.database.execute_sql("SET FOREIGN_KEY_CHECKS=1")


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at

    def forward(self, ms: int) -> None:
        self.at += ms


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """`clock.now()` stands still; `.forward(ms)` moves it."""
    standing = SetClock(1_790_000_000_000)
    monkeypatch.setattr(clock, "now", standing)
    return standing


@pytest.fixture
def library(tmp_path: Path, database: Config) -> Path:
    """An empty library folder that the settings name."""
    folder = tmp_path / "library"
    folder.mkdir()
    settings.change({"library_path": str(folder)})
    return folder


@pytest.fixture
def client(database: Config) -> Any:
    """The whole application over the database of this test; see tests/client.py."""
    from starlette.testclient import TestClient

    from mvidarr.app import create_app
    from tests.client import Client
    from tests.fakes.jar import keep_no_cookies

    # without the lifespan: nothing listens, and the database stays connected
    http = TestClient(create_app(database), base_url="http://testserver")
    keep_no_cookies(http)
    return Client(http)
