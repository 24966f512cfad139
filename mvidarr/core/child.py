"""A Python module run in a process group of its own, spoken with in JSON lines.

`run` is the parent's side, `serve` the child's. One request goes in, messages come out; while the
child works, it may be told more. Its standard input stays open as its lifeline: when it closes,
because the parent died however it died, the child kills its whole group, so that no ffmpeg or
JavaScript runtime outlives us.
"""

import contextlib
import ctypes
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

POLL = 0.25  # seconds between two looks at `should_stop` and `tell`
GRACE = 3.0  # seconds between TERM and KILL, and for a child to leave by itself
LINE_LIMIT = 1_000_000  # bytes of one message
STDERR_LIMIT = 64_000  # bytes kept of what the child says beside its messages; the last ones
PASSED_ON = ("PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
PR_SET_PDEATHSIG = 1

Say = Callable[[dict[str, Any]], None]
Tell = Callable[[], Mapping[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class Exit:
    """How a child ended. `code` is negative when a signal ended it."""

    code: int
    stopped: bool = False
    timed_out: bool = False
    ignored: int = 0  # lines that were no messages, or too long
    stderr: str = ""


def run(
    module: str,
    request: Mapping[str, Any],
    *,
    on_message: Say,
    should_stop: Callable[[], bool] | None = None,
    tell: Tell | None = None,
    timeout: float | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Exit:
    """Run `module` until it ends, is stopped, or `timeout` seconds are over; nothing of it stays.

    `on_message` is called on this thread; what it raises ends the child too. `tell` is asked now
    and then for something to say to the child. `env` adds to the few variables that are passed on.
    Several threads may do this at once.
    """
    deadline = time.monotonic() + timeout if timeout is not None else float("inf")
    process = _start(module, env or {}, cwd)
    talk = _Talk(process, request, on_message)
    ending = "broken"
    try:
        ending = talk.listen(deadline, should_stop or _never, tell or _nothing)
    finally:
        if ending != "ended":
            _signal_group(process, signal.SIGTERM)
        code = _reap(process)
        talk.close()
    return Exit(
        code=code,
        stopped=ending == "stopped",
        timed_out=ending == "timed out",
        ignored=talk.ignored,
        stderr=talk.errors.decode(errors="replace"),
    )


def serve(work: Callable[[dict[str, Any], Say], None], hear: Say | None = None) -> None:
    """Answer one request from `run`: the whole of a child module's main part.

    `hear` gets what the parent adds later, on a thread of its own.
    """
    lifeline = os.dup(0)
    out = os.fdopen(os.dup(1), "wb")
    # what others print must not look like a message, nor may they read the request
    os.dup2(2, 1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    _die_with_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    request, _, more = _read_line(lifeline).partition(b"\n")
    threading.Thread(target=_watch, args=(lifeline, more, hear or _deaf), daemon=True).start()
    speaking = threading.Lock()

    def say(message: dict[str, Any]) -> None:
        with speaking:
            out.write(json.dumps(message).encode() + b"\n")
            out.flush()

    work(json.loads(request), say)


def _start(module: str, extra: Mapping[str, str], cwd: Path | None) -> subprocess.Popen[bytes]:
    # -P: a file in the working folder must not pass for a module
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd=cwd,
        env=_environment(extra),
        start_new_session=True,
    )


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    passed = {k: v for k, v in os.environ.items() if k in PASSED_ON or k.startswith("LC_")}
    package = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (extra.get("PYTHONPATH"), package)))
    return {
        **passed,
        "YTDLP_NO_PLUGINS": "1",
        "PYTHONUTF8": "1",
        **extra,
        "PYTHONPATH": path,
    }


@dataclass
class _Talk:
    """The three pipes of one child."""

    process: subprocess.Popen[bytes]
    request: Mapping[str, Any]
    on_message: Say
    ignored: int = 0
    errors: bytearray = field(default_factory=bytearray)
    _line: bytearray = field(default_factory=bytearray)
    _too_long: bool = False

    def __post_init__(self) -> None:
        self._outgoing = memoryview(json.dumps(dict(self.request)).encode() + b"\n")
        pipes = (self.process.stdin, self.process.stdout, self.process.stderr)
        self._in, self._out, self._err = (pipe.fileno() for pipe in pipes if pipe)
        for pipe in (self._in, self._out, self._err):
            os.set_blocking(pipe, False)

    def listen(self, deadline: float, should_stop: Callable[[], bool], tell: Tell) -> str:
        """Pass messages on until the child has said all; say how that came to its end."""
        look_at = 0.0
        with selectors.DefaultSelector() as selector:
            selector.register(self._in, selectors.EVENT_WRITE, self._write)
            selector.register(self._out, selectors.EVENT_READ, self._read)
            selector.register(self._err, selectors.EVENT_READ, self._read_errors)
            while self._out in selector.get_map():
                now = time.monotonic()
                if now >= deadline:
                    return "timed out"
                if now >= look_at:
                    if should_stop():
                        return "stopped"
                    self._add(tell(), selector)
                    look_at = now + POLL
                for key, _ in selector.select(min(POLL, deadline - now)):
                    if not key.data():
                        selector.unregister(key.fd)
        return "ended"

    def close(self) -> None:
        """Take what was left in the pipe of errors, then close all."""
        while self._read_errors():
            pass
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def _add(self, message: Mapping[str, Any] | None, selector: selectors.BaseSelector) -> None:
        """Have something more sent, after what is not sent yet."""
        if message is None:
            return
        line = json.dumps(dict(message)).encode() + b"\n"
        self._outgoing = memoryview(bytes(self._outgoing) + line)
        if self._in not in selector.get_map():
            selector.register(self._in, selectors.EVENT_WRITE, self._write)

    def _write(self) -> bool:
        """Send a piece of what is to be said; false when all is sent. The pipe stays open."""
        try:
            self._outgoing = self._outgoing[os.write(self._in, self._outgoing) :]
        except BlockingIOError:
            return True
        except BrokenPipeError:  # it died before it listened; its end will say so
            return False
        return len(self._outgoing) > 0

    def _read(self) -> bool:
        data = os.read(self._out, 65536)
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._take(self._line + line)
            self._line.clear()
            self._too_long = False
        self._line += rest
        if len(self._line) > LINE_LIMIT:
            self._line.clear()
            self._too_long = True
        return bool(data)

    def _take(self, line: bytearray) -> None:
        message = None
        if not self._too_long and len(line) <= LINE_LIMIT:
            with contextlib.suppress(ValueError):
                message = json.loads(line)
        if isinstance(message, dict):
            self.on_message(message)
        else:
            self.ignored += 1

    def _read_errors(self) -> bool:
        try:
            data = os.read(self._err, 65536)
        except BlockingIOError:  # only when what holds it open could not be killed
            return False
        self.errors += data
        del self.errors[:-STDERR_LIMIT]
        return bool(data)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # Safe while the leader is not reaped: until then its number belongs to this group.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _reap(process: subprocess.Popen[bytes]) -> int:
    """Wait a little for the leader, kill whatever its group still holds, and reap it."""
    patience = time.monotonic() + GRACE
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while os.waitid(os.P_PID, process.pid, look) is None and time.monotonic() < patience:
        time.sleep(0.01)
    _signal_group(process, signal.SIGKILL)
    return process.wait()


def _never() -> bool:
    return False


def _nothing() -> None:
    return None


def _deaf(message: dict[str, Any]) -> None:
    """What a child that is told nothing more does with it."""


def _read_line(source: int) -> bytes:
    """A line, and whatever came with its end."""
    line = bytearray()
    while b"\n" not in line:
        data = os.read(source, 65536)
        if not data:
            _end_group()
        line += data
    return bytes(line)


def _watch(lifeline: int, line: bytes, hear: Say) -> NoReturn:
    """Pass on what the parent adds, and end with it: then there is nothing more to read."""
    while True:
        *lines, line = line.split(b"\n")
        for one in lines:
            hear(json.loads(one))
        data = os.read(lifeline, 65536)
        if not data:
            _end_group()
        line += data


def _die_with_parent() -> None:
    """Ask Linux for a TERM at the parent's death, and take our group with us at any TERM.

    A second way beside the lifeline. KILL would be wrong: it would leave our children behind. Linux
    means the thread that started us; that one waits in `run` as long as we live.
    """
    signal.signal(signal.SIGTERM, lambda *_: _end_group())
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end_group() -> NoReturn:
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
