"""Presets of file names, and the preview of a template while it is typed."""

import pytest

from mvidarr.core import db
from mvidarr.media import naming
from tests import factories
from tests.client import Client

PATH = "/settings/naming/preview"


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role("manager")


@pytest.fixture
def admin(client: Client) -> Client:
    return client.as_role("admin")


def test_a_template_is_previewed_with_videos_of_the_library(manager: Client) -> None:
    video = factories.make_video(factories.make_artist("Björk"), "Jóga", year=1997)
    factories.make_file(video, path="old/Joga.mkv")
    path = f"{PATH}?naming_template={{Artist}}/{{Title}}{{ (Year)}}"

    part = manager.fragment(path, "naming-preview")
    data = manager.get(f"/api{path}").json()

    name = "Björk/Jóga (1997).mkv"
    assert data["names"] == [{"why": "Longest title", "former": "old/Joga.mkv", "name": name}]
    assert data["error"] is None
    assert {one["key"] for one in data["warnings"]} == {"version", "stacked"}
    assert part.text.strip().startswith('<div class="field" id="naming-preview"')
    assert name in part.text
    assert "old/Joga.mkv" in part.text
    assert "<!doctype" in manager.get(path).text


def test_a_warning_names_videos_of_the_library(manager: Client) -> None:
    artist = factories.make_artist("Iron Maiden")
    for kind in ("official", "live"):
        factories.make_file(factories.make_video(artist, "Iron Maiden", type=kind))

    data = manager.get(f"/api{PATH}?naming_template={{Artist}}/{{Title}}-video").json()

    [trap] = [one for one in data["warnings"] if one["key"] == "self_titled"]
    assert trap["is_real"]
    assert "Iron Maiden/Iron Maiden-live" in trap["example"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "Air/Sexy-Boy.mp4"),
        ("&naming_characters=lookalike&naming_bytes=200", "Air/Sexy⧸Boy？.mp4"),
        ("&naming_characters=lookalike&naming_bytes=x", "Air/Sexy-Boy.mp4"),
    ],
)
def test_the_other_settings_count_as_they_are_typed(manager: Client, query: str, name: str) -> None:
    factories.make_video(factories.make_artist("Air"), "Sexy/Boy?")

    data = manager.get(f"/api{PATH}?naming_template={{Artist}}/{{Title}}{query}").json()

    assert [one["name"] for one in data["names"]] == [name]


def test_an_empty_library_shows_songs_that_everybody_knows(manager: Client) -> None:
    data = manager.get(f"/api{PATH}").json()

    assert len(data["names"]) == 3
    assert data["names"][0]["name"].startswith("Björk/")
    assert data["warnings"] == []


def test_a_template_that_cannot_be_is_said_in_the_preview(manager: Client) -> None:
    data = manager.get(f"/api{PATH}?naming_template={{Nope}}").json()

    assert data["names"] == []
    assert "Nope" in data["error"]
    assert manager.get(f"/api{PATH}?naming_template=").json()["error"]


def test_a_preset_fills_its_field_without_a_script(admin: Client) -> None:
    plain = admin.get("/settings").text
    chosen = admin.get("/settings?preset=flat").text

    assert 'href="/settings?preset=flat#naming_template"' in plain
    assert 'value="{Artist}/{Title}{ (Version)}-video"' in chosen
    assert "data-watch" in plain
    assert "data-watch" not in chosen  # there is something to save from the start
    assert all(preset.help in plain.replace("&#39;", "'") for preset in naming.PRESETS)
    assert admin.get("/settings?preset=nothing").status_code == 200


def test_a_preview_asks_little_however_large_the_library_is(manager: Client) -> None:
    def asked() -> int:
        with db.counting() as counter:
            manager.get(f"/api{PATH}")
        return len(counter)

    for number in range(4):
        factories.make_video(factories.make_artist(f"Artist {number}"), file=True)
    few = asked()
    for number in range(30):
        factories.make_video(factories.make_artist(f"Other {number}"), file=True)

    assert asked() == few
