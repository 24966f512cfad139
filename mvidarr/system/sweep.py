"""Have artists searched whose time has come, a few at a time."""

from mvidarr.core import clock, db
from mvidarr.core.terms import ACTIVE
from mvidarr.jobs import jobs
from mvidarr.library import artists
from mvidarr.library.tables import Artist

AT_ONCE = 20  # searches that wait or run: the services' pace would not allow more
AGAIN_AFTER = 6 * clock.HOUR  # when a search breaks off without saying when the next one is due


def search_due_artists() -> int:
    """Add a search for each artist that is due; answers how many."""
    waiting = jobs.Job.select().where(jobs.Job.kind == "discover", jobs.Job.state.in_(ACTIVE))
    room = AT_ONCE - waiting.count()
    if room <= 0:
        return 0
    now = clock.now()
    due = [artist.id for artist in artists.due_for_check(now, room)]
    with db.atomic():
        Artist.update(next_check_at=now + AGAIN_AFTER).where(Artist.id.in_(due)).execute()
        for artist_id in due:
            jobs.add("discover", str(artist_id))
    return len(due)
