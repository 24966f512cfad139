"""The joined stylesheet and the addresses of static files."""

import re
from pathlib import Path

import pytest

from mvidarr.web import assets, assets_route
from tests.client import Client

STATIC = Path(__file__).parents[2] / "static"


def test_bundle_holds_every_stylesheet_once() -> None:
    there = {
        path.relative_to(STATIC / "css").with_suffix("").as_posix()
        for path in (STATIC / "css").rglob("*.css")
    }

    assert sorted(assets.STYLES) == sorted(there)


def test_layers_are_declared_before_any_is_used() -> None:
    first = re.search(rb"@layer [^;{]+[;{]", assets.bundle())

    assert first is not None
    assert first.group(0) == b"@layer reset, tokens, base, layout, components, utilities;"


def test_address_of_the_stylesheet_carries_its_hash() -> None:
    assert re.fullmatch(r"/static/app\.[0-9a-f]{10}\.css", assets.static_url("app.css"))
    assert assets.static_url("app.css") == f"/static/{assets.bundle_name()}"


def test_address_of_a_file_changes_with_its_content() -> None:
    assert re.fullmatch(r"/static/icons\.svg\?v=[0-9a-f]{10}", assets.static_url("icons.svg"))
    assert assets.static_url("icons.svg") != assets.static_url("favicon.svg")


def test_address_of_a_missing_file_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        assets.static_url("js/none.js")


def test_stylesheets_ask_for_nothing_that_is_not_there() -> None:
    asked = re.findall(r'url\("?([^")]+)', assets.bundle().decode())

    assert asked
    assert [url for url in asked if not (STATIC.parent / url.removeprefix("/")).is_file()] == []


def test_components_stay_small_and_flat() -> None:
    """House rules: at most 150 lines a component, no ids, no import, no override by force."""
    for path in (STATIC / "css" / "components").glob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 150, path.name
        assert "!important" not in text, path.name
        assert "@import" not in text, path.name
        assert not re.search(r"^\s*[^@:;\n]*#[a-z][\w-]*[^;\n]*\{", text, re.MULTILINE), path.name


def test_the_stylesheet_is_kept_for_ever_under_its_hash(client: Client) -> None:
    answer = client.get(assets.static_url("app.css"))

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"] == assets_route.FOR_EVER
    assert answer.content == assets.bundle()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("icons.svg", "image/svg+xml"),
        ("js/app.js", "text/javascript"),
        ("vendor/htmx.min.js", "text/javascript"),
        ("manifest.webmanifest", "application/manifest+json"),
    ],
)
def test_a_file_is_kept_for_ever_under_its_hash_and_asked_again_without(
    client: Client, name: str, kind: str
) -> None:
    hashed, bare = client.get(assets.static_url(name)), client.get(f"/static/{name}")

    assert hashed.status_code == bare.status_code == 200
    assert hashed.headers["content-type"].startswith(kind)
    assert hashed.headers["cache-control"] == assets_route.FOR_EVER
    assert bare.headers["cache-control"] == "no-cache"
    again = client.get(f"/static/{name}", **{"If-None-Match": bare.headers["etag"]})
    assert again.status_code == 304


def test_fonts_are_kept_for_ever(client: Client) -> None:
    answer = client.get("/static/fonts/mona-sans-latin.woff2")

    assert answer.headers["content-type"] == "font/woff2"
    assert answer.headers["cache-control"] == assets_route.FOR_EVER


@pytest.mark.parametrize(
    "path",
    [
        "nothing.js?v=0123456789",
        "app.0000000000.css",
        "../pyproject.toml",
        "%2e%2e/pyproject.toml",
        "..%2fpyproject.toml",
        "css",
        "",
    ],
)
def test_nothing_else_is_given_away(client: Client, path: str) -> None:
    answer = client.get(f"/static/{path}")

    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")
    assert "[project]" not in answer.text
