"""What tells one file from another of its size, without reading all of it."""

import hashlib
from pathlib import Path

BYTES = 1024 * 1024  # of the beginning, and of the end


def of(path: Path) -> str:
    """A hash of a file's beginning and its end. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        digest.update(file.read(BYTES))
        file.seek(max(0, path.stat().st_size - BYTES))
        digest.update(file.read(BYTES))
    return digest.hexdigest()
