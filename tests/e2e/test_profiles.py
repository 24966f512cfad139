"""The quality profile editor in a browser: by keyboard, with and without a script."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import until
from tests.e2e.browsing import Tabs, shoot
from tests.world import ARTIST, World

pytestmark = pytest.mark.ffmpeg
BETTER = "bachelbest1"


@pytest.fixture
def profiles(filled: World) -> Iterator[World]:
    """Each test leaves the two profiles that a library begins with."""
    yield filled
    api = filled.program.api
    for one in api("GET", "/profiles")["items"]:
        if one["name"] == "Plays everywhere":
            api("POST", f"/profiles/{one['id']}/standard")
    for one in api("GET", "/profiles")["items"]:
        if one["name"] not in ("Plays everywhere", "Best"):
            api("DELETE", f"/profiles/{one['id']}")


def number(page: Page, label: str, group: str = "Resolutions") -> Any:
    return page.get_by_role("group", name=group).get_by_label(label, exact=True)


def named(world: World, name: str) -> dict[str, Any]:
    items = world.program.api("GET", "/profiles")["items"]
    return next(one for one in items if one["name"] == name)


def test_a_profile_is_made_changed_and_used_by_keyboard(
    profiles: World, tabs: Tabs, tmp_path: Path
) -> None:
    tabs.excuse("status of 422")
    page = tabs.open(profiles.program, "/settings")
    page.get_by_role("link", name="Quality profiles").press("Enter")
    page.get_by_role("link", name="New profile").press("Enter")
    page.get_by_role("link", name="Best").press("Enter")
    expect(number(page, "2160p (4K)")).to_have_value("1")
    page.get_by_label("Name", exact=True).fill("Small screens")
    for label, place in (("2160p (4K)", ""), ("1440p", ""), ("1080p", "2"), ("720p", "1")):
        number(page, label).fill(place)
    page.get_by_label("Name", exact=True).press("Enter")

    expect(page.get_by_text("Choose one of the accepted resolutions.")).to_be_visible()
    expect(number(page, "720p")).to_have_value("1")
    shoot(page, "profile-refused", tmp_path)
    page.get_by_label("Cutoff").select_option("1080")
    page.get_by_role("button", name="Add profile").press("Enter")

    expect(page.locator("#polite")).to_contain_text("Small screens added.")
    assert named(profiles, "Small screens")["heights"] == [720, 1080, 480]
    line = page.get_by_role("article").filter(has_text="Small screens")
    line.get_by_role("button", name="Make standard").press("Enter")
    expect(line.get_by_text("Standard", exact=True)).to_be_visible()
    assert named(profiles, "Small screens")["is_standard"]

    line.get_by_role("link", name="Small screens").press("Enter")
    page.get_by_role("switch", name="Look for better files").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("#polite")).to_contain_text("Saved.")
    assert not named(profiles, "Small screens")["is_upgrading"]


def test_without_a_script_it_is_the_same(profiles: World, tabs: Tabs) -> None:
    page = tabs.open(profiles.program, "/profiles/new?preset=best", script=False)
    page.get_by_label("Name", exact=True).fill("Plain")
    number(page, "AV1", "Preferred video codecs").fill("1")
    page.get_by_role("button", name="Add profile").click()
    expect(page).to_have_url(f"{profiles.program.url}/profiles")
    plain = named(profiles, "Plain")
    assert plain["codecs"] == ["av1"]

    page.get_by_role("link", name="Delete Plain").click()
    expect(page.get_by_text("Nothing uses it.")).to_be_visible()
    page.get_by_role("button", name="Delete profile").click()
    expect(page.get_by_role("link", name="Plain", exact=True)).to_have_count(0)


def test_an_artist_chooses_a_profile_in_its_dialog(profiles: World, tabs: Tabs) -> None:
    best = named(profiles, "Best")
    number_of = profiles.artists()[ARTIST]
    page = tabs.open(profiles.program, f"/artists/{number_of}")
    page.get_by_role("link", name="Edit", exact=True).first.click()
    page.get_by_label("Quality profile").select_option("Best")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator("#polite")).to_contain_text("Saved.")
    api = profiles.program.api
    assert api("GET", f"/artists/{number_of}")["profile_id"] == best["id"]
    api("PATCH", f"/artists/{number_of}", {"profile_id": None})


def test_a_better_file_is_found_from_the_line_of_what_is_below_the_cutoff(
    profiles: World, tabs: Tabs
) -> None:
    api = profiles.program.api
    [video] = api("GET", "/videos?q=Bachelorette")["items"]
    profiles.upload(BETTER, "Björk - Bachelorette", heights=(480,))
    api("POST", f"/videos/{video['id']}/sources", {"link": f"https://youtu.be/{BETTER}"})
    page = tabs.open(profiles.program, "/wanted")
    page.get_by_role("link", name="Below cutoff").click()
    line = page.get_by_role("article").filter(has_text="Bachelorette")
    expect(line).to_contain_text("360p, cutoff 1080p")
    page.get_by_label("Which files").select_option("upscaled")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Clear filter").first.click()

    line.get_by_role("button", name="Look for better").click()

    expect(line.get_by_text("Looking for better")).to_be_visible()
    until(lambda: api("GET", f"/videos/{video['id']}")["quality"] == "480p", seconds=90)
    page.reload()
    expect(line).to_contain_text("480p, cutoff 1080p")
    expect(line).to_contain_text("Looked")
    page.goto(f"/videos/{video['id']}")
    expect(page.get_by_text("Better file in place")).to_be_visible()
