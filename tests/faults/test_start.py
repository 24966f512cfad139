"""Starting and stopping the real program: clear sentences, and nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import until
from tests.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with Program(tmp_path) as running:
        yield running


def run(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """One command with a data folder below `folder`, in an empty folder."""
    idle = Program(folder)
    return subprocess.run(
        [sys.executable, "-m", "mvidarr", *arguments],
        env={**idle.environment(), **env},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refused start."""
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if line.startswith("mvidarr: ")]
    assert len(lines) == 1
    assert "Traceback" not in done.stderr
    return lines[0]


def test_a_busy_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refusal(run(tmp_path, MVIDARR_PORT=str(port)))

    assert f"127.0.0.1:{port}" in said
    assert "MVIDARR_PORT" in said


def test_a_data_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    assert "cannot be written to" in refusal(run(tmp_path))


@pytest.mark.root
def test_a_full_data_folder_is_said(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(data)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        with pytest.raises(OSError, match="space"), (data / "filler").open("wb") as filler:
            filler.write(b"x" * 1_000_000)
        said = refusal(run(tmp_path))
    finally:
        subprocess.run(["umount", "-l", str(data)], check=True)

    assert "No space left" in said


def test_a_missing_library_folder_is_said(tmp_path: Path) -> None:
    said = refusal(run(tmp_path, MVIDARR_LIBRARY_PATH=str(tmp_path / "away")))

    assert str(tmp_path / "away") in said


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MVIDARR_PORT", "none"),
        ("MVIDARR_SECRET", "changeme"),
        ("MVIDARR_DATABASE_URL", "postgres://somewhere"),
        ("MVIDARR_DOWNLOAD_RETRIES", "many"),
        ("MVIDARR_CA", "no certificate"),
    ],
)
def test_a_boot_fact_that_cannot_be_taken_is_named(
    tmp_path: Path, variable: str, value: str
) -> None:
    assert variable in refusal(run(tmp_path, **{variable: value}))


def test_a_wrong_command_shows_how_it_is_used(tmp_path: Path) -> None:
    done = run(tmp_path, "dance")

    assert done.returncode == 2
    assert "usage: mvidarr" in done.stderr


def test_a_greeting_tells_address_and_token(program: Program) -> None:
    token = (program.data / "setup-token").read_text().strip()

    assert program.url in program.log()
    assert token in program.log()
    assert (program.data / "setup-token").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_processes_cleanly(program: Program, sign: int) -> None:
    until(lambda: program.pids("worker") and "worker started" in program.log())

    assert program.stop(sign) == 0
    assert program.everything() == []
    assert "Traceback" not in program.log()


def test_a_killed_web_process_comes_back_on_the_same_port(program: Program) -> None:
    old = program.kill("web")

    until(lambda: [pid for pid in program.pids("web") if pid != old])
    until(program.answers)


def test_requests_wait_while_the_web_process_comes_back(program: Program) -> None:
    """The supervisor holds the socket: nobody is refused in between."""
    program.kill("web")

    assert requests.get(f"{program.url}/health", timeout=30).ok


def test_a_killed_supervisor_takes_everything_with_it(program: Program) -> None:
    until(lambda: "worker started" in program.log())
    program.kill("serve")

    until(lambda: program.everything() == [], seconds=30)


def test_a_data_folder_has_one_worker(program: Program, tmp_path: Path) -> None:
    until(lambda: "worker started" in program.log())
    second = subprocess.Popen(
        [sys.executable, "-m", "mvidarr", "worker"], env=program.environment(), cwd=tmp_path,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until(lambda: "mvidarr" in Path(f"/proc/{second.pid}/cmdline").read_text())
    program.kill("serve")  # and with it the first worker, so that the second one may begin

    until(lambda: (program.data / "logs/worker.log").read_text().count("worker started") == 2)
    os.kill(second.pid, signal.SIGTERM)
    assert second.wait(30) == 0
    second.communicate()


def test_people_are_created_on_the_command_line(tmp_path: Path) -> None:
    idle = Program(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "mvidarr", "user", "create", "Maren", "--role", "admin"],
        env=idle.environment(), cwd=tmp_path, capture_output=True, text=True, check=False,
        input="correct horse battery staple\n", timeout=60,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "Maren can sign in.\n")
    assert refusal(run(tmp_path, "user", "reset-password", "Nobody")) == (
        "mvidarr: Nobody is called Nobody."
    )


def test_the_doctor_prints_versions_and_checks(tmp_path: Path) -> None:
    assert "mvidarr migrate" in run(tmp_path, "doctor").stdout
    assert run(tmp_path, "migrate").returncode == 0

    done = run(tmp_path, "doctor", MVIDARR_LIBRARY_PATH=str(tmp_path / "library"))

    assert "MVidarr" in done.stdout
    assert "yt-dlp" in done.stdout
    assert "bad   The worker is not running" in done.stdout
    assert done.returncode == 1


def test_artists_are_added_and_searched_on_the_command_line(tmp_path: Path) -> None:
    assert run(tmp_path, "artist", "add", "Björk").returncode == 0
    assert "Björk" in run(tmp_path, "discover", "björk").stdout
    assert "no artist Nobody" in refusal(run(tmp_path, "discover", "Nobody"))
    assert "not in the library" in refusal(run(tmp_path, "download", "7"))
