"""The documents cover everything that there is: settings, routes, roles, services, boot facts."""

import re
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import config
from mvidarr.governor import services
from mvidarr.settings import Option, options
from tests.contracts import docs

ROOT = Path(__file__).parents[2]
CODE = "\n".join(
    path.read_text("utf-8")
    for folder in ("mvidarr", "tasks")
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "options.py"
)


@pytest.mark.parametrize("name", docs.PAGES)
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == docs.PAGES[name](), "run ./run docs"


@pytest.mark.parametrize("option", options.ALL, ids=lambda option: option.key)
def test_every_setting_is_read_by_something(option: Option[Any]) -> None:
    assert re.search(rf"options\.{option.key}\b", CODE), f"nothing reads {option.key}"


def test_every_boot_fact_is_documented() -> None:
    told = {name.removeprefix("MVIDARR_") for name, _, _ in docs.BOOT}

    assert told == set(config.BOOT_FACTS)


def test_every_service_has_a_paragraph() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")

    assert [kind.title for kind in services.ALL if kind.title not in text] == []


def test_the_readme_names_both_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert "./run\n" in readme
    assert "./run test" in readme


def test_the_repository_names_no_machine() -> None:
    names = re.compile(r"/(tmp|work|root|home)/\w")
    said = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.suffix in {".py", ".md", ".html", ".toml", ".js", ".css", ".sh"}
        and not {".venv", ".git", "vendor", "node_modules"} & set(path.parts)
        and path.name != "test_docs.py"
        and names.search(path.read_text("utf-8"))
    ]

    assert said == []
