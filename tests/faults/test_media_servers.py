"""Media servers hear of what the real program downloads, though its worker is killed before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import until
from tests.fakes import media
from tests.fakes.jellyfin import FakeJellyfin
from tests.world import World, world

pytestmark = [
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
]
SEEN_AS = "/data/mv"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.program.set_up()
        yield made


def test_a_killed_worker_forgets_no_server(made: World) -> None:
    jellyfin = FakeJellyfin(made.internet)
    jellyfin.add_library("Music videos", SEEN_AS)
    made.program.api(
        "PATCH",
        "/settings",
        {
            "jellyfin_url": f"http://{jellyfin.host}",
            "jellyfin_api_key": jellyfin.key,
            "jellyfin_folder": SEEN_AS,
        },
    )

    made.add_artist()
    until(made.is_done, seconds=120)
    made.program.kill("worker")
    here = {
        f"{SEEN_AS}/{path.relative_to(made.program.library).as_posix()}"
        for path in made.program.library.rglob("*.mp4")
        if ".mvidarr" not in path.parts
    }
    assert here
    until(lambda: here <= {path for path, _ in jellyfin.told}, seconds=90)

    assert {path for path, change in jellyfin.told if change == "Created"} == here
