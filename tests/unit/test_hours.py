"""Hours of the day as people write them."""

import pytest

from mvidarr.settings import hours


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", set(range(24))),
        (" ", set(range(24))),
        ("22-6", {22, 23, 0, 1, 2, 3, 4, 5}),
        ("9-12, 14-18", {9, 10, 11, 14, 15, 16, 17}),
        ("0-24", set(range(24))),
        ("22:00 – 24:00", {22, 23}),
        ("23-0", {23}),
    ],
)
def test_hours_are_read(text: str, meant: set[int]) -> None:
    assert hours.parse(text) == meant
    assert hours.problem(text) is None


@pytest.mark.parametrize(
    "text", ["night", "6", "25-3", "3-25", "6-6", "1-2-3", "9-12,", "-", "٩-١٢x"]
)
def test_other_text_is_explained(text: str) -> None:
    assert "for example 22-6" in str(hours.problem(text))
