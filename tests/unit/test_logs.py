"""Logs: one line per thing that happened, and no secret in any."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mvidarr.core import logs

SECRET = "k9-sEcret-of-the-owner"


@pytest.fixture(autouse=True)
def _known_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_known", set())


@pytest.fixture
def _root_logger() -> Iterator[None]:
    """What `set_up` changes for the whole process is put back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("urllib3", "huey", "peewee")}
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def line(message: str, *args: object, **more: object) -> str:
    record = logging.LogRecord("mvidarr", logging.INFO, "x.py", 1, message, args, None, **more)  # type: ignore[arg-type]
    return logs.Scrubber("%(levelname)s %(message)s").format(record)


@pytest.mark.parametrize(
    "text",
    [
        f"asked url=https://imvdb.com/api?api_key={SECRET}&page=2",
        f"headers Authorization: Bearer {SECRET}",
        f"headers {{'IMVDB-APP-KEY': '{SECRET}', 'Accept': '*/*'}}",
        f'body {{"password": "{SECRET}"}}',
        f"X-Api-Key: {SECRET}",
        f"imvdb_api_key={SECRET} done",
        f"cookie mvidarr_session={SECRET}; theme=dark",
        f"proxy https://me:{SECRET}@proxy.example.org:3128/x",
        f"token={SECRET}",
        f"form password_again={SECRET}",
        f"Authorization=Basic {SECRET}==",
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str) -> None:
    assert SECRET not in line(text)
    assert "***" in line(text)


def test_what_is_no_secret_stays() -> None:
    said = "finder failed service=imvdb side=left inside=5 error=It asks for a pause."

    assert line(said) == f"INFO {said}"


def test_known_secrets_are_taken_out_wherever_they_stand() -> None:
    logs.keep_out(SECRET)
    logs.keep_out(SECRET[:8])

    assert line("it said %s!", SECRET) == "INFO it said ***!"


def test_short_values_are_not_hunted() -> None:
    logs.keep_out("a")

    assert line("a plain line") == "INFO a plain line"


def test_a_title_cannot_forge_a_line() -> None:
    text = line("found title=%s", "Song\n2026-01-01 ERROR forged\x1b[31m\u2028x")

    assert "\n" not in text
    assert "\x1b" not in text
    assert text.startswith("INFO found title=Song\\x0a2026-01-01 ERROR forged")


def test_the_stack_of_an_exception_is_indented_and_scrubbed() -> None:
    try:
        raise ValueError(f"token={SECRET}\nnext")
    except ValueError:
        record = logging.LogRecord("m", logging.ERROR, "x", 1, "broke", (), sys.exc_info())
    head, *rest = logs.Scrubber("%(message)s").format(record).split("\n")

    assert head == "broke"
    assert all(part.startswith("  ") for part in rest)
    assert rest[-1] == "  next"
    assert SECRET not in "".join(rest)


def test_a_stack_that_is_asked_for_is_indented_too() -> None:
    record = logging.LogRecord(
        "m", logging.INFO, "x", 1, "here", (), None, sinfo=f"a\ntoken={SECRET}"
    )

    assert logs.Scrubber("%(message)s").format(record) == "here\n  a\n  token=***"


def test_very_long_lines_are_cut() -> None:
    assert len(line("x" * 50_000)) <= logs.LONGEST


class Growing(set[str]):
    """Secrets that another thread adds to while they are gone through."""

    def __iter__(self) -> Iterator[str]:
        for secret in super().__iter__():
            self.add(f"{secret} and one more")
            yield secret


def test_secrets_may_come_in_while_others_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_known", Growing({SECRET}))

    assert line("it said %s!", SECRET) == "INFO it said ***!"


@pytest.mark.usefixtures("_root_logger")
def test_each_process_writes_its_own_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("web", tmp_path)
    logging.getLogger("mvidarr.test").info("started port=%s token=%s", 8642, SECRET)
    logging.getLogger("urllib3").info("chatter")

    written = (tmp_path / "web.log").read_text("utf-8").splitlines()
    assert len(written) == 1
    assert written[0].endswith("INFO mvidarr.test started port=8642 token=***")
    assert written == capsys.readouterr().err.splitlines()
