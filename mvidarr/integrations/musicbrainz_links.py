"""Whom a page at another service is about, as MusicBrainz links it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mvidarr.core import clock, http
from mvidarr.core.http import Conf, NotThere
from mvidarr.integrations import shapes
from mvidarr.integrations.links import Link
from mvidarr.integrations.musicbrainz import NAME, TITLE, to_artist
from mvidarr.integrations.protocols import FoundArtist

KEEP = 7 * clock.DAY
# How MusicBrainz spells the addresses of artists.
PAGES: Mapping[str, str] = {
    "spotify_artist": "https://open.spotify.com/artist/{}",
    "deezer_artist": "https://www.deezer.com/artist/{}",
    "discogs_artist": "https://www.discogs.com/artist/{}",
    "theaudiodb_artist": "https://www.theaudiodb.com/artist/{}",
}


def artists(conf: Conf, link: Link, /) -> list[FoundArtist]:
    """The artists that a link (of a kind in PAGES) leads to; raises NotThere for an unknown one."""
    page = PAGES[link.kind].format(link.value)
    asked = {"resource": page, "inc": "artist-rels", "fmt": "json"}
    try:
        with http.operator(replace(conf, title=TITLE)) as client:
            answer = shapes.table(client.get_json("url", asked, keep=KEEP))
    except NotThere:
        raise _unknown() from None
    found = [to_artist(item) for item in _linked(answer)]
    known = [one for one in found if one.name and "mb_artist" in one.ids]
    if not known:
        raise _unknown()
    return [replace(one, ids={**one.ids, link.kind: link.value}) for one in known]


def _linked(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    relations = shapes.rows(answer.get("relations"))
    return [shapes.table(one.get("artist")) for one in relations if not one.get("ended")]


def _unknown() -> NotThere:
    sentence = "MusicBrainz does not know this link. Enter the artist's name instead."
    return NotThere(NAME, sentence, permanent=True)
