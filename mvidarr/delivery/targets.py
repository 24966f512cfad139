"""Targets: who is told, of what, and where; each belongs to the person who made it.

Administrators look after all of them, everybody else after their own. An address and a secret lie
encrypted in the database and leave this module only to be sent to.
"""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mvidarr import activity, models
from mvidarr.activity import outbox as told
from mvidarr.core import clock, db, logs, text
from mvidarr.core.crypto import Unreadable, Vault
from mvidarr.core.errors import Conflict, Invalid, NotFound, ServiceError
from mvidarr.core.terms import WorkState
from mvidarr.delivery import kinds, letters
from mvidarr.delivery.letters import APPRISE, WEBHOOK, Address
from mvidarr.integrations import apprise_, webhook
from mvidarr.library.tables import Artist

Target: Final[Any] = models.Target
Outbox: Final[Any] = models.Outbox

KINDS = {
    WEBHOOK: "Webhook",
    APPRISE: "Apprise: Discord, ntfy, Telegram, mail and a hundred more",
}
MOST = 50  # each event writes a row for each target
LONGEST_URL = 1500  # characters; encrypted, they must fit into the column
LONGEST_SEALED = 4000
GONE = "There is no such notification."
UNREADABLE = "Its saved address cannot be read with the present secret. Enter it again."


@dataclass(frozen=True, kw_only=True)
class Who:
    """On whose behalf targets are looked after."""

    id: int
    is_admin: bool


@dataclass(frozen=True, kw_only=True)
class NewTarget:
    """`events`: none for all that can be told; `artists`: ids, none for all."""

    kind: str
    name: str
    url: str = field(repr=False)
    events: Sequence[str] = ()
    artists: Sequence[int] = ()
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A target as it may be seen: its address without what is secret in it."""

    row: models.Target
    address: str
    artists: Sequence[str]
    problem: str = ""


def all_of(who: Who, vault: Vault) -> list[Shown]:
    """Those that this person looks after, by name."""
    query = Target.select().where(_mine(who)).order_by(Target.name, Target.id)
    return [_shown(row, vault) for row in query]


def show(target_id: int, who: Who, vault: Vault) -> Shown:
    """Raises NotFound, also for somebody else's."""
    return _shown(get(target_id, who), vault)


def get(target_id: int, who: Who) -> models.Target:
    row: models.Target | None = Target.get_or_none(Target.id == target_id, _mine(who))
    if row is None:
        raise NotFound(GONE)
    return row


def create(new: NewTarget, who: Who, vault: Vault) -> tuple[models.Target, str]:
    """The target, and the secret that its webhooks are signed with: nobody sees it again."""
    if new.kind not in KINDS:
        raise Invalid({"kind": f"Choose one of: {', '.join(KINDS)}."})
    columns = {**_chosen({"events": new.events, "artists": new.artists}), "active": new.active}
    sealed = _sealed(new.kind, new.url, who, vault)
    secret = secrets.token_urlsafe(32) if new.kind == WEBHOOK else ""

    def work() -> models.Target:
        if Target.select().count() >= MOST:
            raise Conflict(f"There are {MOST} notifications already; delete one first.")
        row: models.Target = Target.create(
            kind=new.kind,
            name=_name(new.name),
            url=sealed,
            secret=vault.encrypt(secret) if secret else None,
            by_user_id=who.id,
            is_trusted=who.is_admin,
            **columns,
        )
        _record(row, "added")
        return row

    return db.transact(work), secret


