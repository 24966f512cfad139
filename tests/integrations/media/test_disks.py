import errno
import subprocess
import sys
from pathlib import Path

import pytest

from mvidarr.core.errors import Invalid
from mvidarr.media import disks, place
from mvidarr.media.place import DiskFull, LibraryOffline


def test_a_quota_is_a_full_disk(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from mvidarr.media import disks\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    with disks.disk_errors(Path(sys.argv[1])):\n"
        "        (Path(sys.argv[1]) / 'x').write_bytes(b'x' * 5000)\n"
        "except disks.DiskFull: print('full')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == "full"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, LibraryOffline),
        (errno.ESTALE, LibraryOffline),
        (errno.EACCES, LibraryOffline),
        (errno.ENAMETOOLONG, Invalid),
        (errno.EBADF, OSError),
    ],
)
def test_what_a_disk_says_is_told_apart(tmp_path: Path, number: int, kind: type[Exception]) -> None:
    with pytest.raises(kind), disks.disk_errors(tmp_path):
        raise OSError(number, "x")


def test_a_usable_folder_is_seen(tmp_path: Path) -> None:
    state = place.look(tmp_path)

    assert (state.exists, state.is_dir, state.writable, state.problem) == (True, True, True, "")
    assert state.free
    assert state.total
    assert state.total >= state.free > 0
    assert not list(tmp_path.iterdir())
    assert place.free_bytes(tmp_path / "not/yet") > 0


def test_a_folder_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    missing, file = place.look(tmp_path / "missing"), place.look(tmp_path / "file")

    assert (missing.exists, missing.writable, missing.free) == (False, False, None)
    assert "does not exist" in missing.problem
    assert (file.exists, file.is_dir, file.writable) == (True, False, False)
    assert "is a file" in file.problem


def test_kinds_of_file_systems_are_read_from_the_mounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my nas" / "videos").mkdir(parents=True)
    (tmp_path / "twice").mkdir()
    base = str(tmp_path.resolve())
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\n"
        f"nas:/x {base}/my\\040nas nfs4 rw 0 0\n"
        f"auto {base}/twice autofs rw 0 0\n"
        f"//nas/y {base}/twice cifs rw 0 0\n"
    )
    monkeypatch.setattr(disks, "MOUNTS", mounts)

    kinds = [
        place.filesystem_kind(tmp_path / name)
        for name in ("my nas/videos", "my nas/not/yet", "my nas2", "twice")
    ]

    assert kinds == ["nfs4", "nfs4", "ext4", "cifs"]
    assert [place.is_network(kind) for kind in kinds] == [True, True, False, True]
    assert place.look(tmp_path / "twice").is_network


def test_the_kind_is_unknown_where_nobody_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "MOUNTS", tmp_path / "none")

    assert place.filesystem_kind(tmp_path) == "unknown"
    assert not place.is_network("unknown")


def test_this_machine_says_its_kind(tmp_path: Path) -> None:
    assert place.filesystem_kind(tmp_path) != "unknown"
