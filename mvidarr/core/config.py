"""Boot facts: where the program lives and listens. From the environment only, read once, frozen."""

import importlib.resources
import os
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mvidarr.core.errors import BootError

PREFIX = "MVIDARR_"
BOOT_FACTS = ("DATA", "HOST", "PORT", "DATABASE_URL", "SECRET", "CA")
SHORTEST_SECRET = 16  # characters, half of them different


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
        database_url=facts["DATABASE_URL"] or f"sqlite:///{quote(str(data / 'mvidarr.db'))}",
        secrets=_secrets(facts["SECRET"], data),
        ca=_ca(facts["CA"], data),
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


def resource_dir(name: str) -> Path:
    """`templates` or `static`: inside the installed package, else beside it in the checkout."""
    inside = Path(str(importlib.resources.files("mvidarr"))) / name
    return inside if inside.is_dir() else inside.parents[1] / name


def _data_folder(given: str, env: Mapping[str, str]) -> Path:
    data = _expanded(given) if given else _default_data(env)
    probe = data / f".write-test-{os.getpid()}"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("thumbs", "backups", "logs", "tools"):
            (data / name).mkdir(exist_ok=True)
        try:
            probe.write_bytes(b"mvidarr" * 1024)
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BootError(f"The data folder {data} cannot be written to: {reason}.") from error
    return data


def _default_data(env: Mapping[str, str]) -> Path:
    home = env.get("XDG_DATA_HOME")
    return (Path(home).absolute() if home else _expanded("~/.local/share")) / "mvidarr"


def _expanded(folder: str) -> Path:
    try:
        return Path(folder).expanduser().absolute()
    except RuntimeError as error:  # an account without a home
        raise BootError("Say where to keep data: set MVIDARR_DATA to a folder.") from error


def _port(given: str) -> int:
    try:
        port = int(given or 8642)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise BootError(f"MVIDARR_PORT must be a number from 1 to 65535, not {given!r}.")
    return port


def _secrets(given: str, data: Path) -> tuple[str, ...]:
    keys, source = _lines(given), "MVIDARR_SECRET"
    if not keys:
        keys, source = _stored_secrets(data), f"The secret in {data / 'secret'}"
    for key in keys:
        if len(key) < SHORTEST_SECRET or len(set(key)) < SHORTEST_SECRET // 2:
            raise BootError(f"{source} is too easy to guess: use 32 or more random characters.")
    return keys


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.splitlines())))


def _stored_secrets(data: Path) -> tuple[str, ...]:
    """One key per line of `<data>/secret`, made at the first start; two starts make one file."""
    file = data / "secret"
    try:
        if not file.exists():
            _make_secret(file)
        keys = _lines(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BootError(f"The secret {file} cannot be made or read: {error}.") from error
    if not keys:
        raise BootError(f"The secret {file} is empty; restore it from a backup or remove it.")
    return keys


def _make_secret(file: Path) -> None:
    """Written whole under another name first, so that nobody ever reads half a secret."""
    fresh = file.with_name(f".secret-{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(secrets.token_urlsafe(48) + "\n")
            out.flush()
            os.fsync(out.fileno())
        _put_first(fresh, file)
    finally:
        fresh.unlink(missing_ok=True)


def _put_first(fresh: Path, file: Path) -> None:
    """Give the file its name unless another start was faster."""
    try:
        file.hardlink_to(fresh)
    except FileExistsError:
        return
    except OSError:  # some network and memory card file systems know no links
        if not file.exists():
            fresh.replace(file)


def _ca(pem: str, data: Path) -> Path | None:
    """The file of further authorities, kept in the data folder for programs that need a file."""
    if not pem:
        return None
    try:
        plain = pem.encode("ascii", "ignore").decode()  # names beside certificates may be anything
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=plain)
    except (ssl.SSLError, ValueError) as error:
        raise BootError(
            "MVIDARR_CA must hold certificates in PEM form; name a file with MVIDARR_CA_FILE."
        ) from error
    file, fresh = data / "ca.pem", data / f".ca-{secrets.token_hex(8)}"
    try:
        fresh.write_text(pem + "\n", "utf-8")
        fresh.replace(file)  # another process may be reading it
    except OSError as error:
        raise BootError(f"The certificates cannot be kept in {file}: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)
    return file
