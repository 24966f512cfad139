"""What each kind of setting takes, from a form, from JSON and from the environment."""

from typing import Any

import pytest

from mvidarr.core.errors import Invalid
from mvidarr.settings import (
    Group,
    Kind,
    Option,
    download_options,
    file_options,
    options,
    service_options,
)

HOMES = (options, service_options, download_options, file_options)
CHOICES = (("a", "Apple"), ("b", "Banana"), ("c", "Cherry"))


def option(kind: Kind, **more: Any) -> Option[Any]:
    return Option(key="thing", kind=kind, default="", group=Group.SYSTEM, label="Thing", **more)


def problem(made: Option[Any], raw: Any) -> str:
    with pytest.raises(Invalid) as caught:
        made.parse(raw)
    assert list(caught.value.fields) == [made.key]
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Kind.TEXT, "  two  words ", "two words"),
        (Kind.SECRET, " kéy  with\u00a0spaces ", "kéy  with\u00a0spaces"),
        (Kind.PATH, "/media/My  Videos/", "/media/My  Videos"),
        (Kind.PATH, "/media/e\u0301te\u0301", "/media/e\u0301te\u0301"),
        (Kind.PATH, "/", "/"),
        (Kind.PATH, "", ""),
        (Kind.URL, " https://example.org/ws/ ", "https://example.org/ws"),
        (Kind.URL, "http://[::1]:5000", "http://[::1]:5000"),
        (Kind.URL, "", ""),
        (Kind.INTEGER, "5", 5),
        (Kind.INTEGER, 5, 5),
        (Kind.SWITCH, "on", True),
        (Kind.SWITCH, " FALSE ", False),
        (Kind.SWITCH, True, True),
        (Kind.SWITCH, "", False),
        (Kind.CHOICE, "b", "b"),
        (Kind.CHOICES, ["c", "", "a", "c"], ["a", "c"]),
        (Kind.CHOICES, "c,a", ["a", "c"]),
        (Kind.CHOICES, '["b"]', ["b"]),
        (Kind.CHOICES, "", []),
        (Kind.NAMES, "en, de ,en,", ["en", "de"]),
        (Kind.NAMES, ["en", " de "], ["en", "de"]),
        (Kind.NAMES, '["a,b"]', ["a,b"]),
    ],
)
def test_value_is_taken(kind: Kind, raw: Any, value: Any) -> None:
    assert option(kind, choices=CHOICES, minimum=1, maximum=9).parse(raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Kind.TEXT, 5),
        (Kind.TEXT, None),
        (Kind.TEXT, "x" * 2001),
        (Kind.SECRET, "two\nlines"),
        (Kind.SECRET, "half \ud800"),
        (Kind.PATH, "media/videos"),
        (Kind.PATH, "/media/\x00"),
        (Kind.URL, "example.org"),
        (Kind.URL, "ftp://example.org"),
        (Kind.URL, "http://"),
        (Kind.URL, "http://host:99999"),
        (Kind.URL, "http://host:0"),
        (Kind.URL, "http://[::1"),
        (Kind.INTEGER, "five"),
        (Kind.INTEGER, "9" * 5000),
        (Kind.INTEGER, 5.0),
        (Kind.INTEGER, True),
        (Kind.INTEGER, 0),
        (Kind.INTEGER, "10"),
        (Kind.INTEGER, ""),
        (Kind.SWITCH, "maybe"),
        (Kind.SWITCH, 1),
        (Kind.CHOICE, "d"),
        (Kind.CHOICE, ["a"]),
        (Kind.CHOICES, ["d"]),
        (Kind.CHOICES, "[1]"),
        (Kind.CHOICES, "[" * 100_000),
        (Kind.CHOICES, {"a": 1}),
        (Kind.NAMES, "[broken"),
        (Kind.NAMES, [1]),
        (Kind.NAMES, ["n" * 101]),
        (Kind.NAMES, [str(n) for n in range(101)]),
    ],
)
def test_value_is_refused(kind: Kind, raw: Any) -> None:
    problem(option(kind, choices=CHOICES, minimum=1, maximum=9), raw)


def test_bounds_are_named() -> None:
    assert problem(download_options.download_concurrency, "9") == "Enter a number from 1 to 8."


def test_an_own_check_comes_last() -> None:
    said = problem(file_options.naming_template, "{Nope}")

    assert "Nope" in said
    assert file_options.naming_template.parse("{Artist}/{Title}") == "{Artist}/{Title}"


def test_every_setting_takes_its_own_default() -> None:
    for one in options.ALL:
        assert one.parse(one.default) == one.default, one.key


def test_every_setting_is_declared_well() -> None:
    keys = [one.key for one in options.ALL]

    assert len(set(keys)) == len(keys)
    assert set(options.BY_KEY) == set(keys)
    for one in options.ALL:
        assert [getattr(home, one.key) for home in HOMES if hasattr(home, one.key)] == [one]
        assert one.label
        assert not one.help or one.help.endswith(".")
        assert (one.kind in {Kind.CHOICE, Kind.CHOICES}) == bool(one.choices)
        assert one.is_secret == (one.kind in {Kind.SECRET, Kind.COOKIES})
        assert one.group.label


@pytest.mark.parametrize("path", ["/", "//", " / "])
def test_the_whole_machine_is_no_library(path: str) -> None:
    assert "whole machine" in problem(file_options.library_path, path)
