"""What an artist's channel at YouTube tells: its id, however it is linked, and its picture."""

from mvidarr.core.errors import Invalid, NotFound
from mvidarr.core.http import Conf
from mvidarr.integrations.protocols import FoundFacts, Wanted
from mvidarr.integrations.youtube import NAME, search
from mvidarr.integrations.youtube.lists import SITE

LINKS = (  # kinds of ids, the surest first, and how their pages begin
    ("youtube_channel", f"{SITE}/channel/"),
    ("youtube_handle", f"{SITE}/"),
    ("youtube_user", f"{SITE}/user/"),
    ("youtube_custom", f"{SITE}/c/"),
)


def describe(conf: Conf, wanted: Wanted, /) -> FoundFacts | None:
    """The channel that is linked; a name alone leads to none."""
    for kind, page in LINKS:
        if ref := wanted.ids.get(kind):
            try:
                found = search.artist_from_url(conf, page + ref)
            except (Invalid, NotFound):  # renamed or deleted since somebody linked it
                continue
            pictures = (found.image_url,) if found.image_url else ()
            return FoundFacts(found_by=NAME, ids=found.ids, pictures=pictures)
    return None
