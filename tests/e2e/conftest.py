"""A real browser, and the real program in front of a fake internet."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.browsing import CHROMIUM_ARGS, Tabs
from tests.fakes import media
from tests.world import World, world

CHROMIUM = shutil.which("chromium")
PATIENCE = 30_000  # ms; two cores may be busy with other tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a program that this machine lacks."""
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        if "tabs" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))
        if {"filled", "ready"} & set(getattr(item, "fixturenames", ())) and not media.has_ffmpeg():
            item.add_marker(pytest.mark.skip(reason="ffmpeg is not installed"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file of tests: playwright's event loop must not outlive them."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_ARGS), timeout=60_000
        )
        yield chromium
        chromium.close()


@pytest.fixture
def tabs(browser: Browser) -> Iterator[Tabs]:
    """Opens pages; an error in a console or a breach of the content policy fails the test."""
    made = Tabs(browser)
    yield made
    assert made.close() == []


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The program, set up, with an artist whose videos were found and downloaded."""
    with world(tmp_path_factory.mktemp("world")) as made:
        made.fill()
        yield made


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[World]:
    """The program, set up, with nothing in it yet."""
    with world(tmp_path) as made:
        made.program.set_up()
        yield made
