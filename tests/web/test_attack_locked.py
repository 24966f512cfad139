"""Reading while somebody else writes for a long time."""

import sqlite3
import threading
from collections.abc import Callable

import pytest

from mvidarr.accounts import keys
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.terms import Role
from mvidarr.models import ApiKey, Session
from tests.client import Client

RELEASE_AFTER = 3.0  # seconds; who waited for the lock gets it then, and that shows


def _while_locked(config: Config, ask: Callable[[], int]) -> int:
    """The answer to `ask` while another connection is in the middle of a transaction."""
    other = sqlite3.connect(
        config.data / "mvidarr.db", isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(RELEASE_AFTER, other.rollback)
    release.start()
    try:
        return ask()
    finally:
        release.cancel()
        release.join()
        other.close()


# MariaDB locks rows, and these are the reader's own
@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
@pytest.mark.parametrize("by", ["session", "key"])
def test_a_reader_does_not_wait_for_whoever_writes(
    client: Client, database: Config, by: str
) -> None:
    reader = client.as_role(Role.READONLY)
    before = clock.now() - 2 * clock.MINUTE
    Session.update(seen_at=before).execute()
    headers: dict[str, str] = {}
    if by == "key":
        headers = {"X-Api-Key": keys.create(reader.user_id or 0, "script", Role.READONLY)[1]}
        ApiKey.update(seen_at=before).execute()
        reader.token = None

    status = _while_locked(
        database, lambda: int(reader.get("/api/v1/videos", **headers).status_code)
    )

    assert status == 200
    assert (Session if by == "session" else ApiKey).get().seen_at == before
