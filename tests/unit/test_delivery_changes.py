"""What servers have to hear: the fewest folders and files that say exactly what changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.delivery import changes
from mvidarr.integrations.protocols import Item

FOLDERS = st.lists(st.sampled_from("abcd"), max_size=4).map("/".join)


def nobody(folder: str) -> frozenset[str]:
    return frozenset({f"{folder}/unchanged"})


@pytest.mark.parametrize(
    ("first", "then", "found"),
    [
        ("created", "modified", "created"),
        ("created", "deleted", "deleted"),
        ("deleted", "created", "modified"),
        ("modified", "modified", "modified"),
        ("modified", "created", "modified"),
        ("modified", "deleted", "deleted"),
    ],
)
def test_several_changes_of_a_file_become_one(first: str, then: str, found: str) -> None:
    assert changes.merged([("a/x.mp4", first), ("a/x.mp4", then)]) == {"a/x.mp4": found}


def test_what_lies_beside_a_changed_video_is_read_with_it() -> None:
    found = changes.merged(
        [
            ("a/x.nfo", "created"),
            ("a/x-poster.jpg", "created"),
            ("a/x.en.srt", "created"),
            ("a/x.mp4", "created"),
            ("a/y.nfo", "modified"),
            ("a/artist.nfo", "modified"),
        ]
    )

    assert found == {"a/x.mp4": "created", "a/y.nfo": "modified", "a/artist.nfo": "modified"}


def test_our_own_folder_is_nobodys_business() -> None:
    assert changes.merged([(".mvidarr/trash/x.mp4", "created"), (".mvidarr", "modified")]) == {}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a/x.MP4", Item.VIDEO),
        ("a/x.mkv", Item.VIDEO),
        ("a/x.nfo", Item.BESIDE),
        ("a/x.info.json", Item.BESIDE),
        ("a/Mr. Bungle", Item.FOLDER),
        ("", Item.FOLDER),
    ],
)
def test_files_are_told_from_folders_by_their_names(path: str, found: Item) -> None:
    assert changes.item(path) is found


def test_the_nearest_folder_that_is_there_is_read() -> None:
    there = {"a", "a/b"}

    def near(path: str) -> str:
        return changes.nearest(path, there.__contains__)

    assert near("a/b/x.mp4") == "a/b"
    assert near("a/gone/x.mp4") == "a"
    assert near("gone/gone/x.mp4") == ""
    assert (near("a/b"), near("a/gone"), near("x.mp4"), near("")) == ("a/b", "a", "", "")


def test_a_folder_in_which_all_changed_is_told_once() -> None:
    some = {"a/1", "a/2", "a/3", "b/1", "b/2", "b/3"}
    inside = {"a": frozenset({"a/1", "a/2", "a/3"}), "b": frozenset({"b/1", "b/2", "b/3", "b/4"})}

    found = changes.few(some, 20, inside.__getitem__)

    assert set(found.values()) == {"a", "b/1", "b/2", "b/3"}


def test_too_many_give_way_to_those_around_them() -> None:
    some = {f"{artist}/{number}" for artist in "abc" for number in range(5)}

    assert len(set(changes.few(some, 15, nobody).values())) == 15
    assert set(changes.few(some, 14, nobody).values()) == {"a", "b", "c"}
    assert set(changes.few(some, 2, nobody).values()) == {""}


@given(st.frozensets(FOLDERS, max_size=30), st.integers(1, 10))
def test_few_folders_hold_all_and_none_holds_another(some: frozenset[str], most: int) -> None:
    found = changes.few(some, most, nobody)
    chosen = set(found.values())

    assert found.keys() == some
    assert len(chosen) <= most
    for folder, around in found.items():
        assert not around or folder == around or folder.startswith(around + "/")
    for one in chosen:
        others = chosen - {one}
        assert not any(not other or one.startswith(other + "/") for other in others)