def change(target_id: int, changes: Mapping[str, Any], who: Who, vault: Vault) -> models.Target:
    """Change the named members; an empty `url` keeps the saved one."""
    row = get(target_id, who)
    columns = _chosen(changes) | {name: changes[name] for name in ("active",) if name in changes}
    if changes.get("url"):
        columns["url"] = _sealed(row.kind, changes["url"], who, vault)
        columns["is_trusted"] = who.is_admin

    def work() -> models.Target:
        row = get(target_id, who)
        if "name" in changes:
            columns["name"] = _name(changes["name"], but=target_id)
        if columns:
            Target.update(**columns, updated_at=clock.now()).where(Target.id == row.id).execute()
        if columns.get("active") is False:
            waits = (Outbox.target == str(row.id)) & (Outbox.state == WorkState.QUEUED)
            told.end(waits, WorkState.CANCELLED)
        _record(row, "changed")
        return get(target_id, who)

    return db.transact(work)


def renew_secret(target_id: int, who: Who, vault: Vault) -> str:
    """A new secret for a webhook; what is sent from now on is signed with it."""
    secret = secrets.token_urlsafe(32)

    def work() -> str:
        row = get(target_id, who)
        if row.kind != WEBHOOK:
            raise Conflict("Only webhooks are signed with a secret.")
        columns = {"secret": vault.encrypt(secret), "updated_at": clock.now()}
        Target.update(**columns).where(Target.id == row.id).execute()
        _record(row, "signed with a new secret")
        return secret

    return db.transact(work)


def delete(target_id: int, who: Who) -> models.Target:
    """Forget a target and its log: SQLite would give its number to another one."""

    def work() -> models.Target:
        row = get(target_id, who)
        Outbox.delete().where(Outbox.target == str(row.id)).execute()
        Target.delete().where(Target.id == row.id).execute()
        _record(row, "deleted")
        return row

    return db.transact(work)


def opened(target_id: int, vault: Vault) -> Address:
    """Where to send to. Raises NotFound, or ServiceError when it cannot be read."""
    row = Target.get_or_none(Target.id == target_id)
    if row is None:
        raise NotFound(GONE)
    try:
        url = _plain(row, vault)["url"]
        secret = vault.decrypt(row.secret) if row.secret else ""
    except Unreadable:
        raise ServiceError("target", UNREADABLE, permanent=True) from None
    _keep_out(url)
    logs.keep_out(secret)
    return Address(kind=row.kind, url=url, secret=secret, is_trusted=row.is_trusted)


def entered(kind: str, url: str, who: Who) -> Address:
    """An address that is not saved yet. Raises Invalid."""
    if kind not in KINDS:
        raise Invalid({"kind": f"Choose one of: {', '.join(KINDS)}."})
    _masked(kind, url, who)
    return Address(kind=kind, url=url, secret=secrets.token_urlsafe(32), is_trusted=who.is_admin)


def kind_of(target_id: int) -> str:
    """Its kind; empty when it is gone."""
    return Target.select(Target.kind).where(Target.id == target_id).scalar() or ""


def name_of(target_id: int) -> str:
    row = Target.get_or_none(Target.id == target_id)
    return row.name if row else "A notification that was deleted"


def artists_named(lines: str) -> list[int]:
    """The artists with these names, one on each line. Raises Invalid under `artist_names`."""
    found: list[int] = []
    for line in dict.fromkeys(filter(None, map(text.tidy, lines.splitlines()))):
        ids = _with_name(line)
        if len(ids) != 1:
            problem = "several artists" if ids else "no artist"
            raise Invalid({"artist_names": f"There is {problem} called {line} in the library."})
        found += ids
    return list(dict.fromkeys(found))


def _mine(who: Who) -> Any:
    return Target.id.is_null(False) if who.is_admin else Target.by_user_id == who.id


def _shown(row: models.Target, vault: Vault) -> Shown:
    try:
        address, problem = str(_plain(row, vault)["shown"]), ""
    except Unreadable:
        address, problem = "", UNREADABLE
    query = Artist.select(Artist.name, Artist.disambiguation).where(Artist.id.in_(row.artists))
    names = [_full_name(*found) for found in query.order_by(Artist.sort_key).tuples()]
    return Shown(row=row, address=address, artists=names, problem=problem or _trouble(row))


