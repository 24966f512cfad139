"""Everything that matters with JavaScript switched off: links are links, forms are forms."""

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import until
from tests.e2e.browsing import PHONE, Tabs, sign_in
from tests.world import ARTIST, World

pytestmark = pytest.mark.ffmpeg
CRAWL = 60_000  # bytes a second


def plain(tabs: Tabs, made: World, path: str, **look: object) -> Page:
    return tabs.open(made.program, path, script=False, **look)


def test_sign_in_add_an_artist_and_sign_out(ready: World, tabs: Tabs) -> None:
    page = plain(tabs, ready, "/artists/new", signed_in=False)
    sign_in(page)

    page.get_by_role("textbox", name="Artist").fill(ARTIST)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Add Björk, Icelandic").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(ARTIST)
    until(ready.is_done, seconds=90)
    page.reload()
    page.get_by_role("link", name="Jóga", exact=True).click()
    expect(page.locator("video[controls]")).to_be_visible()
    page.goto("/account")
    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")


def test_take_a_candidate_cancel_its_download_and_delete_the_artist(
    ready: World, tabs: Tabs
) -> None:
    ready.add_artist()
    until(ready.is_done, seconds=90)
    ready.slow_down(CRAWL)
    page = plain(tabs, ready, "/artists/1", size=PHONE)

    rows = page.locator("#artist-1-candidates").get_by_role("article")
    rows.filter(has_text="Hunter").get_by_role("button", name="Take").click()
    expect(page).to_have_url(f"{ready.program.url}/artists/1")
    expect(rows.filter(has_text="Hunter")).to_have_count(0)

    until(lambda: [one for one in ready.downloads() if one["percent"]], seconds=60)
    page.goto("/activity")
    page.get_by_role("button", name="Cancel Hunter").click()
    expect(page.get_by_role("heading", name="Nothing is downloading")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("article").filter(has_text="Hunter")).to_contain_text("Cancelled")

    page.goto("/artists/1")
    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Delete the files too").check()
    page.get_by_role("button", name="Delete artist").click()
    expect(page.get_by_role("heading", name="No artists yet")).to_be_visible()
    until(lambda: not (ready.program.library / ARTIST).exists())


def test_a_setting_with_an_error_beside_its_field_loses_nothing(ready: World, tabs: Tabs) -> None:
    tabs.excuse("status of 422")
    page = plain(tabs, ready, "/settings")
    proxy = page.get_by_label("Proxy for everything that goes out")
    limit = page.get_by_label("Speed limit of all downloads together")
    limit.fill("123")
    page.get_by_label("Live", exact=True).check()
    proxy.fill("not an address")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_text("Nothing was saved yet")).to_be_visible()
    expect(proxy).to_have_attribute("aria-invalid", "true")
    message = page.locator("#outbound_proxy-error")
    expect(message).to_be_visible()
    assert (proxy.input_value(), limit.input_value()) == ("not an address", "123")
    expect(page.get_by_label("Live", exact=True)).to_be_checked()
    assert ready.program.api("GET", "/settings/download_rate")["value"] == 0

    proxy.fill("")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Nothing was saved yet")).to_have_count(0)
    saved = {
        key: ready.program.api("GET", f"/settings/{key}")["value"]
        for key in ("download_rate", "default_types", "outbound_proxy")
    }
    assert saved == {
        "download_rate": 123,
        "default_types": ["official", "live"],
        "outbound_proxy": "",
    }


def test_lists_filter_sort_and_page_by_links_and_forms(filled: World, tabs: Tabs) -> None:
    page = plain(tabs, filled, "/videos")
    page.get_by_role("searchbox").fill("army")
    page.get_by_role("button", name="Apply").last.click()
    expect(page.locator(".vcard")).to_have_count(1)
    page.get_by_role("link", name="Clear filters").click()
    page.get_by_role("link", name="List", exact=True).click()
    page.get_by_role("link", name="Title", exact=True).click()
    first = page.locator("tbody .cell-title a").first
    expect(first).to_have_text("Army of Me")
    page.get_by_role("checkbox", name="Select Army of Me").check()
    page.get_by_role("button", name="Ignore").click()
    expect(page.get_by_role("link", name="Army of Me").first).to_be_visible()
    until(lambda: filled.program.api("GET", "/videos/1")["wish"] == "ignore")
