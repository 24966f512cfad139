"""Captions move with the film from which parts were cut out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.integrations.youtube import captions

VTT = """WEBVTT
Kind: captions

00:00:01.000 --> 00:00:03.000 align:start position:0%
Talk

00:00:03.500 --> 00:00:06.000
<00:00:05.000>All these

1
00:00:11.000 --> 00:00:12.500
accidents
"""


def test_captions_of_what_was_cut_are_gone_and_the_rest_moves_up() -> None:
    assert captions.cut(VTT, [(0, 4), (9, 10)]) == (
        "WEBVTT\nKind: captions\n\n"
        "00:00:00.000 --> 00:00:02.000\n<00:00:01.000>All these\n\n"
        "1\n00:00:06.000 --> 00:00:07.500\naccidents\n"
    )


def test_times_of_subrip_keep_their_comma() -> None:
    text = "1\r\n01:00:01,250 --> 01:00:02,000\r\nA --> b\r\n"

    assert captions.cut(text, [(0, 3600)]) == "1\n00:00:01,250 --> 00:00:02,000\nA --> b\n"


def test_parts_that_overlap_are_one() -> None:
    assert captions.merged([(5, 8), (0, 2), (1, 3), (3, 4)]) == [(0, 4), (5, 8)]


def test_without_cuts_nothing_moves() -> None:
    assert captions.cut(VTT, []) == VTT


@pytest.mark.parametrize("text", ["", "WEBVTT", "no --> times"])
def test_odd_captions_are_left_as_they_are(text: str) -> None:
    assert captions.cut(text, [(0, 1)]).strip() == text.strip()


@given(
    text=st.text(alphabet="0123456789:.,-> \nW"),
    parts=st.lists(st.tuples(st.just(0.0), st.floats(0, 99))),
)
def test_whatever_comes_is_survived(text: str, parts: list[captions.Span]) -> None:
    assert captions.cut(text, parts).endswith("\n")
