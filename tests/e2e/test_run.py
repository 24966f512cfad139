"""From a fresh clone to a page: `./run`, the wheel, and what is said when a start cannot be."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.conftest import until
from tests.program import free_port

ROOT = Path(__file__).parents[2]
SETTING_UP = "Setting up"
LAZY = {"yt_dlp", "PIL", "av", "mutagen"}  # heavy, and nobody needs them to answer
QUICK = 120  # seconds that anything but an installation may take
PATIENCE = 500


@dataclass(frozen=True)
class Started:
    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}:\n{self.said()}")
        try:
            return requests.get(f"{self.url}/health", timeout=2).ok
        except requests.RequestException:
            return False

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)


def environment(**more: str) -> dict[str, str]:
    """As on a fresh machine: this test's own Python and its settings stay out."""
    ours = str(Path(sys.executable).parent)
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("MVIDARR_", "PYTHON", "VIRTUAL_ENV", "COV_"))
    }
    env["PATH"] = os.pathsep.join(one for one in env["PATH"].split(os.pathsep) if one != ours)
    return env | more


def start(command: list[str], folder: Path, env: Mapping[str, str], log: Path) -> Started:
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=out, stderr=out, start_new_session=True
        )
    return Started(process, f"http://127.0.0.1:{env['MVIDARR_PORT']}", log)


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[list[Started]]:
    """What is put in here is killed at the end, with all that it started."""
    begun: list[Started] = []
    yield begun
    for one in begun:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody gets who clones the repository now."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("git is not installed, or this is no repository")
    folder = tmp_path_factory.mktemp("clone") / "mvidarr"
    subprocess.run(
        ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)],
        check=True,
        env=environment(GIT_CONFIG_COUNT="1")
        | {"GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"},
    )
    return folder


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where pip cannot reach its registry."""
    into = tmp_path_factory.mktemp("probe")
    probe = pip(
        "download", "--quiet", "--no-deps", "--no-cache-dir", "--dest", into, "itsdangerous"
    )
    if probe.returncode:
        pytest.skip(f"pip cannot reach its registry: {probe.stderr.strip()[-200:]}")


def pip(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["python3", "-m", "pip", "--disable-pip-version-check", *map(str, words)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.usefixtures("registry")
def test_run_in_a_fresh_clone_sets_up_and_answers(
    clone: Path, begin: list[Started], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = environment(MVIDARR_PORT=str(free_port()))
    times = []
    for name in ("first", "second"):
        began = time.monotonic()
        started = start(["./run"], clone, env, tmp_path / f"{name}.log")
        begin.append(started)
        until(started.answers, seconds=PATIENCE)
        times.append(time.monotonic() - began)
        assert requests.get(f"{started.url}/health", timeout=10).json() == {"status": "ok"}
        assert "set-up token" in started.said()
        assert started.stop() == 0
        assert "Traceback" not in started.said()
        assert (SETTING_UP in started.said()) is (name == "first")

    data = clone.with_name("mvidarr-data")  # beside the clone, out of reach of git clean
    assert (data / "mvidarr.db").is_file()
    assert (data / "secret").stat().st_mode & 0o777 == 0o600
    assert _changed_files(clone) == ""
    with capsys.disabled():
        said = f"\n./run answers after {times[0]:.1f} s, the second time after {times[1]:.2f} s\n"
        sys.stdout.write(said)


def _changed_files(clone: Path) -> str:
    return subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.usefixtures("registry")
def test_the_wheel_starts_from_another_folder(
    clone: Path, begin: list[Started], tmp_path: Path
) -> None:
    built = pip("wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path / "wheels", clone)
    assert built.returncode == 0, built.stderr
    [wheel] = (tmp_path / "wheels").glob("mvidarr-*.whl")
    bin = _venv_with(wheel, tmp_path / "venv")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    env = environment(MVIDARR_PORT=str(free_port()), XDG_DATA_HOME=str(tmp_path / "share"))

    started = start([str(bin / "mvidarr"), "serve"], elsewhere, env, tmp_path / "out.log")
    begin.append(started)
    until(started.answers, seconds=QUICK)

    page = requests.get(f"{started.url}/setup", timeout=10)
    assert page.status_code == 200
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    for path in (style, "/static/icons.svg", "/static/vendor/htmx.min.js"):
        assert requests.get(started.url + path, timeout=10).status_code == 200
    assert (tmp_path / "share" / "mvidarr" / "mvidarr.db").is_file()
    assert list(elsewhere.iterdir()) == []
    assert started.stop() == 0


def _venv_with(wheel: Path, venv: Path) -> Path:
    """A new environment with the wheel alone; it borrows this one's libraries."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    done = pip("--python", venv / "bin/python", "install", "--quiet", "--no-deps", wheel)
    assert done.returncode == 0, done.stderr
    [packages] = venv.glob("lib/python3*/site-packages")
    borrowed = Path(pytest.__file__).parents[1]
    (packages / "borrowed.pth").write_text(f"{borrowed}\n")
    return venv / "bin"


def refusal(folder: Path, **facts: str) -> str:
    """The one sentence that a start ends with; fails the test if it says more, or starts."""
    given = {"MVIDARR_DATA": str(folder / "data"), "MVIDARR_PORT": str(free_port())} | facts
    prefix = given.pop("prefix", "")
    command = [*prefix.split(), sys.executable, "-m", "mvidarr", "serve"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT), **given),
        capture_output=True,
        text=True,
        timeout=QUICK,
    )
    assert done.returncode not in (0, -signal.SIGTERM)
    lines = [line for line in done.stderr.splitlines() if " INFO " not in line]
    assert len(lines) == 1, done.stderr
    assert lines[0].endswith(".")
    assert "Traceback" not in done.stdout
    return lines[0]


def test_a_busy_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        said = refusal(tmp_path, MVIDARR_PORT=port)
    assert port in said
    assert "MVIDARR_PORT" in said


def test_a_data_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    prefix = ""
    if os.geteuid() == 0:  # permissions do not stop root, a read-only mount does
        prefix = _read_only(folder, tmp_path)
    else:
        folder.chmod(0o500)
    said = refusal(tmp_path, prefix=prefix)
    assert str(folder) in said


def _read_only(folder: Path, tmp_path: Path) -> str:
    """The start of a command for which the folder is a read-only file system."""
    script = tmp_path / "read-only"
    script.write_text(f'#!/bin/sh\nmount -t tmpfs -o ro none "{folder}" && exec "$@"\n')
    script.chmod(0o755)
    prefix = f"unshare --mount {script}"
    if shutil.which("unshare") is None or subprocess.run([*prefix.split(), "true"]).returncode:
        pytest.skip("this machine forbids mounting")
    return prefix


def test_a_missing_library_folder_is_said_in_one_sentence(tmp_path: Path) -> None:
    missing = str(tmp_path / "away")
    assert missing in refusal(tmp_path, MVIDARR_LIBRARY_PATH=missing)


def test_a_setting_that_is_not_valid_is_named(tmp_path: Path) -> None:
    assert "MVIDARR_DOWNLOAD_RETRIES" in refusal(tmp_path, MVIDARR_DOWNLOAD_RETRIES="many")


@pytest.mark.parametrize("module", ["mvidarr.cli", "mvidarr.supervisor", "mvidarr.server"])
def test_a_start_imports_nothing_heavy(module: str) -> None:
    script = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert LAZY & set(done.stdout.split()) == set()
