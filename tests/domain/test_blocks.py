"""Blocked uploads, and naming templates tried on real videos."""

import pytest

from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import NotFound
from mvidarr.core.terms import Verdict
from mvidarr.library import artists, blocks, sources
from mvidarr.library.tables import Block, VideoSource
from tests import factories
from tests.conftest import SetClock


def block(source_id: str = "upload1", artist: str = "Björk") -> int:
    source = factories.make_source(factories.make_artist(artist), source_id=source_id)
    sources.block(source.id, factories.make_user().id, "Not a video")
    row: int = Block.get(Block.source_id == source_id).id
    return row


def test_blocked_uploads_come_latest_first(database: Config, set_clock: SetClock) -> None:
    for number in range(5):
        block(f"upload{number}", f"Artist {number}")
        set_clock.forward(1000)

    first = blocks.page(db.Place(limit=3))
    rest = blocks.page(db.Place(limit=3, after=first.next))

    found = [row.source_id for row in [*first.rows, *rest.rows]]
    assert found == [f"upload{number}" for number in (4, 3, 2, 1, 0)]


def test_an_unblocked_upload_waits_for_a_verdict_again(database: Config) -> None:
    ident = block()

    gone = blocks.remove(ident)

    assert gone.source_id == "upload1"
    assert Block.select().count() == 0
    [source] = VideoSource.select()
    assert source.verdict == Verdict.REVIEW


def test_a_block_outlives_its_artist_and_can_still_be_lifted(database: Config) -> None:
    ident = block()
    artists.delete(VideoSource.get().artist_id)
    assert Block.select().count() == 1

    blocks.remove(ident)

    assert Block.select().count() == 0


def test_a_block_that_is_gone_is_said(database: Config) -> None:
    with pytest.raises(NotFound, match="not blocked any more"):
        blocks.remove(99)
