"""The real program in an empty folder: started by its own command, asked over HTTP, killed."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from tests.conftest import until
from tests.fakes.internet import FakeInternet

PASSWORD = "correct horse battery staple"
ADMIN = "Maren"


def free_port() -> int:
    """A port that is free and stays so: below those that the system gives to whoever asks."""
    while True:
        port = random.randint(12_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Program:
    """`mvidarr serve` with a data folder and a library below `folder`."""

    def __init__(
        self, folder: Path, internet: FakeInternet | None = None, *, database_url: str = ""
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.library = folder / "library"
        self.library.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.internet = internet
        self.database_url = database_url
        self.process: subprocess.Popen[bytes] | None = None
        self.http = requests.Session()
        self.http.trust_env = False

    def environment(self) -> dict[str, str]:
        env = {key: value for key, value in os.environ.items() if not key.startswith("MVIDARR_")}
        env |= {
            "MVIDARR_DATA": str(self.data),
            "MVIDARR_PORT": str(self.port),
            "MVIDARR_YTDLP_UPDATES": "off",  # no test asks a package index that is not its own
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        if self.database_url:
            env["MVIDARR_DATABASE_URL"] = self.database_url
        if self.internet:
            env["MVIDARR_CA_FILE"] = str(self.internet.ca_file)
        return env

    def start(self) -> "Program":
        """Start it and wait until it answers."""
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        with (self.folder / "out.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mvidarr", "serve"],
                cwd=empty,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self.answers, seconds=60)
        return self

    def answers(self) -> bool:
        if self.process and self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}:\n{self.log()}")
        try:
            return requests.get(f"{self.url}/health", timeout=2).ok
        except requests.RequestException:
            return False

    def log(self) -> str:
        return (self.folder / "out.log").read_text("utf-8", "replace")

    def stop(self, sign: int = signal.SIGTERM, seconds: float = 40) -> int:
        """Ask it to end; answers its exit status."""
        if self.process is None:
            raise AssertionError("it was not started")
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.wait(seconds)

    def pids(self, role: str) -> list[int]:
        """Processes of this program: serve, web, worker."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                env = (entry / "environ").read_bytes()
            except OSError:
                continue
            mine = f"MVIDARR_DATA={self.data}".encode() in env.split(b"\0")
            if mine and b"mvidarr" in words and role.encode() in words:
                found.append(int(entry.name))
        return found

    def everything(self) -> list[int]:
        """Every process with this data folder in its environment, yt-dlp and ffmpeg included."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                env = (entry / "environ").read_bytes() if entry.name.isdigit() else b""
            except OSError:
                continue
            if f"MVIDARR_DATA={self.data}".encode() in env.split(b"\0"):
                found.append(int(entry.name))
        return found

    def kill(self, role: str) -> int:
        """kill -9 one of its processes, once it is there again; answers its id."""
        pid = int(until(lambda: self.pids(role), seconds=90)[0])  # a restart waits up to 30 s
        os.kill(pid, signal.SIGKILL)
        return pid

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Another command of it, in the same data folder."""
        return subprocess.run(
            [sys.executable, "-m", "mvidarr", *words],
            cwd=self.folder,
            env=self.environment(),
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
        )

    # asking it

    def set_up(self) -> "Program":
        """Create the administrator with the token, choose the library, go through the fakes."""
        token = until(lambda: self._token())
        form = {"token": token, "name": ADMIN, "password": PASSWORD, "password_again": PASSWORD}
        answer = self.post("/setup", form)
        if answer.status_code != 303:
            raise AssertionError(answer.text)
        settings: dict[str, Any] = {"library_path": str(self.library)}
        if self.internet:
            settings["outbound_proxy"] = self.internet.proxy_url
        for key, value in settings.items():
            self.api("PUT", f"/settings/{key}", {"value": value})
        return self

    def _token(self) -> str:
        try:
            return (self.data / "setup-token").read_text("ascii").strip()
        except OSError:
            return ""

    def post(self, path: str, form: dict[str, Any]) -> requests.Response:
        return self.http.post(
            self.url + path,
            data=form,
            headers={"Origin": self.url},
            allow_redirects=False,
            timeout=60,
        )

    def api(self, method: str, path: str, body: Any = None, *, ok: bool = True) -> Any:
        """JSON of one request; fails the test for an error unless `ok` is False."""
        answer = self.http.request(
            method,
            f"{self.url}/api/v1{path}",
            json=body,
            headers={"Origin": self.url},
            timeout=60,
        )
        if ok and not answer.ok:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def __enter__(self) -> "Program":
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.stop()
        for pid in self.everything():
            if pid != os.getpid():
                os.kill(pid, signal.SIGKILL)
