"""Keys: moving about, selecting, dialogs that give the focus back, and the player."""

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import until
from tests.e2e.browsing import Tabs
from tests.world import World

pytestmark = pytest.mark.ffmpeg


def selected(page: Page) -> list[str]:
    boxes = page.locator("[name=ids]:checked").all()
    return [box.get_attribute("value") or "" for box in boxes]


def test_slash_goes_to_the_search_from_everywhere(filled: World, tabs: Tabs) -> None:
    page = tabs.open(filled.program, "/system")
    page.keyboard.press("/")
    expect(page).to_have_url(f"{filled.program.url}/videos#q")
    expect(page.locator("#q")).to_be_focused()
    page.get_by_role("link", name="Army of Me", exact=True).focus()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("/army")  # in a field a key is only a letter
    expect(page.locator("#q")).to_have_value("/army")


def test_g_and_a_letter_go_to_a_section(filled: World, tabs: Tabs) -> None:
    page = tabs.open(filled.program, "/videos")
    for letter, path in (
        ("a", "artists"),
        ("w", "wanted"),
        ("q", "activity"),
        ("s", "settings"),
        ("y", "system"),
        ("v", "videos"),
    ):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        expect(page).to_have_url(f"{filled.program.url}/{path}")
        expect(page.locator(f"#nav a[href='/{path}'][aria-current=page]")).to_be_visible()


def test_x_selects_shift_takes_a_range_and_escape_clears(filled: World, tabs: Tabs) -> None:
    page = tabs.open(filled.program, "/videos?sort=title")
    titles = page.locator(".vcard-title a")
    titles.nth(0).focus()
    page.keyboard.press("x")
    assert len(selected(page)) == 1
    titles.nth(2).focus()
    page.keyboard.press("Shift+X")
    assert len(selected(page)) == 3
    expect(page.locator("[data-selected]")).to_have_text("3")
    page.keyboard.press("Escape")
    assert selected(page) == []
    expect(page.locator(".bulkbar")).to_be_hidden()


def test_the_list_of_shortcuts_opens_closes_and_switches_them_off(
    filled: World, tabs: Tabs
) -> None:
    page = tabs.open(filled.program, "/videos")
    link = page.get_by_role("link", name="Army of Me", exact=True)
    link.focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("a")  # a dialog keeps the keys
    dialog.get_by_role("switch").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()

    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page).to_have_url(f"{filled.program.url}/videos")


@pytest.mark.parametrize("name", ["Edit", "Delete"])
def test_a_dialog_takes_the_focus_and_gives_it_back(filled: World, tabs: Tabs, name: str) -> None:
    page = tabs.open(filled.program, "/artists/1")
    opener = page.get_by_role("link", name=name, exact=True)
    for close in ("Escape", "Enter"):
        opener.focus()
        page.keyboard.press("Enter")
        dialog = page.locator("#dialog[open]")
        expect(dialog.locator(":focus")).to_have_count(1)
        if close == "Enter":
            dialog.get_by_role("link", name="Cancel").focus()
        page.keyboard.press(close)
        expect(dialog).to_have_count(0)
        expect(opener).to_be_focused()


def test_a_refused_dialog_keeps_what_was_typed_and_focuses_the_field(
    filled: World, tabs: Tabs
) -> None:
    tabs.excuse("status of 422", "htmx:response:error")
    page = tabs.open(filled.program, "/artists/1")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Country").fill("Iceland")
    page.get_by_label("From year").fill("long ago")
    page.get_by_label("From year").press("Enter")

    year = page.get_by_label("From year")
    expect(year).to_have_attribute("aria-invalid", "true")
    expect(year).to_be_focused()
    expect(page.get_by_label("Country")).to_have_value("Iceland")
    expect(page.locator("#dialog[open]")).to_be_visible()


def test_the_skip_link_is_first_and_leads_to_the_content(filled: World, tabs: Tabs) -> None:
    page = tabs.open(filled.program, "/videos")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_arrows_move_in_a_menu_and_escape_leaves_it(filled: World, tabs: Tabs) -> None:
    page = tabs.open(filled.program, "/videos")
    opener = page.get_by_role("link", name="Actions for Army of Me")
    opener.focus()
    page.keyboard.press("Enter")
    menu = page.locator("#menu:popover-open")
    expect(menu).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(menu.locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_player_listens_to_keys(filled: World, tabs: Tabs) -> None:
    video = filled.videos()["Jóga"]["id"]
    page = tabs.open(filled.program, f"/videos/{video}")
    film = page.locator("video")
    state = page.locator("#player")

    def at() -> float:
        seconds: float = film.evaluate("(video) => video.currentTime")
        return seconds

    until(lambda: film.evaluate("(video) => video.readyState") >= 1)
    page.keyboard.press("Space")
    expect(state).to_have_attribute("data-state", "playing")
    before = at()
    page.keyboard.press("ArrowRight")
    until(lambda: at() >= before + 5)
    page.keyboard.press("Space")
    expect(state).to_have_attribute("data-state", "paused")
    before = at()
    page.keyboard.press("ArrowLeft")
    until(lambda: at() < before)
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Unmute")).to_be_attached()
    page.keyboard.press("m")
    page.keyboard.press("f")
    until(lambda: page.evaluate("document.fullscreenElement?.id") == "player")
    page.keyboard.press("f")
    until(lambda: page.evaluate("document.fullscreenElement") is None)
