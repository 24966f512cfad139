"""How much two names look alike, for catalogues that rank what they find badly. Pure."""

import difflib

from mvidarr.core import text

ALIKE = 0.5  # below that it is another artist


def of(one: str, other: str) -> float:
    """0 to 1; case, accents and punctuation do not count."""
    first, second = text.match_key(one), text.match_key(other)
    return difflib.SequenceMatcher(None, first, second).ratio() if first and second else 0.0
