"""Other people's JSON, whatever its shape."""

from typing import Any

import pytest

from mvidarr.integrations import shapes


@pytest.mark.parametrize("value", [None, [], "", 5, True, "{}"])
def test_what_is_no_object_is_an_empty_one(value: Any) -> None:
    assert shapes.table(value) == {}


@pytest.mark.parametrize("value", [None, {}, "", 5, [None, 5, "x", []]])
def test_what_is_no_list_of_objects_is_empty(value: Any) -> None:
    assert shapes.rows(value) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [("  a \n b ", "a b"), (999, "999"), (0, "0"), (True, ""), (1.5, ""), (None, ""), ([], "")],
)
def test_text_is_one_tidy_line(value: Any, text: str) -> None:
    assert shapes.text(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("5", 5),
        ("-3", -3),
        (True, None),
        ("", None),
        ("x", None),
        (None, None),
        (1.5, None),
    ],
)
def test_whole_numbers_may_be_spelled(value: Any, number: int | None) -> None:
    assert shapes.whole(value) == number


@pytest.mark.parametrize(
    ("value", "year"),
    [(1987, 1987), ("1987", 1987), ("1987-11-30", 1987), ("", None), (0, None), ("87", None)],
)
def test_year_is_taken_from_dates_too(value: Any, year: int | None) -> None:
    assert shapes.year(value) == year


def test_number_too_long_to_be_one_is_none() -> None:
    assert shapes.whole("9" * 10_000) is None
