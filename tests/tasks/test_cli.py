"""The command line, in this process."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mvidarr import cli, settings
from mvidarr.core import db
from mvidarr.jobs import wake
from tasks import queues
from tests.factories import make_video

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """One command over a data folder below this test's folder."""
    monkeypatch.setenv("MVIDARR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MVIDARR_LIBRARY_PATH", str(tmp_path))

    def run(*arguments: str, typed: str = "") -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return cli.main(arguments)

    yield run
    if db.database.obj is not None:
        db.disconnect()
    for queue in queues.ALL:
        getattr(queue.storage, "close", lambda: None)()
    wake.on_wake(lambda queue: None)


def test_version_needs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    assert capsys.readouterr().out.startswith("MVidarr ")


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (
        *("serve", "web", "worker", "migrate", "discover", "download", "doctor"),
        *("user", "artist"),
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main([command, "--help"])
        assert ended.value.code == 0
        assert f"mvidarr {command}" in capsys.readouterr().out


def test_migrating_twice_does_nothing_the_second_time(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("migrate") == 0
    assert "0001" in capsys.readouterr().out
    assert run("migrate") == 0
    assert capsys.readouterr().out == "The database is up to date.\n"


def test_an_old_python_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "OLDEST", (9, 9))

    assert cli.main([]) == 2
    assert "needs Python 3.11" in capsys.readouterr().err


def test_people(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    from mvidarr.accounts import users

    long, other = "correct horse battery", "another long password"
    assert run("user", "create", "Maren", "--role", "admin", typed=f"{long}\n") == 0
    with db.session():
        before = users.by_name("maren")
    assert run("user", "reset-password", "Maren", typed=f"{other}\n") == 0
    with db.session():
        after = users.by_name("maren")

    assert before is not None
    assert after is not None
    assert after.role == "admin"
    assert after.password_hash != before.password_hash
    assert run("user", "create", "Maren", typed=f"{long}\n") == 2
    assert "has this name already" in capsys.readouterr().err


def test_an_artist_is_added_and_searched(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    from mvidarr.jobs import jobs

    assert run("artist", "add", "Björk") == 0
    with db.session():
        (job,) = jobs.active()
        jobs.cancel(job.id)
    assert run("discover", "BJÖRK") == 0
    assert run("discover", job.subject) == 0
    with db.session():
        assert [one.subject for one in jobs.active()] == [job.subject]
    assert run("discover", "Air") == 2
    assert "There is no artist Air" in capsys.readouterr().err


def test_a_video_is_queued(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("migrate") == 0
    with db.session():
        video = make_video(title="Jóga", source=True)

    assert run("download", str(video.id)) == 0
    assert "Jóga is queued" in capsys.readouterr().out
    assert queues.downloads.storage.queue_size() == 1


def test_the_doctor_says_what_is_bad(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor") == 1
    assert "mvidarr migrate" in capsys.readouterr().out
    run("migrate")
    assert run("doctor") == 1
    assert "The worker is not running" in capsys.readouterr().out


def test_a_broken_database_is_one_sentence(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/mvidarr.db").write_bytes(b"this is no database" * 1000)

    assert run("artist", "add", "Björk") == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_settings_of_the_environment_hold(run: Run, tmp_path: Path) -> None:
    from mvidarr.settings import file_options

    run("migrate")
    assert settings.get(file_options.library_path) == str(tmp_path)
