"""Events in words: what a person reads of one, and what a program is sent."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mvidarr
from mvidarr import activity, models, settings
from mvidarr.core import clock
from mvidarr.library.tables import Artist, Video
from mvidarr.settings import options

TEST = "This is a test: what happens in MVidarr will be told here."
_COUNTS = (
    *(("added", "new"), ("candidates", "to review"), ("queued", "queued"), ("new", "new")),
    *(("ambiguous", "to decide"), ("gone", "gone"), ("artists", "artists"), ("videos", "videos")),
)
_WORST = ("bad", "warn", "good", "info")
_REASONS = ("error", "reason", "problem", "detail")


@dataclass(frozen=True, kw_only=True)
class Message:
    """An event with the names of today. `subject`: what it is about; `details`: the rest of it."""

    event: models.Event
    headline: str
    subject: str
    details: str
    artist: Mapping[str, Any] | None = None
    video: Mapping[str, Any] | None = None
    link: str | None = None

    @property
    def text(self) -> str:
        """What stands below the headline."""
        return "\n".join(filter(None, (self.subject, self.details, self.link)))


def compose(events: Iterable[models.Event]) -> Sequence[Message]:
    """One message for each event; all names are read together."""
    found = list(events)
    artists = _artists({event.artist_id for event in found} - {None})
    videos = _videos({event.video_id for event in found} - {None})
    return [
        _message(event, artists.get(event.artist_id), videos.get(event.video_id)) for event in found
    ]


def together(said: Sequence[Message]) -> tuple[str, str, str]:
    """Headline, text and level of one message to a person for all that happened."""
    if len(said) == 1:
        return said[0].headline, said[0].text, said[0].event.level
    lines = [f"{message.headline}: {message.subject}" for message in said]
    level = min((message.event.level for message in said), key=_WORST.index)
    return f"{len(said)} news from MVidarr", "\n".join(lines), level


def payload(message: Message) -> dict[str, Any]:
    """What a webhook is sent, and the log shows."""
    event = message.event
    return {
        "id": event.id,
        "kind": event.kind,
        "at": clock.iso(event.at),
        "level": event.level,
        "title": event.title,
        "headline": message.headline,
        "text": message.text,
        "artist": message.artist,
        "video": message.video,
        "data": event.data,
        "url": message.link,
        "instance": {"name": "MVidarr", "version": mvidarr.__version__},
    }


def body(message: Message) -> bytes:
    return json.dumps(payload(message), ensure_ascii=False, separators=(",", ":")).encode()


def _message(
    event: models.Event, artist: Mapping[str, Any] | None, video: Mapping[str, Any] | None
) -> Message:
    kind = activity.BY_NAME.get(event.kind)
    is_test = event.kind == "target.tested"
    return Message(
        event=event,
        headline=kind.title if kind else event.kind,
        subject=TEST if is_test else _subject(event, artist),
        details="" if is_test else _details(event.data),
        artist=artist,
        video=video,
        link=_link(event, artist, video),
    )


def _subject(event: models.Event, artist: Mapping[str, Any] | None) -> str:
    is_of_artist = artist is not None and not event.kind.startswith("artist.")
    return f"{artist['name']} – {event.title}" if artist and is_of_artist else str(event.title)


def _details(data: Mapping[str, Any]) -> str:
    """The facts of an event that are worth reading, in one line."""
    facts = [f"{data['lines']}p"] if data.get("lines") else []
    facts += [str(data["video_codec"])] if data.get("video_codec") else []
    facts += [_size(data["size"])] if data.get("size") else []
    facts += [f"{data[name]:,} {word}" for name, word in _COUNTS if _is_count(data.get(name))]
    said = [", ".join(facts), *(str(data.get(name) or "") for name in _REASONS)]
    said += [str(error) for error in data.get("errors") or ()]
    return " ".join(part if part.endswith(".") else f"{part}." for part in said if part)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _size(count: Any) -> str:
    return f"{count / 1_000_000:,.0f} MB"


def _link(
    event: models.Event, artist: Mapping[str, Any] | None, video: Mapping[str, Any] | None
) -> str | None:
    """Where somebody who got the message can look; nowhere when our address is not known."""
    ours = settings.get(options.public_url).rstrip("/")
    if not ours:
        return None
    if video is not None:
        return f"{ours}/videos/{video['id']}"
    return f"{ours}/artists/{artist['id']}" if artist is not None else f"{ours}/feed"


def _artists(ids: Iterable[Any]) -> dict[Any, Mapping[str, Any]]:
    query = Artist.select(Artist.id, Artist.name).where(Artist.id.in_(list(ids)))
    return {ident: {"id": ident, "name": name} for ident, name in query.tuples()}


def _videos(ids: Iterable[Any]) -> dict[Any, Mapping[str, Any]]:
    columns = (Video.id, Video.title, Video.version, Video.type, Video.year)
    names = ("id", "title", "version", "type", "year")
    query = Video.select(*columns).where(Video.id.in_(list(ids)))
    return {row[0]: dict(zip(names, row, strict=True)) for row in query.tuples()}
