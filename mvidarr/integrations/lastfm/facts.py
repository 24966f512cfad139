"""What Last.fm tells of an artist: a biography and what people call the music."""

import html
import re
from typing import Any

from mvidarr.core import text
from mvidarr.core.http import Conf, NotThere
from mvidarr.integrations import listing, shapes
from mvidarr.integrations.lastfm.answers import NAME, Service, open_client
from mvidarr.integrations.lastfm.lists import many
from mvidarr.integrations.protocols import FoundFacts, Wanted

GENRES = 5
LONGEST = 100_000  # characters of a biography with its tags: anybody may write there

_READ_MORE = re.compile(r"<a\b[^<>]*>\s*Read more\b.*", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</p\s*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
_GAP = re.compile(r"\n{3,}")
_NO_GENRES = frozenset({"all", "favorites", "favourites", "seen live", "spotify"})


def describe(conf: Conf, wanted: Wanted, /) -> FoundFacts | None:
    """Biography and genres; never pictures, which are the same grey star for everybody."""
    name = text.tidy(wanted.name)
    # an id may be newer, or older, than those that Last.fm knows
    ways = [{"mbid": mbid} for mbid in listing.mb_ids(wanted.ids.get("mb_artist")).values()]
    if name and text.name_key(name) not in listing.NOBODY:
        ways.append({"artist": name, "autocorrect": "1"})
    with open_client(conf) as client:
        service = Service(conf=conf, client=client)
        for way in ways:
            try:
                answer = service.ask_once({"method": "artist.getinfo", **way})
            except NotThere:
                continue
            return to_facts(shapes.table(answer.get("artist")))
    return None


def to_facts(item: dict[str, Any]) -> FoundFacts | None:
    """The facts of an artist's page; None for that of all whose name is not known."""
    name = text.name_key(shapes.text(item.get("name")))
    if not name or name in listing.NOBODY:
        return None
    bio = shapes.table(item.get("bio"))
    return FoundFacts(
        found_by=NAME,
        bio=_plain(bio.get("content")) or _plain(bio.get("summary")),
        genres=tuple(_genres(item, name)),
    )


def _genres(item: dict[str, Any], artist: str) -> list[str]:
    """The commonest tags, without those that are no genre."""
    tags = [shapes.text(tag.get("name")) for tag in many(shapes.table(item.get("tags")).get("tag"))]
    kept = [tag for tag in tags if tag and text.name_key(tag) not in {*_NO_GENRES, artist}]
    return list(dict.fromkeys(kept))[:GENRES]


def _plain(bio: object) -> str | None:
    """A biography as plain text, up to the link to the rest of it and the licence behind that."""
    if not isinstance(bio, str):
        return None
    spoken = _BREAK.sub("\n", _READ_MORE.sub("", bio[:LONGEST]))
    lines = text.tidy_lines(html.unescape(_TAG.sub("", spoken)))
    return _GAP.sub("\n\n", lines) or None
