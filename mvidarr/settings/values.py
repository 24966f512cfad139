"""Values of the settings: from the environment, else the database, else the default.

Each process keeps them in memory and looks for a newer revision at most once a second.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import peewee

from mvidarr.core import clock, config, db, logs
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import BootError, Conflict, Error, Invalid, NotFound
from mvidarr.models import Setting
from mvidarr.settings import cookies, options
from mvidarr.settings.option import Kind, Option

log = logging.getLogger(__name__)
T = TypeVar("T")
LOOK_EVERY = 1.0  # seconds
COUNTER = ""  # key of the row that counts revisions


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A setting as people and scripts see it; a secret's value is None beside `is_set`."""

    option: Option[Any]
    value: Any
    is_set: bool
    source: str  # environment, database, default
    ending: str = ""  # the last characters of a secret
    jar: cookies.Jar | None = None  # what can be said of cookies

    @property
    def is_fixed(self) -> bool:
        return self.source == "environment"


class _Store:
    """This process's copy of the values; replaced as a whole by `set_up`."""

    def __init__(self, vault: Vault | None, environment: Mapping[str, Any]) -> None:
        self.vault = vault
        self.environment = dict(environment)
        self.stored: dict[str, Any] = {}
        self.revision = -1
        self.looked_at = -LOOK_EVERY
        self.lock = threading.Lock()


_store = _Store(None, {})
_watchers: list[tuple[frozenset[str], Callable[[], None]]] = []


def set_up(secrets: tuple[str, ...], environ: Mapping[str, str] | None = None) -> None:
    """Take the environment's values and forget what this process had read."""
    global _store  # one store a process, replaced as a whole
    _store = _Store(Vault(secrets), check_environment(environ))


