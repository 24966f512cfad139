"""Boot facts: where the program lives and listens. From the environment only, read once, frozen."""

import importlib.resources
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mvidarr.core.errors import BootError

PREFIX = "MVIDARR_"
BOOT_FACTS = ("DATA", "HOST", "PORT", "DATABASE_URL", "SECRET", "CA")
MINIMUM_PYTHON = (3, 11)
KNOWN_BAD_SECRETS = frozenset({"secret", "changeme", "change-me", "mvidarr", "dev", "test"})


@dataclass(frozen=True, kw_only=True)
class Config:
    """`secrets`: the first is current, the others are still accepted. `ca`: PEM of authorities."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8642
    database_url: str = ""
    secrets: tuple[str, ...] = ()
    ca: Path | None = None

    @property
    def thumbs(self) -> Path:
        return self.data / "thumbs"

    @property
    def tools(self) -> Path:
        return self.data / "tools"

    @property
    def setup_token(self) -> Path:
        return self.data / "setup-token"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read the boot facts and make the data folder and its secret ready.

    Raises BootError with one sentence that names what is wrong.
    """
    env = os.environ if environ is None else environ
    facts = {name: boot_fact(env, name) for name in BOOT_FACTS}
    data = _data_folder(facts["DATA"], env)
    return Config(
        data=data,
        host=facts["HOST"] or "127.0.0.1",
        port=_port(facts["PORT"]),
        database_url=facts["DATABASE_URL"] or f"sqlite:///{data / 'mvidarr.db'}",
        secrets=_secrets(facts["SECRET"], data),
        ca=_ca(env, data),
    )


def boot_fact(env: Mapping[str, str], name: str) -> str:
    """The value of `MVIDARR_<name>`, or the content of the file that `…_FILE` names; '' if none."""
    variable = PREFIX + name
    direct, file = env.get(variable, ""), env.get(f"{variable}_FILE", "")
    if direct and file:
        raise BootError(f"Set {variable} or {variable}_FILE, not both.")
    if not file:
        return direct
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BootError(f"{variable}_FILE names a file that cannot be read: {error}.") from error


def check_python() -> None:
    if sys.version_info < MINIMUM_PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        raise BootError(f"MVidarr needs Python 3.11 or newer; this is Python {found}.")


def resource_dir(name: str) -> Path:
    """`templates` or `static`: inside the installed package, else beside it in the checkout."""
    inside = Path(str(importlib.resources.files("mvidarr"))) / name
    return inside if inside.is_dir() else inside.parents[1] / name


def _data_folder(given: str, env: Mapping[str, str]) -> Path:
    home = env.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    data = Path(given or Path(home) / "mvidarr").expanduser().absolute()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("thumbs", "backups", "logs", "tools"):
            (data / name).mkdir(exist_ok=True)
        probe = data / f".write-test-{os.getpid()}"
        probe.write_bytes(b"mvidarr" * 1024)
        probe.unlink()
    except OSError as error:
        reason = error.strerror or str(error)
        raise BootError(f"The data folder {data} cannot be written to: {reason}.") from error
    return data


def _port(given: str) -> int:
    try:
        port = int(given or 8642)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise BootError(f"MVIDARR_PORT must be a number from 1 to 65535, not {given!r}.")
    return port


def _secrets(given: str, data: Path) -> tuple[str, ...]:
    keys = tuple(filter(None, map(str.strip, given.splitlines()))) or _stored_secrets(data)
    for key in keys:
        if len(key) < 16 or key.lower() in KNOWN_BAD_SECRETS:
            raise BootError(
                "MVIDARR_SECRET is too easy to guess: use 32 or more random characters."
            )
    return keys


def _stored_secrets(data: Path) -> tuple[str, ...]:
    """One key per line of `<data>/secret`, made at the first start; two starts make one file."""
    file = data / "secret"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    except OSError as error:
        raise BootError(f"The secret {file} cannot be made: {error.strerror}.") from error
    else:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(secrets.token_urlsafe(48) + "\n")
            out.flush()
            os.fsync(out.fileno())
    try:
        keys = tuple(filter(None, map(str.strip, file.read_text("utf-8").splitlines())))
    except (OSError, UnicodeDecodeError) as error:
        raise BootError(f"The secret {file} cannot be read: {error}.") from error
    if not keys:
        raise BootError(f"The secret {file} is empty; restore it from a backup or remove it.")
    return keys


def _ca(env: Mapping[str, str], data: Path) -> Path | None:
    """The file of further authorities: as named by `MVIDARR_CA_FILE`, or holding `MVIDARR_CA`."""
    pem = boot_fact(env, "CA")
    if not pem:
        return None
    if "BEGIN CERTIFICATE" not in pem:
        raise BootError("MVIDARR_CA must hold certificates in PEM form.")
    file = data / "ca.pem"
    file.write_text(pem + "\n", "utf-8")
    return file
