"""One command for two processes: start web and worker, start them again, stop them together."""

import contextlib
import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from mvidarr.core.config import Config
from mvidarr.core.errors import BootError

log = logging.getLogger(__name__)

NAP = 0.1  # seconds between two looks at the children
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a child is started again
SETTLED = 10.0  # seconds after which a child counts as healthy again
PR_SET_PDEATHSIG = 1
BACKLOG = 2048


@dataclass
class Child:
    """One process. `patience`: seconds that it has to end after TERM; `passed`: open files."""

    name: str
    patience: float
    extra: Sequence[str] = ()
    passed: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = field(default=FIRST_PAUSE)

    def keep_up(self) -> None:
        """Start the child when its time has come, note its end."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self._start(now)
        elif self.process.poll() is not None:
            self._ended(self.process.returncode, now)

    def ask_to_end(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def wait(self, since: float) -> None:
        """Wait for the end, and kill when the patience is over."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, since + self.patience - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("child killed name=%s: it did not end by itself", self.name)
            self.process.kill()
            self.process.wait()

    def _start(self, now: float) -> None:
        parent = ["--parent", str(os.getpid())]
        # a process group of its own: Ctrl-C reaches the supervisor alone, which then says TERM
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mvidarr", self.name, *parent, *self.extra],
            stdin=subprocess.DEVNULL,
            pass_fds=self.passed,
            process_group=0,
        )
        self.started_at = now
        log.info("child started name=%s pid=%s", self.name, self.process.pid)

    def _ended(self, code: int, now: float) -> None:
        if now - self.started_at > SETTLED:
            self.pause = FIRST_PAUSE
        log.warning("child ended name=%s code=%s again_in=%.0fs", self.name, code, self.pause)
        self.process = None
        self.start_at = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)


def listen(config: Config) -> socket.socket:
    """The socket that the web process will answer on; BootError when it cannot be had."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((config.host, config.port))
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        reason = error.strerror or str(error)
        raise BootError(
            f"Cannot listen on {config.address}: {reason}. Stop what uses the port, or set "
            "MVIDARR_PORT to another one."
        ) from error
    return opened


def apart(work: Callable[[], str]) -> tuple[int, str]:
    """Do `work` in a process of its own: (exit status, its answer). What it raises ends that one.

    What it loads is gone with it: the supervisor stays for months and needs next to nothing.
    """
    source, target = os.pipe()
    parent, pid = os.getpid(), os.fork()
    if not pid:
        os.close(source)
        end_with(parent)
        with os.fdopen(target, "w") as answer:
            answer.write(work())
        raise SystemExit(0)
    os.close(target)
    with os.fdopen(source) as answer:
        told = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return (status if status >= 0 else 1), told


def run(listener: socket.socket) -> None:
    """Keep web and worker running until TERM, INT or HUP; then end both."""
    stop = _Stop()
    number = listener.fileno()
    web = Child(name="web", patience=10.0, extra=("--fd", str(number)), passed=(number,))
    children = (web, Child(name="worker", patience=20.0))
    while not stop.asked:
        for child in children:
            child.keep_up()
        time.sleep(NAP)
    log.info("stopping")
    since = time.monotonic()
    for child in children:
        child.ask_to_end()
    for child in children:
        child.wait(since)


def end_with(parent: int) -> None:
    """In a child: ask Linux for a TERM when the supervisor dies, however it dies."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        raise BootError("The supervisor has ended.")


class _Stop:
    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
