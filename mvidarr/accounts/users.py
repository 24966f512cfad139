"""People: adding them, their names, passwords, roles, and that one administrator stays.

A changed password or role, and being switched off, end every session that was given before;
a changed password and being switched off also end the API keys.
"""

from typing import Any

import peewee

from mvidarr import activity
from mvidarr.accounts import keys, passwords, sessions
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import Role
from mvidarr.models import User


def add(name: str, password: str, role: Role, *, founder: int | None = None) -> User:
    """A new person. Raises Invalid under `name` or `password`."""
    name = clean_name(name)
    if by_name(name) is not None:
        raise Invalid({"name": "Somebody has this name already."})
    hashed = passwords.hash_new(password, name)
    key = text.name_key(name)
    try:
        with db.atomic():
            if founder is not None and is_anybody():
                raise Conflict("Somebody was quicker: there is an administrator now.")
            user: User = User.create(
                name=name, name_key=key, password_hash=hashed, role=role.value, founder=founder
            )
            activity.record("user.created", f"{name} was added", user=user.id, role=role.value)
    except peewee.IntegrityError as error:  # somebody else was quicker
        if by_name(name) is None:
            raise
        raise Invalid({"name": "Somebody has this name already."}) from error
    return user


def clean_name(name: str) -> str:
    """The name as it is stored; raises Invalid under `name`."""
    tidied = text.tidy(name)
    if not tidied:
        raise Invalid({"name": "Enter a name."})
    if len(tidied) > 255:
        raise Invalid({"name": "Use 255 characters or fewer."})
    return tidied


def find(user_id: int) -> User:
    """Raises NotFound."""
    user: User | None = User.get_or_none(User.id == user_id)
    if user is None:
        raise NotFound("There is no such person.")
    return user


def by_name(name: str) -> User | None:
    """Whoever has this name, however its case and spaces are written."""
    user: User | None = User.get_or_none(User.name_key == text.name_key(name))
    return user


def is_anybody() -> bool:
    return bool(User.select(User.id).limit(1).exists())


def set_password(user_id: int, password: str) -> None:
    """Raises Invalid under `password`."""
    hashed = passwords.hash_new(password, find(user_id).name)
    with db.atomic():
        _change(user_id, password_hash=hashed)
        keys.revoke_all(user_id)
        activity.record("user.changed", "Password changed", user=user_id, changed="password")


def set_role(user_id: int, role: Role) -> None:
    """Raises Conflict when nobody would be administrator any more."""

    def work() -> None:
        if role is not Role.ADMIN:
            _keep_an_admin(user_id)
        if find(user_id).role == role:
            return
        _change(user_id, role=role.value)
        activity.record("user.changed", f"Role is now {role}", user=user_id, changed="role")

    db.transact(work)


def set_active(user_id: int, active: bool) -> None:
    """Switch a person off or on again. Raises Conflict for the last administrator."""

    def work() -> None:
        if not active:
            _keep_an_admin(user_id)
            keys.revoke_all(user_id)
        _change(user_id, active=active)
        what = "Switched on again" if active else "Switched off"
        activity.record("user.changed", what, user=user_id, changed="active")

    db.transact(work)


def set_prefs(user_id: int, **prefs: Any) -> dict[str, Any]:
    """Set some of a person's preferences; answers all of them."""

    def work() -> dict[str, Any]:
        user = _locked(User.select().where(User.id == user_id)).first()
        if user is None:
            raise NotFound("There is no such person.")
        merged: dict[str, Any] = user.prefs | prefs
        User.update(prefs=merged, updated_at=clock.now()).where(User.id == user_id).execute()
        return merged

    return db.transact(work)


def _change(user_id: int, **columns: Any) -> None:
    """Change what sessions were given for: the epoch rises and they end."""
    changed = (
        User.update(epoch=User.epoch + 1, updated_at=clock.now(), **columns)
        .where(User.id == user_id)
        .execute()
    )
    if not changed:
        raise NotFound("There is no such person.")
    sessions.revoke_all(user_id)


def _keep_an_admin(user_id: int) -> None:
    """Refuse to lose the last administrator; the locked rows make two such changes take turns."""
    admins = User.select(User.id).where(User.role == Role.ADMIN.value, User.active == True)  # noqa: E712
    if {admin.id for admin in _locked(admins.order_by(User.id))} == {user_id}:
        raise Conflict("This is the last administrator; make somebody else one first.")


def _locked(query: Any) -> Any:
    """The rows until the transaction ends; SQLite has locked everything already."""
    return query if db.is_sqlite() else query.for_update()
