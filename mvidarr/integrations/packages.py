"""Ask the package index for a package, and install one into a folder of its own, by pip."""

import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi

from mvidarr.core import child
from mvidarr.core.errors import NotConfigured, ServiceError, Unavailable
from mvidarr.integrations import pip_child

NAME = "packages"
CHILD = "mvidarr.integrations.pip_child"
LOOK_TIMEOUT, INSTALL_TIMEOUT = 300.0, 1200.0  # seconds
ELSEWHERE = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX")
NO_PIP = (
    "This installation has no pip, so yt-dlp cannot be updated from here. "
    "Install pip, or a newer MVidarr."
)
NO_ROOM = "There is no room in the data folder for it."
REASONS = (
    (r"No space left|Disk quota", NO_ROOM),
    (r"CERTIFICATE_VERIFY_FAILED|SSLError", "The certificate of the package index was not "
     "accepted. Name its authority with MVIDARR_CA, or check this machine's clock."),
    (r"ProxyError|Cannot connect to proxy", "The outbound proxy does not answer. Check its "
     "address in the settings."),
    (r"File too large", "What came is far larger than any yt-dlp. Check the package index in the "
     "settings."),
    (r"DO NOT MATCH THE HASHES", "What came is not what the package index promised."),
    (r"\b40[13] (Client )?Error", "The package index refuses us. Check its address in the "
     "settings."),
    (r"Retrying \(|Connection|timed out|Temporary failure|\b50\d (Server )?Error|Max retries",
     "The package index cannot be reached."),
    (r"No matching distribution|Could not find a version|ResolutionImpossible",
     "The package index has none that fits this Python."),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the index is reached: its address ('' for what pip is set up with here), the outbound
    proxy, a file of further authorities, and who may say that we stop."""

    index: str = ""
    proxy: str = ""
    ca: Path | None = None
    should_stop: Callable[[], bool] = lambda: False


class Stopped(Exception):
    """`should_stop` said so: pip is gone."""


def newest(package: str, extra: str, way: Way) -> str:
    """The newest version that can be installed here with that extra; nothing is installed.

    Raises ServiceError with a sentence, NotConfigured without pip, or Stopped.
    """
    report = f"--report={pip_child.REPORT}"
    args = ["--dry-run", "--ignore-installed", report, f"{package}[{extra}]"]
    answer = _pip(args, way, LOOK_TIMEOUT)
    version = answer["versions"].get(package)
    if not version:
        raise ServiceError(NAME, "pip did not say which version there is. It may be too old.")
    return str(version)


def install(requirement: str, folder: Path, way: Way) -> None:
    """Install a package and all that it needs into an empty folder; raises as `newest` does."""
    _pip([f"--target={folder}", requirement], way, INSTALL_TIMEOUT)


def _pip(args: Sequence[str], way: Way, timeout: float) -> Mapping[str, Any]:
    said: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="mvidarr-pip-") as folder:
        end = child.run(
            CHILD,
            # never a source package: building one runs what it brings along
            {"args": ["install", "--only-binary=:all:", "--root-user-action=ignore", *args]},
            on_message=said.append,
            should_stop=way.should_stop,
            timeout=timeout,
            env=_environment(way, Path(folder)),
            cwd=Path(folder),
        )
    if end.stopped:
        raise Stopped
    if end.timed_out:
        raise ServiceError(NAME, "The package index took too long to answer.")
    crashed: dict[str, Any] = {"is": "done", "code": 1, "said": end.stderr}
    answer = said[-1] if said else crashed
    if answer["is"] == "missing":
        raise NotConfigured(NO_PIP)
    if answer["code"] != 0:
        raise _failure(answer["said"])
    return answer


def _environment(way: Way, folder: Path) -> dict[str, str]:
    """What pip is told by variables: an address or a proxy may hold a password, and everybody on
    the machine sees the arguments of a process."""
    env = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    env["TMPDIR"] = str(folder)  # a pip that is killed leaves its own folders behind
    for name in ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_CACHE_HOME"):
        if name in os.environ:
            env[name] = os.environ[name]
    if way.index:
        env = {name: value for name, value in env.items() if name not in ELSEWHERE}
        env |= {"PIP_INDEX_URL": way.index, "PIP_CONFIG_FILE": os.devnull}
    if way.proxy:
        env["PIP_PROXY"] = way.proxy
    if way.ca:
        bundle = folder / "authorities.pem"
        known = Path(env.get("PIP_CERT") or certifi.where()).read_bytes()
        bundle.write_bytes(known.rstrip() + b"\n\n" + way.ca.read_bytes())
        env["PIP_CERT"] = str(bundle)
    return env


def _failure(said: str) -> ServiceError | Unavailable:
    for pattern, sentence in REASONS:
        if re.search(pattern, said):
            return Unavailable(sentence) if sentence == NO_ROOM else ServiceError(NAME, sentence)
    lines = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()
    last = re.sub(r"//[^/\s]+@", "//", lines[-1] if lines else "it ended without a word")
    return ServiceError(NAME, f"pip failed: {last.removeprefix('ERROR: ')[:300].rstrip('.')}.")
