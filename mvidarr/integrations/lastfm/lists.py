"""Reading Last.fm's lists: numbers are texts there, and a list of one may be no list."""

import itertools
from collections.abc import Iterator
from typing import Any

from mvidarr.core import text
from mvidarr.core.http import Conf, NotThere
from mvidarr.integrations import listing, shapes
from mvidarr.integrations.lastfm.answers import Service, open_client
from mvidarr.integrations.protocols import Listed

PERIODS = {
    "overall": "All time",
    "12month": "Last year",
    "6month": "Last six months",
    "3month": "Last three months",
    "1month": "Last month",
    "7day": "Last week",
}
PAGE = 200
MOST_PAGES = 500

_STAR = "2a96cbd8b46e442fc41c2b86b821562f"  # the grey star that stands for most pictures


def top_artists(conf: Conf, user: str, period: str, limit: int) -> Iterator[Listed]:
    """Whom somebody played most in a period (see PERIODS), `limit` at most or 0 for all."""
    asked = {"method": "user.gettopartists", "user": user.strip(), "period": period}
    size = min(PAGE, limit) if limit else PAGE
    found = map(_artist, _items(conf, asked, ("topartists", "artist"), size))
    return itertools.islice(listing.entries(found), limit or None)


def loved(conf: Conf, user: str) -> Iterator[Listed]:
    """The songs that somebody loves, the newest first."""
    asked = {"method": "user.getlovedtracks", "user": user.strip()}
    return listing.entries(map(_song, _items(conf, asked, ("lovedtracks", "track"), PAGE)))


def many(value: object) -> list[dict[str, Any]]:
    """The objects of a list, which is a single object when it has one entry."""
    return [value] if isinstance(value, dict) else shapes.rows(value)


def _items(
    conf: Conf, asked: dict[str, str], names: tuple[str, str], size: int
) -> Iterator[dict[str, Any]]:
    """What all pages of a list hold; `names` are those of the list and of one entry."""
    outer, inner = names
    with open_client(conf) as client:
        service = Service(conf=conf, client=client)
        for page in range(1, MOST_PAGES + 1):
            try:
                answer = service.ask({**asked, "limit": size, "page": page})
            except NotThere:
                if page > 1:
                    break
                raise
            listed = shapes.table(answer.get(outer))
            items = many(listed.get(inner))
            yield from items
            # an empty list has its numbers beside a "#text" instead
            numbers = shapes.table(listed.get("@attr")) or listed
            pages = shapes.whole(numbers.get("totalPages"))
            if len(items) < size if pages is None else page >= pages:
                return
            if not items:
                break
    conf.cut()


def _artist(item: dict[str, Any]) -> Listed:
    name = shapes.text(item.get("name"))
    return Listed(
        # by name: ids come and go there, names stay
        external_id=listing.id_of(text.name_key(name)),
        artist=name,
        ids=listing.mb_ids(item.get("mbid")),
        plays=shapes.whole(item.get("playcount")),
        image_url=_picture(item.get("image")),
    )


def _song(item: dict[str, Any]) -> Listed:
    person = shapes.table(item.get("artist"))
    artist = shapes.text(person.get("name")) or shapes.text(person.get("#text"))
    title = shapes.text(item.get("name"))
    album = shapes.table(item.get("album"))
    return Listed(
        external_id=listing.id_of(text.name_key(artist), text.name_key(title)),
        artist=artist,
        ids=listing.mb_ids(person.get("mbid")),
        title=title,
        album=shapes.text(album.get("#text")) or shapes.text(album.get("title")) or None,
        image_url=_picture(item.get("image")),
    )


def _picture(value: object) -> str | None:
    """The largest picture, where it is one and not the star."""
    known = [listing.picture(image.get("#text")) for image in many(value)]
    return next((url for url in reversed(known) if url and _STAR not in url), None)
