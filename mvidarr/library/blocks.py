"""Uploads that nobody wants again; they stay blocked when the artist is gone."""

from mvidarr import models
from mvidarr.core import db
from mvidarr.core.errors import NotFound
from mvidarr.core.terms import Verdict
from mvidarr.library import sources
from mvidarr.library.tables import Block, VideoSource


def page(place: db.Place) -> db.Page:
    """Blocked uploads, the latest first."""
    order = db.Order(name="created", column=Block.created_at, id=Block.id, descending=True)
    return db.page(Block.select(), order, place, key=lambda row: (row.created_at, row.id))


def count() -> tuple[int, bool]:
    """How many there are, and whether that is all of them."""
    return db.capped_count(Block.select())


def remove(block_id: int) -> models.Block:
    """Offer the upload again: where an artist still has it, it waits for a verdict."""
    with db.atomic():
        block: models.Block | None = Block.get_or_none(Block.id == block_id)
        if block is None:
            raise NotFound("This upload is not blocked any more.")
        twins = VideoSource.select(VideoSource.id).where(
            VideoSource.provider == block.provider,
            VideoSource.source_id == block.source_id,
            VideoSource.verdict == Verdict.BLOCKED,
        )
        first = twins.first()
        if first is not None:
            sources.unblock(first.id)
        Block.delete().where(Block.id == block_id).execute()
        return block
