"""Folders of other machines: joined, compared and shown, whatever they are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core import errors
from mvidarr.core.http import Conf
from mvidarr.integrations import folders

LIBRARIES = ("/media/mv", "/", "D:\\Videos", "D:\\", "D:/Videos", "\\\\nas\\mv", "smb://nas/mv")
NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\"),
    min_size=1,
    max_size=12,
).filter(lambda name: name not in {".", ".."})
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("folder", "path", "found"),
    [
        ("/media/mv", "Björk/Jóga.mp4", "/media/mv/Björk/Jóga.mp4"),
        ("/media/mv/", "a", "/media/mv/a"),
        ("/", "a/b", "/a/b"),
        ("/media/mv", "", "/media/mv"),
        ("/media/mv/", "", "/media/mv"),
        ("/", "", "/"),
        ("D:\\", "", "D:\\"),
        ("D:\\Videos\\", "", "D:\\Videos"),
        ("smb://nas/mv/", "", "smb://nas/mv"),
        ("smb://", "", "smb://"),
        ("D:\\Videos", "AC-DC/100% live.mp4", "D:\\Videos\\AC-DC\\100% live.mp4"),
        ("D:\\", "a", "D:\\a"),
        ("D:/Videos", "a/b", "D:/Videos/a/b"),
        ("\\\\nas\\mv", "a/b", "\\\\nas\\mv\\a\\b"),
        ("smb://nas/mv", "100% live/a b.mp4", "smb://nas/mv/100% live/a b.mp4"),
        ("nfs://nas/vol/mv", "a/b", "nfs://nas/vol/mv/a/b"),
        ("davs://nas/mv", "100% live/é.mp4", "davs://nas/mv/100%25%20live/%C3%A9.mp4"),
    ],
)
def test_paths_are_joined_as_the_machine_writes_them(folder: str, path: str, found: str) -> None:
    assert folders.joined(folder, path) == found


@pytest.mark.parametrize(
    ("folder", "path", "inside"),
    [
        ("/media/mv", "/media/mv", True),
        ("/media/mv/", "/media/mv/a", True),
        ("/media/mv", "/media/mv2", False),
        ("/media/mv", "/media", False),
        ("/", "/media", True),
        ("/media/mv", "/Media/mv/a", False),
        ("D:\\Videos", "d:/videos/A", True),
        ("D:\\Videos\\", "D:\\Videos", True),
        ("D:\\", "D:\\Videos", True),
        ("D:\\Videos", "E:\\Videos", False),
        ("smb://NAS/mv/", "smb://nas/MV/a", True),
        ("smb://user:secret@nas/mv", "smb://nas/mv/a", True),
        ("nfs://nas/mv", "nfs://nas/MV/a", False),
        ("/media/e\u0301", "/media/\u00e9/a", True),
        ("", "/media", False),
    ],
)
def test_one_folder_holds_another(folder: str, path: str, inside: bool) -> None:
    assert folders.contains(folder, path) is inside


@given(st.sampled_from(LIBRARIES), PATHS, PATHS)
def test_what_is_joined_lies_within_and_stays_apart(library: str, one: str, other: str) -> None:
    joined = folders.joined(library, one)

    assert folders.contains(library, joined)
    assert not folders.contains(joined, library)
    assert (joined == folders.joined(library, other)) is (one == other)
    assert folders.joined(library, f"{one}/{other}") == folders.joined(joined, other)
    between = folders.separator(library)
    assert joined.endswith(one.replace("/", between))
    assert folders.contains(folders.common(library, [joined]), joined)


@given(st.sampled_from(LIBRARIES), st.lists(PATHS, min_size=1, max_size=5))
def test_the_common_folder_holds_all_and_lies_in_the_library(library: str, some: list[str]) -> None:
    paths = [folders.joined(library, one) for one in some]

    found = folders.common(library, paths)

    assert all(folders.contains(found, path) for path in paths)
    assert folders.contains(library, found)


@given(PATHS)
def test_names_that_a_companion_may_belong_to(path: str) -> None:
    """Each is the beginning of the name, and the folder is never cut."""
    folder = path.rpartition("/")[0]
    for name in folders.owners(path):
        assert path.startswith(name)
        assert len(name) > len(folder)


def test_the_owner_of_a_picture_is_found() -> None:
    assert "a.b/x-y" in list(folders.owners("a.b/x-y-poster.jpg"))
    assert list(folders.owners("a.b/x.en.srt")) == ["a.b/x.en", "a.b/x"]


def test_secrets_of_an_address_are_not_shown() -> None:
    assert folders.shown("smb://me:secret@nas/mv") == "smb://nas/mv"
    assert folders.shown("/media/me@nas") == "/media/me@nas"


@pytest.mark.parametrize("folder", ["", *LIBRARIES, "nfs://nas/mv", "smb://me:x@nas/mv/"])
def test_whole_paths_are_taken(folder: str) -> None:
    assert folders.problem(folder) is None


@pytest.mark.parametrize("folder", ["media/mv", "Videos", "D:Videos", "~/mv", "\\Videos"])
def test_others_are_told_what_to_enter(folder: str) -> None:
    assert "Enter the whole path" in str(folders.problem(folder))


def test_our_folder_is_the_same_unless_it_is_mapped() -> None:
    conf = Conf(service="kodi", base_url="", also={"kodi_folder": "", "library_path": "/mv"})
    mapped = Conf(service="kodi", base_url="", also={"kodi_folder": "D:\\", "library_path": "/mv"})

    assert (folders.library(conf), folders.library(mapped)) == ("/mv", "D:\\")
    with pytest.raises(errors.NotConfigured, match="Choose a library folder"):
        folders.library(Conf(service="kodi", base_url=""))


def test_a_library_that_is_not_seen_is_explained() -> None:
    conf = Conf(
        service="kodi", title="Kodi", base_url="", also={"library_path": "smb://me:secret@nas/mv"}
    )

    said = folders.unseen(conf, [f"smb://x:secret@nas/{number}" for number in range(7)])
    nothing = folders.unseen(conf, [])
    endless = folders.unseen(conf, ["/" + "x" * 10_000_000])

    assert said.permanent
    assert len(str(endless)) < 400
    assert str(said) == (
        "Kodi has no library that contains smb://nas/mv. Its folders are smb://nas/0, smb://nas/1, "
        "smb://nas/2, smb://nas/3, smb://nas/4 and 2 more: enter the library folder as Kodi sees "
        "it."
    )
    assert str(nothing) == (
        "Kodi has no library that contains smb://nas/mv. It has none of videos at all: add one "
        "with that folder in Kodi."
    )
