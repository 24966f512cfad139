"""Children that misbehave in every way, for the tests of `core.child`; run as modules."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mvidarr.core import child


def _echo(request: dict[str, Any], say: child.Say) -> None:
    sys.stdout.write("this is no message\n")
    sys.stdout.flush()
    for word in request["words"]:
        say({"word": word})


def _noise(request: dict[str, Any], say: child.Say) -> None:
    """Write raw lines where messages go; the parent's pipe is the lowest copy of it."""
    out = next(fd for fd in range(3, 20) if _is_pipe_for_writing(fd))
    os.write(out, b"not json\n[1, 2]\n")
    long = b"x" * (child.LINE_LIMIT + 10) + b"\n"
    while long:
        long = long[os.write(out, long) :]
    say({"word": "after"})
    sys.stderr.write("e" * (child.STDERR_LIMIT + 100) + "the end")


def _family(request: dict[str, Any], say: child.Say) -> None:
    """Have a child of its own and stay."""
    sleeper = subprocess.Popen(["sleep", "600"])
    say({"pids": [os.getpid(), sleeper.pid]})
    sleeper.wait()


def _stubborn(request: dict[str, Any], say: child.Say) -> None:
    """Stay, deaf to TERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleeper = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 600"])
    say({"pids": [os.getpid(), sleeper.pid]})
    sleeper.wait()


def _orphan(request: dict[str, Any], say: child.Say) -> None:
    """Leave a child behind, which holds the pipe of errors open."""
    sleeper = subprocess.Popen(["sleep", "600"])
    say({"pids": [os.getpid(), sleeper.pid]})


def _crash(request: dict[str, Any], say: child.Say) -> None:
    raise RuntimeError("out of order")


def _flood(request: dict[str, Any], say: child.Say) -> None:
    while True:
        say({"word": "x" * 1000})


def _where(request: dict[str, Any], say: child.Say) -> None:
    say({"cwd": str(Path.cwd()), "env": dict(os.environ), "group": os.getpgrp() == os.getpid()})


_told: queue.Queue[dict[str, Any]] = queue.Queue()


def _listen(request: dict[str, Any], say: child.Say) -> None:
    """Repeat what is added, until that is the end."""
    say({"is": "listening"})
    while (message := _told.get())["word"] != "end":
        say(message)


def _parent(request: dict[str, Any], say: child.Say) -> None:
    """Be the parent of a family, in a thread, as the worker is."""

    def work() -> None:
        child.run("tests.fakes.children", {"do": "family"}, on_message=say)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def _is_pipe_for_writing(fd: int) -> bool:
    try:
        return str(Path(f"/proc/self/fd/{fd}").readlink()).startswith("pipe") and fd != 3
    except OSError:
        return False


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def wait_until_gone(pids: list[int], *, seconds: float = 15) -> list[int]:
    """The processes that still run when the time is over."""
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


WAYS = {
    "echo": _echo,
    "noise": _noise,
    "family": _family,
    "stubborn": _stubborn,
    "orphan": _orphan,
    "crash": _crash,
    "flood": _flood,
    "where": _where,
    "listen": _listen,
    "parent": _parent,
}

if __name__ == "__main__":
    child.serve(lambda request, say: WAYS[request["do"]](request, say), hear=_told.put)
