"""The first run: a one-time token makes the only first administrator, then a few steps follow.

Set-up is open while nobody exists and never again, whatever else is lost.
"""

import fcntl
import os
import secrets
from dataclasses import dataclass
from typing import Any, ClassVar

import peewee

from mvidarr.accounts import identify, users
from mvidarr.core import crypto, db
from mvidarr.core.config import Config
from mvidarr.core.errors import BootError, Conflict, Invalid
from mvidarr.core.terms import Role
from mvidarr.models import Artist, User
from mvidarr.settings import file_options, service_options, show

SKIPPED = "setup_skipped"  # names of steps, in the administrator's preferences
STEPS = (
    ("account", "Account"),
    ("library", "Folder"),
    ("services", "Services"),
    ("artist", "Artist"),
)
_closed: list[Any] = []  # the database of which this process knows that somebody exists


class WrongToken(Invalid):
    status: ClassVar[int] = 403
    title: ClassVar[str] = "Not the set-up token"


@dataclass(frozen=True, kw_only=True)
class Step:
    """`state`: done, skipped or open."""

    name: str
    label: str
    state: str

    @property
    def is_open(self) -> bool:
        return self.state == "open"


def is_open() -> bool:
    """Whether nobody exists yet. Once somebody does, this process does not ask again."""
    if _closed == [db.database.obj]:
        return False
    if users.is_anybody():
        _closed[:] = [db.database.obj]
        return False
    return True


def token(config: Config) -> str | None:
    """The one-time token, made if need be; None (and no file) once set-up is closed."""
    if not is_open():
        config.setup_token.unlink(missing_ok=True)
        return None
    try:
        handle = os.open(config.setup_token, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BootError(f"{config.setup_token} cannot be made: {reason}.") from error
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two who start at once print the same token
        kept = file.read().strip()
        if not kept:
            kept = secrets.token_urlsafe(24)
            file.write(kept + "\n")
    return kept


def greeting(config: Config) -> str | None:
    """What to print at the start while set-up is open."""
    made = token(config)
    if made is None:
        return None
    return (
        f"Nobody has an account yet. Open {config.address}/setup and enter this set-up token:\n"
        f"  {made}\n"
        f"It is also in {config.setup_token}."
    )


def create_admin(config: Config, given: str, name: str, password: str) -> User:
    """Make the first administrator; of two who try at once, one wins.

    Raises WrongToken, Conflict when somebody exists, Invalid for the rest.
    """
    check_token(config, given)
    name = users.clean_name(name)
    try:
        user = users.add(name, password, Role.ADMIN, founder=1)
    except (peewee.IntegrityError, Invalid) as error:
        if is_open():
            raise
        raise Conflict("Somebody was quicker: there is an administrator now.") from error
    config.setup_token.unlink(missing_ok=True)
    is_open()
    return user


def check_token(config: Config, given: str) -> None:
    """Raises Conflict when set-up is over, WrongToken when this is not the token."""
    expected = token(config)
    if expected is None:
        raise Conflict("MVidarr is set up already; sign in instead.")
    if not crypto.same(given.strip(), expected):
        where = f"It was printed when MVidarr started, and it is in {config.setup_token}."
        raise WrongToken({"token": f"This is not the set-up token. {where}"})


def steps(person: identify.Person | None) -> list[Step]:
    """The wizard's steps: what is done by now, what was skipped, what is open."""
    skipped = person.prefs.get(SKIPPED, []) if person else []
    done = {
        "account": person is not None or not is_open(),
        "library": show(file_options.library_path).is_set,
        "services": show(service_options.imvdb_api_key).is_set,
        "artist": Artist.select(Artist.id).limit(1).exists(),
    }
    return [
        Step(
            name=name,
            label=label,
            state="done" if done[name] else "skipped" if name in skipped else "open",
        )
        for name, label in STEPS
    ]


def next_step(person: identify.Person | None) -> str | None:
    """The first step that is neither done nor skipped; None when nothing is left."""
    return next((step.name for step in steps(person) if step.is_open), None)


def skip(user_id: int, step: str) -> None:
    """Leave a step for later. Raises Invalid for one that cannot be skipped."""
    if step not in [name for name, _ in STEPS[1:]]:
        raise Invalid({"step": "There is no such step to skip."})
    held = users.find(user_id).prefs.get(SKIPPED, [])
    users.set_prefs(user_id, **{SKIPPED: sorted({*held, step})})


def resume(user_id: int) -> None:
    """Offer the skipped steps again."""
    users.set_prefs(user_id, **{SKIPPED: []})
