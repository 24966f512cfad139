"""Paths in rows and settings that no disk can follow."""

from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.core.errors import NotFound, Unavailable
from mvidarr.library import files
from tests.factories import make_file, make_video


@pytest.mark.parametrize("path", ["loop", "loop/a.mp4", "x" * 300 + ".mp4", "x/" * 2000 + "a.mp4"])
def test_a_path_that_cannot_be_followed_plays_nothing(library: Path, path: str) -> None:
    (library / "loop").symlink_to("loop")
    video = make_video()
    make_file(video, path=path[:1000])
    with pytest.raises(NotFound):
        files.stream_path(video.id)


def test_a_library_that_cannot_be_looked_at_is_offline(database: Config) -> None:
    settings.change({"library_path": "/" + "x" * 300})
    with pytest.raises(Unavailable):
        files.need_library()
