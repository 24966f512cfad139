"""Signing in: one message for every reason to refuse, and limits that guessing runs into."""

from dataclasses import dataclass
from typing import Any

from mvidarr import activity
from mvidarr.accounts import passwords, sessions, throttle, users
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Invalid
from mvidarr.models import Event, User

REFUSED = "That name and password do not belong together."
REMEMBERED = 200  # sign-ins that are looked at for known addresses
_at: Any = Event.at


@dataclass(frozen=True, kw_only=True)
class Browser:
    """Where a sign-in comes from. `known_to`: id of the person who signed in with it before."""

    ip: str
    agent: str = ""
    known_to: int | None = None


def sign_in(name: str, password: str, browser: Browser) -> tuple[User, str]:
    """The person, and the token of a new session.

    Raises Invalid (one message, whatever was wrong) or TooSoon. Hashes: call from slow routes.
    """
    if len(password) > passwords.LONGEST:
        raise Invalid({"password": f"Use {passwords.LONGEST} characters or fewer."})
    user = users.by_name(name)
    buckets = _buckets(name, user, browser)
    throttle.take(*buckets)
    if user is None:
        passwords.match_nobody(password)
        raise _refused(user, browser)
    if not passwords.matches(password, user.password_hash) or not user.active:
        raise _refused(user, browser)
    throttle.give_back(*buckets)
    if passwords.is_outdated(user.password_hash):
        renewed = passwords.rehash(password)
        User.update(password_hash=renewed).where(User.id == user.id).execute()
    return user, welcome(user, browser)


def welcome(user: User, browser: Browser) -> str:
    """Start a session for somebody who proved who they are, and say so; answers its token."""
    who = activity.Actor(user_id=user.id, ip=browser.ip, request_id=activity.actor().request_id)
    with activity.acting(who), db.atomic():
        if _is_new_address(user.id, browser.ip):
            activity.record(
                "login.new_address", f"{user.name} signed in from {browser.ip}", user=user.id
            )
        activity.record("login.succeeded", f"{user.name} signed in", user=user.id)
        User.update(seen_at=clock.now()).where(User.id == user.id).execute()
        return sessions.start(user, browser.ip, browser.agent)


def confirm(user_id: int, password: str) -> None:
    """Check the password of somebody who is signed in; raises Invalid under `current`."""
    bucket = throttle.by_person("confirm", user_id)
    throttle.take(bucket)
    if not passwords.matches(password, users.find(user_id).password_hash):
        raise Invalid({"current": "This is not your present password."})
    throttle.give_back(bucket)


def _buckets(name: str, user: User | None, browser: Browser) -> list[throttle.Bucket]:
    """Guessing strangers do not keep out a browser that the account's owner used before.

    Not even those who seem to come from its address: behind a proxy all may look alike.
    """
    if user is not None and browser.known_to == user.id:
        return [throttle.by_person("known", user.id)]
    return [throttle.by_address(browser.ip), throttle.by_name(text.name_key(name))]


def _refused(user: User | None, browser: Browser) -> Invalid:
    """The name that was typed is not kept when nobody has it: it may well be a password."""
    whose = f"as {user.name} " if user else ""
    who = activity.Actor(ip=browser.ip, request_id=activity.actor().request_id)
    with activity.acting(who):
        activity.record("login.failed", f"Sign-in {whose}refused", user=user.id if user else None)
    return Invalid({"password": REFUSED})


def _is_new_address(user_id: int, ip: str) -> bool:
    """Whether this person signed in before, but never from this network."""
    rows: Any = (
        Event.select(Event.ip)
        .where(Event.kind == "login.succeeded", Event.user_id == user_id)
        .order_by(_at.desc())
        .limit(REMEMBERED)
        .tuples()
    )
    known = {throttle.network(address or "") for (address,) in rows}
    return bool(known) and throttle.network(ip) not in known
