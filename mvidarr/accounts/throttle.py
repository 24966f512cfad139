"""Token buckets in the database: they survive restarts and are shared by every process.

A bucket holds `burst` tries and wins `per_day` back over a day. Nothing is ever locked for good.
"""

import functools
import hashlib
import ipaddress
import math
from dataclasses import dataclass
from typing import Any

from mvidarr.core import clock, db
from mvidarr.core.errors import TooSoon
from mvidarr.models import Throttle


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One thing that is limited, such as the sign-ins from one address."""

    key: str
    burst: int
    per_day: int

    @property
    def ms_each(self) -> float:
        return clock.DAY / self.per_day


def by_address(ip: str) -> Bucket:
    """Sign-ins from one address: 10 at once, 20 an hour."""
    return Bucket(key=f"ip:{network(ip)}", burst=10, per_day=20 * 24)


def by_name(name_key: str) -> Bucket:
    """Guesses at one account, whether or not there is such an account: 10 at once, 90 a day."""
    digest = hashlib.sha256(name_key.encode("utf-8", "surrogatepass")).hexdigest()
    return Bucket(key=f"name:{digest}", burst=10, per_day=90)


def by_person(purpose: str, user_id: int) -> Bucket:
    """Guesses that only one person's browsers can make: 10 at once, 90 a day."""
    return Bucket(key=f"{purpose}:{user_id}", burst=10, per_day=90)


def network(ip: str) -> str:
    """What one person holds of the address space: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return ip[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def take(*buckets: Bucket) -> None:
    """Spend one try from each bucket, or from none. Raises TooSoon with the seconds to wait."""
    db.transact(functools.partial(_take, buckets))


def give_back(*buckets: Bucket) -> None:
    """Undo `take` for a try that turned out to be right."""
    db.transact(functools.partial(_give_back, buckets))


def purge() -> int:
    """Drop buckets that are full again."""
    with db.atomic():
        gone: int = Throttle.delete().where(Throttle.at < clock.now() - 2 * clock.DAY).execute()
    return gone


def _take(buckets: tuple[Bucket, ...]) -> None:
    for bucket in buckets:
        row = _locked(bucket)
        held = _now_in(row, bucket)
        missing = round((1 - held) * bucket.ms_each)  # ms; fractions of tries do not add up to one
        if missing > 0:
            wait = math.ceil(missing / clock.SECOND)
            raise TooSoon(f"Too many tries. Try again in {_spell(wait)}.", retry_after=wait)
        _store(row, max(0.0, held - 1))


def _give_back(buckets: tuple[Bucket, ...]) -> None:
    for bucket in buckets:
        row = _locked(bucket)
        _store(row, min(bucket.burst, _now_in(row, bucket) + 1))


def _locked(bucket: Bucket) -> Throttle:
    """The bucket's row, ours until the transaction ends; SQLite has locked everything already."""
    query: Any = Throttle.select().where(Throttle.key == bucket.key)
    query = query if db.is_sqlite() else query.for_update()
    row: Throttle | None = query.first()
    if row is None:
        full = {"key": bucket.key, "tokens": float(bucket.burst), "at": clock.now()}
        Throttle.insert(**full).on_conflict_ignore().execute()
        row = query.get()
    return row


def _now_in(row: Throttle, bucket: Bucket) -> float:
    """Tries in the bucket by now; a clock that was set back gives nothing."""
    won = max(0, clock.now() - row.at) / bucket.ms_each
    return min(float(bucket.burst), row.tokens + won)


def _store(row: Throttle, tokens: float) -> None:
    now = clock.now()
    Throttle.update(tokens=tokens, at=now, updated_at=now).where(Throttle.id == row.id).execute()


def _spell(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