def _trouble(row: models.Target) -> str:
    """Why its last message did not arrive, empty when it did."""
    mine = Outbox.select(Outbox.state, Outbox.last_error).where(Outbox.target == str(row.id))
    tried = mine.where((Outbox.ended_at.is_null(False)) | (Outbox.attempts > 0))
    last = tried.order_by(Outbox.id.desc()).limit(1).tuples().first()
    return last[1] or "" if last and last[0] != WorkState.DONE else ""


def _full_name(name: str, disambiguation: str) -> str:
    return f"{name} ({disambiguation})" if disambiguation else name


def _with_name(line: str) -> list[int]:
    """Ids of artists of this name; what tells two of them apart may follow in brackets."""
    plain = line.removesuffix(")").rpartition(" (")[0]
    keys = {text.name_key(line), text.name_key(plain)}
    query = Artist.select(Artist.id, Artist.name, Artist.disambiguation)
    rows = list(query.where(Artist.name_key.in_(keys)).tuples())
    whole = text.name_key(line)
    exact = [ident for ident, *full in rows if text.name_key(_full_name(*full)) == whole]
    return exact or [ident for ident, name, _ in rows if text.name_key(name) == whole]


def _chosen(given: Mapping[str, Any]) -> dict[str, Any]:
    """Events and artists, judged. Raises Invalid."""
    columns: dict[str, Any] = {}
    if "events" in given:
        unknown = [name for name in given["events"] if name not in kinds.TOLD]
        if unknown:
            raise Invalid({"events": f"Nothing can be told of {unknown[0][:80]}."})
        columns["events"] = list(dict.fromkeys(given["events"]))
    if "artists" in given:
        columns["artists"] = _known_artists(given["artists"])
    return columns


def _known_artists(ids: Collection[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    known = {ident for (ident,) in Artist.select(Artist.id).where(Artist.id.in_(wanted)).tuples()}
    if unknown := [ident for ident in wanted if ident not in known]:
        raise Invalid({"artists": f"There is no artist {unknown[0]}."})
    return wanted


def _name(given: str, but: int = 0) -> str:
    name = text.tidy(given)
    if not name:
        raise Invalid({"name": "Give it a name."})
    if Target.select().where(Target.name == name, Target.id != but).exists():
        raise Invalid({"name": "Another notification has this name."})
    return name


def _sealed(kind: str, url: str, who: Who, vault: Vault) -> str:
    """The address with what may be shown of it, encrypted. Raises Invalid under `url`."""
    kept = json.dumps({"url": url, "shown": _masked(kind, url, who)}, ensure_ascii=False)
    sealed = vault.encrypt(kept)
    if len(sealed) > LONGEST_SEALED:
        raise Invalid({"url": "This address is too long."})
    return sealed


def _masked(kind: str, url: str, who: Who) -> str:
    """What may be shown of an address; for Apprise a process looks at it. Raises Invalid."""
    if not url:
        raise Invalid({"url": "Enter an address."})
    if len(url) > LONGEST_URL:
        raise Invalid({"url": f"Use {LONGEST_URL:,} characters or fewer."})
    _keep_out(url)
    way = letters.way(is_trusted=who.is_admin)
    if kind == APPRISE:
        described = apprise_.describe(url, way)
        return f"{described.title}, {described.shown}"[:200]
    if problem := webhook.problem(url, way):
        raise Invalid({"url": problem})
    return webhook.shown(url)[:200]


def _keep_out(url: str) -> None:
    """Libraries add the port to what they log, so what follows the host counts by itself too."""
    logs.keep_out(url)
    logs.keep_out(url.partition("://")[2].partition("/")[2])


def _plain(row: models.Target, vault: Vault) -> dict[str, str]:
    kept: dict[str, str] = json.loads(vault.decrypt(row.url))
    return kept


def _record(row: models.Target, what: str) -> None:
    activity.record("target.changed", f"{row.name} was {what}", target=row.id)
