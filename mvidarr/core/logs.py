"""Logs: one line per thing that happened, `event key=value …`, secrets and line breaks taken out.

Each process writes a file of its own, because rotation by several writers loses lines.
"""

import logging
import logging.handlers
import re
import sys
from pathlib import Path
from typing import Any

_NAMED = re.compile(
    r"""(?ix)
    ( (?: (?:api|app)[_-]?key | token | passw(?:or)?d | secret | authorization | cookie
      | session | \bsid(?![\w-]) ) [\w-]{0,24} )
    ( ["']?\s*[=:]\s*["']? )
    (?: (?: bearer | basic )\s+ )?
    ( [^\s"'&,;)]+ )
    """
)
_IN_URL = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s:@]+:[^/\s@]+@")
_BREAKS = re.compile("[\u0000-\u001f\u007f-\u009f\u2028\u2029]")
_known: set[str] = set()

LONGEST = 8000  # characters of one line


class Scrubber(logging.Formatter):
    """One line per record; known secrets and everything that looks like one become ***.

    Only the stack of an exception has lines of its own, and they are indented.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _one_line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return _indented(super().formatStack(stack_info))


def scrub(text: str) -> str:
    for secret in sorted(set(_known), key=len, reverse=True):
        text = text.replace(secret, "***")
    return _IN_URL.sub(r"\1***@", _NAMED.sub(r"\1\2***", text))


def _one_line(text: str) -> str:
    return _BREAKS.sub(lambda char: f"\\x{ord(char.group()):02x}", scrub(text))[:LONGEST]


def _indented(trace: str) -> str:
    return "\n".join(f"  {_one_line(line)}" for line in trace.splitlines())


def keep_out(secret: str) -> None:
    """Never write this value to a log."""
    if len(secret) >= 6:
        _known.add(secret)


def set_up(process: str, folder: Path, level: int = logging.INFO) -> None:
    """Log to stderr and to `<folder>/<process>.log` (10 MiB, five old ones)."""
    form = Scrubber("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")
    file = logging.handlers.RotatingFileHandler(
        folder / f"{process}.log", maxBytes=10 << 20, backupCount=5, encoding="utf-8", delay=True
    )
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr), file]
    for handler in handlers:
        handler.setFormatter(form)
    logging.basicConfig(level=level, handlers=handlers, force=True)
    logging.captureWarnings(True)
    set_level(level)


def set_level(level: int) -> None:
    """From which level on this process writes; libraries only tell of problems."""
    logging.getLogger().setLevel(level)
    for noisy in ("urllib3", "huey", "peewee"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
