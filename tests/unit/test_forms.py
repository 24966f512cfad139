"""Forms and JSON bodies become frozen dataclasses, or a message for each bad field."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.web import forms
from mvidarr.web.bodies import parse_form


@dataclass(frozen=True, kw_only=True)
class NewThing:
    name: str
    title: str = forms.limit(500, default="")
    bio: str = forms.limit(10_000, lines=True, default="")
    password: str = field(default="", metadata={"raw": True})
    count: int = 0
    rate: float = 0.0
    on: bool = False
    role: Role = Role.USER
    year: int | None = None
    tags: tuple[str, ...] = ()
    ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Patch:
    name: str = forms.UNSET
    year: int | None = forms.UNSET


def form(**values: Any) -> NewThing:
    return forms.read(NewThing, {"name": "x", **values}, strict=False)


def as_json(**values: Any) -> NewThing:
    return forms.read(NewThing, {"name": "x", **values}, strict=True)


def problems(raw: dict[str, Any], *, strict: bool) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        forms.read(NewThing, raw, strict=strict)
    assert all(text.endswith(".") for text in caught.value.fields.values())
    return caught.value.fields


def test_form_values_become_what_the_fields_say() -> None:
    made = form(count="5", rate="2.5", on="on", role="admin", year="1997", tags=["a", "b"], ids="4")

    assert (made.count, made.rate, made.on, made.role) == (5, 2.5, True, Role.ADMIN)
    assert (made.year, made.tags, made.ids) == (1997, ("a", "b"), [4])


def test_json_values_are_taken_as_they_are() -> None:
    made = as_json(count=5, rate=2, on=True, role="admin", year=None, tags=["a"], ids=[4])

    assert (made.count, made.rate, made.on, made.year, made.ids) == (5, 2.0, True, None, [4])


def test_what_is_missing_and_what_is_too_much_is_named() -> None:
    assert problems({}, strict=False) == {"name": "This is needed."}
    assert problems({"name": "  \u200b"}, strict=False) == {"name": "This is needed."}
    assert problems({"name": "x", "nme": 1}, strict=True) == {"nme": "There is no such member."}
    assert form(unknown="x").name == "x"


def test_every_bad_field_has_its_own_message() -> None:
    found = problems(
        {"name": "", "count": "many", "rate": "nan", "role": "king", "year": "x"}, strict=False
    )

    assert set(found) == {"name", "count", "rate", "role", "year"}
    assert found["role"] == "Choose one of: readonly, user, manager, admin."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", 5),
        ("name", None),
        ("count", "5"),
        ("count", True),
        ("count", 2.5),
        ("count", 2**31),
        ("count", float("nan")),
        ("rate", float("inf")),
        ("rate", 10**400),
        ("on", "true"),
        ("on", 1),
        ("role", 3),
        ("role", ["admin"]),
        ("tags", "a"),
        ("tags", [1]),
        ("tags", {"a": 1}),
        ("ids", [True]),
        ("year", "1997"),
    ],
)
def test_json_of_another_type_is_refused(name: str, value: Any) -> None:
    assert list(problems({"name": "x", name: value}, strict=True)) == [name]


def test_texts_are_tidied_and_limited() -> None:
    made = form(name=" Björk\n ", bio="one  line\r\ntwo", title="t" * 500)

    assert (made.name, made.bio, len(made.title)) == ("Björk", "one line\ntwo", 500)
    assert problems({"name": "n" * 256}, strict=True) == {"name": "Use 255 characters or fewer."}
    assert problems({"name": "x", "title": "t" * 501}, strict=True) == {
        "title": "Use 500 characters or fewer."
    }
    assert problems({"name": "x", "bio": "b" * 10_001}, strict=True) == {
        "bio": "Use 10,000 characters or fewer."
    }


def test_a_password_is_taken_as_it_is() -> None:
    assert form(password="  two  spaces ").password == "  two  spaces "
    assert problems({"name": "x", "password": "\ud800"}, strict=True) == {"password": "Give text."}


def test_a_checkbox_behind_its_hidden_twin() -> None:
    assert form(on=["false", "true"]).on is True
    assert form(on="false").on is False
    assert form(on="").on is False


def test_empty_fields_of_a_form_are_nothing() -> None:
    made = form(year="", tags=["", "a"], ids="")

    assert (made.year, made.tags, made.ids) == (None, ("a",), [])


def test_too_many_members_of_a_list_are_refused() -> None:
    assert problems({"name": "x", "ids": [1] * 10_001}, strict=True) == {
        "ids": "Give 10,000 or fewer."
    }


def test_a_patch_knows_what_was_named() -> None:
    assert forms.given(forms.read(Patch, {"year": None}, strict=True)) == {"year": None}
    assert forms.given(forms.read(Patch, {}, strict=True)) == {}
    assert not forms.UNSET
    assert repr(forms.UNSET) == "UNSET"


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff", b"[" * 100_000, b'{"a": 1} x'])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="JSON"):
        forms.parse_json(body)


def test_an_empty_body_is_an_empty_object() -> None:
    assert forms.parse_json(b"") == {}
    assert forms.parse_json(json.dumps({"a": "é"}).encode()) == {"a": "é"}


def test_names_of_a_form_may_come_more_than_once() -> None:
    assert parse_form(b"a=1&b=2&a=3&c=&a=%C3%A9") == {"a": ["1", "3", "é"], "b": "2", "c": ""}


@pytest.mark.parametrize("body", [b"a=\xff", b"&".join([b"a=1"] * 1001)])
def test_a_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="form"):
        parse_form(body)


def test_members_describe_themselves_for_the_api() -> None:
    members = {name: needed for name, _, needed in forms.members(NewThing)}

    assert members["name"] is True
    assert [name for name, needed in members.items() if needed] == ["name"]
