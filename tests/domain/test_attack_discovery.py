"""An artist with more songs than fit into one short transaction."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.discovery import run as discovery
from mvidarr.discovery import writing
from mvidarr.library import intake
from mvidarr.library.tables import Download, Event, Video
from tests import factories
from tests.fakes import finders

SONGS = 120


def test_a_large_artist_is_written_in_shares_that_others_fit_between(
    database: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.change({"library_path": str(tmp_path)})
    services = finders.install(monkeypatch)
    uploads = [finders.upload(f"Björk - Song {n} (Official Music Video)") for n in range(SONGS)]
    services["youtube"].finds(*uploads)
    shares: list[int] = []
    store: Any = intake.store

    def counted(artist_id: int, proposals: Any) -> Any:
        shares.append(len(proposals))
        return store(artist_id, proposals)

    monkeypatch.setattr(intake, "store", counted)
    monkeypatch.setattr(writing, "BREATH", 0.0)

    made = discovery.discover(factories.make_artist("Björk").id)

    assert made is not None
    assert (len(made.videos), made.queued) == (SONGS, SONGS)
    assert Video.select().count() == Download.select().count() == SONGS
    assert sum(shares) == SONGS
    assert max(shares) <= writing.AT_ONCE
    assert Event.select().where(Event.kind == "artist.discovered").count() == 1
