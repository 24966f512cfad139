"""A child tells its messages, ends when told, and leaves nothing running, whoever dies first."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import child
from tests.fakes.children import wait_until_gone

CHILDREN = "tests.fakes.children"
ROOT = str(Path(__file__).parents[2])


def run(do: str, **more: Any) -> tuple[child.Exit, list[dict[str, Any]]]:
    said: list[dict[str, Any]] = []
    request = {"do": do, **more.pop("request", {})}
    more.setdefault("on_message", said.append)
    more.setdefault("timeout", 60)
    env = {"PYTHONPATH": ROOT, **more.pop("env", {})}
    return child.run(CHILDREN, request, env=env, **more), said


def test_messages_arrive_in_order() -> None:
    end, said = run("echo", request={"words": ["a", "é", "c"]})

    assert [message["word"] for message in said] == ["a", "é", "c"]
    assert end.code == 0
    assert "this is no message" in end.stderr


def test_large_request_arrives_whole() -> None:
    words = [f"{number:06}" for number in range(50_000)]

    _, said = run("echo", request={"words": words})

    assert [message["word"] for message in said] == words


def test_child_is_told_more_while_it_works() -> None:
    words = [None, {"word": "é" * 100_000}, {"word": "two"}, None, {"word": "end"}]

    end, said = run("listen", tell=lambda: words.pop(0) if words else None)

    assert end.code == 0
    assert said == [{"is": "listening"}, {"word": "é" * 100_000}, {"word": "two"}]


def test_child_that_is_gone_cannot_be_told() -> None:
    end, said = run("crash", tell=lambda: {"word": "x" * 100_000})

    assert end.code == 1
    assert said == []


def test_noise_is_counted_not_passed_on() -> None:
    end, said = run("noise")

    assert said == [{"word": "after"}]
    assert end.ignored == 3
    assert len(end.stderr) == child.STDERR_LIMIT
    assert end.stderr.endswith("the end")


def test_crash_is_told() -> None:
    end, said = run("crash")

    assert end.code == 1
    assert "out of order" in end.stderr
    assert said == []


def test_module_that_is_missing_is_told() -> None:
    end = child.run("tests.no_such_module", {}, on_message=lambda m: None, timeout=60)

    assert end.code == 1
    assert "no_such_module" in end.stderr


def test_stop_ends_the_whole_family() -> None:
    pids: list[int] = []

    end, _ = run(
        "family", on_message=lambda m: pids.extend(m["pids"]), should_stop=lambda: bool(pids)
    )

    assert end.stopped
    assert end.code < 0
    assert wait_until_gone(pids) == []


def test_stop_is_seen_while_messages_flood_in() -> None:
    seen: list[int] = []

    end, _ = run("flood", on_message=lambda m: seen.append(1), should_stop=lambda: len(seen) > 1000)

    assert end.stopped


def test_time_that_is_over_ends_even_the_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "GRACE", 0.2)

    end, said = run("stubborn", timeout=2)

    assert end.timed_out
    assert end.code == -signal.SIGKILL
    assert wait_until_gone(said[0]["pids"]) == []


def test_child_that_leaves_takes_its_children_along() -> None:
    end, said = run("orphan")

    assert end.code == 0
    assert wait_until_gone(said[0]["pids"]) == []


def test_error_of_the_listener_ends_the_child() -> None:
    pids: list[int] = []

    def listen(message: dict[str, Any]) -> None:
        pids.extend(message["pids"])
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        run("family", on_message=listen)
    assert wait_until_gone(pids) == []


def test_only_listed_variables_are_passed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MVIDARR_SECRET", "hunter2")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("LC_TIME", "C.UTF-8")

    _, said = run("where", cwd=tmp_path, env={"ADDED": "1"})

    assert said[0]["cwd"] == str(tmp_path)
    assert said[0]["group"]
    env = said[0]["env"]
    assert (env["ADDED"], env["LC_TIME"], env["YTDLP_NO_PLUGINS"]) == ("1", "C.UTF-8", "1")
    assert not {"MVIDARR_SECRET", "HTTPS_PROXY"} & set(env)


def test_files_in_the_working_folder_are_no_modules(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('hijacked')")

    end, said = run("echo", request={"words": ["a"]}, cwd=tmp_path)

    assert (end.code, said) == (0, [{"word": "a"}])


def test_several_threads_run_children_at_once() -> None:
    results: dict[int, list[str]] = {}

    def work(number: int) -> None:
        _, said = run("echo", request={"words": [str(number)] * 50})
        results[number] = [message["word"] for message in said]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == {number: [str(number)] * 50 for number in range(4)}


def start_parent() -> tuple[subprocess.Popen[str], list[int]]:
    """A parent of a family, and the numbers of that family."""
    parent = subprocess.Popen(
        [sys.executable, "-m", CHILDREN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    assert parent.stdin
    assert parent.stdout
    parent.stdin.write('{"do": "parent"}\n')
    parent.stdin.flush()
    return parent, json.loads(parent.stdout.readline())["pids"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV], ids=["kill", "segv"])
def test_family_dies_with_a_parent_that_is_killed(number: signal.Signals) -> None:
    parent, family = start_parent()
    with parent:
        os.kill(parent.pid, number)
        parent.wait()

        assert wait_until_gone(family) == []


def test_family_dies_when_the_child_itself_is_killed() -> None:
    pids: list[int] = []

    def listen(message: dict[str, Any]) -> None:
        pids.extend(message["pids"])
        os.kill(pids[0], signal.SIGKILL)

    end, _ = run("family", on_message=listen)

    assert end.code == -signal.SIGKILL
    assert wait_until_gone(pids) == []
