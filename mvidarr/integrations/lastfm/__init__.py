"""Last.fm: what somebody plays and loves, and what is told of an artist.

https://www.last.fm/api. `answers` asks, `lists` and `facts` read.
"""

from mvidarr.integrations.lastfm.answers import BASE_URL, NAME, TITLE, check
from mvidarr.integrations.lastfm.facts import describe, to_facts
from mvidarr.integrations.lastfm.lists import PERIODS, loved, top_artists

__all__ = ["BASE_URL", "NAME", "PERIODS", "TITLE"]
__all__ += ["check", "describe", "loved", "to_facts", "top_artists"]
