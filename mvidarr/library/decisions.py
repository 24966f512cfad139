"""What people decided about uploads, remembered for ever.

A decision belongs to an upload and to an artist's name, so that it holds again when the artist
comes back after a deletion. Blocks are kept apart: they hold for every artist.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mvidarr import models
from mvidarr.core import batches, clock, db
from mvidarr.core.errors import NotFound
from mvidarr.core.terms import Verdict, VideoType
from mvidarr.library.tables import Artist, Decision, ExternalId, VideoSource
from mvidarr.models import User

FOREIGN_FROM = 3  # so many uploads of somebody else make a channel somebody else's
AT_ONCE = 500  # uploads in one question

Place = tuple[str, str]  # provider, source id


class Reason(StrEnum):
    """Why a person refused an upload."""

    NOT_THIS_ARTIST = "not_this_artist"
    NOT_A_VIDEO = "not_a_video"
    POOR_QUALITY = "poor_quality"

    @property
    def label(self) -> str:
        return {
            Reason.NOT_THIS_ARTIST: "Not this artist",
            Reason.NOT_A_VIDEO: "Not a music video",
            Reason.POOR_QUALITY: "Poor picture or sound",
        }[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One decision. `title`, `type` and `version`: the song that an accepted upload belongs to.

    `before`: what the row was before, for taking the decision back.
    """

    verdict: Verdict
    title: str = ""
    type: str = VideoType.OFFICIAL.value
    version: str = ""
    reason: Reason | None = None
    by: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        if self.verdict is Verdict.ACCEPTED:
            return "Taken by hand"
        return f"Refused by hand: {self.reason.label.lower()}" if self.reason else "Refused by hand"


def remember(source: models.VideoSource, said: Said) -> None:
    """Write down what somebody decided; the caller's transaction holds the verdict too."""
    key = _key_of(source.artist_id)
    Decision.delete().where(_is_of(source, key)).execute()
    details: dict[str, Any] = {"channel": source.channel, "channel_id": source.channel_id}
    if said.title:
        details |= {"title": said.title, "type": said.type, "version": said.version}
    if said.reason:
        details["reason"] = said.reason.value
    if said.before:
        details["before"] = {**said.before, "row": source.id}
    Decision.create(
        provider=source.provider,
        source_id=source.source_id,
        artist_key=key,
        verdict=said.verdict.value,
        title=source.title,
        details=details,
        by_user_id=said.by,
    )


def find(source: models.VideoSource) -> Said | None:
    """What was decided about an upload for its artist."""
    row = Decision.get_or_none(_is_of(source, _key_of(source.artist_id)))
    if row is None:
        return None
    before = row.details.get("before", {})
    return said_by(row, before if before.get("row") == source.id else {})


def forget(source: models.VideoSource) -> None:
    """Take the decision about an upload back, for its artist."""
    Decision.delete().where(_is_of(source, _key_of(source.artist_id))).execute()


def forget_everywhere(source: models.VideoSource) -> None:
    """Drop the decisions about an upload for all artists: a block says more."""
    Decision.delete().where(
        Decision.provider == source.provider, Decision.source_id == source.source_id
    ).execute()


def recall(artist: models.Artist, places: Iterable[Place]) -> dict[Place, Said]:
    """What was decided about these uploads for an artist of this name.

    Nothing while two artists share the name: what was said of one is not so for the other.
    """
    wanted = sorted(set(places))
    if not wanted or _has_namesake(artist):
        return {}
    found: dict[Place, Said] = {}
    for some in batches.of(wanted, AT_ONCE):
        rows = Decision.select().where(
            Decision.provider.in_({provider for provider, _ in some}),
            Decision.source_id.in_([ident for _, ident in some]),
            Decision.artist_key == artist.name_key,
        )
        found |= {(row.provider, row.source_id): said_by(row) for row in rows}
    there = _accounts(said.by for said in found.values())
    return {
        place: said if said.by in there else replace(said, by=None) for place, said in found.items()
    }


def carry(artist_key: str, to_key: str, places: Collection[Place] | None = None) -> None:
    """Have the decisions of one name hold for another too: after a merge, or under a new name.

    With `places` only those about these uploads.
    """
    if artist_key == to_key:
        return
    with db.atomic():
        known = Decision.select(Decision.provider, Decision.source_id)
        there = set(known.where(Decision.artist_key == to_key).tuples())
        now = clock.now()
        for row in list(Decision.select().where(Decision.artist_key == artist_key)):
            place = (row.provider, row.source_id)
            if place in there or (places is not None and place not in places):
                continue
            details = {name: value for name, value in row.details.items() if name != "before"}
            columns = ("provider", "source_id", "verdict", "title", "by_user_id")
            values = {name: getattr(row, name) for name in columns}
            Decision.create(**values, details=details, artist_key=to_key, created_at=now)


