"""Find by words: folded terms of a row, rewritten with it, each asked for by its beginning."""

from collections.abc import Iterable, Mapping
from typing import Any

from peewee import chunked, fn

from mvidarr.core import db, text
from mvidarr.library.tables import SearchTerm

ARTIST, VIDEO = "artist", "video"
MOST_WORDS = 8  # of one question; more only narrow what is already one row
RARE = 2000  # rows with one word, at most
RARE_TOGETHER = 10_000  # the same of each of several words: few rows have all of them
AT_ONCE = 500  # words in one statement
_LAST = "\U0010ffff"


def index(kind: str, ref_id: int, texts: Iterable[str | None]) -> None:
    """Have the row found by the words of `texts`, and by no others."""
    index_all(kind, {ref_id: texts})


def index_all(kind: str, texts: Mapping[int, Iterable[str | None]]) -> None:
    """Have each row found by the words of its texts, and by no others."""
    mine = (SearchTerm.kind == kind) & SearchTerm.ref_id.in_(list(texts))
    known: dict[int, set[str]] = {ref_id: set() for ref_id in texts}
    for ref_id, term in SearchTerm.select(SearchTerm.ref_id, SearchTerm.term).where(mine).tuples():
        known[ref_id].add(term)
    rows: list[dict[str, Any]] = []
    for ref_id, parts in texts.items():
        wanted = set(text.words(" ".join(part for part in parts if part)))
        if gone := known[ref_id] - wanted:
            row = (SearchTerm.kind == kind) & (SearchTerm.ref_id == ref_id)
            SearchTerm.delete().where(row & SearchTerm.term.in_(gone)).execute()
        fresh = sorted(wanted - known[ref_id])
        rows += [{"term": term, "kind": kind, "ref_id": ref_id} for term in fresh]
    for some in chunked(rows, AT_ONCE):
        SearchTerm.insert_many(some).execute()


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
    most = RARE_TOGETHER if len(found) > 1 else RARE
    for word in found:
        rows = SearchTerm.select(SearchTerm.ref_id).where(
            SearchTerm.kind == kind, SearchTerm.term >= word, SearchTerm.term < word + _LAST
        )
        _, is_rare = db.capped_count(rows, most)
        if is_rare:
            condition &= column.in_(rows)
        else:
            condition &= fn.EXISTS(rows.where(SearchTerm.ref_id == column))
    return condition
