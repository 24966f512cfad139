"""Apprise: messages to a hundred services, each by an address that holds its keys.

The library runs in a child: it makes connections of its own, which only a process's environment
can send through a proxy, and what it loads would stay in memory. https://github.com/caronc/apprise
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import certifi

from mvidarr.core import child, failures
from mvidarr.core.errors import Invalid
from mvidarr.integrations.notices import NotDelivered, Way

NAME = "apprise"
CHILD = "mvidarr.integrations.apprise_child"
PATIENCE = 40.0  # seconds for one message; one service may need several requests
LEVELS = {"good": "success", "warn": "warning", "bad": "failure"}


@dataclass(frozen=True, kw_only=True)
class Described:
    """What an address belongs to, and how it may be shown."""

    title: str
    shown: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """`level`: info, good, warn or bad."""

    url: str = field(repr=False)
    title: str
    body: str
    level: str = "info"


def describe(url: str, way: Way) -> Described:
    """What Apprise makes of an address; nobody is asked. Raises Invalid under `url`."""
    said = _ask({"do": "describe", "url": url}, way)
    if "problem" in said:
        raise Invalid({"url": said["problem"]})
    return Described(title=said["title"], shown=said["shown"])


def send(note: Note, way: Way, should_stop: Callable[[], bool] | None = None) -> None:
    """Raises NotDelivered."""
    level = LEVELS.get(note.level, "info")
    asked = {"do": "send", "url": note.url, "title": note.title, "body": note.body, "type": level}
    said = _ask(asked, way, should_stop)
    if "problem" in said:
        raise NotDelivered(
            NAME,
            said["problem"],
            answered=said.get("answered"),
            permanent=said.get("permanent", False),
            retry_after=failures.retry_after(said.get("retry_after", "")),
        )


def _ask(
    request: Mapping[str, Any], way: Way, should_stop: Callable[[], bool] | None = None
) -> dict[str, Any]:
    said: dict[str, Any] = {}
    is_trusted = way.policy is None
    with tempfile.TemporaryDirectory(prefix="mvidarr-apprise-") as name:
        folder = Path(name)
        end = child.run(
            CHILD,
            {**request, "is_trusted": is_trusted, "proxy": way.proxy},
            on_message=said.update,
            should_stop=should_stop,
            timeout=PATIENCE,
            env=_environment(way, folder),
            cwd=folder,
        )
    if not said:
        took_long = "The service took too long to answer."
        said["problem"] = took_long if end.timed_out else "Apprise stopped unexpectedly."
    return said


def _environment(way: Way, folder: Path) -> dict[str, str]:
    """What the libraries in the child read; its home is a folder that goes with it."""
    env = {"HOME": str(folder)}
    if way.proxy:
        env |= {"HTTP_PROXY": way.proxy, "HTTPS_PROXY": way.proxy}
        env |= {"http_proxy": way.proxy, "https_proxy": way.proxy}
    if way.ca:
        bundle = folder / "authorities.pem"
        known = Path(certifi.where()).read_bytes().rstrip()
        bundle.write_bytes(known + b"\n\n" + way.ca.read_bytes())
        env |= {"REQUESTS_CA_BUNDLE": str(bundle), "SSL_CERT_FILE": str(bundle)}
    return env
