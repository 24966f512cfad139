"""What open pages show by themselves while things happen elsewhere, and when the line breaks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.conftest import until
from tests.e2e.browsing import Tabs, goes_on, stay, stayed
from tests.world import BACHELORETTE, JOGA, World

pytestmark = pytest.mark.ffmpeg
CRAWL = 60_000  # bytes a second
CUT = ("net::ERR", "htmx:")  # what browser and htmx say of requests that a test cuts


@pytest.fixture
def fetching(ready: World) -> Iterator[World]:
    """Two videos on their way, slowly."""
    ready.slow_down(CRAWL)
    # not monitored: else the clock's first search may find more of them at any moment
    new_artist = {"name": "Björk", "search": False, "monitored": False}
    made = ready.program.api("POST", "/artists", new_artist)
    for title, upload in (("Jóga", JOGA), ("Bachelorette", BACHELORETTE)):
        link = f"https://youtu.be/{upload}"
        new = {"artist_id": made["id"], "title": title, "link": link}
        ready.program.api("POST", "/videos", new)
    until(lambda: len([one for one in ready.downloads() if one["percent"]]) == 2, seconds=60)
    yield ready
    ready.hurry()


def test_what_one_tab_does_is_seen_in_the_other(fetching: World, tabs: Tabs) -> None:
    context = tabs.context(fetching.program)
    one, other = context.new_page(), context.new_page()
    for page in (one, other):
        page.goto("/activity")
        stay(page)
        expect(page.locator(".deck")).to_have_count(2)

    one.get_by_role("button", name="Cancel Jóga").click()

    for page in (one, other):
        expect(page.locator(".deck")).to_have_count(1)
        expect(page.locator("#nav")).to_contain_text("1 downloading")
        assert goes_on(page)
    assert not list(fetching.program.library.rglob("*.mp4"))


def test_a_finished_download_shows_on_every_page(fetching: World, tabs: Tabs) -> None:
    context = tabs.context(fetching.program)
    video = fetching.videos()["Jóga"]["id"]
    paths = ("/videos", "/videos?view=list", "/artists/1", f"/videos/{video}")
    grid, table, artist, watch = pages = [context.new_page() for _ in paths]
    for page, path in zip(pages, paths, strict=True):
        page.goto(path)
        stay(page)
    expect(grid.locator(".vcard [data-status=downloading]")).to_have_count(2)

    fetching.hurry()

    expect(grid.locator(".thumb-play")).to_have_count(2)
    expect(table.locator("tr[data-status=downloaded]")).to_have_count(2)
    expect(artist.locator(".thumb-play")).to_have_count(2)
    expect(watch.get_by_text("AAC, mono")).to_be_visible()
    assert all(stayed(page) for page in pages)


def test_a_page_without_a_stream_asks_every_few_seconds(fetching: World, tabs: Tabs) -> None:
    tabs.excuse(*CUT)
    page = tabs.open(fetching.program)
    page.route(re.compile(r"/live\?"), lambda route: route.abort())

    page.goto("/activity")
    stay(page)

    expect(page.locator("#live[hx-get]")).to_be_attached()
    assert goes_on(page)


def test_pages_come_back_after_the_web_process_died(fetching: World, tabs: Tabs) -> None:
    tabs.excuse(*CUT)
    page = tabs.open(fetching.program, "/activity")
    stay(page)
    assert goes_on(page)

    fetching.program.kill("web")
    until(fetching.program.answers, seconds=60)

    assert goes_on(page)
    expect(page.locator("#problem")).to_be_empty()
