"""Accounts at other services that people connected, to have their lists read.

Tokens lie encrypted in the database and leave this module only as what one call needs.
"""

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import peewee

from mvidarr import activity, models
from mvidarr.core import clock, crypto, db, logs
from mvidarr.core.crypto import Unreadable, Vault
from mvidarr.core.errors import Conflict, Invalid, NotFound, ServiceError, Unavailable
from mvidarr.governor import calls, services
from mvidarr.integrations import oauth, spotify
from mvidarr.integrations.oauth import Token

Connection: Final[Any] = models.Connection

SPOTIFY = "spotify"
PENDING, REFRESH = "spotify.pending", "spotify.refresh"  # kinds of rows that are no accounts
LASTS = 15 * clock.MINUTE  # of a sign-in that was begun
MARGIN = clock.MINUTE  # a token that ends sooner is renewed first
TURN = 60 * clock.SECOND  # the longest that one process renews a token
PATIENCE = 75.0  # seconds: whoever was killed has lost the turn by then
LOOK_EVERY = 0.2  # seconds
STRANGE = "This sign-in was not begun here, or too long ago. Start again."
UNREADABLE = "The saved sign-in cannot be read with the present secret. Connect Spotify again."


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A sign-in that was begun: where a person agrees, and where they are sent back to."""

    link: str = field(repr=False)
    redirect: str
    expires_at: int


def accounts() -> Sequence[models.Connection]:
    """Connected accounts, by name."""
    query = Connection.select().where(Connection.kind == SPOTIFY)
    return list(query.order_by(Connection.name, Connection.id))


def get(connection_id: int) -> models.Connection:
    """Raises NotFound."""
    row: models.Connection | None = Connection.get_or_none(
        Connection.id == connection_id, Connection.kind == SPOTIFY
    )
    if row is None:
        raise NotFound("This account is not connected any more.")
    return row


def redirect_problem(uri: str) -> str | None:
    """Why Spotify would not send people back to an address, None when it would."""
    return oauth.redirect_problem(uri)


def start(owner: str, redirect: str, vault: Vault) -> None:
    """Begin a sign-in for whoever `owner` names: one browser's session, or one key."""
    _app()
    if problem := oauth.redirect_problem(redirect):
        raise Invalid({"redirect": problem})
    state, verifier = oauth.new_state(), oauth.new_verifier()
    logs.keep_out(verifier)
    kept = json.dumps({"state": state, "verifier": verifier, "redirect": redirect})
    now = clock.now()
    with db.atomic():
        old = (Connection.expires_at <= now) | (Connection.name == owner)
        Connection.delete().where(Connection.kind == PENDING, old).execute()
        Connection.create(
            kind=PENDING,
            external_id=crypto.digest(state),
            name=owner,
            token=vault.encrypt(kept),
            expires_at=now + LASTS,
        )


def pending(owner: str, vault: Vault) -> SignIn | None:
    """The sign-in that this owner began and has not finished."""
    row = Connection.get_or_none(
        Connection.kind == PENDING, Connection.name == owner, _lasts(LASTS)
    )
    if row is None:
        return None
    try:
        kept = json.loads(vault.decrypt(row.token))
    except Unreadable:
        return None
    link = spotify.authorize_url(
        _app(), kept["redirect"], kept["state"], oauth.challenge(kept["verifier"])
    )
    return SignIn(link=link, redirect=kept["redirect"], expires_at=row.expires_at)


def answer_in(pasted: str) -> tuple[str, str]:
    """Code and state out of the address that Spotify sent somebody to. Raises Invalid."""
    try:
        query = parse_qs(urlsplit(pasted.strip()).query or pasted.strip().lstrip("?"))
    except ValueError:
        query = {}
    if query.get("error"):
        raise Invalid({"address": "Spotify was not allowed to show the lists. Start again."})
    code, state = query.get("code", [""])[0], query.get("state", [""])[0]
    if not code or not state:
        raise Invalid({"address": "Paste the whole address that the browser shows, with code=."})
    return code, state


def is_expected(owner: str, state: str) -> bool:
    """Whether this owner began a sign-in with this state, not too long ago."""
    known: bool = Connection.select().where(_begun(owner, state)).exists()
    return known


def finish(owner: str, answer: tuple[str, str], by: int | None, vault: Vault) -> models.Connection:
    """Trade the code for a token and keep the account. Each sign-in can be finished once."""
    code, state = answer
    kept = _taken(owner, state, vault)

    def ask(conf: Any) -> tuple[Token, tuple[str, str]]:
        app = spotify.app_of(conf)
        token = spotify.exchange(conf, app, code, kept["verifier"], kept["redirect"])
        return token, spotify.me(conf, token.access)

    token, (ident, name) = calls.call(services.find(SPOTIFY), ask, services.PAGE_PATIENCE)
    if not ident:
        raise ServiceError(SPOTIFY, "Spotify did not say whose account it is. Try again.")
    return db.transact(lambda: _keep(ident, name, token, by, vault))


def disconnect(connection_id: int) -> models.Connection:
    """Forget an account; its lists stay and say that they need one."""
    with db.atomic():
        row = get(connection_id)
        Connection.delete().where(Connection.id == connection_id).execute()
        activity.record("connection.removed", row.name, service=SPOTIFY)
        activity.touch("lists")
    return row