def check_environment(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Values that the environment fixes. An unknown name warns, a bad value is a BootError."""
    env = os.environ if environ is None else environ
    fixed: dict[str, Any] = {}
    for name in sorted({name.removesuffix("_FILE") for name in env if name.startswith("MVIDARR_")}):
        key = name.removeprefix(config.PREFIX)
        if key in config.BOOT_FACTS:
            continue
        option = options.BY_KEY.get(key.lower())
        if option is None:
            log.warning("environment unknown variable=%s", name)
            continue
        try:
            fixed[option.key] = option.parse(config.boot_fact(env, key))
        except Invalid as error:
            raise BootError(f"{name} is not valid: {error}") from error
        if option.is_secret:
            logs.keep_out(fixed[option.key])
    return fixed


def get(option: Option[T]) -> T:
    """The value that holds now."""
    if option.key in _store.environment:
        value: T = _store.environment[option.key]
        return value
    _look()
    stored: T = _store.stored.get(option.key, option.default)
    return stored


def show(option: Option[Any]) -> Shown:
    value = get(option)
    if option.key in _store.environment:
        source = "environment"
    else:
        source = "database" if option.key in _store.stored else "default"
    if option.kind is Kind.COOKIES:
        jar = cookies.look(value) if value else None
        return Shown(option=option, value=None, is_set=bool(value), source=source, jar=jar)
    if option.is_secret:
        ending = value[-4:] if len(value) >= 12 else ""
        return Shown(option=option, value=None, is_set=bool(value), source=source, ending=ending)
    return Shown(option=option, value=value, is_set=source != "default", source=source)


def all_values() -> list[Shown]:
    return [show(option) for option in options.ALL]


def find(key: str) -> Option[Any]:
    """Raises NotFound for a key that no setting has."""
    option = options.BY_KEY.get(key)
    if option is None:
        raise NotFound(f"There is no setting {key}.")
    return option


def change(values: Mapping[str, Any], by_user: int | None = None) -> list[str]:
    """Set several at once, all or none; answers the keys whose value is another now.

    Raises Invalid with a message per key, or Conflict for what the environment fixes.
    """
    parsed = _parsed(values)
    _look()  # the first look must not be one that sees what is not committed yet
    with db.atomic():
        before = _in_database(parsed)
        changed = [key for key, value in parsed.items() if before[key] != value]
        for key in changed:
            _write(key, _seal(options.BY_KEY[key], parsed[key]), by_user)
        db.after_commit(_forget)
    return changed


def reset(key: str, by_user: int | None = None) -> None:
    """Back to the default; the row stays, so that other processes notice."""
    _need_free(find(key))
    _look()
    with db.atomic():
        _write(key, None, by_user)
        db.after_commit(_forget)


def refresh() -> None:
    """Read at once what other processes changed: work begins with what was saved before it."""
    _forget()


def revision() -> int:
    """Number of the newest change that this process has seen."""
    _look()
    return _store.revision


def on_change(*watched: Option[Any]) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run the decorated function in every process after one of these settings changed, and at the
    process's first look when one of them is not as by default."""

    def register(call: Callable[[], None]) -> Callable[[], None]:
        _watchers.append((frozenset(option.key for option in watched), call))
        return call

    return register


def _parsed(values: Mapping[str, Any]) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for key, raw in values.items():
        option = options.BY_KEY.get(key)
        if option is None:
            problems[key] = "There is no such setting."
            continue
        _need_free(option)
        try:
            parsed[key] = option.parse(raw)
        except Invalid as error:
            problems |= error.fields
    if problems:
        raise Invalid(problems)
    return parsed


def _need_free(option: Option[Any]) -> None:
    if option.key in _store.environment:
        variable = config.PREFIX + option.key.upper()
        raise Conflict(f"{option.label} is set by the environment variable {variable}.")


def _in_database(keys: Iterable[str]) -> dict[str, Any]:
    """What holds there: our own copy may be a second old. None where nobody can read it."""
    found = {key: options.BY_KEY[key].default for key in keys}
    for row in Setting.select().where(Setting.key.in_(list(found)), Setting.value.is_null(False)):
        try:
            found[row.key] = _open(options.BY_KEY[row.key], str(row.value))
        except (Error, ValueError):
            found[row.key] = None
    return found


def _write(key: str, value: str | None, by_user: int | None) -> None:
    columns = {
        "value": value,
        "revision": _next_revision(),
        "by_user_id": by_user,
        "updated_at": clock.now(),
    }
    if not Setting.update(**columns).where(Setting.key == key).execute():
        Setting.insert(key=key, **columns).execute()


def _next_revision() -> int:
    """Counted in a row of its own: its lock makes revisions come in the order of the commits."""
    counter = Setting.key == COUNTER
    if not Setting.update(revision=Setting.revision + 1).where(counter).execute():
        highest = Setting.select(peewee.fn.MAX(Setting.revision)).scalar() or 0
        Setting.insert(key=COUNTER, revision=highest).on_conflict_ignore().execute()
        Setting.update(revision=Setting.revision + 1).where(counter).execute()
    number: int = Setting.select(Setting.revision).where(counter).scalar()
    return number


def _seal(option: Option[Any], value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if not option.is_secret:
        return text
    logs.keep_out(value)
    return _vault().encrypt(text)


def _open(option: Option[Any], sealed: str) -> Any:
    text = _vault().decrypt(sealed) if option.is_secret else sealed
    return option.parse(json.loads(text))


def _vault() -> Vault:
    if _store.vault is None:
        raise BootError("The settings were used before they were set up.")
    return _store.vault


def _forget() -> None:
    _store.looked_at = -LOOK_EVERY
    _look()


def _look() -> None:
    """Read what changed since the last look, at most once a second.

    Not within a transaction, which might see its own changes and still be rolled back.
    """
    if not _is_due():
        return
    with _store.lock:
        if not _is_due():
            return
        with db.session():
            rows = list(Setting.select().where(Setting.revision > _store.revision))
        _store.looked_at = time.monotonic()
        fresh = dict(_store.stored)
        changed = {row.key for row in rows if _take(row, fresh)}
        if _store.revision < 0:
            changed |= _store.environment.keys()
        _store.stored = fresh  # at once: others read it without the lock
        _store.revision = max([_store.revision, 0, *(row.revision for row in rows)])
    if changed:
        _notify(changed)


def _is_due() -> bool:
    if _store.revision >= 0 and db.database.in_transaction():
        return False
    return time.monotonic() - _store.looked_at >= LOOK_EVERY


def _take(row: Setting, stored: dict[str, Any]) -> bool:
    """Whether the row brings another value."""
    option = options.BY_KEY.get(row.key)
    if option is None:  # the counter, or of an older or newer version
        return False
    before = stored.pop(row.key, option.default)
    if row.value is not None:
        try:
            stored[row.key] = _open(option, row.value)
        except (Error, ValueError) as error:
            log.error("setting unreadable key=%s error=%s", row.key, error)
    if option.is_secret and row.key in stored:
        logs.keep_out(stored[row.key])
    return bool(before != stored.get(row.key, option.default))


def _notify(changed: set[str]) -> None:
    for keys, call in _watchers:
        if keys & changed:
            call()
