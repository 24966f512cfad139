"""Find by words: folded terms of a row, rewritten with it, each asked for by its beginning."""

from collections.abc import Iterable
from typing import Any

from peewee import fn

from mvidarr.core import db, text
from mvidarr.library.tables import SearchTerm

ARTIST, VIDEO = "artist", "video"
MOST_WORDS = 8  # of one question; more only narrow what is already one row
RARE = 2000  # rows with one word, at most
_LAST = "\U0010ffff"


def index(kind: str, ref_id: int, texts: Iterable[str | None]) -> None:
    """Have the row found by the words of `texts`, and by no others."""
    wanted = set(text.words(" ".join(part for part in texts if part)))
    mine = (SearchTerm.kind == kind) & (SearchTerm.ref_id == ref_id)
    known = {term for (term,) in SearchTerm.select(SearchTerm.term).where(mine).tuples()}
    if gone := known - wanted:
        SearchTerm.delete().where(mine & SearchTerm.term.in_(gone)).execute()
    if fresh := sorted(wanted - known):
        rows = [{"term": term, "kind": kind, "ref_id": ref_id} for term in fresh]
        SearchTerm.insert_many(rows).execute()


def forget(kind: str, ref_ids: Any) -> None:
    """Drop the words of rows that go; `ref_ids` may be a subquery."""
    SearchTerm.delete().where(SearchTerm.kind == kind, SearchTerm.ref_id.in_(ref_ids)).execute()


def matching(kind: str, q: str, column: Any) -> Any:
    """The condition that `column` (an id) names a row with every word of `q`, as prefixes.

    A rare word names its rows, which are few. A common one is looked up row by row instead, in
    the order of the list, because a page of them is found soon.
    """
    found = text.words(q)[:MOST_WORDS]
    condition = column.is_null(False) if found else column.is_null()
    for word in found:
        rows = SearchTerm.select(SearchTerm.ref_id).where(
            SearchTerm.kind == kind, SearchTerm.term >= word, SearchTerm.term < word + _LAST
        )
        _, is_rare = db.capped_count(rows, RARE)
        if is_rare:
            condition &= column.in_(rows)
        else:
            condition &= fn.EXISTS(rows.where(SearchTerm.ref_id == column))
    return condition
