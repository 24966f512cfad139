"""Answers of services, kept in the database: a restart asks nothing twice."""

import base64
import hashlib
import zlib
from dataclasses import dataclass
from typing import Any, Final

from mvidarr import models
from mvidarr.core import clock, db
from mvidarr.core.http import Kept

HttpCache: Final[Any] = models.HttpCache

LARGEST = 4 * 1024 * 1024  # bytes; what is larger is asked for again
KEPT_STALE = 14 * clock.DAY  # after it expired: the service may say that it did not change


@dataclass(frozen=True, kw_only=True)
class Cache:
    """The answers of one service. `oldest`: ms that an answer may be old, however long it was
    meant to be kept; a person who presses a button wants to know what is so now."""

    service: str
    oldest: int | None = None

    def find(self, request: str) -> Kept | None:
        """What was answered to the request, fresh or not."""
        with db.session():
            row = HttpCache.get_or_none(HttpCache.key == self._key(request))
        if row is None:
            return None
        now = clock.now()
        age = now - row.updated_at  # less than nothing after a clock was set back
        is_young = age >= 0 and (self.oldest is None or age <= self.oldest)
        body = _unpacked(row.body)
        if body is None:
            return None
        return Kept(body=body, etag=row.etag, is_fresh=is_young and now < row.expires_at)

    def keep(self, request: str, body: bytes, etag: str | None, keep: int) -> None:
        """Remember an answer for so many ms."""
        if len(body) > LARGEST:
            return
        now = clock.now()
        columns = {
            "body": _packed(body),
            "etag": etag if etag and len(etag) <= 255 else None,
            "expires_at": now + keep,
            "updated_at": now,
        }
        key = self._key(request)
        with db.session():
            db.transact(lambda: _write(key, columns))

    def _key(self, request: str) -> str:
        return hashlib.sha256(f"{self.service} {request}".encode()).hexdigest()


def _packed(body: bytes) -> str:
    """An eighth of what catalogues write: thousands of artists' pages are kept."""
    return base64.b85encode(zlib.compress(body)).decode()


def _unpacked(text: str) -> bytes | None:
    try:
        return zlib.decompress(base64.b85decode(text))
    except (ValueError, zlib.error):  # damaged, or kept by an older version
        return None


def _write(key: str, columns: dict[str, Any]) -> None:
    if not HttpCache.update(**columns).where(HttpCache.key == key).execute():
        # two processes that asked the same at once: the second finds the row of the first
        HttpCache.insert(key=key, **columns).on_conflict_ignore().execute()
