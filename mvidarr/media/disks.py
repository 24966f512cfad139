"""What kind of disk a folder lies on, whether it can be used, and what its errors mean."""

import ctypes
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

from mvidarr.core.errors import Invalid, Unavailable
from mvidarr.core.terms import Cause

MOUNTS = Path("/proc/self/mounts")
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "ceph", "glusterfs", "lustre"}
    | {"davfs", "fuse.sshfs", "fuse.rclone", "fuse.glusterfs", "fuse.davfs", "fuse.s3fs"}
    | {"fuse.smbnetfs", "fuse.curlftpfs", "virtiofs"}
)
_HERE, _NO_REPLACE = -100, 1  # Linux's numbers: AT_FDCWD, RENAME_NOREPLACE
_UNABLE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_AWAY = (
    *(errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.ENOTCONN),
    *(errno.ENODEV, errno.ENXIO, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ETIMEDOUT),
)


class DiskFull(Unavailable):
    title = "The disk is full"
    cause: ClassVar[Cause] = Cause.DISK_FULL


class LibraryOffline(Unavailable):
    title = "The library folder cannot be reached"
    cause: ClassVar[Cause] = Cause.LIBRARY_OFFLINE


@dataclass(frozen=True, kw_only=True, slots=True)
class LibraryState:
    """A folder, tried as a library. Sizes in bytes; `problem` is a sentence, or empty."""

    path: Path
    exists: bool
    is_dir: bool
    writable: bool
    free: int | None
    total: int | None
    kind: str  # of the file system; "unknown" where nobody says it
    problem: str

    @property
    def is_network(self) -> bool:
        return is_network(self.kind)


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what the disk says into DiskFull, LibraryOffline or Invalid; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(f"There is no room left in {folder}.") from error
        if error.errno in _AWAY or not folder.is_dir():
            reason = os.strerror(error.errno or errno.EIO)
            raise LibraryOffline(f"The folder {folder} cannot be used: {reason}.") from error
        if error.errno == errno.ENAMETOOLONG:
            sentence = "The disk refuses names of this length: shorten the naming template."
            raise Invalid({"path": sentence}) from error
        raise


def look(path: Path) -> LibraryState:
    """Try a folder as a library, writing a file into it and removing it again."""
    exists, is_dir, problem = _answers(path.exists), _answers(path.is_dir), ""
    usage = None
    if is_dir:
        problem = _try_writing(path)
        with suppress(OSError):
            usage = shutil.disk_usage(path)
    else:
        problem = f"{path} is a file." if exists else f"The folder {path} does not exist."
    return LibraryState(
        path=path,
        exists=exists,
        is_dir=is_dir,
        writable=not problem,
        free=usage.free if usage else None,
        total=usage.total if usage else None,
        kind=filesystem_kind(path),
        problem=problem,
    )


def free_bytes(path: Path) -> int:
    """Room for our user on the disk that the folder lies on, or will lie on."""
    folder = _existing(path)
    with disk_errors(folder):
        return shutil.disk_usage(folder).free


def filesystem_kind(path: Path) -> str:
    """Kind of the file system a folder lies on, or will lie on: ext4, nfs4, fuse.sshfs …"""
    try:
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:  # not Linux
        return "unknown"
    real = _existing(path).resolve()
    kind, depth = "unknown", -1
    for line in lines:
        _, point, named, *_ = line.split(" ")
        mounted = Path(_unescaped(point))
        # of two mounts on one folder, the later one is seen
        if len(mounted.parts) >= depth and real.is_relative_to(mounted):
            kind, depth = named, len(mounted.parts)
    return kind


def is_network(kind: str) -> bool:
    """Whether a database on such a file system is in danger, and its locks are doubtful."""
    return kind in NETWORK


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # network file systems know no such thing for folders
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def rename_new(source: Path, final: Path) -> None:
    """Give a file a name that nothing has, whoever else comes to it. Raises FileExistsError."""
    with suppress(AttributeError):  # not Linux
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        if not rename(_HERE, os.fsencode(source), _HERE, os.fsencode(final), _NO_REPLACE):
            return
        if (number := ctypes.get_errno()) not in _UNABLE:
            raise OSError(number, os.strerror(number), str(final))
    # an older system or a network's disk: as good as it gets
    if os.path.lexists(final):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final))
    source.rename(final)


def _try_writing(folder: Path) -> str:
    """A sentence that says why nothing can be written, or nothing."""
    probe = folder / f".mvidarr-test-{uuid4().hex}"
    try:
        with probe.open("xb") as file:
            file.write(b"mvidarr")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        return f"MVidarr cannot write into {folder}: {reason}."
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return ""


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    absolute = path.absolute()
    every = (absolute, *absolute.parents)
    return next((one for one in every if _answers(one.exists)), Path("/"))


def _answers(question: Callable[[], bool]) -> bool:
    """No, too, where the system refuses to look: no permission, a dead share, a name too long."""
    try:
        return question()
    except OSError:
        return False


def _unescaped(point: str) -> str:
    r"""A mount point as it is spelled in the list: a space is \040."""
    for char in (" ", "\t", "\n", "\\"):
        point = point.replace(f"\\{ord(char):03o}", char)
    return point
