"""Keep a claimed row ours while the work on it goes on, and notice when it is ours no more."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import peewee

from mvidarr.core import db
from mvidarr.core.errors import Unavailable
from mvidarr.jobs import claim
from mvidarr.models import ClaimColumns

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds; progress is written, and a cancel noticed, as often
BEAT_EVERY = 10.0  # seconds between two renewals of the lease
GIVE_UP_AFTER = claim.LEASE_MS / 1000 - 10  # seconds without a database: the lease is lost soon


class Left(Exception):
    """The row is ours no more, or the program stops: drop the work as it is."""


class Watch:
    """A thread beside the work. `stopping` says whether the program wants to end."""

    def __init__(
        self,
        model: type[ClaimColumns],
        row_id: int,
        owner: str,
        stopping: Callable[[], bool] = lambda: False,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self.owner = owner
        self._row = (model, row_id, owner)
        self._stopping = stopping
        self._look_every = look_every
        self._noted: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._lost = threading.Event()
        self._over = threading.Event()
        self._beaten_at = time.monotonic()
        self._seen_at = time.monotonic()
        self._thread = threading.Thread(target=self._look, name=f"watch-{row_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def is_lost(self) -> bool:
        return self._lost.is_set()

    @property
    def unwritten(self) -> dict[str, Any]:
        """What was noted after the last look: it belongs into the row's last write."""
        with self._lock:
            return dict(self._noted)

    def should_stop(self) -> bool:
        return self._lost.is_set() or self._stopping()

    def check(self) -> None:
        """Raises Left when the work should stop."""
        if self.should_stop():
            raise Left

    def note(self, **columns: Any) -> None:
        """Columns to write with the next look; later ones replace earlier ones."""
        with self._lock:
            self._noted |= columns

    def write(self, **columns: Any) -> None:
        """Write columns now, before something that depends on them; raises Left if that fails."""
        with self._lock:
            self._noted = {}
        with db.session():
            if not claim.heartbeat(*self._row, **columns):
                self._lost.set()
        self.check()

    def _look(self) -> None:
        while not self._over.wait(self._look_every) and not self._lost.is_set():
            try:
                with db.session():
                    ours = self._beat()
                self._seen_at = time.monotonic()
            except (Unavailable, peewee.PeeweeException) as error:
                log.warning("row unreachable id=%s error=%s", self._row[1], error)
                ours = time.monotonic() - self._seen_at < GIVE_UP_AFTER
            if not ours:
                self._lost.set()

    def _beat(self) -> bool:
        with self._lock:
            columns, self._noted = self._noted, {}
        now = time.monotonic()
        if not columns and now - self._beaten_at < BEAT_EVERY:
            return claim.holds(*self._row)
        self._beaten_at = now
        return claim.heartbeat(*self._row, **columns)
