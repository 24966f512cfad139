"""Templates keep the rules of the strict CSP and of the hypermedia kit."""

import re
from pathlib import Path

import jinja2
import jinja2.meta
import pytest

from mvidarr.web import render

ROOT = Path(__file__).parents[2] / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))

FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=", re.I),
    "a style element": re.compile(r"<style", re.I),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "hx-on": re.compile(r"\bhx-on\b"),
    "data-hx-": re.compile(r"\bdata-hx-"),
    "an out-of-band swap": re.compile(r"\bhx-swap-oob\b"),
    "hx-confirm": re.compile(r"\bhx-confirm\b"),
    "hx-boost": re.compile(r"\bhx-boost\b"),
    "a script in an attribute": re.compile(r"[\"'](js|javascript):", re.I),
    "a trigger filter": re.compile(r"hx-trigger=\"[^\"]*\["),
    "an unescaped value": re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\("),
    "htmx 2's hx-disabled-elt": re.compile(r"\bhx-disabled-elt\b"),
    "a target that is no id": re.compile(r"hx-target=\"(?!#|\{\{)[^\"]*\""),
}


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_hold_nothing_that_the_csp_would_stop(name: str, what: str) -> None:
    found = FORBIDDEN[what].search((ROOT / name).read_text("utf-8"))

    assert found is None, f"{name} has {what}: {found.group()}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_compile(name: str) -> None:
    render.environment().get_template(name)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if "/_" in name])
def test_partials_say_what_they_need(name: str) -> None:
    assert (ROOT / name).read_text("utf-8").startswith("{# needs"), name


def test_everything_is_escaped() -> None:
    page = render.environment().from_string("{{ title }}")

    assert page.render(title="<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;"


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    page = render.environment().from_string("{{ titel }}")

    with pytest.raises(jinja2.UndefinedError):
        page.render(title="x")
