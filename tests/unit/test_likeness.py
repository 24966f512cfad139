"""How much names look alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.integrations import likeness


@pytest.mark.parametrize(
    ("one", "other"), [("Björk", "BJORK"), ("AC/DC", "ac dc"), ("Guns & Roses", "guns and roses")]
)
def test_spelling_does_not_count(one: str, other: str) -> None:
    assert likeness.of(one, other) == 1


@pytest.mark.parametrize(("one", "other"), [("", ""), ("Air", ""), ("", "Air"), ("  ", "Air")])
def test_nothing_is_like_nothing(one: str, other: str) -> None:
    assert likeness.of(one, other) == 0


def test_other_artists_are_less_alike() -> None:
    assert likeness.of("Robin Thicke", "Mike Cruz") < likeness.ALIKE
    assert likeness.ALIKE < likeness.of("Robin Thicke", "Robin Thicke Band") < 1


@given(st.text(), st.text())
def test_it_is_a_share(one: str, other: str) -> None:
    assert 0 <= likeness.of(one, other) <= 1
