"""What others wrote lies in the repository unchanged, and its table names every file."""

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"
ROW = re.compile(r"^\| `(?P<file>[^`]+)` \|.*\| `(?P<sha256>[0-9a-f]{64})` \|$", re.MULTILINE)
TABLE = dict(ROW.findall((STATIC / "vendor" / "README.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", sorted(TABLE))
def test_vendored_file_has_the_checksum_of_its_row(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == TABLE[name]


def test_every_vendored_file_has_a_row() -> None:
    lying_there = {
        path.relative_to(STATIC).as_posix()
        for folder in ("vendor", "fonts")
        for path in (STATIC / folder).iterdir()
        if path.name != "README.md"
    }

    assert lying_there == set(TABLE)
