"""What a person decides about uploads and artists, clicked in a real browser."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import until
from tests.e2e.browsing import Tabs, stay, stayed
from tests.world import ARMY, OTHER, World

pytestmark = pytest.mark.ffmpeg


def candidate(page: Page, title: str) -> Locator:
    """The row of an upload that waits for a verdict."""
    rows = page.locator("#artist-1-candidates").get_by_role("article")
    return rows.filter(has=page.get_by_role("heading", name=title))


def test_a_candidate_is_taken_by_a_click_and_downloaded(filled: World, tabs: Tabs) -> None:
    page = tabs.open(filled.program, "/artists/1")
    stay(page)
    row = candidate(page, "Hunter")
    expect(row.get_by_role("img", name="Match 65 of 100")).to_be_visible()

    row.get_by_role("button", name="Take").click()

    expect(page.locator("#toasts")).to_contain_text("Hunter is taken.")
    expect(row).to_have_count(0)
    until(lambda: filled.videos()["Hunter"]["status"] == "downloaded", seconds=60)
    card = page.locator(".vcard").filter(has=page.get_by_role("link", name="Hunter", exact=True))
    expect(card.locator(".thumb-play")).to_have_count(1)  # came by itself
    assert stayed(page)
    assert list(filled.program.library.glob("Björk/Hunter*/*.mp4"))


def test_a_refused_candidate_is_not_offered_again(filled: World, tabs: Tabs) -> None:
    page = tabs.open(filled.program, "/artists/1")

    candidate(page, "Human Behaviour").get_by_role("button", name="Refuse").click()
    expect(candidate(page, "Human Behaviour")).to_have_count(0)
    page.get_by_role("button", name="Find videos").click()
    expect(page.get_by_text("Searching for videos", exact=True)).to_be_visible()
    expect(page.get_by_text("Searching for videos", exact=True)).to_be_hidden(timeout=60_000)

    page.reload()
    expect(candidate(page, "Human Behaviour")).to_have_count(0)
    assert filled.videos()["Human Behaviour"]["status"] == "wanted"


def test_a_block_is_listed_and_can_be_taken_back(filled: World, tabs: Tabs) -> None:
    page = tabs.open(filled.program, "/artists/1")

    candidate(page, "Venus as a Boy").get_by_role("button", name="Never offer").click()
    expect(candidate(page, "Venus as a Boy")).to_have_count(0)
    page.goto("/activity/blocked")
    blocked = page.get_by_role("article").filter(has_text="Venus as a Boy")
    blocked.get_by_role("button", name="Unblock").click()

    expect(page.get_by_role("heading", name="Nothing is blocked")).to_be_visible()


def test_a_removed_upload_falls_to_the_next_source(filled: World, tabs: Tabs) -> None:
    video = filled.videos()["Army of Me"]
    page = tabs.open(filled.program, f"/videos/{video['id']}")

    gone = page.get_by_role("article").filter(has=page.get_by_text("Removed", exact=True))
    expect(gone).to_have_count(1)
    expect(page.get_by_role("heading", name="File")).to_be_visible()
    ended = [one for one in filled.downloads("ended") if one["video"]["id"] == video["id"]]
    assert [(one["state"], one["source"]["source_id"]) for one in ended] == [("done", ARMY)]


def test_deleting_an_artist_with_the_files_empties_the_folder(filled: World, tabs: Tabs) -> None:
    number = filled.add_artist(OTHER)
    until(lambda: filled.videos().get("Teardrop", {}).get("status") == "downloaded", seconds=90)
    folder = filled.program.library / OTHER
    assert list(folder.rglob("*.mp4"))
    page = tabs.open(filled.program, f"/artists/{number}")

    page.get_by_role("link", name="Delete").click()
    dialog = page.get_by_role("dialog", name=f"Delete {OTHER}?")
    dialog.get_by_label("Delete the files too").check()
    dialog.get_by_role("button", name="Delete artist").click()

    expect(page.locator("#toasts")).to_contain_text(f"{OTHER} deleted.")
    expect(page).to_have_url(f"{filled.program.url}/artists")
    expect(page.get_by_role("link", name=OTHER)).to_have_count(0)
    until(lambda: not folder.exists())
    assert list((filled.program.library / "Björk").rglob("*.mp4"))
