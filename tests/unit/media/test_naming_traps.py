import pytest

from mvidarr.core.terms import VideoType
from mvidarr.media import naming, naming_traps
from mvidarr.media.naming import NameFacts

FOLDERS, FLAT = (preset.template for preset in naming.PRESETS[:2])


def found(template: str, *library: NameFacts, limit: int = 200) -> dict[str, naming_traps.Trap]:
    parsed = naming.parse_template(template, style=naming.Style(limit=limit))
    traps = naming_traps.find(parsed, naming_traps.name(parsed, library))
    return {trap.key: trap for trap in traps}


@pytest.mark.parametrize(
    ("template", "keys"),
    [
        (FOLDERS, []),
        (FLAT, ["stacked", "hidden"]),
        ("{Artist}/{Artist} - {Title}{ (Version)}", ["merged", "stacked"]),
        ("{Artist}/{Artist}{ [Source Id]}", ["merged"]),
        ("{Artist}/{Title}", ["version", "stacked"]),
        ("{Artist}/{Title}{ - Version}", ["self_titled", "stacked"]),
        ("{Year}/{Title}{ (Version)}", ["artist", "stacked"]),
        ("{Artist}/{Album}", ["title", "version"]),
        ("{Artist}/{Album}/{Title}/x{ (Version)}-video", ["hidden", "depth"]),
        ("{Artist}/{Source Id}", []),
        ("{Artist}/{Title}-video", ["self_titled", "stacked", "hidden"]),
    ],
)
def test_layouts_that_servers_merge_or_swallow_are_named(template: str, keys: list[str]) -> None:
    traps = found(template)

    assert list(traps) == keys
    assert all(trap.text.endswith(".") and not trap.is_real for trap in traps.values())


def test_a_trap_is_shown_with_videos_of_the_library() -> None:
    maiden = NameFacts(artist="Iron Maiden", title="Iron Maiden")
    live = NameFacts(artist="Iron Maiden", title="Iron Maiden", type=VideoType.LIVE)

    trap = found("{Artist}/{Title}-video", maiden, live)["self_titled"]

    assert trap.is_real
    assert trap.example == "“Iron Maiden/Iron Maiden-video” and “Iron Maiden/Iron Maiden-live”"


def test_one_other_video_in_the_folder_keeps_servers_from_merging() -> None:
    maiden = NameFacts(artist="Iron Maiden", title="Iron Maiden")
    live = NameFacts(artist="Iron Maiden", title="Iron Maiden", type=VideoType.LIVE)
    other = NameFacts(artist="Iron Maiden", title="The Trooper")

    assert not found("{Artist}/{Title}-video", maiden, live, other)["self_titled"].is_real


def test_what_is_altered_or_cut_is_said_only_where_it_happens() -> None:
    usual = NameFacts(artist="Björk", title="Jóga")

    assert list(found(FOLDERS, usual)) == []
    assert found(FOLDERS, usual, NameFacts(artist="Other", title="x"))["altered"].example == (
        "“Other_/x/Other - x”"
    )
    assert list(found(FOLDERS, NameFacts(artist="Björk", title="x" * 90), limit=60)) == ["cut"]
    assert list(found(FOLDERS, NameFacts(artist="Björk", title="x" * 120))) == ["long"]


def test_real_stacks_are_found_whatever_separates_them() -> None:
    one, other = (NameFacts(artist="Queen", title=f"Side {side}") for side in "ab")

    trap = found("{artist}/{artist}_{Title}", one, other)["stacked"]

    assert trap.is_real