def access(connection_id: int, vault: Vault, refused: str = "") -> str:
    """A token that can be used now, renewed when it ends soon or is the one that was `refused`.

    Raises Relink when its owner has to sign in anew; the account then says so.
    """
    row, token = _open(connection_id, vault)
    if not _is_stale(token, refused):
        return token.access
    with _turn(row.id):
        row, token = _open(connection_id, vault)
        if not _is_stale(token, refused):  # somebody else renewed it
            return token.access
        try:
            fresh = calls.call(
                services.find(SPOTIFY),
                lambda conf: spotify.refresh(conf, spotify.app_of(conf), token),
            )
        except spotify.Relink as error:
            mark_broken(row.id, str(error), row.token)
            raise
        with db.session():
            db.transact(lambda: _renew(row.id, fresh, vault))
    return fresh.access


def app_access() -> str:
    """A token of the app alone, for public playlists. Raises NotConfigured without a secret."""
    token = calls.call(
        services.find(SPOTIFY), lambda conf: spotify.client_token(conf, spotify.app_of(conf))
    )
    logs.keep_out(token.access)
    return token.access


def mark_broken(connection_id: int, problem: str, token: str = "") -> None:
    """Note that an account has to be connected anew, unless it was since its `token` was read."""

    def work() -> None:
        row = Connection.get_or_none(Connection.id == connection_id)
        if row is None or row.problem == problem or token not in ("", row.token):
            return
        Connection.update(problem=problem[:500]).where(Connection.id == connection_id).execute()
        activity.record("connection.broken", f"{row.name}: {problem}", service=SPOTIFY)
        activity.touch("lists")

    with db.session():
        db.transact(work)


def _app() -> spotify.App:
    """Raises NotConfigured."""
    return spotify.app_of(services.conf(services.find(SPOTIFY)))


def _begun(owner: str, state: str) -> Any:
    return (
        (Connection.kind == PENDING)
        & (Connection.external_id == crypto.digest(state))
        & (Connection.name == owner)
        & _lasts(LASTS)
    )


def _lasts(most: int) -> Any:
    """Whether it still counts; what ends later than it could was made by a clock that was wrong."""
    now = clock.now()
    return (Connection.expires_at > now) & (Connection.expires_at <= now + most)


def _taken(owner: str, state: str, vault: Vault) -> dict[str, str]:
    """What was kept for a sign-in, which is over with that; of two who finish it, one does."""
    with db.atomic():
        row = Connection.get_or_none(_begun(owner, state))
        gone = Connection.delete().where(_begun(owner, state)).execute()
    if row is None or not gone:
        raise Invalid({"address": STRANGE})
    try:
        kept: dict[str, str] = json.loads(vault.decrypt(row.token))
    except Unreadable:
        raise Invalid({"address": STRANGE}) from None
    return kept


def _keep(ident: str, name: str, token: Token, by: int | None, vault: Vault) -> models.Connection:
    columns = {"name": (name or ident)[:255], "problem": None, "by_user": by}
    columns |= _sealed(token, vault)
    mine = (Connection.kind == SPOTIFY) & (Connection.external_id == ident[:255])
    if not Connection.update(**columns, updated_at=clock.now()).where(mine).execute():
        Connection.create(kind=SPOTIFY, external_id=ident[:255], **columns)
    row: models.Connection = Connection.get(mine)
    activity.record("connection.made", row.name, service=SPOTIFY)
    activity.touch("lists")
    return row


def _sealed(token: Token, vault: Vault) -> dict[str, Any]:
    for secret in (token.access, token.refresh):
        logs.keep_out(secret)
    said = {"access": token.access, "refresh": token.refresh, "scope": token.scope}
    return {"token": vault.encrypt(json.dumps(said)), "expires_at": token.expires_at}


def _open(connection_id: int, vault: Vault) -> tuple[models.Connection, Token]:
    with db.session():
        row = get(connection_id)
    try:
        said = json.loads(vault.decrypt(row.token))
    except Unreadable:
        mark_broken(row.id, UNREADABLE)
        raise Conflict(UNREADABLE) from None
    for secret in (said["access"], said["refresh"]):
        logs.keep_out(secret)
    return row, Token(**said, expires_at=row.expires_at)


def _is_stale(token: Token, refused: str) -> bool:
    return token.access == refused or token.expires_at <= clock.now() + MARGIN


def _renew(connection_id: int, token: Token, vault: Vault) -> None:
    columns = {**_sealed(token, vault), "problem": None, "updated_at": clock.now()}
    Connection.update(**columns).where(Connection.id == connection_id).execute()


@contextlib.contextmanager
def _turn(connection_id: int) -> Iterator[None]:
    """Only one process renews an account's token: with the new one the old one ends."""
    key = str(connection_id)
    deadline = time.monotonic() + PATIENCE
    while not (until := _take_turn(key)):
        if time.monotonic() > deadline:
            raise Unavailable("Somebody else renews the sign-in at Spotify.", retry_after=30)
        time.sleep(LOOK_EVERY)
    try:
        yield
    finally:
        mine = (Connection.kind == REFRESH) & (Connection.external_id == key)
        with db.session(), db.atomic():
            # perhaps it took so long that somebody else has the turn by now
            Connection.delete().where(mine, Connection.expires_at == until).execute()


def _take_turn(key: str) -> int:
    """Until when it is ours; 0 while it is somebody else's."""
    now = clock.now()
    with db.session():
        try:
            with db.atomic():
                left = (Connection.kind == REFRESH) & (Connection.external_id == key)
                # whoever took it longer ago was killed
                Connection.delete().where(left, ~_lasts(TURN)).execute()
                Connection.create(
                    kind=REFRESH, external_id=key, name="", token="", expires_at=now + TURN
                )
        except peewee.IntegrityError:
            return 0
    return now + TURN
