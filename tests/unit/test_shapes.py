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


@pytest.mark.parametrize("value", [None, [], {}, 5, True, "", " \n "])
def test_prose_that_is_none_is_empty(value: Any) -> None:
    assert shapes.prose(value) == ""


def test_prose_keeps_its_lines_and_ends_somewhere() -> None:
    assert shapes.prose("  One.\r\n\r\nTwo\u202e  words. ") == "One.\n\nTwo words."
    assert len(shapes.prose("x" * 10**6)) == 20_000


def test_names_are_tidy_and_none_is_there_twice() -> None:
    given: list[object] = [" a  b", "a b", "", None, [], 5, True, "x" * 201, "x" * 200]

    assert shapes.names(given) == ("a b", "5", "x" * 200)


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        *((5, "5"), ("0123", "0123"), (0, "0"), ("1" * 20, "1" * 20), ("1" * 21, "")),
        *((-1, ""), ("-1", ""), ("٣", ""), ("1/2", ""), ("..", ""), (True, ""), (None, "")),
    ],
)
def test_only_numbers_are_ids_that_may_stand_in_a_path(value: Any, digits: str) -> None:
    assert shapes.digits(value) == digits


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", 5, [], "https://", "https://imvdb.com", "https://imvdb.com/", "/a.jpg"),
        *("javascript:alert(1)//x/y", "ftp://example.org/a.jpg", "http://a b/c", "x" * 3000),
    ],
)
def test_what_is_no_address_is_empty(value: Any) -> None:
    assert shapes.address(value) == ""


def test_address_is_kept_as_it_is() -> None:
    assert shapes.address(" https://example.org/a.jpg?v=7 ") == "https://example.org/a.jpg?v=7"


@pytest.mark.parametrize(
    ("begin", "end", "years"),
    [
        ("1987", "1994-04-05", "1987–1994"),
        (1987, None, "1987–"),
        ("", "2003", "–2003"),
        ("0", 0, None),
        (None, [], None),
    ],
)
def test_years_are_a_span(begin: Any, end: Any, years: str | None) -> None:
    assert shapes.years(begin, end) == years
