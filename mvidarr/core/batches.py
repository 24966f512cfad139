"""Many things, some at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def of(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The parts in their order, each of `size` things but the last; none of nothing."""
    yield from (whole[start : start + size] for start in range(0, len(whole), size))
