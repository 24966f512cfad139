"""Transactions that end badly."""

import contextlib
from collections.abc import Iterator

from mvidarr.core import db


class Undone(Exception):
    """The reason why a transaction of a test is rolled back."""


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """A transaction, or a block within one, that is rolled back at its end."""
    with contextlib.suppress(Undone), db.atomic():
        yield
        raise Undone