def rename(artist_id: int, artist_key: str, to_key: str) -> None:
    """Have what was decided hold under an artist's new name, and no longer under the former one:
    it would come back with it. While another artist has one of the names it holds for both."""
    with db.atomic():
        same = Artist.name_key.in_((artist_key, to_key)) & (Artist.id != artist_id)
        if Artist.select().where(same).exists():
            carry(artist_key, to_key)
            return
        columns = (Decision.id, Decision.provider, Decision.source_id)
        mine = list(Decision.select(*columns).where(Decision.artist_key == artist_key).tuples())
        places = {(provider, ident) for _, provider, ident in mine}
        there = Decision.select(*columns).where(Decision.artist_key == to_key).tuples()
        outdated = [row_id for row_id, *place in there if tuple(place) in places]
        for some in batches.of(outdated, AT_ONCE):
            Decision.delete().where(Decision.id.in_(some)).execute()
        Decision.update(artist_key=to_key).where(Decision.artist_key == artist_key).execute()


def foreign_channels(artist_id: int) -> tuple[str, ...]:
    """Ids of channels that people keep calling somebody else's, and that gave nothing of theirs.

    None while two artists share the name: it may be the other one's.
    """
    artist = Artist.get_or_none(Artist.id == artist_id)
    if artist is None or _has_namesake(artist):
        return ()
    mine = Decision.select(Decision.verdict, Decision.details)
    refused: Counter[str] = Counter()
    own = {
        value
        for (value,) in ExternalId.select(ExternalId.value)
        .where(ExternalId.artist == artist_id, ExternalId.kind == "youtube_channel")
        .tuples()
    }
    for row in mine.where(Decision.artist_key == artist.name_key):
        channel = row.details.get("channel_id")
        if channel and row.verdict == Verdict.ACCEPTED:
            own.add(channel)
        elif channel and row.details.get("reason") == Reason.NOT_THIS_ARTIST:
            refused[channel] += 1
    counted = refused.items()
    return tuple(sorted(one for one, count in counted if count >= FOREIGN_FROM and one not in own))


def get(decision_id: int) -> models.Decision:
    """Raises NotFound."""
    row: models.Decision | None = Decision.get_or_none(Decision.id == decision_id)
    if row is None:
        raise NotFound("This decision was taken back already.")
    return row


def remove(decision_id: int) -> None:
    Decision.delete().where(Decision.id == decision_id).execute()


def page(place: db.Place) -> db.Page:
    """Decisions, the latest first."""
    order = db.Order(name="id", column=Decision.id, id=Decision.id, descending=True)
    return db.page(Decision.select(), order, place, key=lambda row: (row.id, row.id))


def count() -> tuple[int, bool]:
    """How many there are, and whether that is all of them."""
    return db.capped_count(Decision.select())


def names(rows: Sequence[models.Decision]) -> dict[str, str]:
    """The artists' names as they are written now, by the key that decisions have."""
    keys = {row.artist_key for row in rows}
    known = Artist.select(Artist.name_key, Artist.name).where(Artist.name_key.in_(keys))
    return {**{key: key for key in keys}, **dict(known.tuples())}


def sources_of(row: models.Decision) -> list[int]:
    """Ids of the uploads in the library that a decision is about."""
    mine = (VideoSource.provider == row.provider) & (VideoSource.source_id == row.source_id)
    query = VideoSource.select(VideoSource.id).join(Artist)
    rows = query.where(mine, Artist.name_key == row.artist_key).tuples()
    return [source_id for (source_id,) in rows]


def said_by(row: models.Decision, before: Mapping[str, Any] | None = None) -> Said:
    """A row as it is meant."""
    details = row.details
    reason = details.get("reason")
    return Said(
        verdict=Verdict(row.verdict),
        title=details.get("title", ""),
        type=details.get("type", VideoType.OFFICIAL.value),
        version=details.get("version", ""),
        reason=Reason(reason) if reason in list(Reason) else None,
        by=row.by_user_id,
        before=before or {},
    )


def _has_namesake(artist: models.Artist) -> bool:
    others = Artist.select().where(Artist.name_key == artist.name_key, Artist.id != artist.id)
    return bool(others.exists())


def _key_of(artist_id: int) -> str:
    key: str = Artist.select(Artist.name_key).where(Artist.id == artist_id).scalar()
    return key


def _is_of(source: models.VideoSource, key: str) -> Any:
    return (
        (Decision.provider == source.provider)
        & (Decision.source_id == source.source_id)
        & (Decision.artist_key == key)
    )


def _accounts(ids: Iterable[int | None]) -> set[int]:
    """Those of the accounts that are still there: a row cannot name another one."""
    asked = {ident for ident in ids if ident is not None}
    if not asked:
        return set()
    table: Any = User
    return {ident for (ident,) in table.select(table.id).where(table.id.in_(asked)).tuples()}
