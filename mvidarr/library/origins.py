"""Where facts come from, and whose word counts: a person's above all, then service by service."""

from collections.abc import Mapping, Sequence

PERSON = "person"
RELEASED = ""  # a person unlocked the field: any service may fill it

# Whose word counts first; others come behind these, all alike.
VIDEO = (
    *("imvdb", "musicbrainz", "theaudiodb", "ytmusic"),
    *("youtube_api", "youtube", "youtube_feeds"),
)
ARTIST: Mapping[str, Sequence[str]] = {
    "bio": ("lastfm", "theaudiodb"),
    "country": ("musicbrainz", "theaudiodb", "imvdb"),
    "genres": ("musicbrainz", "lastfm", "theaudiodb"),
    "aliases": ("musicbrainz", "theaudiodb"),
    "image": ("theaudiodb", "fanarttv", "deezer", "spotify", "youtube_api", "youtube"),
}


def rank(service: str, order: Sequence[str]) -> int:
    """The lower, the more its word counts. Of several services the first one is meant."""
    first = service.partition(",")[0].strip()
    return order.index(first) if first in order else len(order)


def may_replace(held: str | None, by: str, order: Sequence[str]) -> bool:
    """Whether a service may replace a value that came from `held`.

    What nobody knows the origin of (None) stays: a person may have entered it.
    """
    if held is None or held == PERSON or not by:
        return False
    return rank(by, order) <= rank(held, order)


def edited(
    origins: Mapping[str, str], fields: Sequence[str], unlocked: Sequence[str] = ()
) -> dict[str, str]:
    """The origins after a person wrote some fields and gave others back to the services."""
    return {
        **origins,
        **{name: RELEASED for name in unlocked if origins.get(name) in (None, PERSON)},
        **dict.fromkeys(fields, PERSON),
    }
